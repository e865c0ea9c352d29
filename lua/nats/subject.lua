--- What a subject may be (ADR-6), and how it is said what is wrong with one.
--
-- @module nats.subject

local subject = {}

--- The longest subject, in bytes: a control line is 4096 bytes by the server's default, and the verb,
-- the sizes and the line's end stand in it too.
subject.MAX = 4000

local NAMES = { ["\t"] = "a tab", [" "] = "a space", ["\r"] = "a line break", ["\n"] = "a line break" }

local function bad_byte(s)
  local at, _, char = s:find("([%c ])")
  if not at then return nil end
  return ("has %s at byte %d"):format(NAMES[char] or ("the control character %d"):format(char:byte()), at)
end

--- Says what is wrong with a subject.
-- @param s anything
-- @tparam[opt] boolean wildcards true: `*` and a last `>` may stand as tokens, as in a subscription
-- @treturn ?string what is wrong, nil: nothing
function subject.problem(s, wildcards)
  if type(s) ~= "string" then return "must be a string, not " .. (s == nil and "nil" or "a " .. type(s)) end
  if s == "" then return "is empty" end
  if #s > subject.MAX then return ("has %d bytes, more than the %d that fit a control line"):format(#s, subject.MAX) end
  local bad = bad_byte(s)
  if bad then return bad end
  if s:find("^%.") or s:find("%.$") or s:find("..", 1, true) then return "has an empty token" end
  if s:find("[*>]") then
    for token, dot in s:gmatch("([^.]+)(%.?)") do
      if (token == "*" or token == ">") and not wildcards then
        return ("has the wildcard '%s'; only subscriptions have wildcards"):format(token)
      elseif token == ">" and dot ~= "" then
        return "has '>' before its last token"
      end
    end
  end
  return nil
end

--- Says what is wrong with the name of a queue group.
-- @param s anything
-- @treturn ?string what is wrong, nil: nothing
function subject.queue_problem(s)
  if type(s) ~= "string" then return "must be a string, not a " .. type(s) end
  if s == "" then return "is empty" end
  if #s > subject.MAX then return ("has %d bytes, more than %d"):format(#s, subject.MAX) end
  return bad_byte(s)
end

--- Whether a subject falls under a pattern with wildcards.
-- @tparam string pattern as in a subscription
-- @tparam string s a subject without wildcards
-- @treturn boolean
function subject.matches(pattern, s)
  if pattern == s then return true end
  local next_token = s:gmatch("[^.]+")
  for want in pattern:gmatch("[^.]+") do
    local token = next_token()
    if not token then return false end
    if want == ">" then return true end
    if want ~= "*" and want ~= token then return false end
  end
  return next_token() == nil
end

return subject
