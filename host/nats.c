/* The module host.nats: nats.go behind the contract of lua/nats/transport/init.lua.
 *
 *     local handle, code, detail = require("host.nats").connect(options)
 *
 * options is a JSON text (see natsConfig in nats_options.go). The module also has sleep(seconds) and now(), the seconds
 * since some moment in the past, of a clock that no one sets. A handle has the methods of the
 * contract; nothing stands between them and the script, since a Lua wrapper would cost more than the
 * work. */
#include "nats.h"

#include "_cgo_export.h"
#include "bridge.h"

#include <stdlib.h>
#include <string.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define HANDLE "host.nats"

/* So many publishes after a wait go straight to Go: a request or an answer should not have to wait for
 * another thread to wake up. More than that is a stream, for which the ring is cheaper. */
#define DIRECT_PUBLISHES 4

#define NO_TIMEOUT INT64_C(-1)
#define NANOSECONDS 1e9

/* A timeout so long that it is none, in seconds: 100 years. Also what keeps the conversion defined. */
#define FOREVER 3.2e9

/* Its address is in every handle: to look for that takes a third of the time of luaL_checkudata, which
 * looks a name up. */
static const char kind;

static mw_nats *handle(lua_State *L)
{
	mw_nats *c = lua_touserdata(L, 1);

	if (c != NULL && lua_rawlen(L, 1) == sizeof *c && c->kind == &kind)
		return c;
	return luaL_checkudata(L, 1, HANDLE); /* raises, with the right words */
}

/* Seconds at index as nanoseconds; nil: NO_TIMEOUT. */
static int64_t timeout_at(lua_State *L, int index)
{
	lua_Number seconds;

	if (lua_isnoneornil(L, index))
		return NO_TIMEOUT;
	seconds = luaL_checknumber(L, index);
	luaL_argcheck(L, seconds == seconds, index, "a number of seconds expected, got nan");
	if (seconds <= 0)
		return 0;
	return seconds >= FOREVER ? NO_TIMEOUT : (int64_t)(seconds * NANOSECONDS);
}

/* nil and the error that Go left in text, and its detail if there is one. */
static int failed(lua_State *L, mw_nats *c)
{
	size_t code = strlen(c->text);

	lua_pushnil(L);
	lua_pushstring(L, c->text);
	if (code + 1 >= c->text_size)
		return 2;
	lua_pushlstring(L, c->text + code + 1, c->text_size - code - 1);
	return 3;
}

static int timed_out(lua_State *L)
{
	lua_pushnil(L);
	lua_pushliteral(L, "timeout");
	return 2;
}

/* true, or nil and an error. */
static int result(lua_State *L, mw_nats *c, int status)
{
	switch (status) {
	case NATS_OK:
		lua_pushboolean(L, 1);
		return 1;
	case NATS_TIMEOUT:
		return timed_out(L);
	default:
		return failed(L, c);
	}
}

/* Ends one turn of a call into Go: raises what is to be raised, says whether to call again. */
static int again(lua_State *L, int status, char *failure)
{
	mw_check(L, failure);
	if (status != NATS_WOKEN)
		return 0;
	mw_interrupted(L);
	return 1;
}

#define EACH(byte) (UINT64_MAX / 255 * (byte))

/* Whether a byte is a space or less, eight at a time. */
static int has_blank(const char *word, size_t size)
{
	uint64_t eight;

	for (; size >= sizeof eight; size -= sizeof eight, word += sizeof eight) {
		memcpy(&eight, word, sizeof eight);
		if ((eight - EACH(' ' + 1)) & ~eight & EACH(0x80))
			return 1;
	}
	for (; size > 0; size--)
		if ((unsigned char)*word++ <= ' ')
			return 1;
	return 0;
}

/* A word of the protocol: without bytes that would end it. */
static const char *word_at(lua_State *L, int index, size_t *size)
{
	const char *word = luaL_checklstring(L, index, size);

	luaL_argcheck(L, *size > 0, index, "is empty");
	luaL_argcheck(L, !has_blank(word, *size), index, "has a space or a control character");
	return word;
}

