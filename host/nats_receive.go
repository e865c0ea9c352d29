package host

/*
#include <stdlib.h>
#include "nats.h"
*/
import "C"

import (
	"errors"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/nats-io/nats.go"
)

const (
	// All that has arrived and waits for poll is in one channel, so the order of arrival is kept. When it
	// holds queueLimit entries (a message, or as many as one read brought), or queueBytes, the socket is
	// not read: TCP, and then the server, hold the senders back. With queueRoom it is as large as what
	// nats.go gives a subscription that is polled as ours is; a larger one costs each garbage collection.
	// The bytes are nats.go's limit, too.
	queueLimit = 48 << 10
	queueBytes = 64 << 20
	// What one read brings must still find room: 32 KiB are 2,520 messages of 13 bytes, the shortest;
	// those that come with a connect (see connectBytes), 10,083; the events, errorLimit and some.
	queueRoom = 16 << 10
	// So many errors of the server wait for poll before the socket is not read either.
	errorLimit = 1024

	// A crossing into Go brings so many messages, or so many bytes, if they are there. More would cost
	// less, but would leave the processor's cache before the script reads it.
	batchMessages = 64
	batchBytes    = 16 << 10
	// The memory of so many chunks is kept.
	usedChunks = 16
	// An inbox that a large message made larger than this shrinks again.
	inboxKeep = 1 << 20
)

// Events of the contract, and two marks of our own in the queue.
const (
	eventDisconnected = "disconnected"
	eventReconnected  = "reconnected"
	eventClosed       = "closed"
	eventError        = "error"
	eventLameDuck     = "lame_duck"
	eventDiscovered   = "discovered_servers"
	eventPong         = "pong"
	markRedial        = "redial"  // what follows comes from another connection
	markDrained       = "drained" // of a subscription nothing follows
)

// subscription is one of the client's.
type subscription struct {
	sid  int64
	wire int64 // what nats.go calls it
	sub  *nats.Subscription

	arrived atomic.Int64
	max     atomic.Int64 // it ends after so many; 0: none
}

// count counts a message: whether it is wanted, and whether it is the last one.
func (s *subscription) count() (wanted, last bool) {
	n, max := s.arrived.Add(1), s.max.Load()
	return max == 0 || n <= max, n == max
}

// chunk marks entries of the queue that hold many messages, written down as nats_item by a stream.
var chunk = new(nats.Subscription)

// receiver brings messages and events to the script.
type receiver struct {
	conn  *natsConn
	queue chan *nats.Msg // messages, chunks of them, and marks: those have no Sub
	used  chan []byte    // memory of chunks, to be used again
	timer *time.Timer

	// Of the script's thread alone.
	bySID            map[int64]*subscription
	bySub            map[*nats.Subscription]*subscription
	wires            int64         // subscriptions that nats.go has made: it numbers them
	last             *subscription // of the last message: the next one is mostly its
	up               bool          // as the script was told
	held             []*nats.Msg   // what came over a connection that the script does not know of yet
	over             bool          // the script was told that the connection is closed
	lost             uint64        // connections, as far as the inbox says: by nats.go's reports and by
	redials, reports uint64        // marks in the queue, whichever comes first
	inbox            inbox
	item             []byte // memory to write a message down

	wireMutex sync.RWMutex
	wired     map[int64]*subscription // by what nats.go calls them

	// Back-pressure.
	stored               atomic.Int64  // bytes of chunks in the queue
	taken                atomic.Int64  // bytes of messages that left the queue
	base                 atomic.Int64  // nats.go's InBytes when nothing was queued, less taken
	waiting              atomic.Bool   // the reader waits for resume
	resume               chan struct{} // the queue has room again
	draining             atomic.Int32  // subscriptions that drain
	lameDuck, discovered atomic.Bool   // these events wait for poll
	open                 atomic.Bool   // read on, whatever the queue holds
	errors               chan struct{} // a token for each error in the queue

	spill   sync.Mutex  // held to take from the queue, since the reader may move it into spilled
	spilled []*nats.Msg // before what the queue holds
	armed   bool        // poll takes the next message without the lock

	asyncMutex sync.Mutex
	lastAsync  error // the last error that nats.go reported
	asyncNews  chan struct{}
}

func (r *receiver) init(c *natsConn) {
	r.conn = c
	r.queue = make(chan *nats.Msg, queueLimit+queueRoom)
	r.used = make(chan []byte, usedChunks)
	r.timer = time.NewTimer(time.Hour)
	r.timer.Stop()
	r.bySID, r.bySub = map[int64]*subscription{}, map[*nats.Subscription]*subscription{}
	r.wired = map[int64]*subscription{}
	r.up = true
	r.resume = make(chan struct{}, 1)
	r.errors = make(chan struct{}, errorLimit)
	r.asyncNews = make(chan struct{}, 1)
	r.inbox.shared = c.shared
}

