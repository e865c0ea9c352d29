--- JSON text to Lua values (RFC 8259).
--
-- The speed comes from three habits. A pattern reads as much as it can in one
-- call: a plain member's value, the comma, the next key, the colon and the first
-- character of the next value are one match. A first character chooses the
-- reader from a table. And nothing is returned to say that all went well: a fault
-- is raised to the one pcall in `decoder.document`.
--
-- No pattern may need more than linear time, whatever the text: in each, what
-- follows a repeated class never begins with a member of that class.
--
-- @module json.decoder

local kind = require "json.kind"
local null = require "json.null"
local unicode = require "json.unicode"

local find, sub, byte, gsub = string.find, string.sub, string.byte, string.gsub
local tonumber, setmetatable, error, pcall = tonumber, setmetatable, error, pcall
local math_type, huge = math.type, math.huge

local decoder = {}

--- Levels of arrays and objects when the caller sets no limit: more than any
-- document made by hand or by machine, few enough for the slowest engine's stack.
decoder.DEPTH = 1000

--- The highest limit that a caller may set. A level takes some 20 slots of the
-- Lua stack, which holds a million in every engine.
decoder.MAX_DEPTH = 10000

-- Patterns -----------------------------------------------------------------

local SPACE = "[ \n\r\t]*"
-- What a string may hold as it is, the likeliest range first: a set is searched
-- from its left, and a range found early is a third faster.
local PLAIN = '[]-\255#-[ -!]*'
local KEY = '"(' .. PLAIN .. ')"' .. SPACE .. ":" .. SPACE .. "(.)"

-- The texts of a number that tonumber and JSON understand alike. %f[%D] is
-- where digits end, so that neither "1." nor "01" matches.
local PLAIN_NUMBER = { ["-"] = "^(%-[1-9][%d.]*)%f[%D]", ["0"] = "^(0%f[%D][%d.]*)%f[%D]" }
for digit = 1, 9 do PLAIN_NUMBER[tostring(digit)] = "^([%d.]+)%f[%D]" end

local function followed_by(tail)
    local patterns = {}
    for first, pattern in pairs(PLAIN_NUMBER) do patterns[first] = pattern .. tail end
    return patterns
end

local NEXT_MEMBER = SPACE .. "," .. SPACE .. KEY
local NEXT_ELEMENT = SPACE .. "," .. SPACE .. "(.)"
local FIRST_MEMBER = "^" .. SPACE .. KEY
local MEMBER = "^" .. NEXT_MEMBER
local ELEMENT = "^" .. NEXT_ELEMENT
local STRING = '^(' .. PLAIN .. ')"'
local STRING_MEMBER = STRING .. NEXT_MEMBER
local STRING_ELEMENT = STRING .. NEXT_ELEMENT
local NUMBER_MEMBER = followed_by(NEXT_MEMBER)
local NUMBER_ELEMENT = followed_by(NEXT_ELEMENT)
local OBJECT_END = "^" .. SPACE .. "}"
local ARRAY_END = "^" .. SPACE .. "]"
local FIRST = "^" .. SPACE .. "(.)"
local COMMA = "^" .. SPACE .. "," .. SPACE

-- Faults -------------------------------------------------------------------

local Fault = { __name = "json.fault" }

-- Give up on the text: `what` is wrong at the byte `at`.
local function fault(at, what)
    error(setmetatable({ at = at, what = what }, Fault), 0)
end

-- The character at a byte, as a message shows it.
local function shown(text, at)
    local c = sub(text, at, at)
    if c == "" then return "the end of the text" end
    if find(c, "[%c\128-\255]") then return ("byte 0x%02X"):format(byte(c)) end
    return "'" .. c .. "'"
end

local function expected(text, at, what)
    local _, last = find(text, "^" .. SPACE, at)
    at = last + 1
    fault(at, "expected " .. what .. ", got " .. shown(text, at))
end

-- Strings ------------------------------------------------------------------

