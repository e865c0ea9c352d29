local document = require "spec.tex.document"

-- What an answer may hold that must be ink and nothing else.
local HOSTILE = [[5 % of \ctxlua{os.execute("touch PWNED")} \input{x} # & ~ ^ _ $ { } | " < > ]]
  .. "\xff\xc3( \u{FFFD} \u{AD}soft \0\7bell\r\nnext line"

local has = document.has

describe("\\natsrequest", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end
    local run
    local counter = 0

    lazy_setup(function()
      run = document.run(engine, {
        source = [[
\usemodule[nats]
\setupnats[url={$URL},timeout=5]
\def\template{<\natsrow/\natsrows: \natsfield{name}>}
\def\withargument#1{(\natsfield[#1]{name})}
\starttext
\completecontent
\section{Title \natsrequest[$ON.echo]{in a title}}
Echo: \natsrequest[$ON.echo]{ping \jobname}.

Counter: \natsrequest[$ON.counter]{}, \natsrequest[$ON.counter]{}, \natsrequest[$ON.counter][id=other]{}.

Hostile: \natsrequest[$ON.hostile]{} end.

\bTABLE\bTR\bTD cell \natsrequest[$ON.cell]{}\eTD\eTR\eTABLE

Trusted: \natsrequest[$ON.trusted][as=context]{}.

\bTABLE\natsrequest[$ON.rows][as=context]{}\eTABLE

\natsrequest[$ON.hostile][as=typing]{}

Template: \natsrequest[$ON.list][as=json,command=\template]{}.

Argument: \natsrequest[$ON.list][as=json,command=\withargument,path=inner]{}.

Typed: \natsrequest[$ON.typed][as=context]{}

Headers: \natsrequest[$ON.echo][header={A=b}]{with headers}.
\page[yes,odd] last page
\stoptext
]],
        answers = {
          echo = function(payload) return "echo of " .. payload end,
          counter = function()
            counter = counter + 1
            return "n" .. counter
          end,
          hostile = HOSTILE,
          cell = "in a cell",
          trusted = "{\\bf bold} 6 \\times 7 is \\the\\numexpr6*7\\relax",
          rows = "\\bTR\\bTD first\\eTD\\eTR\n\\bTR\\bTD second\\eTD\\eTR",
          list = '{"name": "outer", "inner": [{"name": "é"}, {"name": "\\\\bf"}]}',
          typed = "\\starttyping\nline  1\nline  2\n\\stoptyping",
        },
      })
    end)

    it("typesets the document", function() assert.are.equal(0, run.status, run.log) end)
    it("becomes the reply", function() assert(has(run.text, "Echo: echo of ping job.")) end)
    it("works in a title and in the table of contents", function()
      assert.are.equal(2, select(2, run.text:gsub("Title echo of in a title", "")))
    end)
    it("asks once for the same request, again for another id", function()
      assert(has(run.text, "Counter: n1, n1, n2."))
    end)
    it("asks once in all passes", function()
      assert.is_true(document.passes(run) >= 2)
      assert.are.equal(2, document.count(run, "counter"))
      assert.are.equal(1, document.count(run, "cell"))
    end)
    it("prints what would be commands", function()
      assert(has(run.text, [[5 % of \ctxlua{os.execute("touch PWNED")} \input{x} # & ~ ^ _ $ { } | " < >]]))
      assert(has(run.text, "?( ? soft bell"))
      assert(has(run.text, "next line end."))
    end)
    it("executes nothing of it", function()
      for _, name in ipairs(run.files) do assert.are_not.equal("PWNED", name) end
    end)
    it("reads a trusted answer as source", function() assert(has(run.text, "bold 6")) assert(has(run.text, "is 42.")) end)
    it("takes table rows from a trusted answer", function() assert(has(run.text, "first")) assert(has(run.text, "second")) end)
    it("takes environments of several lines from a trusted answer", function() assert(has(run.text, "line 2")) end)
    it("gives a command without arguments the fields of the reply", function() assert(has(run.text, "Template: <0/0: outer>.")) end)
    it("gives a command with an argument the reference of each element", function() assert(has(run.text, "Argument: (é)(\\bf).")) end)
    it("sends headers", function()
      assert.are.equal("b", (function()
        for _, message in ipairs(run.messages) do
          if message.data == "with headers" then return message.headers.A end
        end
      end)())
    end)
    it("says nothing in the log when all is well", function() assert.are.equal("", run.said) end)

    it("cuts a text that is too long for the engine, and says so", function()
      local long = document.run(engine, {
        source = "\\usemodule[nats]\\setupnats[url={$URL}]\n\\starttext\n\\natsrequest[$ON.long]{}\n\\stoptext\n",
        answers = { long = ("lorem ipsum "):rep(17000) },
      })
      assert.are.equal(0, long.status)
      assert(has(long.text, "…"))
      assert(has(long.said, "a text is cut after 20000 characters (limit=20000), line 3 of job.tex"))
    end)
  end) end
end)
