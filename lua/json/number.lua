--- Numbers as JSON text: the fewest digits that read back as the same number.
--
-- @module json.number

local format, find, gsub = string.format, string.find, string.gsub
local tonumber, abs = tonumber, math.abs

local number = {}

--- The smallest double with all 53 bits; a smaller one can need fewer than 15 digits.
local SMALLEST_NORMAL = 2.2250738585072014e-308

-- The number of digits that tells any two doubles apart; with 15, some pairs.
local ENOUGH = 17

-- 16 correctly rounded digits can miss a power of two by one unit, because the
-- doubles below it lie half as far apart as those above: try the digits on
-- either side.
local function beside(v, text)
    local head, last, tail = text:match("^(.*)(%d)(e?[-+]?%d*)$")
    for _, digit in ipairs { last - 1, last + 1 } do
        if digit >= 0 and digit <= 9 then
            local near = ("%s%d%s"):format(head, digit, tail)
            if tonumber(near) == v then return near end
        end
    end
    return nil
end

local function shortest(v)
    for digits = abs(v) < SMALLEST_NORMAL and 1 or 15, ENOUGH - 1 do
        local text = format("%." .. digits .. "g", v)
        if tonumber(text) == v then return text end
    end
    return beside(v, format("%.16g", v)) or format("%.17g", v)
end

--- A float as JSON text, marked as a float: 1.0 is "1.0", 1e300 is "1e+300".
-- @tparam number v
-- @treturn ?string nil when it is infinite or not a number, which JSON cannot say
function number.float(v)
    if v - v ~= 0 then return nil end
    local text = format("%.15g", v)
    if tonumber(text) ~= v or abs(v) < SMALLEST_NORMAL then text = shortest(v) end
    if find(text, "^-?%d+[.e]") then return text end
    if find(text, ",", 1, true) then return (gsub(text, ",", ".")) end -- a locale's decimal comma
    return text .. ".0"
end

return number