func (r *receiver) subscribe(sid int64, subject, queue string) error {
	// nats.go does not tell its number of a subscription, but counts them from 1; and messages may be
	// here before it returns.
	s := &subscription{sid: sid, wire: r.wires + 1}
	r.wire(s)
	sub, err := r.conn.nc.ChanQueueSubscribe(subject, queue, r.queue)
	if err != nil {
		r.unwire(s)
		return err
	}
	r.wires++
	s.sub = sub
	r.bySID[sid], r.bySub[sub] = s, s
	return nil
}

func (r *receiver) wire(s *subscription) {
	r.wireMutex.Lock()
	defer r.wireMutex.Unlock()
	r.wired[s.wire] = s
}

func (r *receiver) unwire(s *subscription) {
	r.wireMutex.Lock()
	defer r.wireMutex.Unlock()
	delete(r.wired, s.wire)
}

// byWire is the subscription that the server's messages name by that number; nil: it has ended.
func (r *receiver) byWire(sid int64) *subscription {
	r.wireMutex.RLock()
	defer r.wireMutex.RUnlock()
	return r.wired[sid]
}

func (r *receiver) forget(s *subscription) {
	r.unwire(s)
	delete(r.bySID, s.sid)
	delete(r.bySub, s.sub)
	if r.last == s {
		r.last = nil
	}
}

// unsubscribe ends a subscription now, or after max messages. One that has ended is no error.
func (r *receiver) unsubscribe(sid, max int64) error {
	s := r.bySID[sid]
	if s == nil {
		return nil
	}
	s.max.Store(max)
	if max <= s.arrived.Load() {
		r.forget(s)
		return ended(s.sub.Unsubscribe())
	}
	return ended(s.sub.AutoUnsubscribe(int(max)))
}

// complete is called when the last message of a subscription has arrived.
func (r *receiver) complete(s *subscription) {
	r.mark(markDrained, strconv.FormatInt(s.sid, 10))
	go s.sub.Unsubscribe() // not here, where nats.go may wait for the reader
}

// recount tells nats.go, which has not seen the messages of a stream, how many a subscription may get
// over the next connection. It is called between two connections.
func (r *receiver) recount() {
	if s := r.conn.dialer.socket(); s == nil || !s.isPlain() {
		return // nats.go has counted itself
	}
	r.wireMutex.RLock()
	all := slices.Collect(maps.Values(r.wired))
	r.wireMutex.RUnlock()
	for _, s := range all {
		if left := s.max.Load() - s.arrived.Load(); left > 0 {
			s.sub.AutoUnsubscribe(int(left))
		}
	}
}

// drain ends a subscription when what the server has sent is here.
func (r *receiver) drain(sid int64) error {
	s := r.bySID[sid]
	if s == nil {
		return nil
	}
	r.draining.Add(1)
	var once sync.Once
	s.sub.SetClosedHandler(func(string) {
		go once.Do(func() { // not here, where nats.go holds its locks
			r.draining.Add(-1)
			r.mark(markDrained, strconv.FormatInt(sid, 10))
		})
	})
	poke(r.resume)
	return ended(s.sub.Drain())
}

// store queues a copy of a chunk of messages.
func (r *receiver) store(items []byte) {
	var into []byte
	select {
	case into = <-r.used:
	default:
	}
	r.stored.Add(int64(len(items)))
	select {
	case r.queue <- &nats.Msg{Sub: chunk, Data: append(into[:0], items...)}:
	case <-r.conn.done:
	}
	r.conn.news()
}

// reuse keeps the memory of a chunk for another one.
func (r *receiver) reuse(items []byte) {
	if cap(items) <= 4*streamBytes {
		select {
		case r.used <- items:
		default:
		}
	}
}

// ended drops what nats.go says of a subscription that is no more.
func ended(err error) error {
	if errors.Is(err, nats.ErrBadSubscription) {
		return nil
	}
	return err
}

// markOnce queues an event that says nothing new when it comes again, unless it waits for poll already.
func (r *receiver) markOnce(waits *atomic.Bool, event string) {
	if waits.CompareAndSwap(false, true) {
		r.mark(event, "")
	}
}

// mark queues an event with its detail; it waits for room, which there is.
func (r *receiver) mark(event, detail string) {
	m := &nats.Msg{Subject: event}
	if detail != "" {
		m.Data = []byte(detail)
	}
	select {
	case r.queue <- m:
	case <-r.conn.done:
	}
	r.conn.news()
}

