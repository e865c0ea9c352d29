--- JSON text that comes in chunks, told as events while it is read.
--
-- A reader holds the text that has come and is not read yet: a chunk, and of the
-- chunk before it a token that was cut. Strings and numbers that many chunks are
-- needed for are gathered in lists, so the time is linear in any case, and what
-- is held is no more than a chunk, the longest token, and a bit for each level.
--
-- @module json.reader

local fault = require "json.fault"
local grammar = require "json.grammar"
local scalar = require "json.scalar"
local unicode = require "json.unicode"

local find, sub, gsub, byte = string.find, string.sub, string.gsub, string.byte
local concat, type, error = table.concat, type, error
local plain_number, expected, PIECE = scalar.plain_number, fault.expected, scalar.PIECE

local reader = {}

-- The names of events, which are those of lunajson's handlers.
reader.EVENTS = {
  "startobject", "key", "endobject", "startarray", "endarray", "string", "number", "boolean", "null",
}

-- The longest escape: a pair of surrogates.
local ESCAPE_SIZE = 12

local SPACE = grammar.SPACE
-- Not any character: at the end of a chunk that would be white space, given back.
local BLACK = "([^ \n\r\t])"
local FIRST = "^" .. SPACE .. BLACK
local STRING = "^(" .. grammar.PLAIN .. ')"'
local NUMBER = "^" .. grammar.NUMBER .. "[],} \n\r\t]"
local MEMBER = "^" .. SPACE .. "," .. SPACE .. '"(' .. grammar.PLAIN .. ')"' .. SPACE .. ":" .. SPACE .. BLACK
local ELEMENT = "^" .. SPACE .. "," .. SPACE .. BLACK

local WORDS = { t = "true", f = "false", n = "null" }

-- Chunks -------------------------------------------------------------------