local BAD_ESCAPE = {}

-- What the escapes of one character mean. Anything else is no escape.
local ESCAPE = setmetatable({
    ['\\"'] = '"', ["\\\\"] = "\\", ["\\/"] = "/", ["\\b"] = "\b", ["\\f"] = "\f",
    ["\\n"] = "\n", ["\\r"] = "\r", ["\\t"] = "\t",
}, { __index = function() error(BAD_ESCAPE, 0) end })

-- What an escape means, when \u may occur: `digits` are up to four hexadecimal
-- digits that follow it, whether they belong to it or not.
local function unescape(escape, digits)
    if escape ~= "\\u" then return ESCAPE[escape] .. digits end
    if #digits < 4 then error(BAD_ESCAPE, 0) end
    return unicode.char(tonumber(digits, 16))
end

-- Blame the first thing in from..to, the body of a string, that is wrong.
local function bad_string(text, from, to)
    local at = from
    while at <= to do
        local c, escape = byte(text, at), sub(text, at, at + 1)
        if c < 0x20 then
            fault(at, ("control character 0x%02X in a string must be escaped"):format(c))
        elseif c ~= 0x5C then
            at = at + 1
        elseif escape ~= "\\u" then
            if not rawget(ESCAPE, escape) then fault(at, "unknown escape '\\' before " .. shown(text, at + 1)) end
            at = at + 2
        else
            local digits = find(text, "^%x%x%x%x", at + 2)
            if not digits then fault(at, "\\u without four hexadecimal digits") end
            local pair = find(text, "^[dD][89abAB]%x%x\\u[dD][c-fC-F]%x%x", at + 2)
            if not pair and find(text, "^[dD][89a-fA-F]", at + 2) then
                fault(at, "lone surrogate " .. sub(text, at, at + 5))
            end
            at = at + (pair and 12 or 6)
        end
    end
end

-- The closing quote of the string whose opening quote is at `at`.
local function closing_quote(text, at)
    local quote = at
    repeat
        quote = find(text, '"', quote + 1, true)
        if not quote then fault(at, "string without a closing quote") end
        -- An odd number of backslashes escapes the quote behind them.
        local slash = quote - 1
        while byte(text, slash) == 0x5C do slash = slash - 1 end
    until (quote - slash) % 2 == 1
    return quote
end

-- The string whose opening quote is at `at`, with whatever it holds.
local function any_string(text, at, settings)
    local quote = closing_quote(text, at)
    local body = sub(text, at + 1, quote - 1)
    if not find(body, "^[ -\255]*$") then bad_string(text, at + 1, quote - 1) end
    if not find(body, "\\", 1, true) then return body, quote + 1 end

    local fine, value
    if find(body, "\\u", 1, true) then
        fine, value = pcall(gsub, body, "(\\.)(%x?%x?%x?%x?)", unescape)
    else
        fine, value = pcall(gsub, body, "\\.", ESCAPE)
    end
    if not fine then
        if value ~= BAD_ESCAPE then error(value, 0) end
        bad_string(text, at + 1, quote - 1)
    end
    value = unicode.pair(value)
    if settings.strict and unicode.lone(value) then bad_string(text, at + 1, quote - 1) end
    return value, quote + 1
end

-- Numbers ------------------------------------------------------------------

-- Where the number that begins at `at` ends (RFC 8259, section 6).
local function number_end(text, at)
    local _, last = find(text, "^-?%d+", at)
    if not last then fault(at, "expected a digit after '-'") end
    if find(text, "^-?0%d", at) then fault(at, "number with a leading zero") end
    if byte(text, last + 1) == 0x2E then
        local dot = last + 1
        _, last = find(text, "^%d+", dot + 1)
        if not last then fault(dot + 1, "expected a digit after '.'") end
    end
    if find(text, "^[eE]", last + 1) then
        local exponent = last + 1
        _, last = find(text, "^[eE][-+]?%d+", exponent)
        if not last then fault(exponent, "exponent without a digit") end
    end
    return last
