package host

/*
#include "nats.h"
*/
import "C"

import (
	"bytes"
	"fmt"
	"strings"
	"unsafe"
)

const (
	// What one read of the socket takes at most, and the memory kept for it.
	streamBytes = 64 << 10
	// A control line that is longer than this is none. The server's limit is 4 KiB, unless configured.
	lineLimit = 64 << 10
	// INFO may be longer: it names every server of a cluster.
	infoLimit = 1 << 20
	// The largest message that a server can be configured for is 64 MiB, with its headers.
	messageLimit = 64 << 20
)

// stream takes the messages out of what a server sends, writes them down as nats.c gives them to the
// script, and leaves all other lines to nats.go. It costs a fraction of what nats.go needs for each
// message, which it gives memory of its own, a place in a channel and a turn of locks.
//
// It is of no use where what comes over the socket is not what the server says: with TLS and WebSocket
// nats.go reads the messages, and receiver.message takes them over.
type stream struct {
	receiver *receiver

	in       []byte
	from, to int    // in[from:to] was read and not yet taken
	pass     int    // so many bytes of it are for nats.go
	items    []byte // messages that the queue does not have yet
	last     *subscription
}

// readFrom fills p with lines for nats.go; read reads the socket.
func (s *stream) readFrom(read func([]byte) (int, error), p []byte) (int, error) {
	for {
		if s.pass > 0 {
			n := copy(p, s.in[s.from:min(s.to, s.from+s.pass)])
			s.from += n
			s.pass -= n
			if n > 0 {
				return n, nil
			}
		}
		need, err := s.take()
		s.deliver()
		if err != nil {
			return 0, err
		}
		if s.pass > 0 {
			continue
		}
		s.makeRoom(need)
		n, err := read(s.in[s.to:min(len(s.in), s.to+max(streamBytes, need))])
		s.to += n
		if err != nil && n == 0 {
			return 0, err
		}
	}
}

// makeRoom makes place for more to be read: for all of what begins at from, when its size is known.
func (s *stream) makeRoom(need int) {
	if s.from == s.to {
		s.from, s.to = 0, 0
		if len(s.in) > 16*streamBytes && need == 0 {
			s.in = nil
		}
	}
	size := max(need, s.to-s.from+1, streamBytes)
	switch {
	case size > len(s.in):
		in := make([]byte, max(size, min(2*len(s.in), messageLimit)))
		s.to = copy(in, s.in[s.from:s.to])
		s.in, s.from = in, 0
	case s.from+size > len(s.in):
		s.to = copy(s.in, s.in[s.from:s.to])
		s.from = 0
	}
}

// take takes messages up to the first line for nats.go, of which it sets pass, or to what is not all
// there, of which it returns the size, 0 where that is not known.
func (s *stream) take() (need int, err error) {
	for s.from < s.to {
		rest := s.in[s.from:s.to]
		end := bytes.IndexByte(rest, '\n')
		message := strings.IndexByte("MHmh", rest[0]) >= 0 // nats.go takes small letters too
		if end < 0 {
			if limit := map[bool]int{true: lineLimit, false: infoLimit}[message]; len(rest) > limit {
				return 0, &protocolError{fmt.Sprintf("a line of more than %d bytes", limit)}
			}
			return 0, nil
		}
		if !message {
			s.pass = end + 1
			return 0, nil
		}
		l, err := parseMessageLine(rest[:end])
		if err != nil {
			return 0, err
		}
		whole := end + 1 + l.size + 2
		if whole > len(rest) {
			return whole, nil
		}
		body := rest[end+1 : whole]
		if body[l.size] != '\r' || body[l.size+1] != '\n' {
			return 0, &protocolError{"a message does not end where it should"}
		}
		s.add(&l, body[:l.size])
		s.from += whole
	}
	return 0, nil
}

// add writes down a message of a subscription that wants it.
func (s *stream) add(l *messageLine, body []byte) {
	sub := s.last
	if sub == nil || sub.wire != l.sid {
		if sub = s.receiver.byWire(l.sid); sub == nil {
			return
		}
		s.last = sub
	}
	if wanted, last := sub.count(); !wanted {
		return
	} else if last {
		defer s.receiver.complete(sub)
		defer s.deliver()
	}
	headers := body[:max(l.headers, 0)]
	s.items = appendItem(s.items, sub.sid, l.subject, l.reply, headers, l.headers >= 0, body[len(headers):])
}

// deliver puts the messages into the queue.
func (s *stream) deliver() {
	if len(s.items) == 0 {
		return
	}
	s.receiver.store(s.items)
	s.items = s.items[:0]
	if cap(s.items) > 16*streamBytes {
		s.items = nil
	}
}

// natsItem is what nats.c reads.
type natsItem = C.nats_item

// appendItem writes a message down as a nats_item.
func appendItem(b []byte, sid int64, subject, reply, headers []byte, hasHeaders bool, payload []byte) []byte {
	item := natsItem{sid: C.int64_t(sid), kind: C.NATS_MESSAGE, subject: C.uint32_t(len(subject)),
		reply: absent, headers: absent, payload: C.int64_t(len(payload))}
	if len(reply) > 0 {
		item.reply = C.int64_t(len(reply))
	}
	if hasHeaders {
		item.headers = C.int64_t(len(headers))
	}
	return appendAligned(b, &item, subject, reply, headers, payload)
}

// appendAligned writes an item and its parts, and what is needed for the next one to begin where it must.
func appendAligned(b []byte, item *natsItem, parts ...[]byte) []byte {
	b = append(b, (*[unsafe.Sizeof(*item)]byte)(unsafe.Pointer(item))[:]...)
	for _, part := range parts {
		b = append(b, part...)
	}
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	return b
}

// messageLine is the control line of a message: MSG subject sid [reply] size, or
// HMSG subject sid [reply] headers size.
type messageLine struct {
	subject, reply []byte
	sid            int64
	headers        int // bytes; -1: none
	size           int // bytes, of headers and payload
}

// parseMessageLine reads a line without its LF.
func parseMessageLine(line []byte) (l messageLine, err error) {
	var words [7][]byte
	n, start := 0, -1
	for i, c := range line {
		if c == ' ' || c == '\t' || c == '\r' {
			if start >= 0 && n < len(words) {
				words[n] = line[start:i]
				n++
			}
			start = -1
		} else if start < 0 {
			start = i
		}
	}
	if start >= 0 && n < len(words) {
		words[n] = line[start:]
		n++
	}
	l.headers = -1
	known, headed := true, true
	switch kind := string(words[0]); {
	case n == 4 && kind == "MSG":
	case n == 5 && kind == "MSG":
		l.reply = words[3]
	case n == 5 && kind == "HMSG":
		l.headers, headed = decimal(words[3])
	case n == 6 && kind == "HMSG":
		l.reply = words[3]
		l.headers, headed = decimal(words[4])
	default:
		known = false
	}
	sid, numbered := decimal(words[2])
	size, sized := decimal(words[max(n-1, 0)])
	if !known || !headed || !numbered || !sized || size > messageLimit || l.headers > size {
		return l, &protocolError{fmt.Sprintf("%q is no message", line[:min(len(line), 128)])}
	}
	l.subject, l.sid, l.size = words[1], int64(sid), size
	return l, nil
}

// decimal reads a number of at most 15 digits.
func decimal(word []byte) (n int, ok bool) {
	if len(word) == 0 || len(word) > 15 {
		return 0, false
	}
	for _, c := range word {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}
