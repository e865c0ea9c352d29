--- What `assert:snapshot()` keeps and reverts: formatters, parameters, spies.
local error, getmetatable, ipairs, pairs, setmetatable = error, getmetatable, ipairs, pairs, setmetatable
local insert, remove = table.insert, table.remove

local NOTHING = {}  -- a parameter that was set to nil

--- Makes a stack of snapshots with one at its bottom that cannot be reverted.
-- @treturn table methods, see below
local function new()
  local stack = {}
  local meta = {}

  -- Spies that nobody holds any more need no reverting.
  local function push()
    local top = stack[#stack]
    local snapshot = setmetatable({
      formatters = {}, parameters = {}, spies = setmetatable({}, { __mode = "k" }), previous = top,
    }, meta)
    if top then top.next = snapshot end
    stack[#stack + 1] = snapshot
    return snapshot
  end

  local function revert(snapshot)
    if getmetatable(snapshot) ~= meta or snapshot == stack[1] then
      error("this is no snapshot, or it has been reverted", 2)
    end
    local top
    repeat
      top = remove(stack)
      for spy in pairs(top.spies) do spy:revert() end
      setmetatable(top, nil)
    until top == snapshot
    stack[#stack].next = nil
  end

  meta.__index = { revert = revert }
  meta.__call = revert

  local snapshots = { push = push }

  function snapshots.add_formatter(formatter)
    insert(stack[#stack].formatters, 1, formatter)
  end

  function snapshots.remove_formatter(formatter)
    for _, snapshot in ipairs(stack) do
      for i, known in ipairs(snapshot.formatters) do
        if known == formatter then
          remove(snapshot.formatters, i)
          break
        end
      end
    end
  end

  --- The first formatter that has a text for a value, the newest asked first.
  -- @treturn ?string
  function snapshots.format(value, extra)
    for level = #stack, 1, -1 do
      for _, formatter in ipairs(stack[level].formatters) do
        local shown = formatter(value, extra)
        if shown ~= nil then return shown end
      end
    end
  end

  function snapshots.set_parameter(name, value)
    if value == nil then value = NOTHING end
    stack[#stack].parameters[name] = value
  end

  function snapshots.get_parameter(name)
    for level = #stack, 1, -1 do
      local value = stack[level].parameters[name]
      if value == NOTHING then return nil end
      if value ~= nil then return value end
    end
  end

  function snapshots.add_spy(spy)
    stack[#stack].spies[spy] = true
  end

  push()
  return snapshots
end

return { new = new }
