package host

/*
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "bridge.h"

static void print(const char *text, size_t size)
{
	fwrite(text, 1, size, stdout);
	fflush(stdout);
}

static void flush(void) { fflush(stdout); }

static int columns(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void keys_without_signals(int fd)
{
	struct termios mode;

	if (tcgetattr(fd, &mode) != 0)
		return;
	mode.c_lflag &= ~(tcflag_t)ISIG;
	tcsetattr(fd, TCSANOW, &mode);
}

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

// Columns is the width of a terminal; 0: it is none, or does not tell.
func Columns(file *os.File) int { return int(C.columns(C.int(file.Fd()))) }

// KeysWithoutSignals has a terminal hand over Ctrl-C as a character, as long as it is in this mode.
func KeysWithoutSignals(file *os.File) { C.keys_without_signals(C.int(file.Fd())) }

// flush writes out what Lua's standard output holds: a Go program that exits would lose it.
func flush() { C.flush() }
