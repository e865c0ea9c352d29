#include "libraries.h"

#include "_cgo_export.h"

#include <stdlib.h>

/* Longer than any path of a module that a program carries. */
#define PATH_SIZE 512

/* Upvalue: the tree, "lua" or "rocks". */
static int search(lua_State *L)
{
	size_t size;
	const char *name = luaL_checklstring(L, 1, &size);
	const char *tree = lua_tostring(L, lua_upvalueindex(1));
	char path[PATH_SIZE];
	char *code = NULL, *failure = NULL;
	size_t code_size = 0;
	int status;

	hostModule(mw_of(L)->handle, (char *)tree, (char *)name, size, path, sizeof path, &code, &code_size, &failure);
	mw_check(L, failure);
	if (code == NULL) {
		lua_pushfstring(L, "no module '%s' in moonwire's own %s/", name, tree);
		return 1;
	}
	/* path is "@moonwire/lua/NAME.lua": a chunk name, which raises nothing as long as code is ours */
	status = luaL_loadbufferx(L, code, code_size, path, "t");
	free(code);
	if (status != LUA_OK)
		return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", name, path + 1, lua_tostring(L, -1));
	lua_pushstring(L, path + 1);
	return 2;
}

static void push_searcher(lua_State *L, const char *tree)
{
	lua_pushstring(L, tree);
	lua_pushcclosure(L, search, 1);
}

/* Names below lua/ are the program's own: right after package.preload. Names below rocks/ stand in for
 * rocks that are not installed: after all else. */
void mw_open_searchers(lua_State *L)
{
	lua_Integer n;

	lua_getglobal(L, LUA_LOADLIBNAME);
	lua_getfield(L, -1, "searchers");
	n = luaL_len(L, -1);
	for (lua_Integer i = n; i >= 2; i--) {
		lua_geti(L, -1, i);
		lua_seti(L, -2, i + 1);
	}
	push_searcher(L, "lua");
	lua_seti(L, -2, 2);
	push_searcher(L, "rocks");
	lua_seti(L, -2, n + 2);
	lua_pop(L, 2);
}
