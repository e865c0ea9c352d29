#include "libraries.h"

#include "_cgo_export.h"

/* Upvalue: the standard os.exit. */
static int os_exit(lua_State *L)
{
	char *failure = NULL;

	if (!lua_isboolean(L, 1))
		luaL_optinteger(L, 1, 0); /* a wrong argument must not close anything */
	hostExit(mw_of(L)->handle, &failure);
	mw_check(L, failure);
	return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

void mw_open_os(lua_State *L)
{
	lua_getglobal(L, LUA_OSLIBNAME);
	lua_getfield(L, -1, "exit");
	lua_pushcclosure(L, os_exit, 1);
	lua_setfield(L, -2, "exit");
	lua_pop(L, 1);
}
