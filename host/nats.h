/* What the C and the Go side of host.nats share: one mw_nats per connection, inside its userdata. */
#ifndef MOONWIRE_NATS_H
#define MOONWIRE_NATS_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/* A publish is a copy into a ring in C memory, not a crossing into Go: the script's thread writes there
 * what is to go over the wire, whoever holds the sender's lock in Go sends it, and neither waits for
 * the other but when the ring is full or empty. A megabyte is some 6,000 messages of 128 bytes: what a
 * script makes while the sender sleeps once, several times over, and small beside what the kernel holds
 * for a socket. */
#define NATS_RING_SIZE (UINT64_C(1) << 20)
/* When so much waits, the sender has not had its turn: a busy machine. Then the script sends it. */
#define NATS_RING_HIGH (NATS_RING_SIZE / 4)
/* Larger messages pass the ring by: copying them twice would cost more than a crossing. */
#define NATS_MESSAGE_MAX (NATS_RING_SIZE / 16)

/* Head and tail count bytes since the beginning; they are a cache line apart, since two processors
 * write them. Between them are whole messages, none of which wraps. */
typedef struct nats_ring {
	uint8_t *data;      /* NULL until the first message */
	uint64_t head;      /* written by the script's thread; atomic */
	uint64_t tail_seen; /* the script's copy of tail, for as long as it will do */
	uint64_t skip;      /* what lies from here to the end of the ring is nothing; written before head.
	                     * There is never more than one such place between tail and head */
	uint64_t sent; /* head when the script last sent what waited */
	uint8_t apart1[64];
	uint64_t tail; /* written by Go; atomic */
	uint8_t apart2[64];
	uint32_t idle; /* the sender sleeps until it is kicked; atomic */
	uint32_t bare; /* there is no barrier but what an append makes itself, see nats_barrier.go */
} nats_ring;

typedef enum { NATS_MESSAGE, NATS_EVENT, NATS_PONG } nats_kind;

/* What poll gives, in the inbox: this, then subject, reply, headers, payload of a message; or the
 * event's name as subject and its detail as payload, of "pong" as sid. */
typedef struct nats_item {
	int64_t sid;
	uint32_t kind;
	uint32_t subject;
	int64_t reply;   /* length; -1: none */
	int64_t headers; /* length; -1: none */
	int64_t payload; /* length; -1: none */
} nats_item;

typedef struct mw_nats {
	const void *kind;    /* what tells a handle from other userdata */
	uint32_t id;         /* of the connection in Go; 0: none */
	uint32_t slow;       /* not connected, or an error waits: a publish asks Go; atomic */
	int64_t max_payload; /* bytes, of headers and payload; atomic */
	uint32_t fresh;      /* publishes since the script last waited */
	uint32_t news;     /* changes with everything that arrives; a futex */
	uint32_t sleeping; /* the script waits for news; atomic */
	lua_Integer out_msgs, out_bytes; /* published; bytes of headers and payload */
	nats_ring ring;
	/* Items that poll has not given to the script yet. An item is taken off after Lua has it, so that a
	 * lack of memory loses nothing. */
	uint8_t *inbox;
	size_t inbox_size, inbox_read, inbox_end;
	/* What Go has to say: an error as "code\0detail", or a result. */
	char *text;
	size_t text_size;
} mw_nats;

/* What an exported Go function returns. */
typedef enum {
	NATS_OK,
	NATS_FAILED, /* with an error in text */
	NATS_TIMEOUT,
	NATS_WAIT,    /* nothing has arrived: wait for news */
	NATS_WOKEN /* the wait was interrupted, see mw_interrupted; call again to go on */
} nats_status;

/* Opens the module: a table with connect and now. */
int mw_open_nats(lua_State *L);

#endif
