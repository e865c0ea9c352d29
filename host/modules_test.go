package host

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

var library = fstest.MapFS{
	"lua/alpha.lua":        {Data: []byte("return {name = ..., file = select(2, ...)}")},
	"lua/beta/init.lua":    {Data: []byte("return 'beta from init'")},
	"lua/beta/part.lua":    {Data: []byte("return 'part of beta'")},
	"lua/cjson.lua":        {Data: []byte("return 'ours'")},
	"lua/broken.lua":       {Data: []byte("x = = 1")},
	"lua/failing.lua":      {Data: []byte("local function f()\n  error 'no'\nend\nf()")},
	"lua/empty.lua":        {Data: []byte("")},
	"rocks/lfs.lua":        {Data: []byte("return 'a stand-in'")},
	"rocks/standin.lua":    {Data: []byte("return 'a stand-in'")},
	"secret.lua":           {Data: []byte("return 'not a module'")},
	"lua/with space.lua":   {Data: []byte("return 'spaced'")},
	"rocks/alpha.lua":      {Data: []byte("return 'shadowed'")},
	"rocks/deep/er/ok.lua": {Data: []byte("return 'deep'")},
}

func TestModulesAreFoundInTheirTrees(t *testing.T) {
	h := openHost(t, Config{Modules: library})
	for name, want := range map[string]string{
		"alpha": "", "beta": "beta from init", "beta.part": "part of beta", "empty": "true", "with space": "spaced",
		"standin": "a stand-in", "deep.er.ok": "deep",
	} {
		got := runCode(t, h, "local m, file = require(...) return type(m) == 'table' and m.name or m, file", name)
		if want == "" {
			want = name
		}
		if got[0] != want || !strings.HasPrefix(got[1], "moonwire/") {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestAModuleGetsItsNameAndItsFile(t *testing.T) {
	h := openHost(t, Config{Modules: library})
	if got := runCode(t, h, "return require 'alpha'.file")[0]; got != "moonwire/lua/alpha.lua" {
		t.Errorf("got %q", got)
	}
}

func TestOurNamesWinOverInstalledRocksAndStandInsDoNot(t *testing.T) {
	h := openHost(t, Config{Modules: library})
	got := runCode(t, h, "return require 'cjson', type(require 'lfs')")
	if got[0] != "ours" || got[1] != "table" {
		t.Errorf("got %q", got)
	}
}

func TestPreloadWinsOverOurNames(t *testing.T) {
	h := openHost(t, Config{Modules: library})
	if got := runCode(t, h, "package.preload.alpha = function() return 'preloaded' end return require 'alpha'")[0]; got != "preloaded" {
		t.Errorf("got %q", got)
	}
}

func TestABrokenModuleIsReportedAsLuaDoes(t *testing.T) {
	h := openHost(t, Config{Modules: library})
	_, err := h.DoString("require 'broken'")
	want := "error loading module 'broken' from file 'moonwire/lua/broken.lua':\n\tmoonwire/lua/broken.lua:1: unexpected symbol near '='"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

func TestAModulesTracebackNamesItsFile(t *testing.T) {
	h := openHost(t, Config{Modules: library})
	_, err := h.DoString("require 'failing'")
	if err == nil || !strings.HasPrefix(err.Error(), "moonwire/lua/failing.lua:2: no\n") {
		t.Errorf("got %v", err)
	}
}

func TestNamesCannotLeaveTheTrees(t *testing.T) {
	h := openHost(t, Config{Modules: library})
	for _, name := range []string{"../secret", "/secret", "", "..secret", "no\nsuch", strings.Repeat("x", 5000)} {
		if _, err := h.DoString("package.path, package.cpath = '', '' return require(...)", name); err == nil {
			t.Errorf("%q was found", name)
		}
	}
}

func TestWithoutModulesOnlyTheSearchPathCounts(t *testing.T) {
	h := openHost(t, Config{})
	if _, err := h.DoString("require 'alpha'"); err == nil {
		t.Error("alpha was found")
	}
}

// panicking is a file system that fails in the worst way below a call from Lua.
type panicking struct{}

func (panicking) Open(string) (fs.File, error) { panic("the disk is on fire") }

func TestAPanicBelowACallFromLuaIsALuaError(t *testing.T) {
	h := openHost(t, Config{Modules: panicking{}})
	got := runCode(t, h, `
		local ok, message = pcall(require, "any")
		local in_coroutine = select(2, coroutine.resume(coroutine.create(function() require "any" end)))
		local _, handled = xpcall(require, function(e) return "handled: " .. e end, "any")
		local closed = false
		pcall(function()
			local v <close> = setmetatable({}, {__close = function() closed = true end})
			require "any"
		end)
		return ok, message, in_coroutine, handled, closed`)
	for i, want := range []string{"false", "internal error: the disk is on fire", "internal error: the disk is on fire", "handled: ", "true"} {
		if !strings.Contains(got[i], want) {
			t.Errorf("result %d is %q, without %q", i+1, got[i], want)
		}
	}
}

func TestManyPanicsLeaveTheStateIntact(t *testing.T) {
	h := openHost(t, Config{Modules: panicking{}})
	got := runCode(t, h, "local n = 0 for i = 1, 20000 do if not pcall(require, 'any') then n = n + 1 end end return n")
	if got[0] != "20000" {
		t.Errorf("%s errors", got[0])
	}
}

func TestAStackOverflowAtACallIntoGoIsAnError(t *testing.T) {
	h := openHost(t, Config{Modules: library})
	got := runCode(t, h, `
		local function deep(n)
			if n % 1000 == 0 then pcall(require, "no.such") end
			return 1 + deep(n + 1)
		end
		package.path, package.cpath = "", ""
		local ok, message = pcall(deep, 0)
		return ok, message:match "stack overflow", (require "beta")`)
	if strings.Join(got, "|") != "false|stack overflow|beta from init" {
		t.Errorf("got %q", got)
	}
}

func TestADirectoryServesAsModules(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(root+"/lua", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root+"/lua/m.lua", []byte("return 'from a directory'"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := openHost(t, Config{Modules: os.DirFS(root)})
	if got := runCode(t, h, "return require 'm'")[0]; got != "from a directory" {
		t.Errorf("got %q", got)
	}
}
