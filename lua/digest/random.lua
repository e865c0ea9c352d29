--- Random bytes of the system's own source, fit for keys: Go's crypto/rand in the host, /dev/urandom elsewhere.
--
-- math.random is no substitute: scripts may seed it, documents seed it alike on every pass.
--
-- @module digest.random

local DEVICE = "/dev/urandom"

local function from_device(count)
  local file, err = io.open(DEVICE, "rb")
  if not file then return nil, "random: " .. err end
  file:setvbuf("no")                           -- else the C library reads 4 KiB to give a few bytes
  local bytes = file:read(count)
  file:close()
  if not bytes or #bytes ~= count then return nil, "random: " .. DEVICE .. " gave too few bytes" end
  return bytes
end

--- Gives random bytes.
-- @tparam integer count how many
-- @treturn string as many bytes; or nil and a message where the system has no such source
-- @raise at the caller's line when count is no integer from 0 on
local function random(count)
  if math.type(count) ~= "integer" or count < 0 then
    error("random: count must be an integer from 0 on, got " .. tostring(count), 2)
  end
  if count == 0 then return "" end
  if rawget(package.preload, "host.digest") then return require("host.digest").random(count) end
  return from_device(count)
end

return random
