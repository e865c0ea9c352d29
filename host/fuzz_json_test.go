package host

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/moonwire/moonwire"
)

// What is done with each text, in Lua: it is read whole and in chunks, by json and by the stand-ins of rocks/, and what
// was read is written and read again. It gives "accepted", or the message with which json.decode refuses the text, and
// the memory in use (KiB); it raises when these do not agree.
const fuzzedJSON = `
local json = require "json"
local readers = {}
for _, name in ipairs { "cjson.decoder", "dkjson.decoder" } do readers[name] = require(name) end
local cjson_settings = require("cjson.setters").defaults()
local lunajson = require("lunajson.decoder")()

local function sorted(value) return json.encode(value, { sort = true }) end

local function events(text, size)
  local list, handlers = {}, {}
  for _, event in ipairs(require("json.reader").EVENTS) do
    handlers[event] = function(v) list[#list + 1] = event .. tostring(v) end
  end
  local at = 1
  local fine, err = json.read(function()
    if at > #text then return nil end
    at = at + size
    return text:sub(at - size, at - 1)
  end, handlers)
  return fine, err, table.concat(list, " ")
end

function fuzzed(text)
  local value, err = json.decode(text)
  local verdict = err or "accepted"
  if not err then
    local again, problem = json.decode(sorted(value))
    assert(not problem, problem)
    assert(sorted(again) == sorted(value), "does not survive a round trip")
    assert(json.encode(value, { escape = { "html", "slash", "lines", "delete", "ascii" } }))
  end
  local whole, _, told = events(text, #text + 1)
  assert(whole == (err == nil or nil), "json.read thinks otherwise of the text than json.decode")
  local fine, _, in_pieces = events(text, 1 + #text % 7)
  assert(fine == whole and (not fine or told == in_pieces), "json.read tells something else of chunks")
  for line, _, problem in json.lines(text) do assert(not problem or problem:find("at line " .. line, 1, true)) end
  local strict = pcall(lunajson, text)
  local _, _, refused = readers["dkjson.decoder"](text)
  local tolerated = pcall(readers["cjson.decoder"], text, cjson_settings)
  if not err and text:sub(1, 3) ~= "\xEF\xBB\xBF" then
    assert(strict, "lunajson refuses it")
    assert(not refused, "dkjson refuses it")
    assert(tolerated, "cjson refuses it")
  end
  return verdict, tostring(collectgarbage("count") // 1)
end
`

// What json refuses and encoding/json accepts, by what the message holds.
var stricter = []string{"too large for a double", "lone surrogate", "invalid UTF-8", "levels of arrays and objects"}

// FuzzJSON compares the decoder with encoding/json.
//
//	go test -tags lua54,luaa -run '^$' -fuzz FuzzJSON -fuzztime 1000000x ./host
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", "{}", "-0.5e+3", `"\u00e9\ud83d\ude00\n"`, `{"a":[1,2.5,true,null,{"b":"é"}]}`, "[1,2,3,4,5,6,7,8,9,10,11,12]",
		`[{"a":1,"b":"x","c":0.5},{"a":2,"b":"y","c":1},{"a":3,"b":"z","c":2},{"a":4,"b":"","c":3},{"a":5,"b":"w","c":null}]`,
		"\ufeff[1]", " [ 1 , 2 ] ", "[1e400]", "12345678901234567890", `{"a":1,"a":2}`, `"\ud800"`, "\xff", "[[[[[[[[", "1\n2\n", "// 1", "nan", "0x10",
	} {
		f.Add([]byte(seed))
	}
	suite, _ := filepath.Glob("../../shared/conformance/json/*.json")
	for _, path := range suite {
		if text, err := os.ReadFile(path); err == nil && len(text) < 10000 {
			f.Add(text)
		}
	}
	h := openHost(f, Config{Modules: moonwire.Modules})
	if _, err := h.DoString(fuzzedJSON); err != nil {
		f.Fatal(err)
	}
	most := 0
	f.Fuzz(func(t *testing.T, text []byte) {
		begin := time.Now()
		results, err := h.DoString("return fuzzed(...)", string(text))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if taken := time.Since(begin); taken > time.Second+time.Duration(len(text))*time.Microsecond {
			t.Errorf("%d bytes took %v", len(text), taken)
		}
		checkVerdict(t, text, results[0])
		memory, _ := strconv.Atoi(results[1])
		most = max(most, memory)
		if most > 100<<10 {
			t.Fatalf("Lua holds %d KiB", most)
		}
	})
}

func checkVerdict(t *testing.T, text []byte, verdict string) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	accepted := json.Valid(text) && utf8.Valid(text)
	if verdict == "accepted" {
		if !accepted {
			t.Errorf("accepted %q", text)
		}
		return
	}
	if !strings.Contains(verdict, " at line ") {
		t.Errorf("%q: no place in %q", text, verdict)
	}
	for _, reason := range stricter {
		if strings.Contains(verdict, reason) {
			return
		}
	}
	if accepted {
		t.Errorf("refused %q: %s", text, verdict)
	}
}
