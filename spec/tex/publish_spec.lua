local document = require "spec.tex.document"

describe("\\natspublish", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end
    local run

    lazy_setup(function()
      run = document.run(engine, { source = [[
\usemodule[nats]
\setupnats[url={$URL}]
\starttext
\natspublish[$ON.plain]{job \jobname: {"a": 50 \% \#1}}
\natspublish[$ON.headers][header={Kind=greeting,Lang=de}]{x}
\startbuffer[message]
{"percent": "50 % #1 ~ \n"}
\stopbuffer
\natspublish[$ON.buffer][buffer=message]{}
\placetable[here]{Caption\natspublish[$ON.caption]{x}}
  {\bTABLE\bTR\bTD cell\natspublish[$ON.table]{x}\eTD\eTR\eTABLE}
\starttabulate[|l|p|]
\NC one\natspublish[$ON.tabulate]{x}\NC two \NC\NR
\stoptabulate
\startxtable\startxrow\startxcell cell\natspublish[$ON.xtable]{x}\stopxcell\stopxrow\stopxtable
\framed{framed\natspublish[$ON.framed]{x}}
\natspublish[$ON.every][pass=every]{x}
\natspublish[$ON.last][pass=last]{pages: \lastpage}
\page second page \page third page
\stoptext
]] })
    end)

    it("typesets the document", function() assert.are.equal(0, run.status) end)
    it("needs several passes for this document", function() assert.is_true(document.passes(run) >= 2) end)
    it("expands macros in a payload, and sends % and # as themselves", function()
      assert.are.same({ 'job job: {"a": 50 % #1}' }, document.sent(run, "plain"))
    end)
    it("sends a buffer as it was written", function()
      assert.are.same({ '{"percent": "50 % #1 ~ \\n"}' }, document.sent(run, "buffer"))
    end)
    it("sends headers", function()
      for _, message in ipairs(run.messages) do
        if message.subject == "headers" then
          assert.are.equal("greeting", message.headers.Kind)
          assert.are.equal("de", message.headers.Lang)
        end
      end
      assert.are.equal(1, document.count(run, "headers"))
    end)
    for _, place in ipairs { "caption", "table", "tabulate", "xtable", "framed" } do
      it("sends one message from inside a " .. place, function()
        assert.are.equal(1, document.count(run, place))
      end)
    end
    it("sends in every pass with pass=every", function()
      assert.are.equal(document.passes(run), document.count(run, "every"))
    end)
    it("sends what is known in the last pass with pass=last", function()
      assert.are.same({ "pages: 3" }, document.sent(run, "last"))
    end)
  end) end
end)
