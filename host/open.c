#include "libraries.h"
#include "run.h"

/* golua renames what it fears. No Lua error crosses a Go frame here, so scripts get pcall and xpcall
 * back, and nothing of golua's is left for them to call. */
static void undo_golua(lua_State *L)
{
	static const char *const globals[] = {"unsafe_pcall", "unsafe_xpcall", "golua_default_msghandler"};
	static const char *const metatables[] = {"GoLua.GoFunction", "GoLua.GoInterface"};

	lua_getglobal(L, "unsafe_pcall");
	lua_setglobal(L, "pcall");
	lua_getglobal(L, "unsafe_xpcall");
	lua_setglobal(L, "xpcall");
	for (size_t i = 0; i < sizeof globals / sizeof *globals; i++) {
		lua_pushnil(L);
		lua_setglobal(L, globals[i]);
	}
	for (size_t i = 0; i < sizeof metatables / sizeof *metatables; i++) {
		lua_pushnil(L);
		lua_setfield(L, LUA_REGISTRYINDEX, metatables[i]);
	}
}

static int open_all(lua_State *L)
{
	undo_golua(L);
	mw_open_coroutine(L);
	mw_open_os(L);
	mw_open_searchers(L);
	lua_gc(L, LUA_GCGEN, 0, 0); /* as the lua command does */
	return 0;
}

int mw_open(lua_State *L)
{
	lua_pushcfunction(L, open_all);
	return lua_pcall(L, 0, 0, 0);
}

static int ignore(lua_State *L)
{
	lua_pushboolean(L, 1);
	lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV"); /* read by the package library */
	return 0;
}

int mw_begin(lua_State *L, mw_host *h, int ignore_environment)
{
	*(mw_host **)lua_getextraspace(L) = h;
	h->main = h->running = L;
	if (!ignore_environment)
		return LUA_OK;
	lua_pushcfunction(L, ignore);
	return lua_pcall(L, 0, 0, 0);
}

static int add(lua_State *L)
{
	mw_preload(L, lua_touserdata(L, 1), *(lua_CFunction *)lua_touserdata(L, 2));
	return 0;
}

int mw_add(lua_State *L, const char *name, lua_CFunction open)
{
	lua_pushcfunction(L, add);
	lua_pushlightuserdata(L, (void *)name);
	lua_pushlightuserdata(L, &open);
	return lua_pcall(L, 2, 0, 0);
}

void mw_warnings(lua_State *L) { lua_warning(L, "@on", 0); }