// asyncError is what nats.go calls for what the server says with -ERR, and for some errors of its own.
func (r *receiver) asyncError(err error) {
	select {
	case r.errors <- struct{}{}:
		r.mark(eventError, serverText(err))
	case <-r.conn.done:
	}
	r.asyncMutex.Lock()
	r.lastAsync = err
	r.asyncMutex.Unlock()
	poke(r.asyncNews)
}

// awaitAsyncErrors waits for the goroutine on which nats.go reports errors, so that an error that the
// server sent before a PONG comes before it here too.
func (r *receiver) awaitAsyncErrors() {
	timeout := time.After(time.Second)
	for {
		last := r.conn.nc.LastError()
		if !errors.Is(last, nats.ErrPermissionViolation) && !errors.Is(last, nats.ErrMaxSubscriptionsExceeded) {
			return
		}
		r.asyncMutex.Lock()
		same := r.lastAsync == last
		r.asyncMutex.Unlock()
		if same {
			return
		}
		select {
		case <-r.asyncNews:
		case <-timeout:
			return
		case <-r.conn.done:
			return
		}
	}
}

// queued is how many bytes of single messages wait in the queue. nats.go counts what it drops for want
// of a subscription as well, so the count begins anew whenever the queue is empty.
func (r *receiver) queued(nc *nats.Conn) int64 {
	in := int64(atomic.LoadUint64(&nc.InBytes))
	if len(r.queue) == 0 {
		r.base.Store(in - r.taken.Load())
	}
	return in - r.base.Load() - r.taken.Load()
}

func (r *receiver) hasRoom(nc *nats.Conn) bool {
	return r.open.Load() ||
		len(r.queue) < queueLimit && len(r.errors) < errorLimit && r.stored.Load()+r.queued(nc) < queueBytes
}

// gate holds the reader of the socket until the queue has room, or the socket is closed.
func (r *receiver) gate(nc *nats.Conn, closed <-chan struct{}) {
	for !r.hasRoom(nc) {
		if r.draining.Load() > 0 {
			// The end of a drain must be read; what is in its way is no more than the server had
			// queued for us.
			r.spillOver()
			runtime.Gosched() // poll may be about to take it itself
			continue
		}
		r.waiting.Store(true)
		if r.hasRoom(nc) {
			break
		}
		select {
		case <-r.resume:
		case <-closed:
			return
		}
	}
	r.waiting.Store(false)
}

func (r *receiver) spillOver() {
	r.spill.Lock()
	defer r.spill.Unlock()
	for !r.armed {
		select {
		case m := <-r.queue:
			r.count(m)
			r.spilled = append(r.spilled, m)
		default:
			return
		}
	}
}

// disarm ends the time after an empty fill in which poll may take from the queue.
func (r *receiver) disarm() {
	r.spill.Lock()
	defer r.spill.Unlock()
	r.armed = false
}

// count books a message or mark that left the queue.
func (r *receiver) count(m *nats.Msg) {
	if m.Sub == chunk {
		r.stored.Add(-int64(len(m.Data)))
	} else if m.Sub != nil {
		r.taken.Add(int64(m.Size() - len(m.Subject) - len(m.Reply)))
	} else if m.Subject == eventError {
		<-r.errors
	} else if m.Subject == eventLameDuck {
		r.lameDuck.Store(false)
	} else if m.Subject == eventDiscovered {
		r.discovered.Store(false)
	}
}

// discard lets the reader go on to the end, for a close, and drops what it brings.
func (r *receiver) discard() {
	r.open.Store(true)
	poke(r.resume)
	go func() {
		for {
			select {
			case <-r.queue:
			case <-r.conn.done:
				return
			}
		}
	}()
}

// fill moves what has arrived into the empty inbox, beginning with first, if there is one, which left
// the queue before. It returns false when there is nothing.
func (r *receiver) fill(first *nats.Msg) bool {
	r.inbox.reset()
	if first != nil {
		r.count(first)
		r.handle(first)
	}
	r.spill.Lock()
	for r.inbox.hasRoom() {
		m := r.next()
		if m == nil {
			break
		}
		r.handle(m)
	}
	r.armed = r.inbox.items == 0
	r.spill.Unlock()
	if r.waiting.Load() && len(r.queue) <= queueLimit/2 {
		poke(r.resume)
	}
	return r.inbox.items > 0
}

// next takes the next message or mark that may be handled.
func (r *receiver) next() *nats.Msg {
	if len(r.held) > 0 && r.up {
		m := r.held[0]
		r.held[0], r.held = nil, r.held[1:]
		return m
	}
	if len(r.spilled) > 0 {
		m := r.spilled[0]
		r.spilled[0], r.spilled = nil, r.spilled[1:]
		return m
	}
	select {
	case m := <-r.queue:
		r.count(m)
		return m
	default:
		return nil
	}
}

