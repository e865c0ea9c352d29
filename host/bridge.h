/* The bridge between Lua and Go: what every C file of this package stands on.
 *
 * No Go function is ever registered with Lua. A Lua function of the host is a C function that
 *   1. reads and checks its arguments from the lua_State that it was called with (that may be a
 *      coroutine's: never keep another one),
 *   2. calls an exported Go function with plain C values,
 *   3. pushes results, or raises, after Go has returned. Lua errors are longjmps, which must not
 *      cross a Go frame, and Go panics must not cross a C frame.
 *
 * An exported Go function therefore never calls the Lua API, and ends its panics itself:
 *
 *     //export hostThing
 *     func hostThing(handle C.uintptr_t, n C.int, failure **C.char) (r C.int) {
 *             defer guard(failure)            // a panic becomes a message, allocated with malloc
 *             h := hostOf(handle)             // the *Host
 *             ...
 *     }
 *
 *     static int thing(lua_State *L) {
 *             int n = (int)luaL_checkinteger(L, 1);
 *             char *failure = NULL;
 *             int r = hostThing(mw_of(L)->handle, n, &failure);
 *             mw_check(L, failure);           // raises and frees, if there is one
 *             lua_pushinteger(L, r);
 *             return 1;
 *     }
 *
 * What takes memory from malloc or Go must be safe from lua_push*, which may raise "not enough
 * memory": push into memory that Lua owns, or keep it in a userdata with __gc.
 *
 * A Go function that waits selects on h.wake as well (see interrupt.go). When woken it returns to C,
 * which calls mw_interrupted(L): that raises "interrupted!" if Ctrl-C is what woke it, and returns if
 * it was not, after which the wait goes on with what is left of its time. A wait in C itself sees
 * EINTR, since Interrupt sends the script's thread a signal without SA_RESTART. */
#ifndef MOONWIRE_BRIDGE_H
#define MOONWIRE_BRIDGE_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stddef.h>
#include <stdint.h>

/* One per Host, allocated with malloc, freed after lua_close. Every lua_State of the host has a
 * pointer to it in its extra space (Lua copies that of the main thread to each new coroutine). */
typedef struct mw_host {
	uintptr_t handle;    /* the cgo.Handle of the *Host */
	lua_State *main;     /* the main thread */
	lua_State *running;  /* the thread that runs now: main, or the innermost resumed coroutine */
	int interrupt;       /* Ctrl-C came and no one has raised it yet; atomic, see mw_interrupted */
	size_t message_size; /* of the last error: where its message ends and its traceback begins */
} mw_host;

/* The host that a thread belongs to. */
static inline mw_host *mw_of(lua_State *L) { return *(mw_host **)lua_getextraspace(L); }

/* Raises failure, a malloc'ed message, as a Lua error with the caller's position, and frees it.
 * Returns when failure is NULL. */
void mw_check(lua_State *L, char *failure);

/* Raises "interrupted!" when Ctrl-C is pending, and takes it. */
void mw_interrupted(lua_State *L);

/* Makes require(name) call open, as package.preload does. May raise: call it in a protected call. */
void mw_preload(lua_State *L, const char *name, lua_CFunction open);

#endif
