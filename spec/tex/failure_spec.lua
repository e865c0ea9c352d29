local document = require "spec.tex.document"

local has = document.has

-- Port 1 of this machine has no server.
local NO_SERVER = [[
\usemodule[nats]
\setupnats[url={nats://127.0.0.1:1},timeout=500ms,onerror=%s]
\starttext
\natspublish[a.b]{x}
Reply: \natsrequest[a.c]
  {multi
   line}.
\natsfield[a.d]{name}.
\stoptext
]]

describe("a failure", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end
    describe("without a server", function()
      local run
      lazy_setup(function() run = document.run(engine, { source = NO_SERVER:format("warn") }) end)

      it("still typesets the document", function() assert.are.equal(0, run.status) end)
      it("puts a mark where the reply would stand", function()
        assert(has(run.text, "Reply: [a.c: no servers: nats://127.0.0.1:1 (connection refused)]."))
      end)
      it("puts a mark where a field would stand", function() assert(has(run.text, "[a.d: no servers")) end)
      it("names the file and the line where the request begins", function()
        assert(has(run.said, "no reply on 'a.c': no servers: nats://127.0.0.1:1 (connection refused), line 5 of job.tex"))
      end)
      it("names the line of a publish, in the last log too", function()
        assert.is_true(document.passes(run) >= 2)
        assert(has(run.said, "cannot publish on 'a.b': no servers: nats://127.0.0.1:1 (connection refused), line 4 of job.tex"))
      end)
    end)

    it("is silent with onerror=ignore", function()
      local run = document.run(engine, { source = NO_SERVER:format("ignore") })
      assert.are.equal(0, run.status)
      assert(has(run.text, "Reply: ."))
      assert.are.equal("", run.said)
    end)

    it("ends the run with status 1 with onerror=error", function()
      local run = document.run(engine, { source = NO_SERVER:format("error") })
      assert.are.equal(1, run.status)
      assert(has(run.said, "cannot publish on 'a.b': no servers: nats://127.0.0.1:1 (connection refused), line 4 of job.tex"))
    end)

    describe("of a service", function()
      local run
      lazy_setup(function()
        run = document.run(engine, {
          source = [[
\usemodule[nats]
\setupnats[url={$URL},timeout=400ms]
\definenatsdata[silent][subject=$ON.silent]
\starttext
Timeout: \natsrequest[$ON.silent]{}, \natsrequest[$ON.silent]{}.

Mark: \natsrequest[$ON.silent][mark={(none: \natsreason)}]{}.

Alone: \natsrequest[alone.$ON]{}.

Ignored: \natsrequest[$ON.silent][onerror=ignore]{}.

\bTABLE
\bTR\bTD head \eTD\eTR
\startnatsdata[silent][mark={\bTR\bTD no rows: \natsreason\eTD\eTR}]
\bTR\bTD \natsfield{name}\eTD\eTR
\stopnatsdata
\eTABLE

Broken: \natsfield[$ON.broken]{name}.

No list: \startnatsdata[$ON.object][path=name]x\stopnatsdata.

Object: \natsfield[$ON.object]{}.

Misspelt: \natsfield[$ON.object]{nmae}.

Outside: \natsfield{name}.

Refused: \natsrequest[$ON.refused]{}.
\stoptext
]],
          answers = {
            broken = '{"name": }', object = '{"name": "x", "other": 1}',
            refused = function() return "", { ["Nats-Service-Error"] = "no such %", ["Nats-Service-Error-Code"] = "404" } end,
          },
        })
      end)

      it("still typesets the document", function() assert.are.equal(0, run.status) end)
      it("is a time-out where no reply comes", function() assert(has(run.text, "silent: timeout], [")) end)
      it("costs its time once in all passes", function()
        assert.is_true(document.passes(run) >= 2)
        assert.are.equal(1, document.count(run, "silent"))
      end)
      it("shows the author's own mark", function() assert(has(run.text, "Mark: (none: timeout).")) end)
      it("is at once where nobody listens", function() assert(has(run.text, ": no responders].")) end)
      it("leaves nothing with onerror=ignore", function() assert(has(run.text, "Ignored: .")) end)
      it("is what the service says in its error header", function()
        assert(has(run.text, "refused: the service says: no such %]."))
      end)
      it("puts a row into a table where the mark is one", function() assert(has(run.text, "no rows: timeout")) end)
      it("says where a reply is not JSON", function()
        assert(has(run.text, "the reply is not JSON"))
        assert(has(run.said, "at line 1 column 10"))
      end)
      it("says where a reply has no list", function()
        assert(has(run.said, "there is no list at 'name' in the reply, line 22 of job.tex"))
      end)
      it("says that an object has no text", function()
        assert(has(run.said, "is an object, which has no text: name one of its fields, line 24"))
      end)
      it("finds the name that was meant", function()
        assert(has(run.said, "has the field 'nmae', did you mean 'name'?, line 26 of job.tex"))
      end)
      it("is to ask for a field outside of rows", function()
        assert(has(run.said, "\\natsfield stands outside of a row, and names no data, line 28 of job.tex"))
      end)
    end)

    describe("of the author", function()
      local run
      lazy_setup(function()
        run = document.run(engine, { source = [[
\usemodule[nats]
\setupnats[url={$URL},timout=3]
\setupnats[onerror=panic,colour=red,limit=many]
\starttext
x\natspublish[$ON.a][command=\x]{}\natspublish[a b]{}\natspublish[$ON.a.*]{}

\natsrequest[$ON.a][timeout=soon]{}\natspublish[$ON.b][buffer=nothing]{}\stopnatsdata
\stoptext
]], answers = { a = "fine" } })
      end)

      it("does not stop the document", function() assert.are.equal(0, run.status) end)
      it("is an unknown key, with the nearest one and the line", function()
        assert(has(run.said, "\\setupnats does not know the key 'timout', did you mean 'timeout'?, line 2 of job.tex"))
        assert(has(run.said, "\\setupnats does not know the key 'colour', line 3 of job.tex"))
      end)
      it("is a key that this command has not", function() assert(has(run.said, "\\natspublish does not know the key 'command'")) end)
      it("is a value that a key does not take", function()
        assert(has(run.said, "\\setupnats[onerror=panic]: this key takes error, warn or ignore, line 3 of job.tex"))
        assert(has(run.said, "\\natsrequest[timeout=soon]: this key takes a time above 0 such as 2, 500ms or 1m30s, line 7 of job.tex"))
      end)
      it("leaves a key its default where its value is wrong", function() assert(has(run.text, "fine")) end)
      it("is a malformed subject", function()
        assert(has(run.said, "cannot publish on 'a b': subject \"a b\" has a space at byte 2, line 5 of job.tex"))
      end)
      it("is a buffer that is not there", function() assert(has(run.said, "there is no buffer 'nothing', line 7 of job.tex")) end)
      it("is an end without a beginning", function() assert(has(run.said, "\\stopnatsdata without a beginning, line 7 of job.tex")) end)
    end)

    it("of a server that accepts and says nothing is bounded by the time-out", function()
      local socket = require "socket"
      local listener = assert(socket.bind("127.0.0.1", 0))
      local _, port = listener:getsockname()
      local run = document.run(engine, {
        source = ("\\usemodule[nats]\n\\setupnats[url={nats://127.0.0.1:%d},timeout=1]\n\\starttext\n")
          :format(tonumber(port)) .. "x \\natsrequest[a]{}, \\natsrequest[b]{}, \\natsrequest[c]{}\n\\stoptext\n",
      })
      listener:close()
      assert.are.equal(0, run.status)
      assert(has(run.text, "no answer within the time limit"))
    end)
  end) end
end)
