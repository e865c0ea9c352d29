local health = require "compose.health"

describe("compose.health", function()
  -- Notes results that come at times, and gives what is said of each.
  local function run(check, results)
    local watch, said = health.watch(check, 100), {}
    for i, result in ipairs(results) do
      said[i] = health.note(watch, result[2], 100 + result[1], 100 + result[1])
    end
    return said, watch
  end

  it("is healthy at the first check that passes, however early", function()
    assert.same({ "healthy" }, (run({ interval = 30 }, { { 0, true } })))
  end)

  it("does not count failures before one interval is over", function()
    assert.same({ "again", "again", "again", "healthy" },
      (run({ interval = 5, retries = 1 }, { { 0, false }, { 1, false }, { 4, false }, { 5, true } })))
  end)

  it("is unhealthy after as many failures in a row as there are retries", function()
    assert.same({ "again", "again", "unhealthy" }, (run({ interval = 5, retries = 3 }, { { 5, false }, { 10, false }, { 15, false } })))
  end)

  it("does not count failures within start_period", function()
    assert.same({ "again", "again", "unhealthy" },
      (run({ interval = 5, retries = 1, start_period = 12 }, { { 5, false }, { 10, false }, { 15, false } })))
  end)

  it("has Docker's defaults", function()
    local _, watch = run({}, {})
    assert.same({ 30, 30, 3, 0 }, { watch.interval, watch.timeout, watch.retries, watch.start_period })
  end)

  it("looks more often before the first interval is over, each pause twice as long", function()
    local watch, pauses = health.watch({ interval = 30 }, 0), {}
    for i, at in ipairs { 0, 0.25, 0.75, 1.75 } do
      local _, pause = health.note(watch, false, at, at)
      pauses[i] = pause
    end
    assert.same({ 0.25, 0.5, 1.0, 2.0 }, pauses)
  end)

  it("does not pass over the check at the end of the first interval", function()
    local watch = health.watch({ interval = 1 }, 0)
    watch.early = 64
    local _, pause = health.note(watch, false, 0.75, 0.75)
    assert.equal(0.25, pause)
  end)

  it("looks by the interval afterwards", function()
    local watch = health.watch({ interval = 7 }, 0)
    local _, pause = health.note(watch, false, 8, 8)
    assert.equal(7, pause)
  end)

  it("reads what an image says, in nanoseconds", function()
    assert.same({ interval = 2.0, timeout = 0.5, retries = 4 },
      health.of_image { Interval = 2000000000, Timeout = 500000000, StartPeriod = 0, Retries = 4 })
  end)
end)
