--- Writes the functions that digest blocks as straight lines of Lua, and compiles them.
--
-- A loop over the steps would have to move the state's words along at each of them, look constants up in
-- tables and keep the message in one; in straight lines they are the names of locals and literals, which
-- doubles the speed. What is compiled is this project's text alone, never a caller's.
--
-- @module digest.pure.unrolled
local unrolled = {}
unrolled.__index = unrolled

local NAMES = { "a", "b", "c", "d", "e", "f", "g", "h" }

--- Begins a function.
-- @tparam table shape `words`: how many words the state has, named a, b, c, ... in `line`; `block`: bytes of a
--   block; `unpack`: the format of a block's 16 words, named w1 ... w16 in `line`; `prepare`: lines that come
--   before the steps of each block
-- @return a writer
function unrolled.new(shape)
  local names = {}
  for i = 1, shape.words do names[i] = NAMES[i] end
  return setmetatable({
    shape = shape,
    turn = 0,          -- how often the words have been rotated
    names = names,
    lines = {},
  }, unrolled)
end

--- Writes one line, in which the state's words have the names that they have now.
-- @tparam string text a to h stand for the state's words, capitals for `values`
-- @tparam[opt] table values what stands for words in capitals; may hold a to h as well
function unrolled:line(text, values)
  local count, now = #self.names, {}
  for i, name in ipairs(self.names) do now[name] = self.names[(i - 1 - self.turn) % count + 1] end
  self.lines[#self.lines + 1] = text:gsub("%u[%u%d]*", values or {}):gsub("%l%w*", now)
end

--- Moves the words on: what was a is b from now on, and what was the last is a.
function unrolled:rotate() self.turn = self.turn + 1 end

local TEMPLATE = [[
local unpack = ...
return function(state, data, position, count)
  local STARTS = STATE
  for _ = 1, count do
    local w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15, w16 = unpack("UNPACK", data, position)
    position = position + BLOCK
    local NAMES = STARTS
PREPARE
LINES
SUMS
  end
STORE
end
]]

--- Compiles the function `(state, data, position, count)`: it digests `count` blocks of `data` from `position`
-- on into `state`, an array of words, and returns nothing.
-- @tparam string clean what follows a sum to make it a word again, such as "& 0xffffffff"
function unrolled:compile(clean)
  local starts, state, sums, store = {}, {}, {}, {}
  for i, name in ipairs(self.names) do
    starts[i], state[i] = name .. "0", "state[" .. i .. "]"
    sums[i] = ("    %s0 = (%s0 + %s) %s"):format(name, name, name, clean)
    store[i] = ("  state[%d] = %s0"):format(i, name)
  end
  local parts = {
    STARTS = table.concat(starts, ", "),
    STATE = table.concat(state, ", "),
    UNPACK = self.shape.unpack,
    BLOCK = tostring(self.shape.block),
    NAMES = table.concat(self.names, ", "),
    PREPARE = self.shape.prepare or "",
    LINES = table.concat(self.lines, "\n"),
    SUMS = table.concat(sums, "\n"),
    STORE = table.concat(store, "\n"),
  }
  assert(self.turn % #self.names == 0, "the words end under other names than they began with")
  return assert(load(TEMPLATE:gsub("%u+", parts), "=digest.pure.unrolled", "t"))(string.unpack)
end

return unrolled
