--- From the YAML of a compose file to trees, one for each of its documents.
--
-- Scalars are read as the reference loader reads them: YAML 1.2, but 0440 is octal, 0b11 is binary, 1_000 a number,
-- and a date is a text. The tags `!reset` and `!override` are noted with their paths.
--
-- @module compose.source

local constructor = require "yaml.constructor"
local faults = require "compose.faults"
local parser = require "yaml.parser"
local reader = require "yaml.reader"
local scalars = require "compose.scalars"
local tree = require "compose.tree"
local yaml_errors = require "yaml.errors"

local source = {}

-- Deeper than any compose file, and no danger to the walks that come after.
local MAX_DEPTH = 200

local BASES = { x = 16, X = 16, b = 2, B = 2, o = 8, O = 8 }

-- An integer in the notation of Go; nil where it is none.
local function read_integer(text)
  local sign, digits = text:gsub("_", ""):match "^([-+]?)(%w+)$"
  if not digits then return nil end
  local value
  local prefix, rest = digits:match "^0(%a)(%w+)$"
  if BASES[prefix] then
    value = tonumber(rest, BASES[prefix])
  elseif digits:find "^0[0-7]+$" then
    value = tonumber(digits, 8)
  elseif digits == "0" or digits:find "^[1-9]%d*$" then
    value = tonumber(digits)
    if math.type(value) ~= "integer" then return text end -- too large for Lua: only its text can be meant
  end
  if not value then return nil end
  return sign == "-" and -value or value
end

local function read_float(text)
  local plain = text:gsub("_", "")
  local mantissa, exponent = plain:match "^[-+]?([%d.]+)(.*)$"
  if not mantissa or not (mantissa:find "^%.%d+$" or mantissa:find "^%d+%.?%d*$") then return nil end
  if exponent ~= "" and not exponent:find "^[eE][-+]?%d+$" then return nil end
  return tonumber(plain:match "^%+?(.*)$") + 0.0
end

local SCHEMA = {
  { tag = "null", words = { "", "~", "null", "Null", "NULL" } },
  { tag = "bool", words = { "true", "True", "TRUE", "false", "False", "FALSE" } },
  { tag = "int", first = "-+0123456789", patterns = { "^[-+]?%d[%w_]*$" }, read = read_integer },
  { tag = "float", first = "-+.0123456789", patterns = { "^[-+.%d][-+.%deE_]*$" }, read = read_float },
}

local ready = constructor.compile(SCHEMA, {})

