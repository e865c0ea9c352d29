--- Conversations of a server, mutated, through the reader of the protocol: it may not raise, must come to an
-- end, must give the same however the bytes are cut, and no more bytes than there were.
local headers = require "nats.headers"
local wire = require "nats.transport.wire"

local wire_fuzz = {}

local SEEDS = {
  'INFO {"server_id":"N1","max_payload":1048576,"headers":true,"connect_urls":["a:1","[::1]:2"]}\r\nPONG\r\n',
  "+OK\r\nPING\r\nPONG\r\nMSG a.b 1 5\r\nhello\r\nMSG a.b 1 5\r\nworld\r\n",
  "MSG a 22 _INBOX.x.12 3\r\n\r\n\0\r\nMSG a.b 1 0\r\n\r\n",
  "HMSG a 1 30 35\r\nNATS/1.0\r\nA: 1\r\nA:  2\r\nB:\r\n\r\nhello\r\n",
  "HMSG _INBOX.q.1 7 16 16\r\nNATS/1.0 503\r\n\r\n\r\nHMSG a 1 r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
  "-ERR 'Permissions Violation for Publish to \"a\"'\r\n-ERR 'Stale Connection'\r\n",
  "MSG a 1 26\r\nMSG a 1 3\r\nxyz\r\nPING\r\n+OK\r\n\r\n",
}

local SPLINTERS = {
  "\r\n", "\r", "\n", " ", "  ", "\t", "\0", "\255",
  "MSG ", "HMSG ", "msg ", "INFO ", "INFO {}", "PING\r\n", "PONG\r\n", "+OK\r\n", "-ERR ",
  "'", "{", "}", '"', "[[[[", "-1", "0", "00", "1e3", "0x1", "1.5", "4096", "65536", "67108864", "9223372036854775807",
  "9223372036854775808",
  "99999999999999999999999", "NATS/1.0", "NATS/1.0 503", ": ", ":", "a.b", "HTTP/1.1 200 OK\r\n",
}

local function random_part(random, text)
  local from = random(1, #text)
  return from, math.min(#text, from + random(0, 15))
end

local MUTATIONS = {
  function(random, text)                             -- another byte
    local at = random(1, #text)
    return text:sub(1, at - 1) .. string.char(random(0, 255)) .. text:sub(at + 1)
  end,
  function(random, text)                             -- something put in
    local at = random(0, #text)
    return text:sub(1, at) .. SPLINTERS[random(#SPLINTERS)] .. text:sub(at + 1)
  end,
  function(random, text)                             -- something taken out
    local from, to = random_part(random, text)
    return text:sub(1, from - 1) .. text:sub(to + 1)
  end,
  function(random, text)                             -- something repeated
    local from, to = random_part(random, text)
    return text:sub(1, to) .. text:sub(from)
  end,
  function(random, text)                             -- another number
    local wanted, seen = random(1, 6), 0
    return (text:gsub("%d+", function()
      seen = seen + 1
      return seen == wanted and (random(2) == 1 and tostring(random(0, 40)) or SPLINTERS[random(#SPLINTERS)]) or nil
    end))
  end,
  function(random, text) return text .. SEEDS[random(#SEEDS)] end,
  function(random, text) return SEEDS[random(#SEEDS)] .. text end,
}

--- Makes an input.
-- @tparam function random as math.random
-- @treturn string
function wire_fuzz.input(random)
  local text = SEEDS[random(#SEEDS)]
  for _ = 1, random(1, 5) do
    if text == "" then text = "MSG " end
    text = MUTATIONS[random(#MUTATIONS)](random, text)
  end
  return text
end

--- What a reader gives for a stream, cut after every so many bytes.
local function read(stream, step)
  local reader, out, bytes = wire.reader(), {}, 0
  for from = 1, #stream, step do
    wire.feed(reader, stream:sub(from, from + step - 1))
    while true do
      local sid, subject, reply, block, payload = wire.next(reader)
      if not sid and not subject then break end
      if sid then
        assert(math.type(sid) == "integer" and sid >= 0, "a sid that is none")
        bytes = bytes + #subject + #payload + #(block or "")
        if block then headers.decode(block) end
      end
      out[#out + 1] = table.concat({ tostring(sid), subject, type(reply) == "table" and "{}" or tostring(reply), tostring(block),
        tostring(payload) }, "|")
      assert(#out <= #stream, "more things than bytes")
      if subject == "protocol" and not sid then return out, bytes end
    end
  end
  return out, bytes
end

--- Reads an input in several ways.
-- @tparam string stream
-- @tparam integer step bytes of a piece, of one of them
-- @treturn ?string what is wrong, nil: nothing
function wire_fuzz.problem(stream, step)
  local ok, whole, bytes = pcall(read, stream, math.max(1, #stream))
  if not ok then return whole end
  if bytes > #stream then return "more bytes than there were" end
  local fine, cut = pcall(read, stream, step)
  if not fine then return cut end
  if #cut ~= #whole then return ("%d things in one piece, %d in pieces of %d bytes"):format(#whole, #cut, step) end
  for i, thing in ipairs(whole) do
    if thing ~= cut[i] and not thing:find("^nil|protocol") then return ("in pieces of %d bytes: %s"):format(step, cut[i]) end
  end
end

--- Tries many inputs.
-- @tparam integer count
-- @tparam integer seed
-- @treturn ?string the first input that failed, nil: none
-- @treturn ?string what is wrong with it
function wire_fuzz.run(count, seed)
  local state = seed % 2147483647
  -- A generator of our own (Lehmer's), so that a seed gives the same inputs in every engine.
  local function random(low, high)
    if not high then low, high = 1, low end
    state = (state * 48271 + 11) % 2147483647
    return low + state % (high - low + 1)
  end
  for _ = 1, count do
    local stream = wire_fuzz.input(random)
    local problem = wire_fuzz.problem(stream, random(1, 9))
    if problem then return stream, problem end
  end
end

return wire_fuzz
