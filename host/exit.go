package host

/*
#include <stdint.h>
*/
import "C"

// hostExit closes what the host holds, before os.exit ends the process.
//
//export hostExit
func hostExit(handle C.uintptr_t, failure **C.char) {
	defer guard(failure)
	h := hostOf(handle)
	h.closers.run(h.config.CloseTimeout)
}
