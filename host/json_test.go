package host

import (
	"errors"
	"strings"
	"testing"

	"github.com/moonwire/moonwire"
)

type order struct {
	Name  string   `json:"name"`
	Count int64    `json:"count"`
	Tags  []string `json:"tags"`
}

func TestStructuredValuesPassAsJSON(t *testing.T) {
	h := openHost(t, Config{Modules: moonwire.Modules})
	var out order
	in := order{"Grüße \"\\\n", 1<<53 + 1, []string{}}
	err := h.DoJSON("local order = ... order.count = order.count + 1 return order", in, &out)
	if err != nil {
		t.Fatal(err)
	}
	if out.Name != in.Name || out.Count != 1<<53+2 || out.Tags == nil || len(out.Tags) != 0 {
		t.Errorf("got %#v", out)
	}
}

func TestNothingReturnedIsNull(t *testing.T) {
	h := openHost(t, Config{Modules: moonwire.Modules})
	out := &order{}
	if err := h.DoJSON("x = 1", nil, &out); err != nil || out != nil {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestAMistakeInJSONCodeNamesItsLine(t *testing.T) {
	h := openHost(t, Config{Modules: moonwire.Modules})
	for code, want := range map[string]string{
		"local x = 1\nerror 'no'": `:2: no`,
		"x = = 1":                 `:1: unexpected symbol near '='`,
		"return print":            "function",
	} {
		err := h.DoJSON(code, 1, new(any))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, want) {
			t.Errorf("%q: got %v, want %q", code, err, want)
		}
	}
}

func TestWhatGoCannotSayOrReadIsAnError(t *testing.T) {
	h := openHost(t, Config{Modules: moonwire.Modules})
	if err := h.DoJSON("return 1", func() {}, new(any)); err == nil {
		t.Error("a function passed as JSON")
	}
	if err := h.DoJSON("return 'text'", nil, new(int)); err == nil || !strings.Contains(err.Error(), "what the script returned") {
		t.Errorf("text read as a number: %v", err)
	}
}