// handle puts a message or an event into the inbox, in its place. nats.go reports the end and the
// beginning of a connection on another goroutine than its messages, which may be faster. So a mark in
// the queue tells of the end too, and messages of a connection are held until its beginning is reported;
// then they come before what is in the queue (see next).
func (r *receiver) handle(m *nats.Msg) {
	if m.Sub != nil {
		if r.up {
			r.message(m)
		} else {
			r.held = append(r.held, m)
		}
		return
	}
	switch m.Subject {
	case markRedial:
		if !r.up && r.redials == r.lost {
			r.held = append(r.held, m) // the end of a connection whose beginning was not reported
			return
		}
		r.redials++
		r.disconnected(m, r.redials)
	case markDrained:
		sid, _ := strconv.ParseInt(string(m.Data), 10, 64)
		if s := r.bySID[sid]; s != nil {
			r.forget(s)
		}
	case eventDisconnected:
		r.reports++
		r.disconnected(m, r.reports)
	case eventPong:
		number, _ := strconv.ParseInt(string(m.Data), 10, 64)
		r.inbox.put(natsItem{kind: C.NATS_PONG, sid: C.int64_t(number), payload: absent}, eventPong, nil)
	case eventReconnected:
		r.up = true
		r.inbox.event(m)
	case eventClosed:
		// After this poll gives nothing: first what was held.
		r.up = true
		held := r.held
		r.held = nil
		for _, m := range held {
			r.handle(m)
		}
		r.over = true
		r.inbox.event(m)
	default:
		if r.up {
			r.inbox.event(m)
		} else {
			r.held = append(r.held, m)
		}
	}
}

// disconnected says that a connection is lost, the number'th, unless that was said.
func (r *receiver) disconnected(m *nats.Msg, number uint64) {
	if number <= r.lost {
		return
	}
	r.lost = number
	r.up = false
	r.inbox.event(&nats.Msg{Subject: eventDisconnected, Data: m.Data})
}

// message takes over what nats.go made of a message.
func (r *receiver) message(m *nats.Msg) {
	if m.Sub == chunk {
		r.inbox.add(m.Data)
		r.reuse(m.Data)
		return
	}
	s := r.last
	if s == nil || s.sub != m.Sub {
		if s = r.bySub[m.Sub]; s == nil {
			return // of a subscription that has ended
		}
		r.last = s
	}
	wanted, last := s.count()
	if last {
		r.forget(s)
	}
	if wanted {
		var headers []byte
		if m.Header != nil {
			headers = encodeHeaders(m.Header)
		}
		r.item = appendItem(r.item[:0], s.sid, []byte(m.Subject), []byte(m.Reply), headers, m.Header != nil, m.Data)
		r.inbox.add(r.item)
	}
}

// inbox writes items into the memory from which nats.c gives them to the script.
type inbox struct {
	shared *C.mw_nats
	items  int // that were added, each of one message or many
	end    int
}

func (b *inbox) reset() {
	b.items, b.end = 0, 0
	if b.shared.inbox_size > inboxKeep {
		b.resize(batchBytes)
	}
	b.shared.inbox_read, b.shared.inbox_end = 0, 0
}

func (b *inbox) hasRoom() bool { return b.items < batchMessages && b.end < batchBytes }

func (b *inbox) resize(size int) {
	p := C.realloc(unsafe.Pointer(b.shared.inbox), C.size_t(size))
	if p == nil {
		panic("not enough memory for a message")
	}
	b.shared.inbox, b.shared.inbox_size = (*C.uint8_t)(p), C.size_t(size)
}

// add adds one or more items.
func (b *inbox) add(items []byte) {
	if have, need := int(b.shared.inbox_size), b.end+len(items); need > have {
		b.resize(max(2*have, need, 2*batchBytes))
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(b.shared.inbox)), b.end+len(items))[b.end:], items)
	b.end += len(items)
	b.items++
	b.shared.inbox_end = C.size_t(b.end)
}

// event adds what happened.
func (b *inbox) event(m *nats.Msg) {
	item := natsItem{kind: C.NATS_EVENT, payload: absent}
	if m.Data != nil {
		item.payload = C.int64_t(len(m.Data))
	}
	b.put(item, m.Subject, m.Data)
}

func (b *inbox) put(item natsItem, name string, detail []byte) {
	item.subject = C.uint32_t(len(name))
	b.add(appendAligned(nil, &item, []byte(name), detail))
}

// absent is the length of what an item does not have.
const absent = -1
