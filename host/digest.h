/* The module host.digest: digests, checksums and random bytes of Go's standard library. */
#ifndef MOONWIRE_DIGEST_H
#define MOONWIRE_DIGEST_H

#include <lua.h>

/* Bytes of the longest digest, SHA-512's. */
#define DIGEST_MAX 64

/* Opens the module: a table with sum, new, crc32 and random. */
int mw_open_digest(lua_State *L);

#endif
