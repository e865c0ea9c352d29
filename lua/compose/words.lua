--- A command that is written as a text, divided into words as the reference loader does: quotes and backslashes as in
-- a shell; `$(...)` and `...` in backticks stay as they are, and an operator (; & | < >) ends the command.
--
-- @module compose.words

local words = {}

--- Divides a text.
-- @tparam string text
-- @treturn ?{string,...} nil where a quote is never closed
-- @treturn ?string what is wrong; beside a list: what is lost
function words.split(text)
  local list, word = {}, nil
  local quote -- the character that ends what is open: ' " ` or )
  local at = 1
  local function add(c) word = (word or "") .. c end
  while at <= #text do
    local c = text:sub(at, at)
    if c == "\\" and quote ~= "'" then
      at = at + 1
      if at > #text then return nil, ('"%s" ends in a backslash'):format(text) end
      add(text:sub(at, at))
    elseif quote then
      if c == quote then
        quote = nil
        add((c == "'" or c == '"') and "" or c)
      else
        add(c)
      end
    elseif c == "'" or c == '"' then
      quote = c
      add ""
    elseif c == "`" then
      quote = c
      add(c)
    elseif c == "(" then
      if not word or word:sub(-1) ~= "$" then
        return nil, ('"%s" has a ( outside of quotes; for a shell write ["sh", "-c", "..."]'):format(text)
      end
      quote = ")"
      add(c)
    elseif c == ")" then
      return nil, ('"%s" has a ) outside of quotes; for a shell write ["sh", "-c", "..."]'):format(text)
    elseif c:find "[ \t\r\n]" then
      if word then list[#list + 1] = word end
      word = nil
    elseif c:find "[;&|<>]" then
      if word and not (c == ">" and word:find "^%d") then list[#list + 1] = word end
      return list, ('there is no shell, so "%s" and what follows is left out; write ["sh", "-c", "..."]'):format(c)
    else
      add(c)
    end
    at = at + 1
  end
  if quote then return nil, ('"%s" has a %s that is never closed'):format(text, quote == ")" and "$(" or quote) end
  if word then list[#list + 1] = word end
  return list
end

return words