end

local function any_number(text, at, _, settings)
    local last = number_end(text, at)
    local digits = sub(text, at, last)
    local value = tonumber(digits)
    if value == 0 and byte(digits) == 0x2D then
        value = -0.0
    elseif settings.big == "string" then
        -- A whole number that became a float has more than 64 bits.
        if math_type(value) == "float" and not find(digits, "[.eE]") then value = digits end
        if value == huge or value == -huge then value = digits end
    elseif value == huge or value == -huge then
        fault(at, "number too large for a double")
    end
    return value, last + 1
end

-- Values -------------------------------------------------------------------

-- What reads a value, by its first character: each gets the text, the byte it
-- begins at, the levels still allowed and the settings, and returns the value
-- and the byte behind it.
local function no_value(text, at) expected(text, at, "a value") end
local read = setmetatable({}, { __index = function() return no_value end })

local function literal(word, value)
    return function(text, at)
        if sub(text, at, at + #word - 1) ~= word then no_value(text, at) end
        return value, at + #word
    end
end

read["t"] = literal("true", true)
read["f"] = literal("false", false)
read["n"] = function(text, at, _, settings)
    if sub(text, at, at + 3) ~= "null" then no_value(text, at) end
    return settings.null, at + 4
end

read['"'] = function(text, at, _, settings)
    local _, last, value = find(text, STRING, at + 1)
    if last then return value, last + 1 end
    return any_string(text, at, settings)
end

for first in pairs(PLAIN_NUMBER) do read[first] = any_number end

-- The key of a member that is no plain string, the byte where the value begins,
-- and that byte as a string; `at` is where the key ought to be.
local function any_key(text, at, settings)
    local _, last = find(text, "^" .. SPACE .. '"', at)
    if not last then expected(text, at, "a key in double quotes") end
    local key
    key, last = any_string(text, last, settings)
    local _, start, first = find(text, "^" .. SPACE .. ":" .. SPACE .. "(.)", last)
    if not start then
        local _, colon = find(text, "^" .. SPACE .. ":" .. SPACE, last)
        expected(text, colon and colon + 1 or last, colon and "a value" or "':' after a key")
    end
    return key, start, first
end

read["{"] = function(text, at, depth, settings)
    if depth == 0 then fault(at, settings.too_deep) end
    local object, numbers, unique = {}, settings.number_member, settings.unique
    if settings.object then setmetatable(object, settings.object) end
    local _, start, key, first = find(text, FIRST_MEMBER, at + 1)
    if not start then
        local _, last = find(text, OBJECT_END, at + 1)
        if last then return object, last + 1 end
        key, start, first = any_key(text, at + 1, settings)
    end
    while true do
        if unique and object[key] ~= nil then fault(start, ("key %q occurs twice"):format(key)) end
        local value, next_start, next_key, next_first
        if first == '"' then
            _, next_start, value, next_key, next_first = find(text, STRING_MEMBER, start + 1)
        else
            local pattern = numbers[first]
            if pattern then
                _, next_start, value, next_key, next_first = find(text, pattern, start)
                if next_start then
                    value = tonumber(value)
                    -- "1.2.3", or so many digits that it is infinite: any_number says it.
                    if not value or value - value ~= 0 then next_start = nil end
                end
            end
        end
        if next_start then
            object[key] = value
        else
            local last
            value, last = read[first](text, start, depth - 1, settings)
            object[key] = value
            _, next_start, next_key, next_first = find(text, MEMBER, last)
            if not next_start then
                local _, brace = find(text, OBJECT_END, last)
                if brace then return object, brace + 1 end
                local _, comma = find(text, COMMA, last)
                if not comma then expected(text, last, "',' or '}'") end
                next_key, next_start, next_first = any_key(text, comma + 1, settings)
            end
        end
        key, start, first = next_key, next_start, next_first
    end
end

read["["] = function(text, at, depth, settings)
    if depth == 0 then fault(at, settings.too_deep) end
    local array, n = setmetatable({}, settings.array), 0
    local numbers = settings.number_element
    local _, start, first = find(text, FIRST, at + 1)
    if first == "]" then return array, start + 1 end
    if not start then expected(text, at + 1, "a value or ']'") end
    while true do
        n = n + 1
        local value, next_start, next_first
        if first == '"' then
            _, next_start, value, next_first = find(text, STRING_ELEMENT, start + 1)
        else
            local pattern = numbers[first]
            if pattern then
                _, next_start, value, next_first = find(text, pattern, start)
                if next_start then
                    value = tonumber(value)
                    -- "1.2.3", or so many digits that it is infinite: any_number says it.
                    if not value or value - value ~= 0 then next_start = nil end
                end
            end
        end
        if not next_start then
            local last
            value, last = read[first](text, start, depth - 1, settings)
            _, next_start, next_first = find(text, ELEMENT, last)
            if not next_start then
                local _, bracket = find(text, ARRAY_END, last)
                if bracket then
                    array[n] = value
                    return array, bracket + 1
                end
                local _, comma = find(text, COMMA, last)
                expected(text, comma and comma + 1 or last, comma and "a value" or "',' or ']'")
            end
        end
        array[n] = value
        start, first = next_start, next_first
    end
end

-- Documents ----------------------------------------------------------------

--- The settings of a decoder, from its options.
-- @tparam table options `null` (what null becomes), `depth` (levels), `big` ("float" or
--   "string"), `utf8` ("reject" or "pass"), `duplicates` ("last" or "error")
-- @treturn table for `decoder.value`
function decoder.settings(options)
    local depth = options.depth or decoder.DEPTH
    local null_value = options.null
    if null_value == nil then null_value = null end
    local fast = options.big ~= "string"
    return {
        null = null_value,
        depth = depth,
        too_deep = ("more than %d levels of arrays and objects"):format(depth),
        big = options.big,
        -- The fast patterns make each number an integer or a float.
        number_member = fast and NUMBER_MEMBER or {},
        number_element = fast and NUMBER_ELEMENT or {},
        strict = options.utf8 ~= "pass",
        unique = options.duplicates == "error",
        array = kind.array,
        object = nil,
    }
end

local function value(text, at, settings)
    if settings.strict then
        local valid, bad = unicode.valid(text, at)
        if not valid then fault(bad, "invalid UTF-8") end
    end
    local _, start, first = find(text, FIRST, at)
    if not start then no_value(text, at) end
    return read[first](text, start, settings.depth, settings)
end

local function document(text, settings)
    -- RFC 8259, section 8.1: a byte order mark may be ignored.
    local _, mark = find(text, "^\239\187\191")
    local result, last = value(text, mark and mark + 1 or 1, settings)
    if last <= #text and not find(text, "^" .. SPACE .. "$", last) then
        expected(text, last, "the end of the text")
    end
    return result
end

local function try(reader, ...)
    local fine, result, last = pcall(reader, ...)
    if not fine and getmetatable(result) ~= Fault then error(result, 0) end
    return fine, result, last
end

--- Read the one value that a text is.
-- @tparam string text
-- @tparam table settings what `decoder.settings` made
-- @treturn boolean whether the text is JSON
-- @return the value, or the fault: a table with `at` (the byte) and `what` (the message)
function decoder.document(text, settings)
    return try(document, text, settings)
end

--- Read the value that begins at a byte, whatever follows it.
-- @tparam string text
-- @tparam integer at
-- @tparam table settings what `decoder.settings` made
-- @treturn boolean whether it is JSON
-- @return the value, or the fault: a table with `at` (the byte) and `what` (the message)
-- @treturn ?integer the byte behind the value
function decoder.value(text, at, settings)
    return try(value, text, at, settings)
end

return decoder
