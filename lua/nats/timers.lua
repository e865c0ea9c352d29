--- What is due when: items in a binary heap, the earliest first, those of the same time in their order.
--
-- An item is a table that is in one heap at most; the heap keeps `due`, `turn` and `at` in it.
--
-- @module nats.timers

local Timers = { __name = "nats.timers" }
Timers.__index = Timers

--- Makes an empty heap.
-- @treturn table
local function timers()
  return setmetatable({
    count = 0,               -- items 1..count of this table; the one at i is due before those at 2i and 2i + 1
    turns = 0,               -- items added so far
  }, Timers)
end

local function before(a, b)
  return a.due < b.due or a.due == b.due and a.turn < b.turn
end

local function put(self, item, at)
  self[at], item.at = item, at
end

local function up(self, item, at)
  while at > 1 do
    local parent = at // 2
    if not before(item, self[parent]) then break end
    put(self, self[parent], at)
    at = parent
  end
  put(self, item, at)
end

local function down(self, item, at)
  while true do
    local child = 2 * at
    if child > self.count then break end
    if child < self.count and before(self[child + 1], self[child]) then child = child + 1 end
    if not before(self[child], item) then break end
    put(self, self[child], at)
    at = child
  end
  put(self, item, at)
end

--- Puts an item in.
-- @tparam table item
-- @tparam number due seconds of nats.clock
function Timers:add(item, due)
  self.turns = self.turns + 1
  item.due, item.turn = due, self.turns
  self.count = self.count + 1
  up(self, item, self.count)
end

--- Takes an item out; nothing happens when it is not in.
-- @tparam table item
function Timers:remove(item)
  local at = item.at
  if not at then return end
  item.at = nil
  local last = self[self.count]
  self[self.count] = nil
  self.count = self.count - 1
  if last == item then return end
  if at > 1 and before(last, self[at // 2]) then up(self, last, at) else down(self, last, at) end
end

--- The item that is due first.
-- @treturn ?table nil: there is none
function Timers:first() return self[1] end

return timers
