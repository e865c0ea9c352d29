package proxy

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

const (
	// connectTimeout is what a client has until its CONNECT; servers wait for 2 seconds, as a rule.
	connectTimeout = 5 * time.Second
	// lingering is what either side has to take in the last words of the other.
	lingering = 2 * time.Second
	// chunk is what is read and written at a time, and no CONNECT is longer.
	chunk = 32 << 10
)

// session is one client and the connection upstream that is its own.
type session struct {
	proxy  *Proxy
	client *net.TCPConn
	reader *bufio.Reader // of the client
	ctx    context.Context
}

var errNoToken = errors.New("authorization violation")

// run serves a client until one of the two ends leaves.
func (s *session) run() {
	defer s.client.Close()
	up, err := s.connect()
	if err != nil {
		s.refuse(err)
		return
	}
	defer up.Close()
	stop := context.AfterFunc(s.ctx, func() { s.wind(up) })
	defer stop()

	forwarded := make(chan struct{})
	go func() {
		defer close(forwarded)
		_, _ = io.Copy(up, s.reader)
		// A client that publishes and leaves has said all: what it said arrives, then the server ends it.
		up.closeWrite()
		_ = up.SetReadDeadline(time.Now().Add(lingering))
		_, _ = io.Copy(io.Discard, s.client) // closed with something unread, it would lose its server's last words
	}()
	if err := s.down(up); err != nil {
		s.proxy.log(fmt.Sprintf("%s: %s", up.server.name, reason(err)))
	}
	up.Close()
	_ = s.client.CloseWrite()
	_ = s.client.SetReadDeadline(time.Now().Add(lingering))
	<-forwarded
}

// wind ends a session in good order: what the client has said goes on, and nothing more is read of it.
func (s *session) wind(up *upstream) {
	_ = s.client.SetReadDeadline(time.Now())
	_ = s.client.SetWriteDeadline(time.Now().Add(lingering))
	_ = up.SetDeadline(time.Now().Add(lingering))
}

// connect brings a client and a server together, up to the CONNECT. The error is for the client.
func (s *session) connect() (*upstream, error) {
	up, dialed := s.proxy.pool.dial(s.ctx)
	shown := absent()
	if dialed == nil {
		shown = up.info
	}
	_ = s.client.SetDeadline(time.Now().Add(connectTimeout))
	stop := context.AfterFunc(s.ctx, func() { _ = s.client.SetDeadline(time.Now()) })
	line, err := s.introduce(shown, up)
	if !stop() && err == nil {
		err = errors.New("the proxy ends")
	}
	switch {
	case err != nil:
	case dialed != nil:
		err = errors.New("no upstream server: " + reason(dialed))
		s.proxy.log(err.Error())
	default:
		_ = up.SetWriteDeadline(time.Now().Add(s.proxy.config.Upstream.Timeout))
		_, err = up.Write(line)
		_ = up.SetWriteDeadline(time.Time{})
	}
	if err != nil {
		if up != nil {
			up.Close()
		}
		return nil, err
	}
	return up, s.client.SetDeadline(time.Time{})
}

// introduce greets the client, reads its CONNECT, and makes the one for its server, where it has one.
func (s *session) introduce(shown info, up *upstream) ([]byte, error) {
	token := s.proxy.config.Token
	if _, err := s.client.Write(shown.line(s.proxy.listener.Addr(), s.client.RemoteAddr(), token != "")); err != nil {
		return nil, err
	}
	wishes, err := s.hear()
	if err != nil {
		return nil, err
	}
	if token != "" && !same(info(wishes).text("auth_token"), token) {
		return nil, errNoToken
	}
	if up == nil {
		return nil, nil
	}
	line, err := up.connect(wishes, s.proxy.config.Upstream)
	if err != nil {
		err = fmt.Errorf("%s: %s", up.server.name, reason(err))
		s.proxy.log(err.Error())
	}
	return line, err
}

// hear reads the client's CONNECT: nothing else may come first, so a browser that was talked into sending
// something here gets nowhere.
func (s *session) hear() (map[string]json.RawMessage, error) {
	line, err := s.reader.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, errors.New("maximum control line exceeded")
	} else if err != nil {
		return nil, errors.New("authentication timeout")
	}
	var wishes map[string]json.RawMessage
	text, found := bytes.CutPrefix(line, []byte("CONNECT "))
	if !found || json.Unmarshal(text, &wishes) != nil || wishes == nil {
		return nil, errors.New("unknown protocol operation")
	}
	return wishes, nil
}

// refuse tells the client why there is nothing to be had.
func (s *session) refuse(err error) {
	_ = s.client.SetDeadline(time.Now().Add(lingering))
	_, _ = fmt.Fprintf(s.client, "-ERR '%s'\r\n", reason(err))
	_ = s.client.CloseWrite()
	_, _ = io.Copy(io.Discard, io.LimitReader(s.client, maxLine))
}

// same compares in a time that tells nothing of the second text.
func same(given, wanted string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(wanted))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// flushing writes what was gathered before it waits for more.
type flushing struct {
	from io.Reader
	to   *bufio.Writer
}

func (f flushing) Read(p []byte) (int, error) {
	_ = f.to.Flush()
	return f.from.Read(p)
}

// down forwards what the server says until it says nothing more; each INFO is rewritten. A client that has
// left is no reason to stop: the server is still taking in what it said.
func (s *session) down(up *upstream) error {
	w := bufio.NewWriterSize(s.client, chunk)
	defer w.Flush()
	read, _ := up.reader.Peek(up.reader.Buffered())
	r := bufio.NewReaderSize(flushing{io.MultiReader(bytes.NewReader(read), up), w}, maxLine)
	up.reader = nil
	for {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return errors.New("a line that is too long")
		} else if err != nil {
			return nil // it has closed, or we have: the client sees it
		}
		switch {
		case bytes.HasPrefix(line, infoPrefix):
			if err := s.inform(w, up, line); err != nil {
				return err
			}
		case bytes.HasPrefix(line, []byte("MSG ")), bytes.HasPrefix(line, []byte("HMSG ")):
			size, err := payload(line)
			if err != nil {
				return err
			}
			_, _ = w.Write(line)
			if !pass(w, r, size) {
				return nil
			}
		default:
			if said, ok := refusal(line); ok && !strings.HasPrefix(said, "permissions violation") { // those are the script's own
				s.proxy.log(up.server.name + ": " + said)
			}
			_, _ = w.Write(line)
		}
	}
}

func (s *session) inform(w io.Writer, up *upstream, line []byte) error {
	news, err := parseInfo(line)
	if err != nil {
		return err
	}
	s.proxy.pool.discover(up.server, news.servers())
	_, _ = w.Write(news.line(s.proxy.listener.Addr(), s.client.RemoteAddr(), s.proxy.config.Token != ""))
	return nil
}

// payload is how many bytes follow the line of a message, its end included.
func payload(line []byte) (int, error) {
	line = bytes.TrimRight(line, " \t\r\n")
	size, err := strconv.ParseUint(string(line[bytes.LastIndexAny(line, " \t")+1:]), 10, 31)
	if err != nil {
		return 0, errors.New("a message without a size")
	}
	return int(size) + len("\r\n"), nil
}

// pass forwards bytes as they come, however many; false: they ended before.
func pass(w *bufio.Writer, r *bufio.Reader, count int) bool {
	for count > 0 {
		if _, err := r.Peek(1); err != nil {
			return false
		}
		part, _ := r.Peek(min(count, r.Buffered()))
		_, _ = w.Write(part)
		count -= len(part)
		_, _ = r.Discard(len(part))
	}
	return true
}
