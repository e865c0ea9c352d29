package host

/*
#include "nats.h"
*/
import "C"

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
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
	// The memory in which a large message is put together is kept up to this size.
	largeKeep = 4 << 20
)

// message is a publish in memory that is only lent.
type message struct {
	subject, reply, headers string
	payload                 []byte
}

// appendTo writes the message as it goes over the wire.
func (m *message) appendTo(p []byte) []byte {
	if m.headers != "" {
		p = append(p, 'H')
	}
	p = append(append(p, "PUB "...), m.subject...)
	if m.reply != "" {
		p = append(append(p, ' '), m.reply...)
	}
	if m.headers != "" {
		p = strconv.AppendInt(append(p, ' '), int64(len(m.headers)), 10)
	}
	p = strconv.AppendInt(append(p, ' '), int64(len(m.headers)+len(m.payload)), 10)
	p = append(append(append(p, "\r\n"...), m.headers...), m.payload...)
	return append(p, "\r\n"...)
}

// nextMessage reads the first message of what appendTo and nats.c write.
func nextMessage(p []byte) (m message, rest []byte, err error) {
	line, rest, found := bytes.Cut(p, []byte("\r\n"))
	words := strings.Fields(string(line))
	headers, size := 0, 0
	if found && len(words) > 2 {
		size, err = strconv.Atoi(words[len(words)-1])
		words = words[:len(words)-1]
		if err == nil && words[0] == "HPUB" {
			headers, err = strconv.Atoi(words[len(words)-1])
			words = words[:len(words)-1]
		}
	}
	if err != nil || len(words) < 2 || len(words) > 3 || headers > size || len(rest) < size+2 {
		return m, nil, fmt.Errorf("moonwire: not a message: %q", line)
	}
	m.subject = words[1]
	if len(words) == 3 {
		m.reply = words[2]
	}
	m.headers, m.payload = string(rest[:headers]), rest[headers:size]
	return m, rest[size+2:], nil
}

// publish hands the message to nats.go, which keeps nothing of it.
func (m *message) publish(nc *nats.Conn) error {
	if m.headers == "" {
		return nc.PublishRequest(m.subject, m.reply, m.payload)
	}
	headers, err := decodeHeaders(m.headers)
	if err != nil {
		return err
	}
	return nc.PublishMsg(&nats.Msg{Subject: m.subject, Reply: m.reply, Header: headers, Data: m.payload})
}

// sender takes what a script published from the ring to nats.go: on a goroutine of its own, and on the
// script's thread before anything that must come after.
type sender struct {
	conn *natsConn

	mutex sync.Mutex // held to read the ring
	gone  bool       // the ring's memory is no longer ours
	large []byte
	ring  *C.nats_ring

	start    sync.Once
	kicks    chan struct{}
	progress chan struct{} // the sender got on, or cannot
	err      atomic.Pointer[error]
}

func (s *sender) init(c *natsConn) {
	s.conn, s.ring = c, &c.shared.ring
	if !hasBarrier() {
		s.ring.bare = 1
	}
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

// writable says whether the socket takes more. Where it does not, the sender watches for that.
func (s *sender) writable() bool {
	if !s.conn.dialer.full() {
		return true
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
			if s.ring.bare == 0 {
				barrier()
			}
			if idle = s.head() == s.tail(); !idle {
				atomic.StoreUint32((*uint32)(&s.ring.idle), 0)
			}
		}
		s.mutex.Unlock()
		poke(s.progress)

		switch {
		case !empty || s.conn.dialer.full():
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

// drain sends what is in the ring; mutex is held. It returns false when the socket is full.
func (s *sender) drain() (empty bool) {
	if s.gone {
		return true
	}
	for {
		tail, head := s.tail(), s.head()
		if tail == head {
			return true
		}
		if s.conn.dialer.full() {
			return false
		}
		const size = C.NATS_RING_SIZE
		lap := tail - tail%size + size // where the ring begins anew
		next := min(head, lap)
		end := next
		if skip := atomic.LoadUint64((*uint64)(&s.ring.skip)); head > lap && tail <= skip && skip < lap {
			end = skip
		}
		if end > tail {
			at := unsafe.Add(unsafe.Pointer(s.ring.data), tail%size)
			s.emit(unsafe.Slice((*byte)(at), end-tail))
		}
		atomic.StoreUint64((*uint64)(&s.ring.tail), next)
	}
}

// emit sends whole messages: straight to the socket, where that may be (see natsSocket.Append), else one
// by one through nats.go, which keeps them for the next connection or encrypts them.
func (s *sender) emit(p []byte) {
	err := s.conn.dialer.append(p)
	if err == errNotDirect {
		err = nil
		var m message
		for len(p) > 0 && err == nil {
			if m, p, err = nextMessage(p); err == nil {
				if e := m.publish(s.conn.nc); e != nil {
					s.failed(e)
				}
			}
		}
	}
	if err != nil {
		s.failed(err)
	}
}

// send sends one message after what is in the ring.
func (s *sender) send(m *message) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.large = m.appendTo(s.large[:0])
	err := s.conn.dialer.append(s.large)
	if cap(s.large) > largeKeep {
		s.large = nil
	}
	if err == errNotDirect {
		return m.publish(s.conn.nc)
	}
	return err
}

// failed keeps the first error for the next publish.
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