/* Publishing */

typedef struct message {
	const char *subject, *reply, *headers, *payload;
	size_t subject_size, reply_size, headers_size, payload_size;
	uint8_t line[64]; /* the end of the control line, from at to the end: " 12 140\r\n" */
	size_t at;
	size_t size; /* over the wire */
} message;

static size_t digits(message *m, size_t at, size_t number)
{
	do
		m->line[--at] = (uint8_t)('0' + number % 10);
	while ((number /= 10) > 0);
	m->line[--at] = ' ';
	return at;
}

static void measure(message *m)
{
	size_t end = sizeof m->line;

	m->line[end - 1] = '\n';
	m->line[end - 2] = '\r';
	m->at = digits(m, end - 2, m->headers_size + m->payload_size);
	if (m->headers != NULL)
		m->at = digits(m, m->at, m->headers_size);
	m->size = (m->headers ? 5 : 4) + m->subject_size + (m->reply ? 1 + m->reply_size : 0) +
	          (end - m->at) + m->headers_size + m->payload_size + 2;
}

static uint8_t *put(uint8_t *to, const void *from, size_t size)
{
	if (size > 0)
		memcpy(to, from, size);
	return to + size;
}

static void format(uint8_t *to, const message *m)
{
	to = m->headers ? put(to, "HPUB ", 5) : put(to, "PUB ", 4);
	to = put(to, m->subject, m->subject_size);
	if (m->reply != NULL) {
		*to++ = ' ';
		to = put(to, m->reply, m->reply_size);
	}
	to = put(to, m->line + m->at, sizeof m->line - m->at);
	to = put(to, m->headers, m->headers_size);
	to = put(to, m->payload, m->payload_size);
	put(to, "\r\n", 2);
}

/* Appends a message; 0: there is no room for it. */
static int append(nats_ring *r, const message *m)
{
	uint64_t offset = r->head & (NATS_RING_SIZE - 1);
	uint64_t to_end = NATS_RING_SIZE - offset;
	uint64_t skipped = m->size > to_end ? to_end : 0;

	if (r->head + skipped + m->size - r->tail_seen > NATS_RING_SIZE) {
		r->tail_seen = __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE);
		if (r->head + skipped + m->size - r->tail_seen > NATS_RING_SIZE)
			return 0;
	}
	if (skipped > 0) {
		__atomic_store_n(&r->skip, r->head, __ATOMIC_RELAXED);
		offset = 0;
	}
	format(r->data + offset, m);
	/* Before idle is looked at: the sender sets idle and looks at head again, so one of the two sees the
	 * other. Where the sender makes the barrier, only the compiler must be held to the order. */
	__atomic_store_n(&r->head, r->head + skipped + m->size, __ATOMIC_RELEASE);
	if (r->bare)
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	else
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return 1;
}

/* Whether so much waits that the script had better send it, which it tries but now and then. */
static int is_high(nats_ring *r)
{
	if (r->head - r->tail_seen < NATS_RING_HIGH || r->head - r->sent < NATS_RING_HIGH / 4)
		return 0;
	r->tail_seen = __atomic_load_n(&r->tail, __ATOMIC_ACQUIRE);
	return r->head - r->tail_seen >= NATS_RING_HIGH;
}

/* Asks Go before or after a message; 0: it has left an error. */
static int asked(lua_State *L, mw_nats *c, int (*ask)(mw_nats *c, char **failure))
{
	char *failure = NULL;
	int status;

	do
		status = ask(c, &failure);
	while (again(L, status, failure));
	return status == NATS_OK;
}

static int ready(mw_nats *c, char **failure) { return natsReady(c->id, failure); }
static int push_out(mw_nats *c, char **failure) { return natsPush(c->id, failure); }

