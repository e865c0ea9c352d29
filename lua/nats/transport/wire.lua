--- The NATS protocol as bytes: what a server says, taken apart, and what a client says, put together.
--
-- A reader holds the bytes that have come and not been read. It takes any split of the stream, and
-- trusts no number in it: what is too long, negative, not a number or not in its place is a protocol
-- error, after which the connection is of no more use.
--
-- @module nats.transport.wire

local json = require "json"

local byte, find, match, sub = string.byte, string.find, string.match, string.sub
local concat = table.concat

local wire = {}

-- Limits, in bytes. They are ours: a server that lies about its own must not exhaust us.
local MAX_LINE = 4096 + 512             -- a control line is 4096 by default; a server may add the sid and sizes
local MAX_INFO = 256 * 1024             -- INFO names every server of a cluster
local MAX_MESSAGE = 64 * 1024 * 1024 + MAX_INFO   -- a server's own bound of max_payload, and headers it adds
local MEMO = 4096                       -- sizes and sids whose numbers are remembered

--- Remembers the numbers of digits, since a look-up is several times faster than tonumber.
local function memo()
  local count = 0
  return setmetatable({}, { __index = function(self, digits)
    local n = math.tointeger(tonumber(digits)) or math.huge
    if count < MEMO then
      count = count + 1
      self[digits] = n
    end
    return n
  end })
end

--- Makes a reader.
-- @tparam[opt] table reader a table that becomes the reader; its other fields are left alone
-- @treturn table the reader, which `next` and `feed` work on
function wire.reader(reader)
  reader = reader or {}
  reader.buffer = ""                    -- bytes that have come
  reader.position = 1                   -- of the first byte in it that is not read
  reader.need = 0                       -- bytes that a message on its way has in all; 0: not known
  reader.pieces = nil                   -- of a message much longer than a chunk; nil: there is none
  reader.held = 0                       -- bytes in the pieces
  reader.numbers = memo()               -- digits -> integer, for sizes and sids
  return reader
end

--- Gives a reader more bytes.
-- @tparam table reader
-- @tparam string chunk
function wire.feed(reader, chunk)
  local pieces = reader.pieces
  if pieces then                        -- joined once, when all is there: joining at each chunk is quadratic
    pieces[#pieces + 1] = chunk
    reader.held = reader.held + #chunk
    if reader.held >= reader.need then
      reader.buffer, reader.position, reader.pieces, reader.need = concat(pieces), 1, nil, 0
    end
    return
  end
  local rest = sub(reader.buffer, reader.position)
  if reader.need > #rest + #chunk then
    reader.pieces, reader.held = { rest, chunk }, #rest + #chunk
    reader.buffer, reader.position = "", 1
  else
    reader.buffer, reader.position, reader.need = rest .. chunk, 1, 0
  end
end

local function protocol(detail, ...)
  return nil, "protocol", detail:format(...)
end

--- Some bytes of a server, so that a message can show them: short, and nothing but printable characters.
local function shown(bytes)
  return (bytes:sub(1, 40):gsub("[^ -~]", function(c) return ("\\x%02x"):format(c:byte()) end))
end

--- A message with headers, whose control line is whole; the same returns as `next`.
local function with_headers(reader, subject, sid, reply, head, size, start)
  local numbers, buffer = reader.numbers, reader.buffer
  local head_size, total = numbers[head], numbers[size]
  if total > MAX_MESSAGE or head_size > total then
    return protocol("a message of %s bytes with headers of %s bytes", size:sub(1, 24), head:sub(1, 24))
  end
  local stop = start + total
  if stop + 1 > #buffer then
    reader.need = stop + 2 - reader.position
    return nil
  end
  if find(buffer, "^\r\n", stop) ~= stop then return protocol("a message longer than the %s bytes it gave", size) end
  reader.position = stop + 2
  return numbers[sid], subject, reply ~= "" and reply or nil,
    sub(buffer, start, start + head_size - 1), sub(buffer, start + head_size, stop - 1)
end

--- What is not a message without headers; the same returns as `next`.
local function other(reader)
  local buffer, position = reader.buffer, reader.position
  local subject, sid, reply, head, size, start =
    match(buffer, "^HMSG (%S+) (%d+) (%S-) ?(%d+) (%d+)\r\n()", position)
  if subject then return with_headers(reader, subject, sid, reply, head, size, start) end

  local stop = find(buffer, "\r\n", position, true)
  local length = (stop or #buffer + 1) - position
  local info = find(buffer, "^INFO[ \t]", position)
  if length > (info and MAX_INFO or MAX_LINE) then
    return protocol("a line of more than %d bytes: %s", info and MAX_INFO or MAX_LINE, shown(sub(buffer, position, position + 40)))
  elseif not stop then
    return nil
  end
  local line = sub(buffer, position, stop - 1)
  reader.position = stop + 2
  if line == "PING" or line == "PONG" or line == "+OK" then
    return nil, line
  elseif info then
    local value = json.decode(sub(line, 6))
    if type(value) ~= "table" then return protocol("INFO is not a JSON object: %s", shown(line)) end
    return nil, "INFO", value
  end
  local said = match(line, "^%-ERR%s*(.*)$")
  if said then return nil, "-ERR", (match(said, "^'(.*)'%s*$") or said):lower() end
  if find(line, "^HTTP/") then return protocol("this is a web server, not NATS: %s", shown(line)) end
  return protocol("cannot be understood: %s", shown(line))
end

--- Reads what comes next.
-- @tparam table reader
-- @treturn ?integer sid of a message; then follow subject, reply, headers and payload, where reply and
--   headers may be nil. With a nil sid follow the kind of another thing and its argument:
--   "PING", "PONG", "+OK"; "INFO" and a table; "-ERR" and the text, lower-cased and unquoted;
--   "protocol" and what is wrong. nil alone: more bytes are needed.
function wire.next(reader)
  local buffer, position = reader.buffer, reader.position
  local subject, sid, reply, size, start = match(buffer, "^MSG (%S+) (%d+) (%S-) ?(%d+)\r\n()", position)
  if not subject then
    if position > #buffer then return nil end
    return other(reader)
  end
  local numbers = reader.numbers
  local n = numbers[size]
  if n > MAX_MESSAGE then return protocol("a message of %s bytes", size:sub(1, 24)) end
  local stop = start + n
  local cr, lf = byte(buffer, stop, stop + 1)
  if lf == 10 and cr == 13 then
    reader.position = stop + 2
    return numbers[sid], subject, reply ~= "" and reply or nil, nil, sub(buffer, start, stop - 1)
  elseif lf then
    return protocol("a message longer than the %s bytes it gave", size)
  end
  reader.need = stop + 2 - position
  return nil
end

--- Lines of the client. Arguments were checked by the client: nothing here looks at them again.

function wire.connect(fields) return "CONNECT " .. json.encode(fields) .. "\r\n" end

function wire.subscribe(sid, subject, queue)
  return queue and ("SUB %s %s %d\r\n"):format(subject, queue, sid) or ("SUB %s %d\r\n"):format(subject, sid)
end

function wire.unsubscribe(sid, max)
  return max and ("UNSUB %d %d\r\n"):format(sid, max) or ("UNSUB %d\r\n"):format(sid)
end

function wire.publish(subject, reply, headers, payload)
  local to = reply and subject .. " " .. reply or subject
  if headers then
    return concat { "HPUB ", to, " ", #headers, " ", #headers + #payload, "\r\n", headers, payload, "\r\n" }
  end
  return "PUB " .. to .. " " .. #payload .. "\r\n" .. payload .. "\r\n"
end

return wire
