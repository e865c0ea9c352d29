/* What the host changes in the standard libraries, and no script can tell but by its effect. */
#ifndef MOONWIRE_LIBRARIES_H
#define MOONWIRE_LIBRARIES_H

#include "bridge.h"

/* coroutine.resume and coroutine.wrap that follow which coroutine runs, for Ctrl-C. */
void mw_open_coroutine(lua_State *L);

/* os.exit that closes connections first. */
void mw_open_os(lua_State *L);

/* The searchers for the modules that the program carries. */
void mw_open_searchers(lua_State *L);

#endif
