package host

/*
#include <stdlib.h>
#include <string.h>
#include "nats.h"
*/
import "C"

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/nats-io/nats.go"
)

// openNATS puts the native module host.nats into package.preload, and has the connections that a
// script leaves open closed at the end: all at once, since they share the time.
func openNATS(h *Host) {
	h.preload("host.nats", C.lua_CFunction(C.mw_open_nats))
	h.onClose(func() {
		var closing sync.WaitGroup
		for _, c := range connections.of(h) {
			closing.Add(1)
			go func() {
				defer closing.Done()
				c.close(exitTimeout)
			}()
		}
		closing.Wait()
	})
}

// connections are what handles of Lua stand for. A look-up takes no lock: it is on every path.
var connections registry

type registry struct {
	mutex sync.Mutex // held to change
	slots atomic.Pointer[[]*natsConn]
}

// add gives c an id, which is not 0.
func (r *registry) add(c *natsConn) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	old := []*natsConn{nil}
	if p := r.slots.Load(); p != nil {
		old = *p
	}
	slots := append(make([]*natsConn, 0, len(old)+1), old...)
	for id := 1; id < len(slots); id++ {
		if slots[id] == nil {
			c.id, slots[id] = id, c
			break
		}
	}
	if c.id == 0 {
		c.id, slots = len(slots), append(slots, c)
	}
	r.slots.Store(&slots)
}

func (r *registry) remove(c *natsConn) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	slots := append([]*natsConn(nil), *r.slots.Load()...)
	slots[c.id] = nil
	r.slots.Store(&slots)
}

func (r *registry) at(id C.uint32_t) *natsConn { return (*r.slots.Load())[id] }

func (r *registry) of(h *Host) (found []*natsConn) {
	if p := r.slots.Load(); p != nil {
		for _, c := range *p {
			if c != nil && c.host == h {
				found = append(found, c)
			}
		}
	}
	return found
}

// The functions that nats.c calls. See bridge.h for what binds them.

//export natsOpen
func natsOpen(host C.uintptr_t, shared *C.mw_nats, options *C.char, size C.size_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	c := newNATSConn(hostOf(host), shared)
	connections.add(c)
	shared.id = C.uint32_t(c.id)
	opts, err := natsOptions([]byte(C.GoStringN(options, C.int(size))))
	if err != nil {
		close(c.dialled)
		return c.fail(err)
	}
	c.dial(opts)
	return C.NATS_OK
}

//export natsConnect
func natsConnect(id C.uint32_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	c := connections.at(id)
	select {
	case <-c.dialled:
	case <-c.host.wake:
		return C.NATS_WOKEN
	}
	return c.status(c.dialErr)
}

//export natsPublish
func natsPublish(id C.uint32_t, subject *C.char, subjectSize C.size_t, reply *C.char, replySize C.size_t,
	headers *C.char, headersSize C.size_t, payload *C.char, payloadSize C.size_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).publish(message{
		subject: text(subject, subjectSize), reply: text(reply, replySize),
		headers: text(headers, headersSize), payload: unsafe.Slice((*byte)(unsafe.Pointer(payload)), payloadSize),
	})
}

// text is a string of C, without a copy: for as long as the call from C lasts.
func text(s *C.char, size C.size_t) string {
	return unsafe.String((*byte)(unsafe.Pointer(s)), size)
}

//export natsReady
func natsReady(id C.uint32_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).ready()
}

//export natsPush
func natsPush(id C.uint32_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).push()
}

//export natsRoom
func natsRoom(id C.uint32_t, size C.uint64_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).room(uint64(size))
}

//export natsKick
func natsKick(id C.uint32_t, failure **C.char) {
	defer guard(failure)
	connections.at(id).sender.kick()
}

//export natsSubscribe
func natsSubscribe(id C.uint32_t, sid C.lua_Integer, subject *C.char, subjectSize C.size_t,
	queue *C.char, queueSize C.size_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).subscribe(int64(sid), C.GoStringN(subject, C.int(subjectSize)), C.GoStringN(queue, C.int(queueSize)))
}

//export natsUnsubscribe
func natsUnsubscribe(id C.uint32_t, sid, max C.lua_Integer, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).unsubscribe(int64(sid), int64(max))
}

//export natsPoll
func natsPoll(id C.uint32_t, timeout *C.int64_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).poll((*int64)(timeout))
}

//export natsDrain
func natsDrain(id C.uint32_t, sid C.lua_Integer, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).drainSub(int64(sid))
}

//export natsPing
func natsPing(id C.uint32_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	return connections.at(id).ping()
}

//export natsCork
func natsCork(id C.uint32_t, failure **C.char) (status C.nats_status) {
	defer guard(failure)
	c := connections.at(id)
	if c.ended() {
		return c.fail(nats.ErrConnectionClosed)
	}
	return C.NATS_OK
}

//export natsInfo
func natsInfo(id C.uint32_t, failure **C.char) {
	defer guard(failure)
	c := connections.at(id)
	c.say(c.info())
}

//export natsString
func natsString(id C.uint32_t, failure **C.char) {
	defer guard(failure)
	c := connections.at(id)
	c.say(c.String())
}

//export natsClose
func natsClose(id C.uint32_t, failure **C.char) {
	defer guard(failure)
	connections.at(id).close(closeTimeout)
}

//export natsRelease
func natsRelease(id C.uint32_t, failure **C.char) {
	defer guard(failure)
	c := connections.at(id)
	connections.remove(c)
	c.close(exitTimeout)
	c.release()
}
