--- Events by channel, such as { "test", "end" }: who subscribes to a channel also hears all below it.
local ipairs, pairs = ipairs, pairs
local insert, remove = table.insert, table.remove

--- Makes a set of channels.
-- @treturn table publish, subscribe, unsubscribe
local function new()
  local root = { channels = {}, subscribers = {} }

  local function path_to(names)
    local path = { root }
    local channel = root
    for _, name in ipairs(names) do
      channel.channels[name] = channel.channels[name] or { channels = {}, subscribers = {} }
      channel = channel.channels[name]
      path[#path + 1] = channel
    end
    return path
  end

  local events = {}

  --- Calls the subscribers of a channel, then those of the channels above it. One that returns no
  -- second value that is true ends this.
  -- @tparam {string,...} names the channel
  -- @param ... what the subscribers are called with
  function events.publish(names, ...)
    local path = path_to(names)
    for level = #path, 1, -1 do
      local subscribers = path[level].subscribers
      local i = 1
      while subscribers[i] do
        local subscriber = subscribers[i]
        if not subscriber.predicate or subscriber.predicate(...) then
          local _, go_on = subscriber.run(...)
          if not go_on then return end
        end
        i = i + 1
      end
    end
  end

  --- Subscribes to a channel.
  -- @tparam {string,...} names
  -- @tparam function run run(...) -> value, true to let others hear too
  -- @tparam ?table options priority: the place among the subscribers; predicate(...): whether to call
  -- @treturn table the subscription; its field id is what `unsubscribe` takes
  function events.subscribe(names, run, options)
    local path = path_to(names)
    local subscribers = path[#path].subscribers
    local place = options and options.priority
    if not place or place < 1 or place > #subscribers then place = #subscribers + 1 end
    local subscriber = { run = run, predicate = options and options.predicate }
    subscriber.id = subscriber
    insert(subscribers, place, subscriber)
    return subscriber
  end

  --- Ends a subscription.
  -- @tparam table id
  function events.unsubscribe(id)
    local function search(channel)
      for i, subscriber in ipairs(channel.subscribers) do
        if subscriber == id then return remove(channel.subscribers, i) end
      end
      for _, inner in pairs(channel.channels) do
        local found = search(inner)
        if found then return found end
      end
    end
    return search(root)
  end

  return events
end

return { new = new }
