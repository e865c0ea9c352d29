package host

import "testing"

func TestAStringRunsAndReturnsItsValuesAsStrings(t *testing.T) {
	h, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	got, err := h.DoString("local ok, e = pcall(error, {}) return ok, type(e), ...", "a")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0] != "false" || got[1] != "table" || got[2] != "a" {
		t.Fatalf("got %q", got)
	}
}
