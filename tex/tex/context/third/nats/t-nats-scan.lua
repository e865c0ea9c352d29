--- Reads arguments from TeX and copies templates, token by token.
--
-- A cell of a table is typeset long after its row was read, when the loop over the data has gone on.
-- So each copy of a template carries its row with it: behind every command of this module that means
-- "the row at hand", [REFERENCE] is put in.

local scan = {}

local create, put_next, scan_toks = token.create, token.put_next, token.scan_toks
local get_next = token.get_next or token.scannext    -- LuaTeX, LuaMetaTeX: the next token, not expanded

local LEFT_BRACE, RIGHT_BRACE, OTHER = 1, 2, 12   -- category codes
local OPEN, CLOSE = create(123, LEFT_BRACE), create(125, RIGHT_BRACE)

-- The commands that take [REFERENCE].
local BOUND = {
  natsfield = true, natsword = true, natsrow = true, natsrows = true, natskey = true,
  natscount = true, natsforeach = true, doifelsenatsfield = true, natssubject = true, natsreason = true,
}

local function is_character(tok, code, kind)
  return tok ~= nil and tok.cmdname == kind and (tok.mode or tok.index) == code
end

local function is_open(tok) return is_character(tok, 123, "left_brace") end
local function is_close(tok) return is_character(tok, 125, "right_brace") end
local function is_bracket(tok) return is_character(tok, 91, "other_char") end
local function is_end(tok) return is_character(tok, 93, "other_char") end

--- Reads a braced argument without expanding it.
-- @treturn {token,...}
function scan.tokens()
  return scan_toks(false, false)
end

--- Reads a braced argument and expands it to text.
-- @treturn string
function scan.argument()
  return tokens.scanners.string() or ""
end

--- Reads [argument] where one follows, and expands it to text. Neither engine has such a scanner in
-- all its versions.
-- @treturn string "" where none follows
function scan.optional()
  local tok = get_next()
  if not is_bracket(tok) then
    put_next(tok)
    return ""
  end
  local list, depth = { OPEN }, 0
  repeat
    tok = get_next()
    if is_open(tok) then depth = depth + 1 elseif is_close(tok) then depth = depth - 1 end
    local done = depth < 0 or depth == 0 and is_end(tok)
    list[#list + 1] = done and CLOSE or tok
  until done
  if depth < 0 then list[#list + 1] = tok end    -- the group ends where a ] was forgotten
  put_next(list)
  return scan.argument()
end

local function characters(list, s)
  for i = 1, #s do list[#list + 1] = create(s:byte(i), OTHER) end
end

-- Copies [argument], if one stands at position i; the position behind it.
local function copy_optional(out, list, i)
  if not is_bracket(list[i]) then return i end
  repeat
    out[#out + 1] = list[i]
    i = i + 1
  until not list[i] or is_end(list[i - 1])
  return i
end

-- Copies one braced group, or one token, from position i; the position behind it.
local function copy_argument(out, list, i)
  while list[i] and list[i].cmdname == "spacer" do i = i + 1 end
  local depth = 0
  while list[i] do
    out[#out + 1] = list[i]
    if is_open(list[i]) then depth = depth + 1 elseif is_close(list[i]) then depth = depth - 1 end
    i = i + 1
    if depth <= 0 then break end
  end
  return i
end

--- Copies a template for one row.
-- @tparam table out the list of tokens to which the copy is added
-- @tparam table list the template
-- @tparam string reference
function scan.bind(out, list, reference)
  local i = 1
  while list[i] do
    local tok = list[i]
    local name = tok.csname
    i = i + 1
    if name == "natsref" then
      characters(out, reference)
    else
      out[#out + 1] = tok
      if name and BOUND[name] and not is_bracket(list[i]) then
        characters(out, "[" .. reference .. "]")
      end
      if name == "natsforeach" then
        -- [reference]{path}{template}: what stands in the inner template means the inner row
        i = copy_optional(out, list, i)
        i = copy_argument(out, list, i)
        i = copy_argument(out, list, i)
      end
    end
  end
end

--- Adds a braced text to a list of tokens.
-- @tparam table out
-- @tparam string text
function scan.braced(out, text)
  out[#out + 1] = OPEN
  characters(out, text)
  out[#out + 1] = CLOSE
end

--- Adds a command with a braced text to a list of tokens.
-- @tparam table out
-- @tparam string name of the command
-- @tparam string text
function scan.call(out, name, text)
  out[#out + 1] = create(name)
  scan.braced(out, text)
end

--- Lets TeX read a command next, with the text of a macro as its braced argument.
-- @tparam string name of the command
-- @tparam token macro
function scan.put_text_of(name, macro)
  local expandafter = create("expandafter")
  put_next { expandafter, create(name), expandafter, OPEN, macro, CLOSE }
end

--- Lets TeX read a list of tokens next.
-- @tparam {token,...} list
function scan.put(list)
  if #list > 0 then put_next(list) end
end

--- A list of tokens without the spaces at its ends.
-- @tparam {token,...} list
-- @treturn {token,...}
function scan.trim(list)
  local first, last = 1, #list
  while first <= last and list[first].cmdname == "spacer" do first = first + 1 end
  while last >= first and list[last].cmdname == "spacer" do last = last - 1 end
  if first == 1 and last == #list then return list end
  return table.move(list, first, last, 1, {})
end

return scan
