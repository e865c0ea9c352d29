--- From Lua values to events for the emitter.
--
-- @module yaml.representer

local emitter = require "yaml.emitter"
local types = require "yaml.types"

local find, format = string.find, string.format
local math_type = math.type

local representer = {}

--- The limit on nested tables where `options.max_depth` gives none: a text of block collections that deep has
-- megabytes of indentation.
representer.MAX_DEPTH = 1000

-- Of a longer path the first and the last so many keys are shown.
local SHOWN_KEYS = 10

-- A path as a person writes it: .services.web.ports[1].
local function path_text(path, n)
  if n == 0 then return "the value itself" end
  local parts = {}
  for i = 1, n do
    local key = path[i]
    if n > 2 * SHOWN_KEYS and i > SHOWN_KEYS and i <= n - SHOWN_KEYS then
      if i == SHOWN_KEYS + 1 then parts[#parts + 1] = " ... " end
    elseif type(key) == "string" and find(key, "^[%a_][%w_-]*$") then
      parts[#parts + 1] = "." .. key
    elseif type(key) == "string" then
      parts[#parts + 1] = format("[%q]", key)
    else
      parts[#parts + 1] = "[" .. tostring(key) .. "]"
    end
  end
  return table.concat(parts)
end

--- Whether a table is written as a sequence.
-- @tparam table value
-- @treturn boolean by its mark, else whether its keys are 1 to n, n not 0
function representer.is_sequence(value)
  local mark = types.mark(value)
  if mark == "object" then return false end
  local n = #value
  if n == 0 then return mark == "array" and next(value) == nil end
  local seen = 0
  for key in next, value do
    if math_type(key) ~= "integer" or key < 1 or key > n then return false end
    seen = seen + 1
  end
  return seen == n
end
local is_sequence = representer.is_sequence

-- Numbers before strings before others; each kind in its own order.
local RANK = { number = 1, string = 2, boolean = 3, table = 4 }

-- A table as a key has its place by its text: where it is in memory changes from run to run.
local function key_texts(keys, represent)
  local texts = {}
  for i = 1, #keys do
    local key = keys[i]
    if type(key) == "table" then
      local sink = emitter.new()
      representer.document(key, sink, { flow = math.huge, anchors = false, represent = represent })
      texts[key] = sink.text()
    end
  end
  return texts
end

local function order(keys, represent)
  local texts = key_texts(keys, represent)
  table.sort(keys, function(a, b)
    local ta, tb = type(a), type(b)
    if ta ~= tb then return RANK[ta] < RANK[tb] end
    if ta == "number" or ta == "string" then return a < b end
    return (texts[a] or tostring(a)) < (texts[b] or tostring(b))
  end)
end

local function keys_of(map, sort, represent)
  local kept = not sort and types.order(map)
  local keys, n = {}, 0
  if kept then
    for i = 1, #kept do
      if rawget(map, kept[i]) ~= nil then
        n = n + 1
        keys[n] = kept[i]
      end
    end
    return keys
  end
  for key in pairs(map) do
    n = n + 1
    keys[n] = key
  end
  if type(sort) == "function" then table.sort(keys, sort) else order(keys, represent) end
  return keys
end

-- The fewest digits that read back as the same float, with a "." and a signed exponent, as YAML 1.1 wants them.
local function float_text(value)
  if value ~= value then return ".nan" end
  if value == math.huge then return ".inf" end
  if value == -math.huge then return "-.inf" end
  local text
  for digits = 15, 17 do
    text = format("%." .. digits .. "g", value)
    if tonumber(text) == value then break end
  end
  if find(text, ".", 1, true) then return text end
  local mantissa, exponent = text:match "^([-%d]+)(e.*)$"
  if mantissa then return mantissa .. ".0" .. exponent end
  return text .. ".0"
end

local BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(data)
  local out = {}
  for i = 1, #data, 3 do
    local a, b, c = data:byte(i, i + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    for shift = 18, 0, -6 do
      local index = (bits >> shift & 63) + 1
      out[#out + 1] = BASE64:sub(index, index)
    end
    if not c then out[#out] = "=" end
    if not b then out[#out - 1] = "=" end
  end
  return table.concat(out)
end

-- A valid text: utf8.len of Lua 5.3 lets surrogates pass.
local function is_text(value)
  return utf8.len(value) and not find(value, "\237[\160-\191]")
end

-- The text, style and tag of a value, by its type.
local SCALARS = {
  string = function(value)
    if not is_text(value) then return base64(value), "plain", "tag:yaml.org,2002:binary" end
    if find(value, "\n", 1, true) then return value, "literal" end
    if emitter.ambiguous(value) then return value, "single" end
    return value, "plain"
  end,
  number = function(value)
    if math_type(value) == "integer" then return format("%d", value), "plain" end
    return float_text(value), "plain"
  end,
  boolean = function(value) return tostring(value), "plain" end,
  ["nil"] = function() return "null", "plain" end,
}

--- Sends the events of one document.
-- @param value a string, number, boolean, table, nil or null
-- @tparam table sink an emitter
-- @tparam table options as for yaml.dump
-- @treturn ?string what is wrong with the value, nil where nothing is
function representer.document(value, sink, options)
  local max_depth = options.max_depth or representer.MAX_DEPTH
  local sort = options.sort
  local represent, implicit = options.represent, options.implicit_scalar
  local flow_size = options.flow or 0
  local share = options.anchors ~= false
  local null = types.null
  local references, names, path = {}, {}, {}
  local replaced, tags = {}, {} -- by table: what `represent` gave for it
  local written = {} -- tables that were, so that an alias can stand for them
  local named, taken = 0, {} -- the number of the last anchor; names that the caller gave
  if type(options.anchors) == "table" then
    for name, node in pairs(options.anchors) do
      if type(name) ~= "string" or find(name, "[^!-~\128-\255]") or find(name, "[,%[%]{}]") or name == "" then
        return format("%q is no name of an anchor", tostring(name))
      end
      names[node], taken[name] = name, true
    end
  end

  -- First all tables are counted: a table seen twice gets an anchor. Here the value is checked, too.
  local open = {}
  local function check(node, depth)
    if type(node) ~= "table" or node == null then
      if not SCALARS[type(node)] and node ~= null then
        return format("%s is a %s, which YAML cannot hold", path_text(path, depth), type(node))
      end
      return nil
    end
    if open[node] then
      return format("%s contains itself: it is %s again", path_text(path, open[node] - 1), path_text(path, depth))
    end
    references[node] = (references[node] or 0) + 1
    if references[node] > 1 and share then return nil end
    if depth >= max_depth then
      return format("%s is nested deeper than max_depth = %d", path_text(path, depth), max_depth)
    end
    open[node] = depth + 1
    local inner = node
    if represent then
      local tag, other = represent(node)
      if tag then
        if type(tag) ~= "string" or not (find(tag, "^!") or find(tag, "^%a[%w+.-]*:")) then
          return format('represent gave %s for %s, and a tag is like "!point" or "tag:example.com,2000:point"',
            type(tag) == "string" and format("%q", tag) or "a " .. type(tag), path_text(path, depth))
        end
        replaced[node], tags[node], inner = other, tag, other
        if type(other) ~= "table" then
          open[node] = nil
          return check(other, depth)
        end
      end
    end
    for key, item in pairs(inner) do
      path[depth + 1] = key
      local wrong = type(key) ~= "string" and check(key, depth + 1) or check(item, depth + 1)
      if wrong then return wrong end
    end
    open[node] = nil
    return nil
  end
  local wrong = check(value, 0)
  if wrong then return wrong end

  -- The text, style and tag of a value that is no table.
  local function scalar_of(node)
    if node == null then node = nil end
    local text, style, tag = SCALARS[type(node)](node)
    if implicit and style == "plain" and type(node) == "string" and not tag and implicit(text) ~= text then style = "single" end
    return text, style, tag
  end

  -- What is left of `room` characters behind a node in flow style; nil where there is too little.
  local function flow_room(node, room)
    if type(node) == "table" and node ~= null then
      if (references[node] or 1) > 1 or names[node] or tags[node] then return nil end
      room = room - 2
      local sequence = is_sequence(node)
      for key, item in pairs(node) do
        if not sequence then
          if type(key) == "table" then return nil end
          room = flow_room(key, room - 2)
          if not room then return nil end
        end
        room = flow_room(item, room - 2)
        if not room then return nil end
      end
      return room >= 0 and room or nil
    end
    local text, style = scalar_of(node)
    room = room - #text - (style == "single" and 2 or 0)
    return room >= 0 and style ~= "literal" and room or nil
  end

  local emit

  local function emit_table(node)
    local tag = tags[node]
    local inner = node
    if tag then inner = replaced[node] end
    if type(inner) ~= "table" then
      local text, style = scalar_of(inner)
      return sink.scalar(nil, text, style, nil, tag)
    end
    local anchor = names[node]
    if anchor and written[node] then return sink.alias(nil, anchor) end
    if not anchor and share and references[node] > 1 then
      repeat
        named = named + 1
        anchor = format("id%03d", named)
      until not taken[anchor]
      names[node] = anchor
    end
    written[node] = true
    local flow = flow_size > 0 and flow_room(inner, flow_size) ~= nil
    if is_sequence(inner) then
      sink.sequence_start(nil, flow, anchor, tag)
      for i = 1, #inner do emit(inner[i]) end
      return sink.sequence_end(nil)
    end
    sink.mapping_start(nil, flow, anchor, tag)
    local keys = keys_of(inner, sort, represent)
    for i = 1, #keys do
      emit(keys[i])
      emit(inner[keys[i]])
    end
    return sink.mapping_end(nil)
  end

  function emit(node)
    if type(node) == "table" and node ~= null then return emit_table(node) end
    local text, style, tag = scalar_of(node)
    return sink.scalar(nil, text, style, nil, tag)
  end

  sink.document_start(nil, options.explicit)
  emit(value)
  sink.document_end(nil, false)
  return nil
end

return representer
