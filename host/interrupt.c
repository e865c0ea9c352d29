#include "interrupt.h"

#include <errno.h>
#include <signal.h>

/* The signal that takes an interrupt to the script's thread. As in stock lua the hook is set by a
 * signal handler on the thread that runs the script: then no other thread ever touches the state, and
 * a system call that the script waits in ends with EINTR. */
#define INTERRUPT_SIGNAL (SIGRTMIN + 6)

/* Any of these events comes at the next instruction, call or return. */
#define ANY_EVENT (LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT)

/* The host that runs on this thread now. */
static _Thread_local mw_host *here;

/* Flag and hook clear each other: whoever comes first raises, the other finds nothing. */
static int take(mw_host *h) { return __atomic_exchange_n(&h->interrupt, 0, __ATOMIC_SEQ_CST); }

static int pending(mw_host *h) { return __atomic_load_n(&h->interrupt, __ATOMIC_SEQ_CST); }

static void stop(lua_State *L, lua_Debug *ar)
{
	(void)ar;
	lua_sethook(L, NULL, 0, 0);
	if (take(mw_of(L)))
		luaL_error(L, "interrupted!");
}

static void unhook(lua_State *L)
{
	if (lua_gethook(L) == stop)
		lua_sethook(L, NULL, 0, 0);
}

static void arm(mw_host *h) { lua_sethook(h->running, stop, ANY_EVENT, 1); }

static void on_signal(int number)
{
	int saved = errno;

	(void)number;
	if (here != NULL && pending(here))
		arm(here);
	errno = saved;
}

void mw_interrupted(lua_State *L)
{
	unhook(L);
	if (take(mw_of(L)))
		luaL_error(L, "interrupted!");
}

lua_State *mw_switch(mw_host *h, lua_State *to)
{
	lua_State *from = h->running;

	__atomic_store_n(&h->running, to, __ATOMIC_SEQ_CST);
	if (pending(h))
		arm(h);
	return from;
}

pthread_t mw_enter(mw_host *h)
{
	take(h);
	h->running = h->main;
	here = h;
	return pthread_self();
}

void mw_leave(mw_host *h)
{
	here = NULL;
	take(h);
	unhook(h->main);
}

int mw_interrupt(mw_host *h, pthread_t thread)
{
	struct sigaction action = {0};

	/* No SA_RESTART, for EINTR. The alternate stack, because the thread may be in Go. Each time anew,
	 * since a Go program may have asked for all signals meanwhile. */
	action.sa_handler = on_signal;
	action.sa_flags = SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	if (sigaction(INTERRUPT_SIGNAL, &action, NULL) != 0)
		return errno;
	__atomic_store_n(&h->interrupt, 1, __ATOMIC_SEQ_CST);
	return pthread_kill(thread, INTERRUPT_SIGNAL);
}

int mw_nudge(mw_host *h, pthread_t thread)
{
	return pending(h) && pthread_kill(thread, INTERRUPT_SIGNAL) == 0;
}
