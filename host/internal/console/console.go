// Package console is the terminal and the standard streams as C and Lua have them: buffers of their
// own, of which Go's os.Stdin and os.Stdout know nothing.
package console

/*
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static void print(const char *text, size_t size)
{
	fwrite(text, 1, size, stdout);
	fflush(stdout);
}

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

// Print writes to standard output, after what scripts have written, and flushes both.
func Print(text string) {
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	C.print(c, C.size_t(len(text)))
}

// ReadLine reads a line of standard input, without its end and in step with what scripts read. After
// the last one it returns io.EOF.
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
