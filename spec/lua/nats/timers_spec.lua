local queue = require "nats.queue"
local timers = require "nats.timers"

describe("nats.timers", function()
  --- Takes everything out, first to last.
  local function emptied(heap)
    local names = {}
    while heap:first() do
      local item = heap:first()
      names[#names + 1] = item.name
      heap:remove(item)
    end
    return table.concat(names, " ")
  end

  local function filled(dues)
    local heap, items = timers(), {}
    for i, due in ipairs(dues) do
      items[i] = { name = "i" .. i }
      heap:add(items[i], due)
    end
    return heap, items
  end

  it("gives what is due first first", function()
    assert.are.equal("i4 i2 i6 i1 i5 i3", emptied((filled { 5, 2, 9, 1, 8, 3 })))
  end)

  it("keeps the order of what is due at the same time", function()
    assert.are.equal("i1 i2 i3 i4 i5", emptied((filled { 1, 1, 1, 1, 1 })))
  end)

  it("gives the rest in order when any one was taken out", function()
    local dues = { 5, 2, 9, 1, 8, 3, 7, 4, 6 }
    local order = { 4, 2, 6, 8, 1, 9, 7, 5, 3 }
    for gone = 1, #dues do
      local heap, items = filled(dues)
      heap:remove(items[gone])
      local expected = {}
      for _, i in ipairs(order) do
        if i ~= gone then expected[#expected + 1] = "i" .. i end
      end
      assert.are.equal(table.concat(expected, " "), emptied(heap))
    end
  end)

  it("takes out twice without harm", function()
    local heap, items = filled { 1, 2 }
    heap:remove(items[1])
    heap:remove(items[1])
    assert.are.equal("i2", emptied(heap))
  end)

  it("has no first when it is empty", function()
    assert.is_nil(timers():first())
  end)
end)

describe("nats.queue", function()
  it("gives first what came first", function()
    local q = queue()
    for i = 1, 3 do q:push(i) end
    assert.are.same({ 1, 2, 3, nil }, { q:pop(), q:pop(), q:pop(), q:pop() })
  end)

  it("passes over what left before its turn", function()
    local q, places = queue(), {}
    for i = 1, 5 do places[i] = q:push(i) end
    q:remove(places[1])
    q:remove(places[3])
    assert.are.equal(3, q.count)
    assert.are.same({ 2, 4, 5 }, { q:pop(), q:pop(), q:pop() })
  end)

  it("can be filled again after it was empty", function()
    local q = queue()
    q:remove(q:push("gone"))
    assert.is_nil(q:pop())
    q:push("next")
    assert.are.equal("next", q:pop())
    assert.are.equal(0, q.count)
  end)
end)
