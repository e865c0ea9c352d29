--- Waiting for the health of containers, without systemd: the tool runs the checks itself, by their interval, timeout,
-- retries and start_period.
--
-- A failure counts as Docker has it: not within start_period, and the first check that counts is one interval after the
-- start. Checks before that come earlier than Docker's and only can say "healthy" sooner.
--
-- @module compose.health

local health = {}

-- Defaults of the Compose Specification (healthcheck), in seconds.
local INTERVAL, TIMEOUT, RETRIES = 30, 30, 3

-- The first pause between early checks, doubled after each, in seconds.
local EARLY = 0.25

local NANOSECONDS = 1e9

--- The settings of a check as podman keeps them, for what an image says.
-- @tparam table config `Config.Healthcheck` of an inspection
-- @treturn table interval, timeout, start_period (seconds), retries
function health.of_image(config)
  local function seconds(value) return value and value > 0 and value / NANOSECONDS or nil end
  return {
    interval = seconds(config.Interval), timeout = seconds(config.Timeout), start_period = seconds(config.StartPeriod),
    retries = config.Retries and config.Retries > 0 and config.Retries or nil,
  }
end

--- Begins to watch.
-- @tparam table check interval, timeout, start_period (seconds), retries; nil for defaults
-- @tparam number now seconds on any clock
-- @treturn table a watch: `timeout` (seconds that a check may take)
function health.watch(check, now)
  return {
    began = now,
    interval = check.interval or INTERVAL,
    timeout = check.timeout or TIMEOUT,
    retries = math.max(check.retries or RETRIES, 1),
    start_period = check.start_period or 0,
    early = EARLY, -- pause after the next early check
    failures = 0,  -- in a row, of those that count
  }
end

--- Takes the result of a check.
-- @tparam table watch changed
-- @tparam boolean passed
-- @tparam number began when the check began
-- @tparam number now
-- @treturn string "healthy", "unhealthy", or "again"
-- @treturn ?number with "again": seconds until the next check
function health.note(watch, passed, began, now)
  if passed then return "healthy" end
  local since = began - watch.began
  if since >= watch.interval and since >= watch.start_period then
    watch.failures = watch.failures + 1
    if watch.failures >= watch.retries then return "unhealthy" end
  end
  local elapsed = now - watch.began
  local pause = watch.interval
  if elapsed < watch.interval then
    pause = math.min(watch.early, watch.interval - elapsed)
    watch.early = watch.early * 2
  end
  return "again", pause
end

return health
