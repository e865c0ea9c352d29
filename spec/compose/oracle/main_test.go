package main

import (
	"os"
	"testing"
)

func TestExpectedIsWhatTheReferenceLoaderSays(t *testing.T) {
	now, err := expected()
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile("../expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(now) != string(recorded) {
		t.Fatal("expected.json is out of date: run `go run . -write` and look at the difference")
	}
}
