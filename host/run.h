/* Loading and running Lua from Go, always below lua_pcall. */
#ifndef MOONWIRE_RUN_H
#define MOONWIRE_RUN_H

#include "bridge.h"

/* What is to be done with the text of a request. */
typedef enum {
	MW_FILE,     /* a path */
	MW_STDIN,    /* nothing: standard input is run */
	MW_SCRIPT,   /* a path; its ... is what the global arg holds then */
	MW_STRING,   /* code; name: its chunk name */
	MW_REQUIRE,  /* a module; name: the global variable that gets it */
	MW_COMMAND,  /* a module that returns a function(args) -> exit status */
	MW_LINE,     /* what was typed at a prompt; its values are printed */
	MW_ARGUMENTS /* nothing: the global arg is made, with argv[first] at 0 */
} mw_kind;

/* A string of C; data ends with a NUL that size does not count. */
typedef struct mw_text {
	const char *data;
	size_t size;
} mw_text;

typedef struct mw_request {
	mw_kind kind;
	mw_text text, name;
	int argc;
	mw_text *argv;  /* the chunk's ... */
	int first;      /* for MW_ARGUMENTS */
	int nresults;   /* of a chunk: 0 or LUA_MULTRET */
	int incomplete; /* set by MW_LINE: the chunk ends too early, more lines must follow */
} mw_request;

/* Makes L the main thread of h, before its libraries are opened. Returns LUA_OK, or a status with a
 * message on the stack; so do the next two. */
int mw_begin(lua_State *L, mw_host *h, int ignore_environment);

/* Adds the host's own to the standard libraries, and takes away what golua added. */
int mw_open(lua_State *L);

/* mw_preload in a protected call. */
int mw_add(lua_State *L, const char *name, lua_CFunction open);

/* Runs a request. Returns LUA_OK with the results as strings on the stack, or a status with one string:
 * the message, of mw_host.message_size bytes, then the traceback; 0 where there is none. */
int mw_run(lua_State *L, mw_request *request);

/* The string at index of the stack, which mw_run left there. */
mw_text mw_result(lua_State *L, int index);

/* Turns warnings on. */
void mw_warnings(lua_State *L);

#endif
