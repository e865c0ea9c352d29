--- Scalars of the Compose Specification as text and as values: numbers, booleans, sizes, durations.
--
-- Functions that read give the value, or nil and what is wrong.
--
-- @module compose.scalars

local scalars = {}

-- Digits and decimal exponent of a float, the fewest that read back equal.
local function shortest(value)
  for precision = 14, 16 do
    local text = ("%." .. precision .. "e"):format(value)
    if tonumber(text) == value or precision == 16 then
      local sign, whole, rest, exponent = text:match "^(-?)(%d)[.,]?(%d*)e([-+]%d+)$"
      return sign, (whole .. rest):gsub("0+$", ""), math.tointeger(tonumber(exponent))
    end
  end
end

--- A number as the reference loader writes it where a text is wanted: 1.10 is "1.1", 1e6 is "1e+06".
-- @tparam number value
-- @treturn string
function scalars.number_text(value)
  if math.type(value) == "integer" then return ("%d"):format(value) end
  if value ~= value then return "NaN" end
  if value == math.huge then return "+Inf" end
  if value == -math.huge then return "-Inf" end
  if value == 0 then return "0" end
  local sign, digits, exponent = shortest(value)
  -- As Go's %v does: with an exponent below 0.0001 and from a million on.
  if exponent < -4 or exponent >= 6 then
    local text = #digits > 1 and digits:sub(1, 1) .. "." .. digits:sub(2) or digits
    return ("%s%se%s%02d"):format(sign, text, exponent < 0 and "-" or "+", math.abs(exponent))
  end
  if exponent < 0 then return sign .. "0." .. ("0"):rep(-exponent - 1) .. digits end
  if #digits <= exponent + 1 then return sign .. digits .. ("0"):rep(exponent + 1 - #digits) end
  return sign .. digits:sub(1, exponent + 1) .. "." .. digits:sub(exponent + 2)
end

--- A scalar as text.
-- @param value string, number or boolean
-- @treturn string
function scalars.text(value)
  if type(value) == "string" then return value end
  if type(value) == "number" then return scalars.number_text(value) end
  return tostring(value)
end

local BOOLEANS = {
  ["true"] = true, y = true, yes = true, on = true,
  ["false"] = false, n = false, no = false, off = false,
}

--- Reads a boolean.
-- @tparam boolean|string value
-- @treturn ?boolean
-- @treturn ?string what is wrong
function scalars.boolean(value)
  if type(value) == "boolean" then return value end
  local found = BOOLEANS[tostring(value):lower()]
  if found == nil then return nil, ('"%s" is neither true nor false'):format(tostring(value)) end
  return found
end

--- Whether a text is a boolean of YAML 1.1 only (yes, no, on, off, y, n).
-- @param value
-- @treturn boolean
function scalars.is_old_boolean(value)
  if type(value) ~= "string" then return false end
  local lower = value:lower()
  return BOOLEANS[lower] ~= nil and lower ~= "true" and lower ~= "false"
end

--- Reads an integer.
-- @tparam number|string value
-- @treturn ?integer
-- @treturn ?string what is wrong
function scalars.integer(value)
  local number = value
  if type(value) == "string" then number = value:find "^[-+]?%d+$" and tonumber(value) end
  number = number and math.tointeger(number)
  if not number then return nil, ('"%s" is no integer'):format(scalars.text(value)) end
  return number
end

--- Reads a number.
-- @tparam number|string value
-- @treturn ?number
-- @treturn ?string what is wrong
function scalars.number(value)
  if type(value) == "number" then return value end
  local number = value:find "^[-+]?[%d.][%d.eE+-]*$" and tonumber(value)
  if not number then return nil, ('"%s" is no number'):format(value) end
  return number
end

--- Reads an octal number, as modes of files and umasks are written.
-- @tparam integer|string value an integer is taken as it is
-- @treturn ?integer
-- @treturn ?string what is wrong
function scalars.octal(value)
  if type(value) == "number" then return scalars.integer(value) end
  local digits = value:match "^0?o?([0-7]+)$"
  if not digits then return nil, ('"%s" is no octal number'):format(value) end
  return tonumber(digits, 8)
end

