package host

import (
	"strings"
	"testing"
)

// Digests themselves are compared with published ones by spec/lua/digest. These are about the bridge.

func digestResult(t *testing.T, code string) string {
	t.Helper()
	h, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	results, err := h.DoString("local digest = require 'host.digest'\n" + code)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(results, " ")
}

func TestDigestsRaiseForNamesTheyDoNotKnow(t *testing.T) {
	got := digestResult(t, `return pcall(digest.sum, "sha3", "")`)
	if want := "false bad argument #1 to 'host.digest.sum' (no digest has this name)"; got != want {
		t.Errorf("got %q", got)
	}
	got = digestResult(t, `return pcall(digest.new, "")`)
	if want := "false bad argument #1 to 'host.digest.new' (no digest has this name)"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestADigestIsFinishedOnce(t *testing.T) {
	got := digestResult(t, `local d = digest.new "md5" d:final()
return select(2, pcall(d.final, d)), select(2, pcall(d.update, d, "x"))`)
	if want := "the digest is finished the digest is finished"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestDigestMethodsRefuseForeignObjects(t *testing.T) {
	got := digestResult(t, `local d = digest.new "md5"
return pcall(d.update, d), pcall(d.update, io.stdout, "x"), pcall(d.final, {}), getmetatable(d)`)
	if want := "false false false host.digest"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestDigestsThatAreNotFinishedAreCollected(t *testing.T) {
	got := digestResult(t, `collectgarbage() local before = collectgarbage "count"
for i = 1, 20000 do digest.new("sha512"):update "x" end
collectgarbage() return collectgarbage "count" - before < 100`)
	if got != "true" {
		t.Errorf("got %q", got)
	}
}

func TestADigestGoesOnInACoroutine(t *testing.T) {
	got := digestResult(t, `local d = digest.new "md5" d:update "a"
coroutine.wrap(function() d:update "bc" end)()
return (d:final():gsub(".", function(c) return ("%02x"):format(c:byte()) end))`)
	if want := "900150983cd24fb0d6963f7d28e17f72"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestRandomBytesCannotBeFewerThanNone(t *testing.T) {
	got := digestResult(t, `return #digest.random(0), #digest.random(33), (pcall(digest.random, -1))`)
	if want := "0 33 false"; got != want {
		t.Errorf("got %q", got)
	}
}