/* Puts a message into the ring; 0: Go has left an error. */
static int queue(lua_State *L, mw_nats *c, const message *m)
{
	nats_ring *r = &c->ring;
	int slow = __atomic_load_n(&c->slow, __ATOMIC_RELAXED) != 0;
	char *failure = NULL;

	if (r->data == NULL) {
		r->data = malloc(NATS_RING_SIZE);
		if (r->data == NULL)
			luaL_error(L, "not enough memory");
	}
	if (slow && !asked(L, c, ready))
		return 0;
	while (!append(r, m)) {
		int status = natsRoom(c->id, m->size, &failure);
		if (!again(L, status, failure) && status != NATS_OK)
			return 0;
	}
	if (slow || c->fresh < DIRECT_PUBLISHES || is_high(r)) {
		c->fresh++;
		r->sent = r->head;
		return asked(L, c, push_out);
	}
	if (__atomic_load_n(&r->idle, __ATOMIC_RELAXED)) {
		natsKick(c->id, &failure);
		mw_check(L, failure);
	}
	return 1;
}

/* Hands a large message to Go; 0: Go has left an error. */
static int send(lua_State *L, mw_nats *c, const message *m)
{
	char *failure = NULL;
	int status;

	do
		status = natsPublish(c->id, (char *)m->subject, m->subject_size, (char *)m->reply, m->reply_size,
		                     (char *)m->headers, m->headers_size, (char *)m->payload, m->payload_size,
		                     &failure);
	while (again(L, status, failure));
	return status == NATS_OK;
}

static int nats_publish(lua_State *L)
{
	mw_nats *c = handle(L);
	message m;

	m.subject = word_at(L, 2, &m.subject_size);
	m.reply = m.headers = NULL;
	m.reply_size = m.headers_size = 0;
	if (!lua_isnil(L, 3))
		m.reply = word_at(L, 3, &m.reply_size);
	if (!lua_isnil(L, 4))
		m.headers = luaL_checklstring(L, 4, &m.headers_size);
	m.payload = luaL_checklstring(L, 5, &m.payload_size);
	if ((int64_t)(m.headers_size + m.payload_size) >
	    __atomic_load_n(&c->max_payload, __ATOMIC_RELAXED)) {
		lua_pushnil(L);
		lua_pushliteral(L, "maximum payload exceeded");
		return 2;
	}
	measure(&m);
	if (m.size > NATS_MESSAGE_MAX ? !send(L, c, &m) : !queue(L, c, &m))
		return failed(L, c);
	c->out_msgs++;
	c->out_bytes += (lua_Integer)(m.headers_size + m.payload_size);
	lua_pushboolean(L, 1);
	return 1;
}

static int nats_subscribe(lua_State *L)
{
	mw_nats *c = handle(L);
	lua_Integer sid = luaL_checkinteger(L, 2);
	size_t subject_size, queue_size = 0;
	const char *subject = word_at(L, 3, &subject_size);
	const char *queue = lua_isnoneornil(L, 4) ? NULL : word_at(L, 4, &queue_size);
	char *failure = NULL;
	int status;

	do
		status = natsSubscribe(c->id, sid, (char *)subject, subject_size, (char *)queue, queue_size,
		                       &failure);
	while (again(L, status, failure));
	return result(L, c, status);
}

static int nats_unsubscribe(lua_State *L)
{
	mw_nats *c = handle(L);
	lua_Integer sid = luaL_checkinteger(L, 2);
	lua_Integer max = luaL_optinteger(L, 3, 0);
	char *failure = NULL;
	int status;

	do
		status = natsUnsubscribe(c->id, sid, max, &failure);
	while (again(L, status, failure));
	return result(L, c, status);
}

static int nats_drain(lua_State *L)
{
	mw_nats *c = handle(L);
	lua_Integer sid = luaL_checkinteger(L, 2);
	char *failure = NULL;
	int status;

	do
		status = natsDrain(c->id, sid, &failure);
	while (again(L, status, failure));
	return result(L, c, status);
}

/* Receiving */

