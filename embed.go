// Package moonwire carries the Lua sources, so that one binary is the whole program.
package moonwire

import "embed"

// Modules holds the trees lua/ and rocks/, for host.Config.
//
//go:embed lua rocks
var Modules embed.FS
