--- The NATS protocol as bytes: what a server says, taken apart, and what a client says, put together.
--
-- A reader holds the bytes that have come and not been read. It takes any split of the stream, and
-- trusts no number in it: what is too long, negative, not a number or not in its place is a protocol
-- error, after which the connection is of no more use.
--
-- @module nats.transport.wire

local json = require "json"

local byte, find, match, sub, unpack = string.byte, string.find, string.match, string.sub, string.unpack
local concat = table.concat

local wire = {}

-- Limits, in bytes. They are ours: a server that lies about its own must not exhaust us.
local MAX_LINE = 4096 + 512             -- a control line is 4096 by default; a server may add the sid and sizes
local MAX_INFO = 256 * 1024             -- INFO names every server of a cluster
local MAX_MESSAGE = 64 * 1024 * 1024 + MAX_INFO   -- a server's own bound of max_payload, and headers it adds
local SMALL = 4096                      -- pieces of a message that are shorter are joined at once: each costs a place
local MAX_KNOWN = 1024                  -- control lines remembered; programs that hear few subjects hear fewer
local CRLF = 0x0a0d                     -- as the number that unpack makes of it

--- What a reader does when there is no message: it says what there is, or nothing.
function wire.otherwise(reader, _, kind, argument)
  if kind then return nil, kind, argument end
  return wire.other(reader)
end

--- Makes a reader.
-- @tparam[opt] table reader a table that becomes the reader; its other fields are left alone, and so is
--   `otherwise`: function(reader, timeout, kind, argument), where `next` goes when there is no message
-- @treturn table the reader, which `next`, `other` and `feed` work on
function wire.reader(reader)
  reader = reader or {}
  reader.otherwise = reader.otherwise or wire.otherwise
  reader.known = {}                     -- control line of a message -> { sid, subject, size }
  reader.known_count = 0
  reader.previous = nil                 -- the entry of `known` that the last message had
  reader.guess = nil                    -- the one that the last two had, and so perhaps the next
  wire.reset(reader)
  return reader
end

--- Forgets what has come, for a new connection.
function wire.reset(reader)
  reader.buffer = ""                    -- bytes that have come
  reader.position = 1                   -- of the first byte in it that is not read
  reader.need = 0                       -- bytes that a message on its way has in all; 0: not known
  reader.pieces = nil                   -- of a message much longer than a chunk; nil: there is none
  reader.piece_bytes = 0
end

--- Whether nothing has come that was not read.
-- @tparam table reader
-- @treturn boolean
function wire.is_empty(reader)
  return reader.position > #reader.buffer and not reader.pieces
end

--- Gives a reader more bytes.
-- @tparam table reader
-- @tparam string chunk
function wire.feed(reader, chunk)
  local pieces = reader.pieces
  if pieces then                        -- joined once, when all is there: joining at each chunk is quadratic
    local last = #pieces
    if #pieces[last] < SMALL then pieces[last] = pieces[last] .. chunk else pieces[last + 1] = chunk end
    reader.piece_bytes = reader.piece_bytes + #chunk
    if reader.piece_bytes >= reader.need then
      reader.buffer, reader.position, reader.pieces, reader.need = concat(pieces), 1, nil, 0
    end
    return
  end
  local rest = sub(reader.buffer, reader.position)
  if reader.need > #rest + #chunk then
    reader.pieces, reader.piece_bytes = { rest, chunk }, #rest + #chunk
    reader.buffer, reader.position = "", 1
  else
    reader.buffer, reader.position, reader.need = rest .. chunk, 1, 0
  end
end

--- Some bytes of a server, so that a message can show them: short, and nothing but printable characters.
local function shown(bytes)
  return (bytes:sub(1, 40):gsub("[^ -~]", function(c) return ("\\x%02x"):format(c:byte()) end))
end

--- Reads the control line of a message.
-- @treturn ?integer sid, then subject, reply (nil: none), size of headers and payload, size of headers
--   (nil: none); nil when it is the line of something else; false and what is wrong with it
local function control_line(reader, line)
  -- With a reply first: lines without one are known, most of the time.
  local subject, sid, reply, size = match(line, "^MSG (%S+) (%d+) (%S+) (%d+)$")
  local head
  if not subject then subject, sid, size = match(line, "^MSG (%S+) (%d+) (%d+)$") end
  if not subject then
    subject, sid, reply, head, size = match(line, "^HMSG (%S+) (%d+) (%S+) (%d+) (%d+)$")
    if not subject then subject, sid, head, size = match(line, "^HMSG (%S+) (%d+) (%d+) (%d+)$") end
    if not subject then return nil end
    head = tonumber(head)
  end
  sid, size = math.tointeger(tonumber(sid)), tonumber(size)
  if not sid or size > MAX_MESSAGE or head and head > size then return false, "impossible numbers: " .. shown(line) end
  if not reply and not head then
    local count = reader.known_count + 1
    if count > MAX_KNOWN then reader.known, count = {}, 1 end
    reader.known[line], reader.known_count = { sid, subject, size }, count
  end
  return sid, subject, reply, size, head
