--- Files of variables, such as .env: NAME=value, a line each.
--
-- Values may be in single quotes (nothing in them means anything but \' for a quote), in double quotes (escapes such
-- as \n, and variables) or bare (variables; " #" begins a comment). A name alone takes the value that it has outside.
-- (Compose Specification, "Env_file format".)
--
-- @module compose.dotenv

local interpolate = require "compose.interpolate"

local find, sub, match = string.find, string.sub, string.match

local dotenv = {}

local ESCAPES = {
  a = "\a", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", v = "\v", ["$"] = "$$", ['"'] = '"', ["\\"] = "\\",
}

local function unescape(text)
  text = text:gsub("\\(.)(%d?%d?%d?)", function(letter, digits)
    if letter == "0" then
      local octal = match(digits, "^[0-3]?[0-7][0-7]$")
      if octal then return string.char(tonumber(octal, 8)) end
      return nil
    end
    local value = ESCAPES[letter]
    return value and value .. digits
  end)
  return text
end

-- The value in quotes that begins at a position, and the position after it; nil where it is never closed.
local function quoted(text, at)
  local quote = sub(text, at, at)
  local out, from = {}, at + 1
  while true do
    local stop = find(text, quote == '"' and '["\\]' or "['\\]", from)
    if not stop then return nil end
    out[#out + 1] = sub(text, from, stop - 1)
    if sub(text, stop, stop) == quote then return table.concat(out), stop + 1 end
    -- A backslash: before the quote it hides it, elsewhere it stays for later.
    local following = sub(text, stop + 1, stop + 1)
    out[#out + 1] = following == quote and quote or "\\" .. following
    from = stop + 2
  end
end

--- Reads the text of a file of variables.
-- @tparam string text
-- @tparam table values names and values found before; the new ones are added
-- @tparam function lookup lookup(name): the value of a variable outside of the file, or nil; it goes before `values`
-- @treturn ?table `values`
-- @treturn ?string what is wrong
-- @treturn ?integer in which line
function dotenv.parse(text, values, lookup)
  text = text:gsub("^\239\187\191", "")
  local at = 1
  local variables = {
    lookup = function(name)
      local value = lookup(name)
      if value == nil then value = values[name] end
      return value
    end,
    unset = function() end,
  }
  local function line()
    local _, count = sub(text, 1, at - 1):gsub("\n", "")
    return count + 1
  end
  local function expand(value)
    local expanded, err = interpolate.text(value, variables)
    if err == "malformed" then err = ('"%s" has a $ that begins no variable'):format(value) end
    return expanded, err
  end
  while true do
    at = find(text, "%S", at)
    if not at then return values end
    if sub(text, at, at) == "#" then
      at = find(text, "\n", at, true) or #text + 1
    else
      at = match(text, "^export[ \t]+()", at) or at
      local name, stop = match(text, "^([^=:\n]*)()", at)
      local bad = match(name, "[^%w_.%-%[%]%s\128-\255]")
      if bad then return nil, ('"%s" cannot stand in the name of a variable'):format(bad), line() end
      name = match(name, "^(.-)%s*$")
      if find(name, "%s") then return nil, ('the name "%s" has a space'):format(name), line() end
      local separator = sub(text, stop, stop)
      if separator == "\n" or separator == "" then
        local value = lookup(name)
        if value ~= nil then values[name] = value end
        at = stop + 1
      else
        local begin = match(text, "^[ \t\r\v\f]*()", stop + 1)
        local first = sub(text, begin, begin)
        local value, err
        if first == "'" or first == '"' then
          value, stop = quoted(text, begin)
          if not value then return nil, ("the value of %s begins with %s, which is never closed")
            :format(name, first), line() end
          if first == '"' then
            value, err = expand(unescape(value))
            if not value then return nil, err, line() end
          end
        else
          value = match(text, "^[^\n]*", begin)
          stop = begin + #value
          local comment = find(value, " #", 1, true)
          if comment then value = sub(value, 1, comment - 1) end
          value, err = expand(match(value, "^(.-)%s*$"))
          if not value then return nil, err, line() end
        end
        values[name] = value
        at = stop
      end
    end
  end
end

return dotenv
