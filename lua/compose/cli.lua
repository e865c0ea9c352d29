--- The command line of `moonwire compose`: options as data, read and explained by one code.
--
-- An option is a table of
--
--     [1]     its long name, without dashes
--     short   its letter
--     value   what its value is called in the help; without it the option is a switch
--     many    whether it may be given several times; its value is then a list
--     one_of  the values that there are
--     help    what it does
--
-- @module compose.cli

local faults = require "compose.faults"

local cli = {}

local function find(options, kind, name)
  for _, option in ipairs(options) do
    if kind == "long" and option[1] == name or kind == "short" and option.short == name then return option end
  end
end

local function long_names(options)
  local names = {}
  for _, option in ipairs(options) do names[option[1]] = true end
  return names
end

local function check(option, value)
  if not option.one_of then return nil end
  local words = {}
  for _, word in ipairs(option.one_of) do
    if word == value then return nil end
    words[word] = true
  end
  return ("--%s must be %s, not %q%s"):format(option[1], table.concat(option.one_of, " or "), value, faults.did_you_mean(value, words))
end

--- Reads arguments.
-- @tparam {string,...} args
-- @tparam {table,...} options
-- @tparam[opt] boolean stop whether the first argument that is no option, and all behind it, are left as they are
-- @treturn ?table values by long name (true for switches)
-- @treturn {string,...}|string the other arguments; or what is wrong
function cli.parse(args, options, stop)
  local values, rest = {}, {}
  local i, n = 1, #args
  local function set(option, value)
    local wrong = check(option, value)
    if wrong then return wrong end
    if option.many then
      values[option[1]] = values[option[1]] or {}
      table.insert(values[option[1]], value)
    else
      values[option[1]] = value
    end
  end
  local function next_value(option)
    i = i + 1
    if i > n then return nil, ("--%s needs a value: %s"):format(option[1], option.value) end
    return args[i]
  end
  while i <= n do
    local arg = args[i]
    local value, wrong
    if arg == "--" then
      for j = i + 1, n do rest[#rest + 1] = args[j] end
      break
    elseif arg:find "^%-%-." then
      local name, given = arg:match "^%-%-([^=]+)=?(.*)$"
      local option = find(options, "long", name)
      if not option then return nil, ("there is no option --%s%s"):format(name, faults.did_you_mean(name, long_names(options))) end
      if arg:find("=", 1, true) then
        value = given
        if not option.value then
          if given ~= "true" and given ~= "false" then return nil, ("--%s takes no value"):format(name) end
          value = given == "true"
        end
      elseif option.value then
        value, wrong = next_value(option)
      else
        value = true
      end
      wrong = wrong or set(option, value)
    elseif arg:find "^%-." then
      local at = 2
      while at <= #arg and not wrong do
        local letter = arg:sub(at, at)
        local option = find(options, "short", letter)
        if not option then return nil, ("there is no option -%s"):format(letter) end
        if option.value then
          value = arg:sub(at + 1):gsub("^=", "")
          if value == "" then value, wrong = next_value(option) end
          at = #arg
        else
          value = true
        end
        wrong = wrong or set(option, value)
        at = at + 1
      end
    else
      if stop then
        table.move(args, i, n, #rest + 1, rest)
        break
      end
      rest[#rest + 1] = arg
    end
    if wrong then return nil, wrong end
    i = i + 1
  end
  return values, rest
end

--- What the options do, a line each.
-- @tparam {table,...} options
-- @treturn string
function cli.help(options)
  local lines, left, width = {}, {}, 0
  for i, option in ipairs(options) do
    left[i] = (option.short and "-" .. option.short .. ", " or "    ") .. "--" .. option[1] .. (option.value and " " .. option.value or "")
    width = math.max(width, #left[i])
  end
  for i, option in ipairs(options) do
    lines[i] = ("  %-" .. width .. "s  %s\n"):format(left[i], option.help)
  end
  return table.concat(lines)
end

return cli
