--- Message templates by key, with the published calls of the rock `say`.
--
-- `say(key, values)` looks a template up in the current namespace, then in the fallback, and fills its
-- %s with the values. Namespaces are languages.
local error, setmetatable, tostring, type = error, setmetatable, tostring, type
local format, max, unpack = string.format, math.max, table.unpack

--- Makes a registry of templates.
-- @treturn table `say`: say(key, values), say:set(key, template), say:set_namespace(name),
--   say:set_fallback(name); say[name] is a namespace's table
local function new()
  local registry = { en = {} }
  local current, fallback = "en", "en"

  local say = { _registry = registry }

  function say.set_namespace(_, name)
    current = name
    registry[name] = registry[name] or {}
  end

  function say.set_fallback(_, name)
    fallback = name
    registry[name] = registry[name] or {}
  end

  function say.set(_, key, template)
    registry[current][key] = template
  end

  return setmetatable(say, {
    __index = registry,
    __call = function(_, key, values)
      if values ~= nil and type(values) ~= "table" then
        error("say: the values of a message are a table, not a " .. type(values), 2)
      end
      local template = registry[current][key]
      if template == nil then template = registry[fallback][key] end
      if template == nil then return nil end
      values = values or {}
      local n = max(values.n or 0, #values)
      if n == 0 then return tostring(template) end
      local texts = {}
      for i = 1, n do texts[i] = tostring(values[i]) end
      return format(tostring(template), unpack(texts, 1, n))
    end,
  })
end

return { new = new }