static const uint8_t *push(lua_State *L, const uint8_t *from, int64_t size)
{
	if (size < 0) {
		lua_pushnil(L);
		return from;
	}
	lua_pushlstring(L, (const char *)from, (size_t)size);
	return from + size;
}

/* Pushes the next item of the inbox and takes it off. */
static int take(lua_State *L, mw_nats *c)
{
	const nats_item *i = (const nats_item *)(c->inbox + c->inbox_read);
	const uint8_t *from = (const uint8_t *)(i + 1);

	if (i->kind == NATS_MESSAGE)
		lua_pushinteger(L, i->sid);
	else
		lua_pushnil(L);
	from = push(L, from, i->subject);
	if (i->kind == NATS_MESSAGE) {
		from = push(L, from, i->reply);
		from = push(L, from, i->headers);
	}
	if (i->kind == NATS_PONG)
		lua_pushinteger(L, i->sid);
	else
		from = push(L, from, i->payload);
	c->inbox_read = ((size_t)(from - c->inbox) + 7) & ~(size_t)7;
	return i->kind == NATS_MESSAGE ? 5 : 3;
}

/* Waits until news is no longer as seen, for at most *timeout, of which it leaves the rest. It may return
 * early. */
static void wait_for_news(mw_nats *c, uint32_t seen, int64_t *timeout)
{
	struct timespec limit, began, ended;

	if (*timeout > 0) {
		limit.tv_sec = *timeout / 1000000000;
		limit.tv_nsec = *timeout % 1000000000;
		clock_gettime(CLOCK_MONOTONIC, &began);
	}
	__atomic_store_n(&c->sleeping, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &c->news, FUTEX_WAIT_PRIVATE, seen, *timeout > 0 ? &limit : NULL, NULL, 0);
	__atomic_store_n(&c->sleeping, 0, __ATOMIC_SEQ_CST);
	if (*timeout > 0) {
		clock_gettime(CLOCK_MONOTONIC, &ended);
		*timeout -= (ended.tv_sec - began.tv_sec) * 1000000000 + (ended.tv_nsec - began.tv_nsec);
		if (*timeout < 0)
			*timeout = 0;
	}
}

static int nats_poll(lua_State *L)
{
	mw_nats *c = handle(L);
	int64_t timeout;
	char *failure = NULL;
	int status;

	if (c->inbox_read < c->inbox_end)
		return take(L, c);
	timeout = timeout_at(L, 2);
	c->fresh = 0;
	do {
		uint32_t seen = __atomic_load_n(&c->news, __ATOMIC_SEQ_CST);

		status = natsPoll(c->id, &timeout, &failure);
		if (status == NATS_WAIT) {
			wait_for_news(c, seen, &timeout);
			mw_interrupted(L);
		}
	} while (status == NATS_WAIT || again(L, status, failure));
	switch (status) {
	case NATS_OK:
		return take(L, c);
	case NATS_TIMEOUT:
		return timed_out(L);
	default:
		return failed(L, c);
	}
}

static int nats_ping(lua_State *L)
{
	mw_nats *c = handle(L);
	char *failure = NULL;
	int status;

	do
		status = natsPing(c->id, &failure);
	while (again(L, status, failure));
	return result(L, c, status);
}

/* Nothing waits for the next call here, corked or not. */
static int nats_cork(lua_State *L)
{
	mw_nats *c = handle(L);
	char *failure = NULL;
	int status = natsCork(c->id, &failure);

	mw_check(L, failure);
	return result(L, c, status);
}

/* Go describes the connection as a Lua chunk that returns a table. */
static int nats_info(lua_State *L)
{
	mw_nats *c = handle(L);
	char *failure = NULL;

	natsInfo(c->id, &failure);
	mw_check(L, failure);
	if (luaL_loadbufferx(L, c->text, c->text_size, "=host.nats", "t") != LUA_OK)
		return lua_error(L);
	lua_call(L, 0, 1);
	lua_pushinteger(L, c->out_msgs);
	lua_setfield(L, -2, "out_msgs");
	lua_pushinteger(L, c->out_bytes);
	lua_setfield(L, -2, "out_bytes");
	return 1;
}

