/* Ctrl-C, brought to the thread that runs a script. */
#ifndef MOONWIRE_INTERRUPT_H
#define MOONWIRE_INTERRUPT_H

#include "bridge.h"

#include <pthread.h>

/* Called on the thread that is about to run Lua, which must not change until mw_leave. Returns the
 * thread, for mw_interrupt. */
pthread_t mw_enter(mw_host *h);

/* The end of what mw_enter began: drops an interrupt that no one has raised. */
void mw_leave(mw_host *h);

/* Makes what runs on thread raise "interrupted!". To be called between mw_enter and mw_leave, from any
 * other thread. Returns 0, or an errno value. */
int mw_interrupt(mw_host *h, pthread_t thread);

/* Sends what mw_interrupt sent once more, if the interrupt has not been raised yet: then not 0. */
int mw_nudge(mw_host *h, pthread_t thread);

/* Follows the running coroutine: sets it and returns the one that ran before. */
lua_State *mw_switch(mw_host *h, lua_State *to);

#endif
