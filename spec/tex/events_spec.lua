local json = require "json"
local document = require "spec.tex.document"

-- The events of a run, in order.
local function events(run)
  local list = {}
  for i, text in ipairs(document.sent(run, "progress")) do list[i] = json.decode(text) end
  return list
end

local function of_kind(list, kind)
  local found = {}
  for _, event in ipairs(list) do
    if event.event == kind then found[#found + 1] = event end
  end
  return found
end

local HEAD = "\\usemodule[nats]\n\\setupnats[url={$URL},progress=$ON.progress]\n\\starttext\n"

describe("progress events", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end

    describe("of a document that is well", function()
      local run, list
      lazy_setup(function()
        run = document.run(engine, { source = HEAD .. "one of \\lastpage\\page two \\page three\n\\stoptext\n" })
        list = events(run)
      end)

      it("do not disturb it", function() assert.are.equal(0, run.status) end)
      it("are one a page, in every pass", function()
        local pages = of_kind(list, "page")
        assert.are.equal(3 * document.passes(run), #pages)
        for i, event in ipairs(pages) do
          assert.are.equal((i - 1) % 3 + 1, event.page)
          assert.are.equal((i - 1) // 3 + 1, event.pass)
        end
      end)
      it("name the job and the engine", function()
        assert.are.equal("job", list[1].job)
        assert.are.equal(engine.name, list[1].engine)
      end)
      it("have the time in seconds since 1970", function()
        assert.is_true(math.abs(list[1].time - os.time()) < 300)
      end)
      it("tell the end of each pass but the last", function()
        local passes = of_kind(list, "pass")
        assert.are.equal(document.passes(run) - 1, #passes)
        assert.are.equal(3, passes[1].pages)
      end)
      it("tell the end once, after everything else", function()
        assert.are.equal(1, #of_kind(list, "end"))
        local last = list[#list]
        assert.are.equal("end", last.event)
        assert.are.equal(3, last.pages)
        assert.are.equal("done", last.status)
        assert.are.equal(document.passes(run), last.pass)
      end)
    end)

    it("tell the end of a run of one pass", function()
      local list = events(document.run(engine, { source = HEAD .. "x\n\\stoptext\n", arguments = "--once" }))
      assert.are.equal(2, #list)
      assert.are.equal("end", list[2].event)
    end)

    it("tell the end of a run that a TeX error ends, and its status", function()
      local run = document.run(engine, { source = HEAD .. "x\n\\nosuchcommand\n\\stoptext\n" })
      local list = events(run)
      assert.are.equal(1, run.status)
      assert.are.equal("end", list[#list].event)
      assert.are.equal("error", list[#list].status)
      assert(document.has(run.output .. run.log, "Undefined control sequence"))
      assert(document.has(run.output .. run.log, "\\nosuchcommand"))
    end)

    it("tell the end of a run that a Lua error ends, and its status", function()
      local run = document.run(engine, { source = HEAD .. "x\n\\ctxlua{error('went wrong')}\n\\stoptext\n" })
      local list = events(run)
      assert.are.equal(1, run.status)
      assert.are.equal("error", list[#list].status)
      assert(document.has(run.output .. run.log, "went wrong"))
    end)

    it("cost one message in the log where there is no server", function()
      local run = document.run(engine, {
        source = "\\usemodule[nats]\n\\setupnats[url={nats://127.0.0.1:1},progress=a.b]\n\\starttext\nx\\page y\n\\stoptext\n",
      })
      assert.are.equal(0, run.status)
      assert.are.equal(1, select(2, run.log:gsub("no progress on 'a.b': no servers", "")))
    end)
  end) end
end)
