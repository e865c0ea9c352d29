--- UTF-8 as JSON needs it (RFC 3629, RFC 8259 section 8.1).
--
-- @module json.unicode

local find, byte = string.find, string.byte
local len = utf8.len

local unicode = {}

-- Lua 5.3 takes the encoded surrogates U+D800..U+DFFF for valid UTF-8.
local takes_surrogates = len("\237\160\128") ~= nil

-- Where the first encoded surrogate of s begins, or nil.
local function surrogate(s, from)
    local at = find(s, "\237", from, true)
    while at do
        local second = byte(s, at + 1)
        if second and second >= 0xA0 then return at end
        at = find(s, "\237", at + 1, true)
    end
    return nil
end

--- Whether a string is valid UTF-8.
-- @tparam string s
-- @tparam[opt=1] integer from the byte to begin with
-- @treturn boolean
-- @treturn ?integer the first byte that is not part of valid UTF-8
function unicode.valid(s, from)
    local count, bad = len(s, from or 1)
    if takes_surrogates then
        local at = surrogate(s, from or 1)
        if at and (count or at < bad) then return false, at end
    end
    if count then return true end
    return false, bad
end

--- The UTF-8 of a code point, also of a surrogate, which valid UTF-8 never has.
-- @tparam integer code 0 to 0x10FFFF
-- @treturn string
unicode.char = utf8.char

-- The six bytes of two encoded surrogates as the four bytes of what they mean.
local function join(high, high2, low, low2)
    high = (byte(high) & 0x0F) << 6 | byte(high2) & 0x3F
    low = (byte(low) & 0x0F) << 6 | byte(low2) & 0x3F
    return unicode.char(0x10000 + (high << 10 | low))
end

--- Join each high surrogate with the low one that follows it.
-- Neither may stem from anything but a \u escape: the raw text is valid UTF-8.
-- @tparam string s
-- @treturn string
function unicode.pair(s)
    if not surrogate(s, 1) then return s end
    return (s:gsub("\237([\160-\175])([\128-\191])\237([\176-\191])([\128-\191])", join))
end

--- Where the first lone surrogate begins.
-- @tparam string s
-- @treturn ?integer
function unicode.lone(s)
    return surrogate(s, 1)
end

--- The line and the column of a byte, for messages.
-- @tparam string s
-- @tparam integer at a byte, from 1 to #s + 1
-- @treturn integer line, from 1
-- @treturn integer column in characters, from 1 (in bytes where s is not UTF-8)
function unicode.place(s, at)
    local line, start = 1, 1
    while true do
        local newline = find(s, "\n", start, true)
        if not newline or newline >= at then break end
        line, start = line + 1, newline + 1
    end
    return line, (at > start and len(s, start, at - 1) or at - start) + 1
end

return unicode
