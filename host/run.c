#include "run.h"

#include <string.h>

/* golua renames what it fears. No Lua error crosses a Go frame here, so scripts get pcall and xpcall
 * back, and nothing of golua's is left for them to call. */
static void undo_golua(lua_State *L)
{
	static const char *const renamed[] = {"pcall", "xpcall"};
	static const char *const hidden[] = {"unsafe_pcall", "unsafe_xpcall"};

	for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
		lua_getglobal(L, hidden[i]);
		lua_setglobal(L, renamed[i]);
		lua_pushnil(L);
		lua_setglobal(L, hidden[i]);
	}
	lua_pushnil(L);
	lua_setglobal(L, "golua_default_msghandler");
	lua_pushnil(L);
	lua_setfield(L, LUA_REGISTRYINDEX, "GoLua.GoFunction");
	lua_pushnil(L);
	lua_setfield(L, LUA_REGISTRYINDEX, "GoLua.GoInterface");
}

static int open(lua_State *L)
{
	undo_golua(L);
	/* As the lua command does. */
	lua_gc(L, LUA_GCGEN, 0, 0);
	return 0;
}

int mw_open(lua_State *L, mw_host *h, int ignore_environment)
{
	(void)ignore_environment;
	*(mw_host **)lua_getextraspace(L) = h;
	h->main = h->running = L;
	lua_pushcfunction(L, open);
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

/* Turns an error object into text and adds the traceback, as the lua command does. */
static int on_error(lua_State *L)
{
	mw_host *h = mw_of(L);
	size_t size;
	const char *message = lua_tostring(L, 1);

	if (message == NULL) {
		if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING) {
			lua_tolstring(L, -1, &h->message_size);
			return 1;
		}
		message = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
	}
	size = strlen(message);
	luaL_traceback(L, L, message, 1);
	h->message_size = size;
	return 1;
}

/* Calls the function below its arguments; on failure raises the text that on_error made. */
static void call(lua_State *L, int nargs, int nresults)
{
	int base = lua_gettop(L) - nargs;

	lua_pushcfunction(L, on_error);
	lua_insert(L, base);
	if (lua_pcall(L, nargs, nresults, base) != LUA_OK)
		lua_error(L);
	lua_remove(L, base);
}

static void load(lua_State *L, int status)
{
	if (status != LUA_OK)
		lua_error(L);
}

static int push_args(lua_State *L, const mw_request *r)
{
	luaL_checkstack(L, r->argc, "too many arguments");
	for (int i = 0; i < r->argc; i++)
		lua_pushlstring(L, r->argv[i].data, r->argv[i].size);
	return r->argc;
}

static void run_file(lua_State *L, mw_request *r)
{
	load(L, luaL_loadfile(L, r->text.size > 0 ? r->text.data : NULL));
	call(L, push_args(L, r), LUA_MULTRET);
}

static void run_string(lua_State *L, mw_request *r)
{
	load(L, luaL_loadbuffer(L, r->text.data, r->text.size, r->name.data));
	call(L, push_args(L, r), LUA_MULTRET);
}

typedef void (*runner)(lua_State *L, mw_request *r);

static const runner runners[] = {
	[MW_FILE] = run_file,
	[MW_STRING] = run_string,
};

static int run(lua_State *L)
{
	mw_request *r = lua_touserdata(L, 1);

	lua_settop(L, 0);
	runners[r->kind](L, r);
	/* Strings, so that the reader needs no memory of Lua's. */
	for (int i = lua_gettop(L); i > 0; i--) {
		luaL_tolstring(L, i, NULL);
		lua_replace(L, i);
	}
	return lua_gettop(L);
}

int mw_run(lua_State *L, mw_request *request)
{
	lua_settop(L, 0);
	mw_of(L)->message_size = 0;
	lua_pushcfunction(L, run);
	lua_pushlightuserdata(L, request);
	return lua_pcall(L, 1, LUA_MULTRET, 0);
}

mw_text mw_result(lua_State *L, int index)
{
	mw_text t = {0};

	t.data = lua_tolstring(L, index, &t.size);
	return t;
}
