--- From parse events to Lua values: anchors and aliases, merge keys, duplicate keys, tags.
--
-- The composer is a sink of yaml.parser: it builds the values while the text is read, so that no tree of nodes
-- stands between the text and its value.
--
-- @module yaml.composer

local constructor = require "yaml.constructor"
local errors = require "yaml.errors"
local parser = require "yaml.parser"
local types = require "yaml.types"

local byte, format = string.byte, string.format
local raise = errors.raise
local setmetatable, getmetatable, type, next = setmetatable, getmetatable, type, next
local sequence_mark, mapping_mark = types.sequence, types.mapping

local composer = {}

--- The limit on the nodes that aliases stand for, taken together, where `options.max_aliased` gives none: a document
-- of a few lines can otherwise stand for billions ("billion laughs"). A million is more than people write, and is
-- written out as JSON in a second.
composer.MAX_ALIASED = 1000000

-- Stands where a key is, for "<<".
local MERGE = setmetatable({}, { __tostring = function() return "<<" end })
local MERGE_TAG = constructor.PREFIX .. "merge"

-- The number of changes from one name to the other; small names only, for a hint.
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local before = row[0]
    row[0] = i
    for j = 1, #b do
      local cost = byte(a, i) == byte(b, j) and before or before + 1
      before = row[j]
      if row[j] + 1 < cost then cost = row[j] + 1 end
      if row[j - 1] + 1 < cost then cost = row[j - 1] + 1 end
      row[j] = cost
    end
  end
  return row[#b]
end

-- Names longer than this are not compared, nor more names than this: the time is the product of all three.
local COMPARED = 64
local COMPARISONS = 1000

local function nearest(name, names)
  local best, best_distance
  local compared = 0
  for other in pairs(names) do
    if compared >= COMPARISONS then break end
    if #other <= COMPARED and #name <= COMPARED and math.abs(#other - #name) <= 3 then
      compared = compared + 1
      local d = distance(name, other)
      if d <= 3 and d < #name and (not best or d < best_distance or d == best_distance and other < best) then
        best, best_distance = other, d
      end
    end
  end
  return best
end

-- A copy of a value and of all within, with its marks.
local function copy(value)
  if type(value) ~= "table" or value == types.null then return value end
  local twin
  if types.order(value) then
    twin = types.ordered()
  else
    twin = {}
  end
  for k, v in pairs(value) do twin[copy(k)] = copy(v) end
  if not types.order(value) then setmetatable(twin, getmetatable(value)) end
  return twin
end

local function shown(key)
  return format("%q", tostring(key))
end

-- A sink that calls `finish` with each document's value. With `track` it keeps where each key is, so as to tell
-- where the first of two equal keys stands; that costs time, so it is done in a second run, for the error alone.
local function new_sink(options, finish, on_duplicate, track)
  local schema = options.schema
  local ordered = options.ordered
  local merge = options.merge ~= false
  local duplicates = options.duplicates or "error"
  local null = types.null
  local null_value = null
  if options.null ~= nil then null_value = options.null end
  local other_null = null_value ~= null
  local drop_null = options.drop_null
  local tags = options.tags
  local implicit = options.implicit_scalar
  local unknown_tags = options.unknown_tags or "ignore"
  local string_keys = options.string_keys
  local copies = options.aliases == "copy"
  local cycles = options.cycles
  local max_aliased = options.max_aliased or composer.MAX_ALIASED

  local compiled, ready, starts, resolve -- the schema's name, and what the constructor made of it
  local anchors, sizes, open = {}, {}, {} -- by name: the value, its nodes, whether it is still being read
  local nodes, aliased = 0, 0 -- nodes seen, with those behind aliases; these alone
  local root

  -- The collection being read; `count` is that of a sequence, false for a mapping.
  local top, count, key, key_at, merges = nil, false, nil, nil, nil
  -- Those around it, by depth. A list for each field: a table for each collection would cost more than the values.
  local depth = 0
  local tops, counts, keys, key_ats, merge_lists = {}, {}, {}, {}, {}
  local begins, node_counts, own_anchors, own_tags = {}, {}, {}, {} -- and of the collection being read

  local function duplicate()
    -- yaml-test-suite has valid documents with two null keys (2JQS) and with a collection twice as a key (X38W).
    if key == null or type(key) == "table" and key ~= MERGE then return true end
    if duplicates == "last" then return true end
    if duplicates == "first" then return false end
    local first = track and track[top] and track[top][key]
    if not first then return on_duplicate(key_at, key) end
    raise(key_at, ("the key %s is given twice"):format(shown(key)), "remove one of them, or load with duplicates = \"last\"",
      { offset = first, message = "the first one is here" })
  end

  local function set_key(value, at)
    if value ~= value then
      raise(at, "not-a-number cannot be a key in Lua")
    end
    key, key_at = value, at
    if track then
      local places = track[top]
      if not places then
        places = {}
        track[top] = places
      end
      places[value] = places[value] or at
    end
  end

  local function is_mapping(value)
    return type(value) == "table" and value ~= null and getmetatable(value) ~= sequence_mark
  end

  local function add_merge(value)
    local list = merges or { place = ordered and #types.order(top) }
    if merges and duplicates == "error" then
      duplicate()
    end
    merges = list
    if is_mapping(value) then
      list[#list + 1] = value
      return
    end
    if type(value) == "table" and value ~= null then
      for i = 1, #value do
        if not is_mapping(value[i]) then raise(key_at, "a merge key (<<) needs mappings in its sequence") end
        list[#list + 1] = value[i]
      end
      return
    end
    raise(key_at, "a merge key (<<) needs a mapping, or a sequence of mappings", "load with merge = false to read << as a key")
  end

  -- Keys of merged mappings that the mapping itself does not have; earlier mappings go before later ones.
  local function apply_merges(list)
    if not ordered then
      for i = 1, #list do
        for k, v in next, list[i] do
          if top[k] == nil then top[k] = v end
        end
      end
      return
    end
    local own = types.order(top)
    local merged = {}
    for i = 1, #list do
      for k, v in pairs(list[i]) do
        if top[k] == nil then
          merged[#merged + 1] = k
          rawset(top, k, v)
        end
      end
    end
    -- They come where << stood.
    local order = table.move(own, 1, list.place, 1, {})
    table.move(merged, 1, #merged, #order + 1, order)
    table.move(own, list.place + 1, #own, #order + 1, order)
    types.reorder(top, order)
  end

  -- Puts a value where it belongs.
  local function add(value, at)
    if count then
      if drop_null and value == null then return end
      count = count + 1
      top[count] = value
    elseif not top then
      root = value
    elseif key == nil then
      set_key(value, at)
    elseif key == MERGE then
      add_merge(value)
      key = nil
    else
      if drop_null and value == null then
        key = nil
        return
      end
      if top[key] == nil or duplicate() then top[key] = value end
      key = nil
    end
  end

  local function user_tag(tag, value, kind, style, at)
    local construct = tags and tags[tag]
    if construct then
      local result, message = construct(value, kind, style)
      if result == nil then
        if message then raise(at, tostring(message)) end
        return true, null_value
      end
      return true, result
    end
    if unknown_tags == "error" and tag ~= "!" and tag:sub(1, #constructor.PREFIX) ~= constructor.PREFIX then
      raise(at, ("the tag %s is not known"):format(tag), "give a function for it in the option `tags`")
    end
    return false
  end

  local function tagged_scalar(at, text, style, tag)
    local found, value = user_tag(tag, text, "scalar", style, at)
    if found then return value end
    local message
    value, message = constructor.scalar(ready, tag, text)
    if message then raise(at, message) end
    return value
  end

  local function keep_anchor(name, value, size)
    anchors[name], sizes[name], open[name] = value, size, nil
  end

  -- Begins a collection: a sequence with n = 0, a mapping with n = false.
  local function enter(at, collection, n, anchor, tag)
    nodes = nodes + 1
    depth = depth + 1
    tops[depth], counts[depth], keys[depth], key_ats[depth] = top, count, key, key_at
    begins[depth], node_counts[depth] = at, nodes
    if merges then
      merge_lists[depth] = merges
      merges = nil
    end
    if tag then own_tags[depth] = tag end
    if anchor then
      own_anchors[depth] = anchor
      anchors[anchor] = collection
      open[anchor] = true
    end
    top, count, key = collection, n, nil
  end

  local function leave(kind)
    local value, at = top, begins[depth]
    local tag, anchor = own_tags[depth], own_anchors[depth]
    local size = nodes - node_counts[depth] + 1
    top, count, key, key_at, merges = tops[depth], counts[depth], keys[depth], key_ats[depth], merge_lists[depth]
    if merges then merge_lists[depth] = nil end
    if tag then own_tags[depth] = nil end
    if anchor then own_anchors[depth] = nil end
    depth = depth - 1
    if tag then
      local found, result = user_tag(tag, value, kind, nil, at)
      if found then
        value = result
      else
        local message = constructor.mismatch(tag, kind)
        if message then raise(at, message) end
      end
    end
    if anchor then keep_anchor(anchor, value, size) end
    add(value, at)
  end

  local sink = {}

  function sink.document_start(_, _, version)
    local name = schema or (version == "1.1" and "1.1" or "core")
    if name ~= compiled then
      compiled = name
      ready = constructor.compile(name, options)
      starts, resolve = ready.starts, ready.resolve
      if ready.strict then starts = nil end
    end
    if next(anchors) ~= nil then anchors, sizes, open = {}, {}, {} end
    nodes, aliased = 0, 0
    top, count, key, merges, root = nil, false, nil, nil, nil
  end

  function sink.document_end()
    finish(root)
  end

  function sink.scalar(at, text, style, anchor, tag)
    nodes = nodes + 1
    local value = text
    if tag then
      if tag == MERGE_TAG and merge and top and not count and key == nil then
        set_key(MERGE, at)
        return
      end
      value = tagged_scalar(at, text, style, tag)
    elseif style == "plain" then
      local is_key = key == nil and top and not count
      if is_key and text == "<<" and merge then
        set_key(MERGE, at)
        return
      elseif is_key and string_keys then
        value = text
      elseif implicit then
        value = implicit(text)
      elseif not starts or text == "" or starts[byte(text)] then
        value = resolve(text)
        if value == nil then
          raise(at, ("%q is no value of this schema"):format(text), "quote it")
        end
      end
    end
    if other_null and value == null then value = null_value end
    if anchor then keep_anchor(anchor, value, 1) end
    -- What follows is `add`, written out because most of the time goes here.
    if drop_null then
      add(value, at)
    elseif count then
      count = count + 1
      top[count] = value
    elseif key == nil then
      if top and value == value and not track then
        key, key_at = value, at
      else
        add(value, at)
      end
    elseif top[key] == nil and key ~= MERGE then
      top[key] = value
      key = nil
    else
      add(value, at)
    end
  end

  function sink.alias(at, name)
    local value = anchors[name]
    if value == nil then
      local other = nearest(name, anchors)
      raise(at, ("the anchor of the alias *%s is not defined"):format(name),
        other and ("did you mean *%s?"):format(other) or "an anchor, &name, stands before its aliases; quote a text that begins with *")
    end
    local size = 1
    if open[name] then
      if not cycles or copies then
        raise(at, ("the alias *%s stands inside the collection that it names"):format(name),
          "load with cycles = true if that is meant")
      end
    else
      size = sizes[name]
    end
    nodes, aliased = nodes + size, aliased + size
    if aliased > max_aliased then
      raise(at, ("the aliases stand for more than max_aliased = %d nodes"):format(max_aliased),
        "a text that unfolds to so much is often an attack; raise the limit if it is not")
    end
    if copies then value = copy(value) end
    add(value, at)
  end

  function sink.sequence_start(at, _, anchor, tag)
    enter(at, setmetatable({}, sequence_mark), 0, anchor, tag)
  end

  function sink.sequence_end()
    leave("sequence")
  end

  function sink.mapping_start(at, _, anchor, tag)
    enter(at, ordered and types.ordered() or {}, false, anchor, tag)
  end

  function sink.mapping_end()
    if merges then apply_merges(merges) end
    -- A table that could be taken for a sequence is marked.
    if not ordered and (top[1] ~= nil or next(top) == nil) then setmetatable(top, mapping_mark) end
    leave("mapping")
  end

  function sink.pair(at)
    local value = top[count]
    top[count] = nil
    count = count - 1
    sink.mapping_start(at)
    set_key(value, at)
  end

  return sink
end

--- Builds the values of all documents of a text.
-- @tparam string text as yaml.reader.decode gives it
-- @tparam table options as for yaml.load
-- @tparam function finish called with the value of each document
-- @raise a fault (see yaml.errors)
function composer.compose(text, options, finish)
  local function on_duplicate(at, key)
    -- The second run finds the same key again and knows where the first one is.
    local function fail() raise(at, ("the key %s is given twice"):format(shown(key))) end
    parser.parse(text, new_sink(options, function() end, fail, {}), options)
  end
  parser.parse(text, new_sink(options, finish, on_duplicate), options)
end

return composer
