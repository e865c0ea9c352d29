--- Typesets documents for specs, while this process is the service that they talk to.
local shell = require "spec.support.shell"

local document = {}

local LIMIT = 100         -- seconds for one run; a run of three passes takes two to five

local root = shell.read("pwd")

-- name, and where its `context` is.
local ENGINES = {
  { name = "mkiv", find = function() return shell.which("texlua") and shell.which("context") end },
  {
    name = "lmtx",
    find = function()
      for _, folder in ipairs { os.getenv("MOONWIRE_LMTX") or "", root .. "/.cache/lmtx/bin" } do
        local found = folder ~= "" and shell.which(folder .. "/context")
        if found then return found end
      end
    end,
  },
}

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("a")
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local runs = 0

--- Runs `context` on a document.
-- In its source, $URL is the server's, $ON the beginning of all subjects of this run: $ON.echo reaches
-- the answer named "echo".
-- @tparam table engine one of `document.engines`
-- @tparam table options source: the document; answers: by the rest of the subject, a text or
--   function(payload) -> text, headers; where there is none the request gets no reply; files: by name, what stands
--   beside the document; arguments: of `context`; environment: as "NAME=value"
-- @treturn table status; log; output; said: what the module wrote into the log; text: of the PDF, with one
--   space for each run of white space, nil without a PDF; files: names of what is in the folder at the end;
--   seconds; messages: an array of subject (without $ON), data, headers
function document.run(engine, options)
  local nats = require "nats"
  local url = os.getenv("MOONWIRE_TEST_NATS_URL")
  runs = runs + 1
  local folder = shell.read("mktemp -d")
  local on = ("spec%s%d"):format(folder:gsub("[^%w]", ""), runs)
  local source = options.source:gsub("%$(%u+)", { URL = url, ON = on })
  write(folder .. "/job.tex", source)
  for name, text in pairs(options.files or {}) do write(folder .. "/" .. name, text) end

  local nc = assert(nats.connect(url))
  local messages = {}
  assert(nc:subscribe(on .. ".>", function(payload, reply, msg)
    local subject = msg.subject:sub(#on + 2)
    messages[#messages + 1] = { subject = subject, data = payload, headers = msg.headers }
    local answer = options.answers and options.answers[subject]
    local fields
    if type(answer) == "function" then answer, fields = answer(payload) end
    if answer and reply then msg:respond(answer, fields) end
  end))
  assert(nc:flush(5))

  local begin = os.time()
  -- The status is the last thing to appear, whole.
  local command = ("cd %s && (TEXMFHOME=%s PATH=%s:$PATH NATS_URL= %s timeout %d %s --noconsole %s job.tex > output 2>&1;"
    .. " echo $? > ending; mv ending status) > /dev/null 2>&1 &"):format(
    shell.quote(folder), shell.quote(root .. "/tex"), shell.quote(engine.context:match("^(.*)/")),
    options.environment or "", LIMIT, shell.quote(engine.context), options.arguments or "")
  assert(io.popen(command)):close()
  repeat nc:process(0.05) until read(folder .. "/status") or os.time() - begin > LIMIT + 5
  nc:process(0.05)
  nc:close()

  local result = {
    status = tonumber(read(folder .. "/status")), messages = messages, seconds = os.time() - begin,
    log = read(folder .. "/job.log") or "", output = read(folder .. "/output") or "", said = "",
  }
  for line in result.log:gmatch("nats +> ([^\n]*)") do result.said = result.said .. line .. "\n" end
  if read(folder .. "/job.pdf") then
    result.text = shell.read("pdftotext -layout " .. shell.quote(folder .. "/job.pdf") .. " -"):gsub("%s+", " ")
  end
  result.files = shell.lines("ls " .. shell.quote(folder))
  shell.read("rm -rf " .. shell.quote(folder))
  return result
end

--- Whether a text has a part, as `assert` takes it.
-- @tparam ?string text
-- @tparam string part
-- @treturn ?boolean true
-- @treturn ?string the message
function document.has(text, part)
  if text and text:find(part, 1, true) then return true end
  return nil, ("%q is not in %q"):format(part, text or "nil")
end

--- How many messages of a run had a subject.
-- @tparam table result of `run`
-- @tparam string subject
-- @treturn integer
function document.count(result, subject)
  return #document.sent(result, subject)
end

--- What was sent on a subject, in order.
-- @tparam table result of `run`
-- @tparam string subject
-- @treturn {string,...} payloads
function document.sent(result, subject)
  local list = {}
  for _, message in ipairs(result.messages) do
    if message.subject == subject then list[#list + 1] = message.data end
  end
  return list
end

--- How many passes a run took.
-- @tparam table result of `run`
-- @treturn integer
function document.passes(result)
  return select(2, result.output:gsub("%-%-c:currentrun=", ""))
end

local function missing(engine)
  if not os.getenv("MOONWIRE_TEST_DOCUMENTS") then
    return "documents are typeset where MOONWIRE_TEST_DOCUMENTS is set, as `scripts/test context` does"
  elseif not os.getenv("MOONWIRE_TEST_NATS_URL") then
    return "MOONWIRE_TEST_NATS_URL names no server"
  end
  engine.context = engine.find()
  return not engine.context and "its context is not installed" or nil
end

--- The engines: name, and missing, the reason why its documents are not typeset here, or nil.
document.engines = ENGINES
for _, engine in ipairs(ENGINES) do engine.missing = missing(engine) end

return document
