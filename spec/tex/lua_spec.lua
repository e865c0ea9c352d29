local document = require "spec.tex.document"

local has = document.has

describe("Lua in a document", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end
    local run

    lazy_setup(function()
      run = document.run(engine, {
        source = [[
\usemodule[nats]
\setupnats[url={$URL}]
\starttext
\startluacode
  local nats, json = require "nats", require "json"
  local nc = assert(nats.connect("$URL"))
  local reply = assert(nc:request("$ON.echo", json.encode { one = 1 }, 5))
  nc:close()
  context("Reply: ")
  context.verbatim(reply.data)
  local shared = assert(moduledata.nats.client())
  context(" shared: %s.", shared:status())
  context(" genuine: %s.", require("errors").whose)
  local value, err = moduledata.nats.data("$ON.nothing")
  context(" without: %s, %s.", tostring(value), tostring(err))
\stopluacode
\stoptext
]],
        -- The document's own files must not come before ours, nor ours before them.
        files = {
          ["json.lua"] = "error('the json.lua beside the document was loaded')",
          ["nats.lua"] = "error('the nats.lua beside the document was loaded')",
          ["errors.lua"] = "return { whose = \"mine\" }",
          ["client.lua"] = "error('the client.lua beside the document was loaded')",
        },
        answers = { echo = function(payload) return payload end, nothing = "no json" },
        arguments = "--once",
      })
    end)

    it("typesets the document", function() assert.are.equal(0, run.status, run.output) end)
    it("requires nats and json, whatever stands beside the document", function() assert(has(run.text, 'Reply: {"one":1}')) end)
    it("shares the document's connection", function() assert(has(run.text, "shared: connected.")) end)
    it("requires the author's own modules", function() assert(has(run.text, "genuine: mine.")) end)
    it("gets nil and the reason where data cannot be had", function() assert(has(run.text, "without: nil, the reply is not JSON")) end)
  end) end
end)

describe("\\usemodule[nats]", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end

    it("costs at most 20 ms, and connects to nothing", function()
      local best
      for _ = 1, 3 do
        local run = document.run(engine, {
          source = "\\ctxlua{BEGIN = os.gettimeofday()}\n\\usemodule[nats]\n"
            .. "\\ctxlua{print('COST ' .. (os.gettimeofday() - BEGIN) * 1000)}\n"
            .. "\\setupnats[url={nats://127.0.0.1:1}]\n\\starttext x \\stoptext\n",
          arguments = "--once",
        })
        local cost = tonumber(run.output:match("COST ([%d.]+)"))
        best = math.min(best or cost, cost)
        assert.are.equal("", run.said)
      end
      assert.is_true(best <= 20, best .. " ms")
    end)

    it("says what to do where the Lua modules are not there", function()
      local run = document.run(engine, {
        source = "\\usemodule[nats]\n\\starttext \\natsrequest[a]{} \\stoptext\n",
        environment = "MOONWIRE_HOME=/nonexistent", arguments = "--once",
      })
      assert(has(run.said, "set MOONWIRE_HOME to the folder that has lua/moonwire in it"))
    end)
  end) end
end)
