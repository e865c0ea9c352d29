#include "digest.h"

#include <stdlib.h>

#include "_cgo_export.h"
#include "bridge.h"

#define HANDLE "host.digest"

/* A userdata that holds the cgo.Handle of a hash.Hash; 0 after final. */
static uintptr_t *unfinished(lua_State *L)
{
	uintptr_t *state = luaL_checkudata(L, 1, HANDLE);

	if (*state == 0)
		luaL_error(L, "the digest is finished");
	return state;
}

/* sum(name, data) -> the digest's bytes */
static int digest_sum(lua_State *L)
{
	size_t name_size, data_size;
	const char *name = luaL_checklstring(L, 1, &name_size);
	const char *data = luaL_checklstring(L, 2, &data_size);
	char out[DIGEST_MAX];
	char *failure = NULL;
	int size = digestSum((char *)name, name_size, (char *)data, data_size, out, &failure);

	mw_check(L, failure);
	luaL_argcheck(L, size > 0, 1, "no digest has this name");
	lua_pushlstring(L, out, (size_t)size);
	return 1;
}

/* new(name) -> a digest with update and final. The userdata comes first: should Lua have no memory for
 * it, there is nothing in Go yet to be lost. The metatable is the upvalue. */
static int digest_new(lua_State *L)
{
	size_t name_size;
	const char *name = luaL_checklstring(L, 1, &name_size);
	uintptr_t *state = lua_newuserdatauv(L, sizeof *state, 0);
	char *failure = NULL;

	*state = 0;
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_setmetatable(L, -2);
	*state = digestNew((char *)name, name_size, &failure);
	mw_check(L, failure);
	luaL_argcheck(L, *state != 0, 1, "no digest has this name");
	return 1;
}

/* state:update(chunk) */
static int digest_update(lua_State *L)
{
	uintptr_t *state = unfinished(L);
	size_t size;
	const char *chunk = luaL_checklstring(L, 2, &size);
	char *failure = NULL;

	digestUpdate(*state, (char *)chunk, size, &failure);
	mw_check(L, failure);
	return 0;
}

/* state:final() -> the digest's bytes */
static int digest_final(lua_State *L)
{
	uintptr_t *state = unfinished(L);
	char out[DIGEST_MAX];
	char *failure = NULL;
	int size = digestFinal(*state, out, &failure);

	*state = 0;
	mw_check(L, failure);
	lua_pushlstring(L, out, (size_t)size);
	return 1;
}

static int digest_collect(lua_State *L)
{
	uintptr_t *state = luaL_checkudata(L, 1, HANDLE);
	char *failure = NULL;

	if (*state != 0)
		digestRelease(*state, &failure);
	*state = 0;
	free(failure);
	return 0;
}

/* crc32(data, crc) -> the checksum of what crc is the checksum of, and data */
static int digest_crc32(lua_State *L)
{
	size_t size;
	const char *data = luaL_checklstring(L, 1, &size);
	lua_Integer crc = luaL_optinteger(L, 2, 0);
	char *failure = NULL;
	uint32_t sum = digestCRC32((char *)data, size, (uint32_t)crc, &failure);

	mw_check(L, failure);
	lua_pushinteger(L, sum);
	return 1;
}

/* random(count) -> as many bytes of the system's source */
static int digest_random(lua_State *L)
{
	lua_Integer count = luaL_checkinteger(L, 1);
	luaL_Buffer buffer;
	char *bytes, *failure = NULL;

	luaL_argcheck(L, count >= 0, 1, "a number of bytes cannot be negative");
	bytes = luaL_buffinitsize(L, &buffer, (size_t)count);
	digestRandom(bytes, (size_t)count, &failure);
	mw_check(L, failure);
	luaL_pushresultsize(&buffer, (size_t)count);
	return 1;
}

static const luaL_Reg functions[] = {
	{"sum", digest_sum}, {"crc32", digest_crc32}, {"random", digest_random}, {NULL, NULL}};

static const luaL_Reg methods[] = {{"update", digest_update}, {"final", digest_final}, {NULL, NULL}};

int mw_open_digest(lua_State *L)
{
	luaL_newlib(L, functions);
	luaL_newmetatable(L, HANDLE);
	luaL_newlib(L, methods);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, digest_collect);
	lua_setfield(L, -2, "__gc");
	lua_pushliteral(L, HANDLE); /* what getmetatable gives: scripts do not call __gc */
	lua_setfield(L, -2, "__metatable");
	lua_pushcclosure(L, digest_new, 1);
	lua_setfield(L, -2, "new");
	return 1;
}
