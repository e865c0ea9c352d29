package host

/*
#include <stddef.h>
#include <stdint.h>
#include "digest.h"
*/
import "C"

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"hash/crc32"
	"runtime/cgo"
	"unsafe"
)

func openDigest(h *Host) {
	h.preload("host.digest", C.lua_CFunction(C.mw_open_digest))
}

var digests = map[string]func() hash.Hash{
	"md5":    md5.New,
	"sha1":   sha1.New,
	"sha224": sha256.New224,
	"sha256": sha256.New,
	"sha384": sha512.New384,
	"sha512": sha512.New,
}

// bytesOf is C's memory as a slice: no copy, and not Go's to keep.
func bytesOf(data *C.char, size C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(data)), size)
}

// digestSum writes the digest of data, and returns its size; 0 when there is no such digest.
//
//export digestSum
func digestSum(name *C.char, nameSize C.size_t, data *C.char, dataSize C.size_t, out *C.char, failure **C.char) (size C.int) {
	defer guard(failure)
	begin := digests[string(bytesOf(name, nameSize))]
	if begin == nil {
		return 0
	}
	h := begin()
	h.Write(bytesOf(data, dataSize))
	return C.int(len(h.Sum(bytesOf(out, C.DIGEST_MAX)[:0])))
}

// digestNew returns what C knows the new digest by, until digestFinal or digestRelease; 0 when there is no such
// digest.
//
//export digestNew
func digestNew(name *C.char, nameSize C.size_t, failure **C.char) (state C.uintptr_t) {
	defer guard(failure)
	begin := digests[string(bytesOf(name, nameSize))]
	if begin == nil {
		return 0
	}
	return C.uintptr_t(cgo.NewHandle(begin()))
}

//export digestUpdate
func digestUpdate(state C.uintptr_t, chunk *C.char, size C.size_t, failure **C.char) {
	defer guard(failure)
	cgo.Handle(state).Value().(hash.Hash).Write(bytesOf(chunk, size))
}

//export digestFinal
func digestFinal(state C.uintptr_t, out *C.char, failure **C.char) (size C.int) {
	defer guard(failure)
	h := cgo.Handle(state).Value().(hash.Hash)
	cgo.Handle(state).Delete()
	return C.int(len(h.Sum(bytesOf(out, C.DIGEST_MAX)[:0])))
}

//export digestRelease
func digestRelease(state C.uintptr_t, failure **C.char) {
	defer guard(failure)
	cgo.Handle(state).Delete()
}

//export digestCRC32
func digestCRC32(data *C.char, size C.size_t, crc C.uint32_t, failure **C.char) (sum C.uint32_t) {
	defer guard(failure)
	return C.uint32_t(crc32.Update(uint32(crc), crc32.IEEETable, bytesOf(data, size)))
}

//export digestRandom
func digestRandom(out *C.char, count C.size_t, failure **C.char) {
	defer guard(failure)
	if _, err := rand.Read(bytesOf(out, count)); err != nil {
		panic(err) // by its documentation it does not return one
	}
}