end

--- Takes it that a control line will come once more: then the message is taken apart by one call.
local function expect(reader, known, line)
  if known == reader.previous then
    local size = known[3]
    known.line = line .. "\r\n"
    known.format = ("<c%dc%dI2"):format(#line + 2, size)
    known.whole = #line + 2 + size + 2
    reader.guess = known
  end
  reader.previous = known
end

--- Reads what comes next, when that is a message: its control line is looked up first, since the same
-- one comes again and again and matching it takes three times as long.
-- @tparam table reader
-- @tparam[opt] number timeout for the reader's `otherwise`
-- @treturn ?integer sid, then subject, reply, headers and payload, where reply and headers may be nil;
--   without a message what `otherwise` returns
function wire.next(reader, timeout)
  local buffer, position, guess = reader.buffer, reader.position, reader.guess
  if guess then
    local after = position + guess.whole
    if after <= #buffer + 1 then
      local line, payload, ending = unpack(guess.format, buffer, position)
      if line == guess.line and ending == CRLF then
        reader.position = after
        return guess[1], guess[2], nil, nil, payload
      end
      reader.guess = nil
    end
  end
  local stop = find(buffer, "\r\n", position, true)
  if not stop or stop - position > MAX_LINE then return reader.otherwise(reader, timeout) end
  local line = sub(buffer, position, stop - 1)
  local sid, subject, reply, size, head
  local known = reader.known[line]
  if known then
    sid, subject, size = known[1], known[2], known[3]
    if known ~= guess then expect(reader, known, line) end
  else
    sid, subject, reply, size, head = control_line(reader, line)
    if not sid then
      return reader.otherwise(reader, timeout, sid == false and "protocol" or nil, subject)
    end
  end
  local start = stop + 2
  local after = start + size
  local cr, lf = byte(buffer, after, after + 1)
  if lf ~= 10 or cr ~= 13 then
    if lf then
      return reader.otherwise(reader, timeout, "protocol", "more bytes than were announced: " .. shown(line))
    end
    reader.need = after + 2 - position
    return reader.otherwise(reader, timeout)
  end
  reader.position = after + 2
  if head then
    return sid, subject, reply, sub(buffer, start, start + head - 1), sub(buffer, start + head, after - 1)
  end
  return sid, subject, reply, nil, sub(buffer, start, after - 1)
end

--- Reads what comes next, when that is not a message.
-- @tparam table reader
-- @treturn nil
-- @treturn ?string "PING", "PONG", "+OK"; "INFO", then a table; "-ERR", then the text, lower-cased and
--   unquoted; "protocol", then what is wrong; nil: more bytes are needed
function wire.other(reader)
  local buffer, position = reader.buffer, reader.position
  if reader.need > 0 then return nil end
  local stop = find(buffer, "\r\n", position, true)
  local length = (stop or #buffer + 1) - position
  local info = find(buffer, "^INFO[ \t]", position)
  local most = info and MAX_INFO or MAX_LINE
  if length > most then
    return nil, "protocol", ("a line of more than %d bytes: %s"):format(most, shown(sub(buffer, position, position + 40)))
  elseif not stop then
    return nil
  end
  local line = sub(buffer, position, stop - 1)
  reader.position = stop + 2
  if line == "PING" or line == "PONG" or line == "+OK" then
    return nil, line
  elseif info then
    local value = json.decode(sub(line, 6))
    if type(value) ~= "table" then return nil, "protocol", "INFO is not a JSON object: " .. shown(line) end
    return nil, "INFO", value
  end
  local said = match(line, "^%-ERR%s*(.*)$")
  if said then return nil, "-ERR", (match(said, "^'(.*)'%s*$") or said):lower() end
  return nil, "protocol", (find(line, "^HTTP/") and "a web server, not NATS: " or "cannot be understood: ") .. shown(line)
end

--- Lines of the client. Arguments were checked by the client: nothing here looks at them again.

function wire.connect(fields) return "CONNECT " .. json.encode(fields) .. "\r\n" end

function wire.subscribe(sid, subject, queue)
  return queue and ("SUB %s %s %d\r\n"):format(subject, queue, sid) or ("SUB %s %d\r\n"):format(subject, sid)
end

function wire.unsubscribe(sid, max)
  return max and ("UNSUB %d %d\r\n"):format(sid, max) or ("UNSUB %d\r\n"):format(sid)
end

--- The control line of a publish, without its end; after it go headers and payload, which has `size` bytes.
function wire.publish(subject, reply, headers, size)
  local to = reply and subject .. " " .. reply or subject
  if headers then return "HPUB " .. to .. " " .. #headers .. " " .. #headers + size end
  return "PUB " .. to .. " " .. size
end

return wire
