--- First in, first out, where a thing may also leave before its turn.
--
-- @module nats.queue

local Queue = { __name = "nats.queue" }
Queue.__index = Queue

--- Makes an empty queue.
-- @treturn table
local function queue()
  return setmetatable({
    items = {},              -- place -> item; places of items that left are empty
    first = 1,               -- no item has a lower place
    last = 0,                -- nor a higher one
    count = 0,
  }, Queue)
end

--- Puts an item at the end.
-- @param item anything but nil
-- @treturn integer its place, for `remove`
function Queue:push(item)
  self.last = self.last + 1
  self.items[self.last] = item
  self.count = self.count + 1
  return self.last
end

--- Takes the item at the head.
-- @return nil: there is none
function Queue:pop()
  if self.count == 0 then return nil end
  local items, first = self.items, self.first
  while items[first] == nil do first = first + 1 end
  local item = items[first]
  items[first] = nil
  self.first, self.count = first + 1, self.count - 1
  return item
end

--- Takes an item out of its place.
-- @tparam integer place
function Queue:remove(place)
  if self.items[place] == nil then return end
  self.items[place] = nil
  self.count = self.count - 1
  if self.count == 0 then self.first = self.last + 1 end
end

return queue