-- A sink of yaml.parser that builds trees. `file` is the source, `documents` the list to fill.
local function new_sink(file, documents)
  local anchors, anchored_resets, open
  local resets
  local frames, depth -- collections being read: { value, list = whether, key, key_at, tag, anchor, merges, resets }
  local root, root_at

  local function fail(at, message, path)
    faults.raise({ file = file, at = at }, path, message)
  end

  -- The keys that lead to the node that comes next.
  local function path()
    local keys = {}
    for i = 1, depth do
      local frame = frames[i]
      local key = frame.list and #frame.value + 1 or frame.key
      if key ~= "<<" then keys[#keys + 1] = key end
    end
    return keys
  end

  local function note_reset()
    resets[#resets + 1] = path()
  end

  local function put(value, at, text)
    local frame = frames[depth]
    if not frame then
      root, root_at = value, at
      return
    end
    if frame.list then
      tree.append(frame.value, value, { file = file, at = at, text = text })
      return
    end
    local key = frame.key
    if key == nil then
      if type(value) ~= "string" then
        if type(value) == "table" and value ~= tree.null then fail(at, "a mapping or a list cannot be a key") end
        fail(at, ("the key %s is no text; write it in quotes"):format(text or tostring(value)))
      end
      frame.key, frame.key_at = value, at
      return
    end
    frame.key = nil
    if key == "<<" and frame.plain_key then
      frame.merges = frame.merges or {}
      if tree.is_map(value) then
        frame.merges[#frame.merges + 1] = value
      elseif tree.is_list(value) then
        for i = 1, #value do
          if not tree.is_map(value[i]) then fail(at, "a merge key (<<) needs mappings") end
          frame.merges[#frame.merges + 1] = value[i]
        end
      elseif value ~= tree.null then
        fail(at, "a merge key (<<) needs a mapping, or a list of mappings")
      end
      return
    end
    if frame.value[key] ~= nil then
      local first = tree.place(frame.value, key)
      fail(frame.key_at, ('the key "%s" is given twice, first in line %d')
        :format(key, (yaml_errors.position(file.text, first.at))))
    end
    tree.set(frame.value, key, value, { file = file, at = frame.key_at, value_at = at, text = text })
  end

  -- A node that !reset takes away.
  local function drop()
    note_reset()
    local frame = frames[depth]
    if frame then frame.key = nil end
  end

  local function enter(at, value, list, anchor, tag)
    depth = depth + 1
    frames[depth] = { value = value, list = list, at = at, anchor = anchor, tag = tag, resets = #resets }
    if anchor then open[anchor] = true end
  end

  local function leave()
    local frame = frames[depth]
    local merges = frame.merges
    if merges then
      for i = 1, #merges do
        for key, value in pairs(merges[i]) do
          if frame.value[key] == nil then tree.set(frame.value, key, value, tree.place(merges[i], key)) end
        end
      end
    end
    frames[depth] = nil
    depth = depth - 1
    if frame.tag == "!reset" then return drop() end
    if frame.tag == "!override" then note_reset() end
    if frame.anchor then
      anchors[frame.anchor], open[frame.anchor] = frame.value, nil
      -- The marks inside, from the anchored node on: each alias has them too.
      local own, base = {}, #path()
      for i = frame.resets + 1, #resets do
        own[#own + 1] = table.move(resets[i], base + 1, #resets[i], 1, {})
      end
      anchored_resets[frame.anchor] = own
    end
    put(frame.value, frame.at)
  end

  local sink = {}

  function sink.document_start()
    anchors, anchored_resets, open, resets, frames, depth, root, root_at = {}, {}, {}, {}, {}, 0, nil, nil
  end

  function sink.document_end(at)
    documents[#documents + 1] = {
      tree = root == nil and tree.null or root, resets = resets, place = { file = file, at = root_at or at },
    }
  end

  function sink.scalar(at, text, style, anchor, tag)
    local value = text
    if tag == "!reset" then return drop() end
    if tag == "!override" then note_reset() end
    if tag and tag:sub(1, 1) ~= "!" then
      local message
      value, message = constructor.scalar(ready, tag, text)
      if message then fail(at, message) end
    elseif style == "plain" then
      value = ready.resolve(text)
    end
    local frame = frames[depth]
    if frame and not frame.list and frame.key == nil then frame.plain_key = style == "plain" end
    if anchor then anchors[anchor], anchored_resets[anchor] = value, {} end
    -- The text is kept where it says more than the value.
    local kept = type(value) == "number" and scalars.number_text(value) ~= text and text or nil
    put(value, at, kept or value == tree.null and text or nil)
  end

  function sink.alias(at, name)
    if open[name] then fail(at, ("the alias *%s stands inside what it names"):format(name)) end
    local value = anchors[name]
    if value == nil then
      fail(at, ("the anchor of the alias *%s is not defined%s"):format(name, faults.did_you_mean(name, anchors)))
    end
    local here = path()
    for _, reset in ipairs(anchored_resets[name]) do
      resets[#resets + 1] = table.move(reset, 1, #reset, #here + 1, table.move(here, 1, #here, 1, {}))
    end
    put(value, at)
  end

  function sink.sequence_start(at, _, anchor, tag) enter(at, tree.list(), true, anchor, tag) end
  function sink.mapping_start(at, _, anchor, tag) enter(at, tree.map(), false, anchor, tag) end
  sink.sequence_end, sink.mapping_end = leave, leave

  function sink.pair(at)
    fail(at, "a mapping or a list cannot be a key")
  end

  return sink
end

--- Reads the documents of a text.
-- @tparam string text YAML
-- @tparam string name the file's name, for messages
-- @treturn {table,...} for each document `tree` (what it says), `resets` (the paths, as lists of keys, that are marked
--   by !reset or !override) and `place`
-- @raise a fault (see compose.faults) where the text is wrong
function source.read(text, name)
  local file = { name = name, text = text }
  local documents = {}
  local ok, fault = pcall(function()
    file.text = reader.decode(text)
    parser.parse(file.text, new_sink(file, documents), { max_depth = MAX_DEPTH })
  end)
  if not ok then
    if not yaml_errors.is_fault(fault) then error(fault, 0) end
    local message = fault.message
    if fault.hint then message = message .. " (" .. fault.hint .. ")" end
    faults.raise({ file = file, at = fault.offset }, nil, message)
  end
  return documents
end

return source
