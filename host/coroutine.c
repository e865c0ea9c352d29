#include "interrupt.h"
#include "libraries.h"

/* Debug hooks belong to a coroutine, so Ctrl-C must know which one runs. Lua does not tell, and the
 * functions that switch know: these two behave as the standard ones, and keep mw_host.running. */

/* Resumes co with the nargs values on top of L. Returns how many values it put there instead, or -1 and
 * the error object. */
static int resume(lua_State *L, lua_State *co, int nargs)
{
	mw_host *h = mw_of(L);
	lua_State *before;
	int status, nresults;

	if (!lua_checkstack(co, nargs)) {
		lua_pop(L, nargs);
		lua_pushliteral(L, "too many arguments to resume");
		return -1;
	}
	lua_xmove(L, co, nargs);
	before = mw_switch(h, co);
	status = lua_resume(co, L, nargs, &nresults);
	mw_switch(h, before);
	if (status != LUA_OK && status != LUA_YIELD) {
		lua_xmove(co, L, 1);
		return -1;
	}
	if (!lua_checkstack(L, nresults + 1)) {
		lua_pop(co, nresults);
		lua_pushliteral(L, "too many results to resume");
		return -1;
	}
	lua_xmove(co, L, nresults);
	return nresults;
}

static int co_resume(lua_State *L)
{
	lua_State *co = lua_tothread(L, 1);
	int n;

	luaL_checktype(L, 1, LUA_TTHREAD);
	n = resume(L, co, lua_gettop(L) - 1);
	lua_pushboolean(L, n >= 0);
	if (n < 0) {
		lua_insert(L, -2);
		return 2;
	}
	lua_insert(L, -(n + 1));
	return n + 1;
}

/* A coroutine that died by an error still holds its to-be-closed variables. They may replace the
 * error object, which is on top of L. Returns the status after that. */
static int close_variables(lua_State *L, lua_State *co)
{
	int status = lua_status(co);
	lua_State *before;

	if (status == LUA_OK || status == LUA_YIELD)
		return status; /* it was not co that failed */
	before = mw_switch(mw_of(L), co);
	status = lua_resetthread(co);
	mw_switch(mw_of(L), before);
	lua_xmove(co, L, 1);
	return status;
}

static int wrapped(lua_State *L)
{
	lua_State *co = lua_tothread(L, lua_upvalueindex(1));
	int n = resume(L, co, lua_gettop(L));

	if (n >= 0)
		return n;
	if (close_variables(L, co) != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
		luaL_where(L, 1); /* where the caller is, before where the coroutine was */
		lua_insert(L, -2);
		lua_concat(L, 2);
	}
	return lua_error(L);
}

static int co_wrap(lua_State *L)
{
	lua_State *co;

	luaL_checktype(L, 1, LUA_TFUNCTION);
	co = lua_newthread(L);
	lua_pushvalue(L, 1);
	lua_xmove(L, co, 1);
	lua_pushcclosure(L, wrapped, 1);
	return 1;
}

void mw_open_coroutine(lua_State *L)
{
	static const luaL_Reg functions[] = {{"resume", co_resume}, {"wrap", co_wrap}, {NULL, NULL}};

	lua_getglobal(L, LUA_COLIBNAME);
	luaL_setfuncs(L, functions, 0);
	lua_pop(L, 1);
}
