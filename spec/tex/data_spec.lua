local document = require "spec.tex.document"

local has = document.has

local COUNTRIES = [[ {"items": [
  {"name": "Åland 100 % \\bf #1", "code": "AX", "people": 30000, "languages": ["sv"], "capital": {"name": "Mariehamn"}},
  {"name": "België", "code": "BE", "people": 11700000, "languages": ["nl", "fr", "de"], "capital": {"name": "Brussel"}},
  {"name": "\u010cesko & Co_1", "code": "C Z", "people": 10500000, "languages": [], "dotted.name": "yes", "extra": null}
 ], "members": {"b": {"n": 2}, "a": {"n": 1}}, "none": [], "total": 3, "ratio": 0.5, "ok": true} ]]

describe("\\startnatsdata", function()
  for _, engine in ipairs(document.engines) do describe("in " .. engine.name, function()
    if engine.missing then return pending(engine.missing) end
    local run

    lazy_setup(function()
      run = document.run(engine, {
        source = [[
\usemodule[nats]
\setupnats[url={$URL}]
\definenatsdata[countries][subject=$ON.countries,payload={{"region": "all"}}]
\starttext
\completecontent

\bTABLE
\bTABLEhead \bTR\bTH No \eTH\bTH Name \eTH\bTH Languages \eTH\eTR \eTABLEhead
\bTABLEbody
\startnatsdata[countries][path=items]
  \bTR\bTD T\natsrow\eTD\bTD \natsfield{name}\eTD\bTD[align=left] \natsfield{languages} in \natsfield{capital.name}\eTD\eTR
\stopnatsdata
\eTABLEbody
\eTABLE

\placetable[here]{Countries}{\bTABLE
\startnatsdata[countries][path=items]
  \bTR\bTD F\natsrow: \natsfield{name}\eTD\eTR
\stopnatsdata
\eTABLE}

\startxtable
\startnatsdata[countries][path=items]
  \startxrow\startxcell X\natsrow \stopxcell\startxcell \natsfield{name} \stopxcell\stopxrow
\stopnatsdata
\stopxtable

\starttabulate[|l|p|]
\startnatsdata[countries][path=items]
  \NC R\natsrow/\natsrows \NC \natsfield{name} \NC\NR
\stopnatsdata
\stoptabulate

\startitemize
\startnatsdata[countries][path=items]
  \item I\natsrow: \natsforeach{languages}{<\natsrow/\natsrows\ \natsfield{}>}
    of \natsfield{name}; \natsforeach{languages}{(\natsfield{})}.
\stopnatsdata
\stopitemize

\startnatsdata[countries][path=items]
  \startsection[title={Land \natsfield{name}}] \stopsection
\stopnatsdata

\startnatsdata[countries][path=items,first=2,last=9,before={Chosen of \natscount{}: },between={; },after={ (end)}]
  \natsrow.\natsword{code}:\ifnum\natsword{people}>11000000 big\else small\fi
\stopnatsdata

Present: \startnatsdata[countries][path=items,between=;]%
  \doifelsenatsfield{languages}{yes}{no}/\doifelsenatsfield{extra}{yes}{no}/\doifelsenatsfield{name}{yes}{no}
\stopnatsdata.

Members: \startnatsdata[countries][path=members]\natsrow/\natsrows\ \natskey=\natsfield{n};\stopnatsdata.

Empty: \startnatsdata[countries][path=none,empty={nothing of \natscount{}}]x\stopnatsdata.

Named: \natsfield[countries]{total}, \natsfield[countries]{ratio}, \natsfield[countries]{ok},
\natscount[countries]{items}, \natsfield[countries]{items.2.capital.name}, \natsfield[countries]{items.3.dotted.name}.

\def\cell#1{[\natsfield[#1]{code}]}
References: \startnatsdata[countries][path=items]\cell{\natsref}\stopnatsdata.

\startMPcode
  numeric total ; total := 0 ;
  for i = 1 upto lua.mp.natscount("countries", "items") :
    total := total + lua.mp.natsnumber("countries", "items." & decimal i & ".people", 1000) ;
    draw textext("MP \natsfield[countries]{items." & decimal i & ".name}") shifted (0, 20i) ;
  endfor ;
  draw textext("sum " & decimal (round total)) ;
\stopMPcode

\startluacode
  context("Lua: %s of %s.", moduledata.nats.data("countries", "items.2.code"), moduledata.nats.data("countries").total)
\stopluacode
\stoptext
]],
        answers = { countries = COUNTRIES },
      })
    end)

    it("typesets the document", function() assert.are.equal(0, run.status, run.log) end)
    it("asks once for all uses of the data", function()
      assert.is_true(document.passes(run) >= 2)
      assert.are.same({ '{"region": "all"}' }, document.sent(run, "countries"))
    end)
    it("fills rows of a TABLE, each cell with its own row's fields", function()
      assert(has(run.text, "T1 Åland 100 % \\bf #1 sv in Mariehamn T2 België nl, fr, de in Brussel T3 Česko & Co_1 in"))
    end)
    it("works where the table is an argument", function() assert(has(run.text, "F1: Åland 100 % \\bf #1 F2: België F3: Česko & Co_1")) end)
    it("fills rows of an xtable", function() assert(has(run.text, "X1 Åland 100 % \\bf #1 X2 België X3 Česko & Co_1")) end)
    it("fills rows of a tabulate", function() assert(has(run.text, "R1/3 Åland 100 % \\bf #1 R2/3 België R3/3 Česko & Co_1")) end)
    it("makes items, with lists inside", function()
      assert(has(run.text, "I1: <1/1 sv> of Åland 100 % \\bf #1; (sv)."))
      assert(has(run.text, "I2: <1/3 nl><2/3 fr><3/3 de> of België; (nl)(fr)(de)."))
    end)
    it("makes titles that stand in the table of contents", function()
      assert.are.equal(2, select(2, run.text:gsub("Land Česko & Co_1", "")))
    end)
    it("takes the rows from first to last, with something between them", function()
      assert(has(run.text, "Chosen of 3: 2.BE:big; 3.:small (end)"))
    end)
    it("leaves out a word that is none, and says so", function()
      assert(has(run.said, "\\natsword{code} is not of letters, digits and . _ + - only, and is left out"))
    end)
    it("tells what is there from what is not", function() assert(has(run.text, "Present: yes/no/yes;yes/no/yes;no/no/yes.")) end)
    it("goes through the members of an object by name", function() assert(has(run.text, "Members: 1/2 a=1;2/2 b=2;.")) end)
    it("typesets empty= for an empty list", function() assert(has(run.text, "Empty: nothing of 0.")) end)
    it("gives single values by the name of the data", function() assert(has(run.text, "Named: 3, 0.5, true, 3, Brussel, yes.")) end)
    it("hands a row to the author's macros as a reference", function() assert(has(run.text, "References: [AX][BE][C Z].")) end)
    it("gives numbers to MetaPost, and text that stays text", function()
      assert(has(run.text, "sum 22230"))
      assert(has(run.text, "MP Åland 100 % \\bf #1"))
    end)
    it("gives the data to Lua", function() assert(has(run.text, "Lua: BE of 3.")) end)
    it("says nothing else in the log", function() assert.are.equal("", (run.said:gsub("\\natsword[^\n]*\n", ""))) end)

    it("lays out a thousand rows", function()
      local items = {}
      for i = 1, 1000 do items[i] = ('{"name": "name %d"}'):format(i) end
      local long = document.run(engine, {
        source = "\\usemodule[nats]\\setupnats[url={$URL}]\n\\starttext\n\\starttabulate[|l|l|]\n\\startnatsdata[$ON.long]\n"
          .. "\\NC \\natsrow \\NC \\natsfield{name} \\NC\\NR\n\\stopnatsdata\n\\stoptabulate\n\\stoptext\n",
        answers = { long = "[" .. table.concat(items, ",") .. "]" },
        arguments = "--once",
      })
      assert.are.equal(0, long.status)
      assert(has(long.text, "1000 name 1000"))
    end)
  end) end
end)
