--- The settings of cjson, and the functions that show and change them.
--
-- @module cjson.setters

local type, error, select = type, error, select

local setters = {}

--- The settings at the beginning.
-- @treturn table
function setters.defaults()
  return {
    -- Whether sparse arrays become objects, how much sparser than full is sparse, and up to which last index none is.
    sparse_convert = false,
    sparse_ratio = 2,
    sparse_safe = 10,
    encode_max_depth = 1000,
    decode_max_depth = 1000,
    -- Significant digits of floats.
    precision = 14,
    -- Without meaning here: there is no buffer to keep.
    keep_buffer = true,
    -- Whether NaN and infinities are written: true, false, "null".
    encode_invalid = false,
    -- Whether NaN, infinities and hexadecimal numbers are read.
    decode_invalid = true,
    -- Whether arrays that are read get array_mt.
    mark_arrays = false,
    -- Whether an empty table is an object.
    empty_object = true,
    -- Whether a slash is escaped.
    escape_slash = true,
  }
end

local MOST = 2147483647

-- A check and a conversion of each kind of setting. They return the value, or nil and what is wrong.

local function integer(least, most)
  return function(v)
    local number = type(v) == "string" and tonumber(v) or v
    if type(number) ~= "number" then return nil, "number expected, got " .. type(v) end
    number = math.tointeger(number)
    if not number then return nil, "number has no integer representation" end
    if number < least or number > most then
      return nil, ("expected integer between %d and %d"):format(least, most)
    end
    return number
  end
end

local WORDS = { on = true, off = false }

local function switch(other)
  return function(v)
    if type(v) == "boolean" then return v end
    if type(v) ~= "string" and type(v) ~= "number" then return nil, "string expected, got " .. type(v) end
    if v == other then return v end
    if WORDS[v] == nil then return nil, ("invalid option '%s'"):format(v) end
    return WORDS[v]
  end
end

-- A function that sets the fields that its arguments are given for, and returns all of them.
local function setter(name, ...)
  local fields = { ... }
  return function(settings, ...)
    local count = select("#", ...)
    if count > #fields then
      error(("bad argument #%d to '%s' (found too many arguments)"):format(#fields + 1, name), 2)
    end
    local values = {}
    for i, field in ipairs(fields) do
      local v = select(i, ...)
      if i <= count and v ~= nil then
        local set, wrong = field[2](v)
        if wrong then error(("bad argument #%d to '%s' (%s)"):format(i, name, wrong), 2) end
        settings[field[1]] = set
      end
      values[i] = settings[field[1]]
    end
    return table.unpack(values, 1, #fields)
  end
end

--- The functions by their names in cjson. Each takes the settings, and then for each setting a value, or nil to leave
-- it; returns what is set now; raises at its caller's line (a tail call's is the line before) when a value is wrong.
setters.functions = {
  --- (convert, ratio, safe)
  encode_sparse_array = setter("encode_sparse_array",
    { "sparse_convert", switch() }, { "sparse_ratio", integer(0, MOST) }, { "sparse_safe", integer(0, MOST) }),
  encode_max_depth = setter("encode_max_depth", { "encode_max_depth", integer(1, MOST) }),
  decode_max_depth = setter("decode_max_depth", { "decode_max_depth", integer(1, MOST) }),
  encode_number_precision = setter("encode_number_precision", { "precision", integer(1, 16) }),
  encode_keep_buffer = setter("encode_keep_buffer", { "keep_buffer", switch() }),
  encode_invalid_numbers = setter("encode_invalid_numbers", { "encode_invalid", switch("null") }),
  decode_invalid_numbers = setter("decode_invalid_numbers", { "decode_invalid", switch() }),
  encode_empty_table_as_object = setter("encode_empty_table_as_object", { "empty_object", switch() }),
  encode_escape_forward_slash = setter("encode_escape_forward_slash", { "escape_slash", switch() }),
  decode_array_with_array_mt = setter("decode_array_with_array_mt", { "mark_arrays", switch() }),
}

return setters
