/* Loading and running Lua from Go, always below lua_pcall. */
#ifndef MOONWIRE_RUN_H
#define MOONWIRE_RUN_H

#include "bridge.h"

/* What is to be run. */
typedef enum {
	MW_FILE,    /* text: a path, or empty for standard input */
	MW_STRING,  /* text: Lua code; name: its chunk name */
	MW_REQUIRE, /* text: a module; name: the global variable that gets it */
	MW_COMMAND, /* text: a module that returns a function(args) -> exit status */
	MW_LINE     /* text: what was typed at a prompt; its values are printed */
} mw_kind;

typedef struct mw_text {
	const char *data;
	size_t size;
} mw_text;

typedef struct mw_request {
	mw_kind kind;
	mw_text text, name;
	int argc;
	mw_text *argv; /* strings, the chunk's ... */
	int incomplete; /* set by MW_LINE: more lines must follow */
} mw_request;

/* Opens the standard libraries and the host's own into a new state of golua. Returns LUA_OK, or a
 * status with a message on the stack. */
int mw_open(lua_State *L, mw_host *h, int ignore_environment);

/* Runs a request. Returns LUA_OK with the results as strings on the stack, or a status with one string:
 * the message, of message_size bytes, then the traceback, if there is one. */
int mw_run(lua_State *L, mw_request *request);

/* The string at index of the stack, which mw_run left there. */
mw_text mw_result(lua_State *L, int index);

/* mw_preload in a protected call. Returns LUA_OK, or a status with a message on the stack. */
int mw_add(lua_State *L, const char *name, lua_CFunction open);

#endif