static int nats_tostring(lua_State *L)
{
	mw_nats *c = handle(L);
	char *failure = NULL;

	natsString(c->id, &failure);
	mw_check(L, failure);
	lua_pushlstring(L, c->text, c->text_size);
	return 1;
}

static int nats_close(lua_State *L)
{
	mw_nats *c = handle(L);
	char *failure = NULL;

	natsClose(c->id, &failure);
	mw_check(L, failure);
	c->inbox_read = c->inbox_end = 0;
	return 0;
}

/* After this Go touches nothing of *c. */
static int nats_collect(lua_State *L)
{
	mw_nats *c = handle(L);
	char *failure = NULL;

	if (c->id != 0)
		natsRelease(c->id, &failure);
	c->id = 0;
	free(failure);
	free(c->ring.data);
	free(c->inbox);
	free(c->text);
	memset(c, 0, sizeof *c);
	return 0;
}

/* The handle has its metatable before Go knows of it: whatever is raised from here on, the connection is
 * closed by its collector. */
static int nats_connect(lua_State *L)
{
	size_t size;
	const char *options = luaL_checklstring(L, 1, &size);
	mw_nats *c = lua_newuserdatauv(L, sizeof *c, 0);
	char *failure = NULL;
	int status;

	memset(c, 0, sizeof *c);
	c->kind = &kind;
	c->ring.idle = 1;
	luaL_setmetatable(L, HANDLE);
	status = natsOpen(mw_of(L)->handle, c, (char *)options, size, &failure);
	mw_check(L, failure);
	if (status == NATS_OK)
		do
			status = natsConnect(c->id, &failure);
		while (again(L, status, failure));
	return status == NATS_OK ? 1 : failed(L, c);
}

static int nats_now(lua_State *L)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	lua_pushnumber(L, (lua_Number)now.tv_sec + (lua_Number)now.tv_nsec / NANOSECONDS);
	return 1;
}

/* sleep(seconds): a script in it sees a Ctrl-C when it is over, so nats.sleep sleeps in slices. */
static int nats_sleep(lua_State *L)
{
	lua_Number seconds = luaL_checknumber(L, 1);
	struct timespec time;

	luaL_argcheck(L, seconds >= 0 && seconds <= 1e9, 1, "not between 0 and 1e9 seconds");
	time.tv_sec = (time_t)seconds;
	time.tv_nsec = (long)((seconds - (lua_Number)time.tv_sec) * NANOSECONDS);
	nanosleep(&time, NULL);
	return 0;
}

static const luaL_Reg methods[] = {
	{"publish", nats_publish}, {"subscribe", nats_subscribe}, {"unsubscribe", nats_unsubscribe},
	{"drain", nats_drain},     {"ping", nats_ping},           {"poll", nats_poll},
	{"cork", nats_cork},       {"info", nats_info},           {"close", nats_close},
	{NULL, NULL},
};

static const luaL_Reg metamethods[] = {
	{"__tostring", nats_tostring},
	{"__close", nats_close},
	{"__gc", nats_collect},
	{NULL, NULL},
};

int mw_open_nats(lua_State *L)
{
	lua_newtable(L);
	luaL_newmetatable(L, HANDLE);
	luaL_setfuncs(L, metamethods, 0);
	luaL_newlib(L, methods);
	lua_setfield(L, -2, "__index");
	lua_pushliteral(L, HANDLE); /* what getmetatable gives: scripts do not call __gc */
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
	lua_pushcfunction(L, nats_connect);
	lua_setfield(L, -2, "connect");
	lua_pushcfunction(L, nats_now);
	lua_setfield(L, -2, "now");
	lua_pushcfunction(L, nats_sleep);
	lua_setfield(L, -2, "sleep");
	return 1;
}
