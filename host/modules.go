package host

/*
#include <stdint.h>
#include <stddef.h>
*/
import "C"

import (
	"io/fs"
	"strings"
	"unsafe"
)

// hostModule finds the module name below tree. It gives its code, which C frees, and its chunk name in
// path; code stays nil when there is no such module.
//
//export hostModule
func hostModule(handle C.uintptr_t, tree, name *C.char, nameSize C.size_t, path *C.char, pathSize C.size_t,
	code **C.char, codeSize *C.size_t, failure **C.char) {
	defer guard(failure)
	h := hostOf(handle)
	if h.config.Modules == nil {
		return
	}
	found, data := readModule(h.config.Modules, C.GoString(tree), C.GoStringN(name, C.int(nameSize)))
	chunkName := "@moonwire/" + found + "\x00"
	if data == nil || len(chunkName) > int(pathSize) {
		return
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(path)), pathSize), chunkName)
	*code, *codeSize = (*C.char)(C.CBytes(data)), C.size_t(len(data))
}

// readModule reads the module's file; data is nil when there is none.
func readModule(modules fs.FS, tree, name string) (path string, data []byte) {
	base := tree + "/" + strings.ReplaceAll(name, ".", "/")
	for _, path := range []string{base + ".lua", base + "/init.lua"} {
		// A name that is no path, such as "../x", is an error of the file system as well.
		if data, err := fs.ReadFile(modules, path); err == nil {
			return path, data
		}
	}
	return "", nil
}
