package host

import (
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exports are the functions of Lua's API that a program or library offers to others.
func exports(t *testing.T, path string) map[string]bool {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && (strings.HasPrefix(s.Name, "lua_") || strings.HasPrefix(s.Name, "luaL_") || strings.HasPrefix(s.Name, "luaopen_")) {
			names[s.Name] = true
		}
	}
	return names
}

// A C rock finds what it calls in the program that loads it. A static Lua must be there whole, whether
// the program itself calls a function or not.
func TestAStaticLuaOffersItsWholeAPI(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ours := exports(t, program)
	if len(ours) == 0 {
		t.Skip("built with a Lua library of its own, without the tag luaa")
	}
	libraries, err := filepath.Glob("/usr/lib/*/liblua5.4.so.0")
	if err != nil || len(libraries) == 0 {
		t.Fatal("liblua5.4.so.0 is needed to compare with: install the package liblua5.4-0")
	}
	stock := exports(t, libraries[0])
	if len(stock) < 140 {
		t.Fatalf("%s has only %d functions", libraries[0], len(stock))
	}
	for name := range stock {
		if !ours[name] {
			t.Errorf("%s is missing", name)
		}
	}
}
