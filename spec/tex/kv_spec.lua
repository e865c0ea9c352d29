local document = require "spec.tex.document"
local nats = require "nats"

local has = document.has

describe("\\natskv", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end
    local run, nc, name

    lazy_setup(function()
      nc = assert(nats.connect(os.getenv "MOONWIRE_TEST_NATS_URL"))
      name = "spec-" .. nats.nuid()
      local kv = assert(nc:jetstream():create_key_value { bucket = name, storage = "memory" })
      kv:put("price.coffee", "2.50 €")
      kv:put("price.tea", [[5 % of \ctxlua{os.execute("touch PWNED")} # & ~ ^ _ $ { }]])
      kv:put("list", '{"rows": [{"name": "é"}, {"name": "\\\\bf"}]}')
      kv:put("counter", "1")
      kv:put("gone", "x")
      kv:delete "gone"
      kv:put("with=sign/and_more", "odd")
      run = document.run(engine, {
        source = ([[
\usemodule[nats]
\setupnats[url={$URL},timeout=5,kv=BUCKET]
\setupalign[nothyphenated]
\def\row{<\natsfield{name}>}
\starttext
\completecontent
\section{Title \natskv[BUCKET]{price.coffee}}
Value: \natskv[BUCKET]{price.coffee}.

Default bucket: \natskv{price.coffee}.

Hostile: \natskv[BUCKET]{price.tea} end.

Rows: \natskv[BUCKET][as=json,path=rows,command=\row]{list}.

Missing: \natskv[BUCKET]{price.milk}.

Deleted: \natskv[BUCKET][mark={(\natsreason)}]{gone}.

Elsewhere: \natskv[no-such-bucket][mark={(\natsreason)}]{x}.

Bad key: \natskv[BUCKET][mark={(\natsreason)}]{a b}.

Variable: \getvariable{BUCKET}{price.coffee} and \getvariable{BUCKET}{price.tea} and \getvariable{BUCKET}{with=sign/and_more}.

Changed: \natskv[BUCKET]{counter}.
\natspublish[$ON.seen]{}
\page[yes,odd] last page
\stoptext
]]):gsub("BUCKET", name),
        -- At the end of the first pass the value changes.
        answers = { seen = function() kv:put("counter", "2") end },
      })
    end)

    lazy_teardown(function()
      if nc then
        nc:jetstream():delete_key_value(name)
        nc:close()
      end
    end)

    it("typesets the document", function() assert.are.equal(0, run.status, run.log) end)
    it("becomes the value", function() assert(has(run.text, "Value: 2.50 €.")) end)
    it("works in a title and in the table of contents", function()
      assert.are.equal(2, select(2, run.text:gsub("Title 2%.50 €", "")))
    end)
    it("takes the bucket of \\setupnats where none is named", function() assert(has(run.text, "Default bucket: 2.50 €.")) end)
    it("prints what would be commands", function()
      assert(has(run.text, [[Hostile: 5 % of \ctxlua{os.execute("touch PWNED")} # & ~ ^ _ $ { } end.]]))
    end)
    it("executes nothing of it", function()
      for _, file in ipairs(run.files) do assert.are_not.equal("PWNED", file) end
    end)
    it("gives a command the fields of a value that is JSON", function() assert(has(run.text, [[Rows: <é><\bf>.]])) end)
    it("leaves a mark where there is no value", function()
      assert(has(run.text, "key not found: price.milk in the bucket " .. name))
      assert(has(run.text, "Deleted: (key not found: gone in the bucket " .. name .. ")."))
      assert(has(run.text, "Elsewhere: (bucket not found: no-such-bucket)."))
      assert(has(run.text, 'the key "a b" has a space at byte 2'))
      assert(has(run.said, "no reply on '$KV." .. name .. ".price.milk'"))
    end)
    it("makes the values variables, which are safe too", function()
      assert(has(run.text, [[Variable: 2.50 € and 5 % of \ctxlua{os.execute("touch PWNED")} # & ~ ^ _ $ { } and odd.]]))
    end)
    it("keeps the value for later passes", function()
      assert.is_true(document.passes(run) >= 2)
      assert.are.equal(1, document.count(run, "seen"))
      assert(has(run.text, "Changed: 1."))
    end)
  end) end
end)
