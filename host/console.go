package host

/*
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "bridge.h"

static void print(const char *text, size_t size)
{
	fwrite(text, 1, size, stdout);
	fflush(stdout);
}

static void flush(void) { fflush(stdout); }

static ssize_t read_line(char **line)
{
	size_t size = 0;

	return getline(line, &size, stdin);
}
*/
import "C"

import (
	"io"
	"os"
	"strings"
	"unsafe"
)

// LuaRelease names the Lua that this package was compiled against: "Lua 5.4.4".
const LuaRelease = C.LUA_RELEASE

// LuaCopyright is the line with which that Lua introduces itself.
const LuaCopyright = C.LUA_COPYRIGHT

// Print writes to the standard output that scripts write to, after what they have written, and flushes
// it: Lua has a buffer of its own, of which Go's os.Stdout knows nothing.
func Print(text string) {
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	C.print(c, C.size_t(len(text)))
}

// ReadLine reads a line of the standard input that scripts read from, without its end. After the last
// one it returns io.EOF.
func ReadLine() (string, error) {
	var line *C.char
	defer func() { C.free(unsafe.Pointer(line)) }()
	size := C.read_line(&line)
	if size < 0 {
		return "", io.EOF
	}
	return strings.TrimSuffix(C.GoStringN(line, C.int(size)), "\n"), nil
}

// IsTerminal tells whether a file is a terminal.
func IsTerminal(file *os.File) bool { return C.isatty(C.int(file.Fd())) != 0 }

// flush writes out what Lua's standard output holds: a Go program that exits would lose it.
func flush() { C.flush() }