-- Remember where the text before `at` ends, so that it can be forgotten.
local function forget(self, text, at)
  local start, newline = 1, find(text, "\n", 1, true)
  while newline and newline < at do
    self.line, self.column, start = self.line + 1, 0, newline + 1
    newline = find(text, "\n", start, true)
  end
  if start < at then
    local rest = sub(text, start, at - 1)
    self.column = self.column + (utf8.len(rest) or #gsub(rest, "[\128-\191]", ""))
  end
  self.before = self.before + at - 1
end

-- The next chunk that is not empty; nil when there is none.
local function next_chunk(self)
  if self.ended then return nil end
  local chunk, err
  repeat chunk, err = self.source() until chunk ~= ""
  if chunk == nil then
    self.ended, self.failure = true, err
  elseif type(chunk) ~= "string" then
    error(("json: a source must give strings and then nil, it gave a %s"):format(type(chunk)), 0)
  end
  return chunk
end

-- The text from `at` on with the next chunk behind it; nil when there is none.
local function more(self, at)
  local chunk = next_chunk(self)
  if not chunk then return nil end
  local text = self.text
  forget(self, text, at)
  self.text = at > #text and chunk or sub(text, at) .. chunk
  return self.text
end

-- The text, the byte of the next token in it, and its first character: "" at the end.
local function token(self, text, at)
  local _, start, c = find(text, FIRST, at)
  while not start do
    local longer = more(self, #text + 1)
    if not longer then return text, #text + 1, "" end
    text = longer
    _, start, c = find(text, FIRST)
  end
  return text, start, c
end

-- At least `size` bytes from `at` on, if there are so many: the text, and the byte
-- that was `at`.
local function ensure(self, text, at, size)
  while #text - at + 1 < size do
    local longer = more(self, at)
    if not longer then break end
    text, at = longer, 1
  end
  return text, at
end

-- The characters of a set that begin at `at`, all of them and one character more:
-- the text, and the byte that was `at`.
local function whole(self, text, at, set)
  local only = "^" .. set .. "*$"
  if self.ended or not find(text, only, at) then return text, at end
  local pieces, chunk = { sub(text, at) }
  repeat
    chunk = next_chunk(self)
    pieces[#pieces + 1] = chunk
  until not chunk or not find(chunk, only)
  forget(self, text, at)
  self.text = concat(pieces)
  return self.text, 1
end

-- Tokens -------------------------------------------------------------------

-- A string that the plain pattern does not match; `at` is its opening quote.
-- Returns it, the text, and the byte behind it.
local function long_string(self, text, at)
  local settings = self.settings
  local pieces, n, start = {}, 0, at + 1
  local began = self.before + at
  while true do
    local _, last, piece, special = find(text, PIECE, start)
    n = n + 1
    pieces[n] = piece
    if special == '"' then return concat(pieces), text, last + 1 end
    if special == "\\" then
      text, last = ensure(self, text, last, ESCAPE_SIZE)
      if last == #text then scalar.unclosed(text, last + 1, began - self.before) end
      n = n + 1
      pieces[n], last = scalar.escape(text, last, settings)
      start = last + 1
    else
      local longer = last == #text and more(self, last + 1)
      if not longer then scalar.unclosed(text, last + 1, began - self.before) end
      text, start = longer, 1
    end
  end
end

local function check_utf8(at, s)
  if not unicode.valid(s) then fault.raise(at, "invalid UTF-8 in a string") end
end

-- The string whose quote is at `at`, the text, and the byte behind it.
local function read_string(self, text, at)
  local _, last, s = find(text, STRING, at + 1)
  if last then
    last = last + 1
  else
    s, text, last = long_string(self, text, at)
  end
  if self.settings.strict then check_utf8(last - 1, s) end
  return s, text, last
end

-- The key whose quote ought to be at `at`, the text, and where the value begins, with its first character.
local function read_key(self, text, at, c)
  if c ~= '"' then expected(text, at, "a key in double quotes") end
  local key
  key, text, at = read_string(self, text, at)
  text, at, c = token(self, text, at)
  if c ~= ":" then expected(text, at, "':' after a key") end
  text, at, c = token(self, text, at + 1)
  return key, text, at, c
end

-- The number that begins at `at`, the text, and the byte behind it.
local function read_number(self, text, at)
  local value
  text, at = whole(self, text, at, "[-+.%deE]")
  value, at = scalar.number(text, at, nil, self.settings)
  return value, text, at
end

-- The word that begins at `at` with the character c, the text, and the byte behind it.
local function read_word(self, text, at, c)
  local word = WORDS[c]
  if not word then scalar.none(text, at) end
  text, at = ensure(self, text, at, #word)
  if sub(text, at, at + #word - 1) ~= word then scalar.none(text, at) end
  return word, text, at + #word
end

-- Values -------------------------------------------------------------------

-- Read one value and tell its events; self.at is where it begins.
local function read_value(self)
  local on, settings = self.handlers, self.settings
  local on_string, on_number, on_key = on.string, on.number, on.key
  local strict, depth = settings.strict, settings.depth
  -- Of each level whether it is an object.
  local objects, level = {}, 0
  local in_object

  local text, at, c = token(self, self.text, self.at)
  while true do
    -- c, at `at`, is where a value begins.
    local closed = true
    if c == '"' then
      local s
      local _, last, plain = find(text, STRING, at + 1)
      if last then
        s, at = plain, last + 1
        if strict and find(s, "[\128-\255]") then check_utf8(at - #s - 1, s) end
      else
        s, text, at = read_string(self, text, at)
      end
      on_string(s)
    elseif c == "{" or c == "[" then
      if level == depth then fault.raise(at, settings.too_deep) end
      level = level + 1
      in_object = c == "{"
      objects[level] = in_object
      if in_object then on.startobject() else on.startarray() end
      text, at, c = token(self, text, at + 1)
      closed = c == (in_object and "}" or "]")
      if not closed and in_object then
        local key
        key, text, at, c = read_key(self, text, at, c)
        on_key(key)
      elseif c == "" then
        expected(text, at, "a value or ']'")
      end
    elseif WORDS[c] then
      local word
      word, text, at = read_word(self, text, at, c)
      if word == "null" then on.null() else on.boolean(word == "true") end
    else
      local _, last, digits = find(text, NUMBER, at)
      local value = last and plain_number(digits)
      if value then
        at = at + #digits
      elseif find(c, "[-%d]") then
        value, text, at = read_number(self, text, at)
      else
        scalar.none(text, at)
      end
      on_number(value)
    end

    -- Behind a value, or at a bracket that closes one which is empty.
    while closed do
      if level == 0 then
        self.at = at
        return
      end
      local key, last, first, _
      if in_object then
        _, last, key, first = find(text, MEMBER, at)
      else
        _, last, first = find(text, ELEMENT, at)
      end
      if last then
        if key then
          if strict and find(key, "[\128-\255]") then check_utf8(at, key) end
          on_key(key)
        end
        at, c, closed = last, first, false
      else
        text, at, c = token(self, text, at)
        if c == (in_object and "}" or "]") then
          if in_object then on.endobject() else on.endarray() end
          at, level = at + 1, level - 1
          in_object = objects[level]
        elseif c ~= "," then
          expected(text, at, in_object and "',' or '}'" or "',' or ']'")
        else
          text, at, c = token(self, text, at + 1)
          if in_object then
            key, text, at, c = read_key(self, text, at, c)
            on_key(key)
          end
          closed = false
        end
      end
    end
  end
end

-- Readers ------------------------------------------------------------------

local function nothing() end

--- A reader.
-- @tparam function source gives the next chunk each time it is called, nil at the end
-- @tparam table handlers functions by the names of events
-- @tparam table settings what `decoder.settings` made
-- @treturn table for the other functions here
function reader.new(source, handlers, settings)
  local on = {}
  for _, event in ipairs(reader.EVENTS) do on[event] = handlers[event] or nothing end
  return {
    source = source,
    -- Whether the source has given nil, and what it said then.
    ended = false,
    failure = nil,
    handlers = on,
    settings = settings,
    -- What has come and is not forgotten, and where reading goes on in it.
    text = "",
    at = 1,
    -- Of what is forgotten: its bytes, its line breaks, the characters behind the last of these.
    before = 0,
    line = 0,
    column = 0,
  }
end

--- Read one value, and nothing that is behind it.
-- @tparam table self a reader
-- @treturn boolean
-- @treturn ?table the fault: `at`, a byte of `self.text`, and `what`
-- @raise what a handler or the source raises
function reader.value(self)
  return fault.try(read_value, self)
end

local function read_document(self, many)
  local text, at, c = token(self, self.text, self.at)
  -- A byte order mark may be ignored (section 8.1).
  if c == "\239" then
    text, at = ensure(self, text, at, 3)
    if sub(text, at, at + 2) == "\239\187\191" then at = at + 3 end
    at, c = select(2, token(self, text, at))
  end
  self.at = at
  while c ~= "" or not many do
    read_value(self)
    text, at, c = token(self, self.text, self.at)
    self.at = at
    if c ~= "" and not many then expected(text, at, "the end of the text") end
    many = many or true
  end
  if self.failure then fault.raise(#self.text + 1, "cannot be read: " .. tostring(self.failure)) end
end

--- Read all that the source gives: one value.
-- @tparam table self a reader
-- @tparam ?boolean many any number of values instead
-- @treturn boolean
-- @treturn ?table the fault: `at`, a byte of `self.text`, and `what`
-- @raise what a handler or the source raises
function reader.document(self, many)
  return fault.try(read_document, self, many)
end

--- The byte that is next, without reading it.
-- @tparam table self a reader
-- @treturn ?integer nil at the end
function reader.peek(self)
  local text, at = ensure(self, self.text, self.at, 1)
  self.at = at
  local c = byte(text, at)
  return c
end

--- Take the next bytes, as they are.
-- @tparam table self a reader
-- @tparam integer size how many, or fewer at the end
-- @treturn string
function reader.take(self, size)
  local pieces = {}
  while size > 0 do
    local text, at = ensure(self, self.text, self.at, 1)
    local piece = sub(text, at, at + size - 1)
    if piece == "" then break end
    pieces[#pieces + 1] = piece
    self.at, size = at + #piece, size - #piece
  end
  return concat(pieces)
end

--- How many bytes of the source come before a byte of `self.text`.
-- @tparam table self a reader
-- @tparam[opt] integer at default: where reading goes on
-- @treturn integer
function reader.offset(self, at)
  return self.before + (at or self.at) - 1
end

--- The line and the column of a byte of `self.text`, for messages.
-- @tparam table self a reader
-- @tparam integer at
-- @treturn integer
-- @treturn integer
function reader.place(self, at)
  -- A character that was cut has been counted by its first byte.
  local _, rest = find(self.text, "^[\128-\191]*")
  local line, column = unicode.place(sub(self.text, rest + 1), at - rest)
  if line == 1 then column = column + self.column end
  return line + self.line, column
end

return reader
