package host

/*
#include "nats.h"
*/
import "C"

import (
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/nats-io/nats.go"
)

const (
	// While a script publishes, the sender looks into the ring this often: long enough that the script
	// is not kicked for each message, short beside the 5 ms that a publish may take to leave.
	senderNap = 50 * time.Microsecond
	// So many naps without work, and the sender sleeps until the next publish kicks it.
	senderNaps = 20
	// The tail moves on after so many bytes at the latest, to make room.
	tailStep = 1 << 14
)

// message is a publish in memory that is only lent.
type message struct {
	subject, reply, headers string
	payload                 []byte
}

// publish hands the message to nats.go, which keeps nothing of it.
func (m *message) publish(nc *nats.Conn) error {
	if m.headers != "" {
		headers, err := decodeHeaders(m.headers)
		if err != nil {
			return err
		}
		return nc.PublishMsg(&nats.Msg{Subject: m.subject, Reply: m.reply, Header: headers, Data: m.payload})
	}
	if m.reply != "" {
		return nc.PublishRequest(m.subject, m.reply, m.payload)
	}
	return nc.Publish(m.subject, m.payload)
}

// sender takes what a script published from the ring to nats.go: on a goroutine of its own, and on the
// script's thread before anything that must come after.
type sender struct {
	conn *natsConn

	mutex sync.Mutex // held to read the ring
	data  unsafe.Pointer
	gone  bool // the ring's memory is no longer ours
	ring  *C.nats_ring

	start    sync.Once
	kicks    chan struct{}
	progress chan struct{} // the sender got on, or cannot
	err      atomic.Pointer[error]
}

func (s *sender) init(c *natsConn) {
	s.conn, s.ring = c, &c.shared.ring
	s.kicks, s.progress = make(chan struct{}, 1), make(chan struct{}, 1)
}

func (s *sender) head() uint64 { return atomic.LoadUint64((*uint64)(&s.ring.head)) }
func (s *sender) tail() uint64 { return atomic.LoadUint64((*uint64)(&s.ring.tail)) }

// room says whether size bytes fit into the ring.
func (s *sender) room(size uint64) bool {
	// A record does not wrap, so as much again may be lost at the end of the ring.
	if s.head()+2*size-s.tail() <= C.NATS_RING_SIZE {
		return true
	}
	s.kick()
	return false
}

// kick wakes the sender, which is started by the first.
func (s *sender) kick() {
	s.start.Do(func() { go s.run() })
	atomic.StoreUint32((*uint32)(&s.ring.idle), 0)
	poke(s.kicks)
}

// poke leaves a token in a channel that holds one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// push empties the ring on the calling thread. Where that cannot be done at once it returns false and
// has the sender go on.
func (s *sender) push() bool {
	if s.head() == s.tail() {
		return true
	}
	if s.mutex.TryLock() {
		empty := s.drain()
		s.mutex.Unlock()
		if empty {
			return true
		}
	}
	s.kick()
	return false
}

// nudge has what was published leave while the script waits.
func (s *sender) nudge() {
	if s.head() != s.tail() {
		s.push()
	}
}

func (s *sender) run() {
	timer := time.NewTimer(senderNap)
	defer timer.Stop()
	for naps := 0; ; {
		s.mutex.Lock()
		if s.gone {
			s.mutex.Unlock()
			return
		}
		before := s.tail()
		empty := s.drain()
		moved := s.tail() != before
		idle := empty && !moved && naps >= senderNaps
		if idle {
			atomic.StoreUint32((*uint32)(&s.ring.idle), 1)
			if idle = s.head() == s.tail(); !idle {
				atomic.StoreUint32((*uint32)(&s.ring.idle), 0)
			}
		}
		s.mutex.Unlock()
		poke(s.progress)

		switch {
		case !empty:
			naps = 0
			select {
			case <-s.conn.dialer.writable:
			case <-s.conn.done:
				return
			}
		case idle:
			naps = 0
			select {
			case <-s.kicks:
			case <-s.conn.done:
				return
			}
		default:
			if moved {
				naps = 0
			}
			naps++
			timer.Reset(senderNap)
			select {
			case <-timer.C:
			case <-s.kicks:
			case <-s.conn.done:
				return
			}
		}
	}
}

// drain publishes what is in the ring; mutex is held. It returns false when the socket is full.
func (s *sender) drain() (empty bool) {
	if s.gone {
		return true
	}
	defer s.conn.dialer.cork().cork(false)
	base := unsafe.Pointer(s.ring.data)
	tail := s.tail()
	published := tail
	for head := s.head(); tail != head; head = s.head() {
		for tail != head {
			r := (*C.nats_record)(unsafe.Add(base, tail&(C.NATS_RING_SIZE-1)))
			if r.subject != 0 {
				if s.conn.dialer.full() {
					atomic.StoreUint64((*uint64)(&s.ring.tail), tail)
					return false
				}
				s.publish(r)
			}
			tail += uint64(r.size)
			if tail-published >= tailStep {
				published = tail
				atomic.StoreUint64((*uint64)(&s.ring.tail), tail)
			}
		}
		atomic.StoreUint64((*uint64)(&s.ring.tail), tail)
	}
	return true
}

func (s *sender) publish(r *C.nats_record) {
	at := unsafe.Add(unsafe.Pointer(r), C.sizeof_nats_record)
	next := func(size C.uint32_t) (p *byte) {
		p, at = (*byte)(at), unsafe.Add(at, size)
		return p
	}
	m := message{
		subject: unsafe.String(next(r.subject), int(r.subject)),
		reply:   unsafe.String(next(r.reply), int(r.reply)),
		headers: unsafe.String(next(r.headers), int(r.headers)),
		payload: unsafe.Slice(next(r.payload), int(r.payload)),
	}
	if err := m.publish(s.conn.nc); err != nil {
		s.failed(err)
	}
}

// failed keeps the first error for the next publish. (Apart, so that err does not cost each publish
// memory.)
func (s *sender) failed(err error) {
	s.err.CompareAndSwap(nil, &err)
	s.conn.updateSlow()
}

// takeError returns the first error of what went through the ring, once.
func (s *sender) takeError() error {
	p := s.err.Swap(nil)
	if p == nil {
		return nil
	}
	s.conn.updateSlow()
	return *p
}

// finish empties the ring before the connection is closed, and says whether it could.
func (s *sender) finish(deadline time.Time) bool {
	for !s.push() {
		select {
		case <-s.progress:
		case <-time.After(time.Millisecond): // the script may have taken the token
			if time.Now().After(deadline) {
				return false
			}
		}
	}
	return true
}

// release ends all use of the ring.
func (s *sender) release() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.gone = true
}
