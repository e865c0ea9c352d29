#include "run.h"

#include <stdlib.h>
#include <string.h>

/* Turns an error object into text and adds the traceback, as the lua command does. */
static int on_error(lua_State *L)
{
	mw_host *h = mw_of(L);
	const char *message = lua_tostring(L, 1);
	size_t size;

	if (message == NULL) {
		if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
			return 1; /* the object speaks for itself, without a traceback */
		message = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
	}
	size = strlen(message); /* as much as the traceback's prefix keeps of it */
	luaL_traceback(L, L, message, 1);
	h->message_size = size;
	return 1;
}

/* Calls the function below its arguments; what fails is raised again as the text that on_error made. */
static void call(lua_State *L, int nargs, int nresults)
{
	int base = lua_gettop(L) - nargs;

	lua_pushcfunction(L, on_error);
	lua_insert(L, base);
	if (lua_pcall(L, nargs, nresults, base) != LUA_OK)
		lua_error(L);
	lua_remove(L, base);
}

static void loaded(lua_State *L, int status)
{
	if (status != LUA_OK)
		lua_error(L); /* a syntax error has its position and no traceback */
}

static int push_arguments(lua_State *L, const mw_request *r)
{
	luaL_checkstack(L, r->argc, "too many arguments");
	for (int i = 0; i < r->argc; i++)
		lua_pushlstring(L, r->argv[i].data, r->argv[i].size);
	return r->argc;
}

static void run_file(lua_State *L, mw_request *r)
{
	loaded(L, luaL_loadfile(L, r->text.data));
	call(L, push_arguments(L, r), r->nresults);
}

/* The global arg, since code before the script may have changed it. */
static int push_arg(lua_State *L)
{
	int table, n;

	if (lua_getglobal(L, "arg") != LUA_TTABLE)
		luaL_error(L, "'arg' is not a table");
	table = lua_gettop(L);
	n = (int)luaL_len(L, table);
	luaL_checkstack(L, n, "too many arguments to script");
	for (int i = 1; i <= n; i++)
		lua_rawgeti(L, table, i);
	lua_remove(L, table);
	return n;
}

static void run_script(lua_State *L, mw_request *r)
{
	loaded(L, luaL_loadfile(L, r->text.data));
	call(L, push_arg(L), r->nresults);
}

static void run_stdin(lua_State *L, mw_request *r)
{
	loaded(L, luaL_loadfile(L, NULL));
	call(L, push_arg(L), r->nresults);
}

static void run_string(lua_State *L, mw_request *r)
{
	loaded(L, luaL_loadbuffer(L, r->text.data, r->text.size, r->name.data));
	call(L, push_arguments(L, r), r->nresults);
}

static void run_require(lua_State *L, mw_request *r)
{
	lua_getglobal(L, "require");
	lua_pushlstring(L, r->text.data, r->text.size);
	call(L, 1, 1);
	lua_setglobal(L, r->name.data);
}

static void run_command(lua_State *L, mw_request *r)
{
	lua_getglobal(L, "require");
	lua_pushlstring(L, r->text.data, r->text.size);
	call(L, 1, 1);
	if (!lua_isfunction(L, -1))
		luaL_error(L, "%s is not a command: it returns a %s, not a function", r->text.data, luaL_typename(L, -1));
	lua_createtable(L, r->argc, 0);
	for (int i = 0; i < r->argc; i++) {
		lua_pushlstring(L, r->argv[i].data, r->argv[i].size);
		lua_rawseti(L, -2, i + 1);
	}
	call(L, 1, 1);
}

/* True where a syntax error, on top of the stack, says that the code ends too early. */
static int ends_early(lua_State *L, int status)
{
	static const char end[] = "<eof>";
	size_t size;
	const char *message;

	if (status != LUA_ERRSYNTAX)
		return 0;
	message = lua_tolstring(L, -1, &size);
	return size >= sizeof end - 1 && strcmp(message + size - (sizeof end - 1), end) == 0;
}

/* Code of a prompt is an expression where it can be one. Leaves the chunk, or the message, alone on the
 * stack. */
static int load_line(lua_State *L, mw_request *r)
{
	static const char chunk[] = "=stdin";
	const char *expression = lua_pushfstring(L, "return %s", r->text.data);
	int status = luaL_loadbuffer(L, expression, strlen(expression), chunk);

	if (status == LUA_OK) {
		lua_remove(L, 1);
		return status;
	}
	lua_settop(L, 0);
	return luaL_loadbuffer(L, r->text.data, r->text.size, chunk);
}

static void run_line(lua_State *L, mw_request *r)
{
	int status = load_line(L, r);
	int n;

	r->incomplete = ends_early(L, status);
	loaded(L, status);
	call(L, 0, LUA_MULTRET);
	n = lua_gettop(L);
	if (n == 0)
		return;
	luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
	lua_getglobal(L, "print");
	lua_insert(L, 1);
	if (lua_pcall(L, n, 0, 0) != LUA_OK)
		luaL_error(L, "error calling 'print' (%s)", lua_tostring(L, -1));
}

static void make_arguments(lua_State *L, mw_request *r)
{
	lua_createtable(L, r->argc - r->first, r->first + 1);
	for (int i = 0; i < r->argc; i++) {
		lua_pushlstring(L, r->argv[i].data, r->argv[i].size);
		lua_rawseti(L, -2, i - r->first);
	}
	lua_setglobal(L, "arg");
}

static void (*const runners[])(lua_State *L, mw_request *r) = {
	[MW_FILE] = run_file,       [MW_STDIN] = run_stdin,     [MW_SCRIPT] = run_script, [MW_STRING] = run_string,
	[MW_REQUIRE] = run_require, [MW_COMMAND] = run_command, [MW_LINE] = run_line,     [MW_ARGUMENTS] = make_arguments,
};

static int run(lua_State *L)
{
	mw_request *r = lua_touserdata(L, 1);

	lua_settop(L, 0);
	runners[r->kind](L, r);
	/* Strings, so that reading them needs no memory of Lua's, which might raise. */
	luaL_checkstack(L, 2, "too many results");
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
	mw_text t = {"", 0};

	if (lua_type(L, index) == LUA_TSTRING)
		t.data = lua_tolstring(L, index, &t.size);
	return t;
}