local SIZES = { b = 1, k = 1 << 10, m = 1 << 20, g = 1 << 30, t = 1 << 40, p = 1 << 50 }

--- Reads a size in bytes: 512, "64m", "1.5 GB", "2GiB"; units are powers of 1024.
-- @tparam number|string value
-- @treturn ?integer bytes
-- @treturn ?string what is wrong
function scalars.bytes(value)
  if type(value) == "number" then
    local whole = math.tointeger(value)
    if not whole then return nil, ("%s is no whole number of bytes"):format(scalars.number_text(value)) end
    return whole
  end
  if value:find "^[-+]?%d+$" then return math.tointeger(tonumber(value)) end
  local number, unit = value:match "^(%d*%.?%d*) ?(%a*)$"
  local factor = unit and (unit == "" and 1 or SIZES[unit:sub(1, 1):lower()])
  local rest = unit and unit:sub(2):lower()
  if not factor or not tonumber(number) or rest ~= "" and (factor == 1 or rest ~= "b" and rest ~= "ib") then
    return nil, ('"%s" is no size; write bytes or a unit, such as 512m or 1g'):format(value)
  end
  local bytes = tonumber(number) * factor
  return math.tointeger(bytes // 1)
end

-- Nanoseconds by unit.
local UNITS = {
  ns = 1, us = 1000, ["µs"] = 1000, ["μs"] = 1000, ms = 1000000, s = 1000000000, m = 60 * 1000000000,
  h = 3600 * 1000000000, d = 24 * 3600 * 1000000000, w = 168 * 3600 * 1000000000,
}

--- Reads a duration: 90s, 1m30s, 1.5h, 500ms, 2d.
-- @tparam string|number value
-- @treturn ?number seconds, an integer where they are whole
-- @treturn ?string what is wrong
function scalars.duration(value)
  local text = scalars.text(value)
  local sign, rest = text:match "^([-+]?)(.*)$"
  local total = 0
  if rest ~= "0" then
    if rest == "" then return nil, "a duration is missing; write 30s or 1m30s" end
    local at = 1
    while at <= #rest do
      local number, unit, stop = rest:match("^(%d*%.?%d*)([^%d.]+)()", at)
      if not number or not tonumber(number) then
        return nil, ('"%s" is no duration; write a number with a unit, such as 30s or 1m30s'):format(text)
      end
      local factor = UNITS[unit]
      if not factor then return nil, ('"%s" has the unit "%s"; there are ns, us, ms, s, m, h, d, w'):format(text, unit) end
      total = total + tonumber(number) * factor
      at = stop
    end
  end
  if total >= 2.0 ^ 63 then return nil, ('"%s" is too long'):format(text) end
  local nanoseconds = math.tointeger(total // 1)
  if sign == "-" then nanoseconds = -nanoseconds end
  if nanoseconds % 1000000000 == 0 then return nanoseconds // 1000000000 end
  return nanoseconds / 1e9
end

--- A duration as text, as the reference loader writes it: 1m30s, 1h0m0s, 1.5s, 100ms.
-- @tparam number seconds
-- @treturn string
function scalars.duration_text(seconds)
  local n = math.tointeger((seconds * 1e9 + 0.5) // 1) or 0
  if math.type(seconds) == "integer" then n = seconds * 1000000000 end
  if n == 0 then return "0s" end
  local sign = ""
  if n < 0 then sign, n = "-", -n end
  local function decimal(part, unit)
    local whole, rest = part // unit, part % unit
    if rest == 0 then return ("%d"):format(whole) end
    local digits = ("%0" .. #tostring(unit) - 1 .. "d"):format(rest):gsub("0+$", "")
    return ("%d.%s"):format(whole, digits)
  end
  if n < 1000 then return ("%s%dns"):format(sign, n) end
  if n < 1000000 then return sign .. decimal(n, 1000) .. "µs" end
  if n < 1000000000 then return sign .. decimal(n, 1000000) .. "ms" end
  local total = n // 1000000000
  local text = decimal(n - total // 60 * 60000000000, 1000000000) .. "s"
  local minutes = total // 60
  if minutes > 0 then text = ("%dm%s"):format(minutes % 60, text) end
  if minutes >= 60 then text = ("%dh%s"):format(minutes // 60, text) end
  return sign .. text
end

return scalars
