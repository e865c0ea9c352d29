// Hostile is a TCP server that does what a script says, for specs of what a client bears: hostile SCRIPT PORTS.
//
// SCRIPT is a JSON object: name -> steps of each connection to a port of that name. A step is an object
// with one of:
//
//	say      a text that is sent                      hear    waits until the client has said this
//	drip     a text, sent byte by byte                hold    waits until the client hangs up
//	forever  a text, again and again to the end       half    says that nothing more comes, and holds
//	upgrade  answers as a WebSocket does; what is     times   how often say is said (default 1)
//	         said from then on goes in binary frames
//	raw      as say, not in a frame, and each
//	         character is a byte
//
// When a connection's steps are done it is closed. The client is read from the first hear, hold or half on. PORTS gets a JSON object of name -> port, once they are open.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// lifetime ends a server that nobody has ended.
const lifetime = 10 * time.Minute

// heardLimit bounds what is kept of what a client said.
const heardLimit = 16 << 20

type step struct {
	Say, Drip, Forever, Raw, Hear string
	Hold, Half, Upgrade           bool
	Times                         int
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: hostile SCRIPT PORTS")
	}
	time.AfterFunc(lifetime, func() { log.Fatal("hostile: nobody ended me") })
	var script map[string][]step
	if err := json.Unmarshal(must(os.ReadFile(os.Args[1])), &script); err != nil {
		log.Fatal(err)
	}
	ports := map[string]int{}
	for name, steps := range script {
		l := must(net.Listen("tcp", "127.0.0.1:0"))
		ports[name] = l.Addr().(*net.TCPAddr).Port
		go accept(l, steps)
	}
	if err := os.WriteFile(os.Args[2]+".new", must(json.Marshal(ports)), 0o600); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(os.Args[2]+".new", os.Args[2]); err != nil {
		log.Fatal(err)
	}
	select {}
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func accept(l net.Listener, steps []step) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		c := &connection{TCPConn: conn.(*net.TCPConn)}
		c.news = sync.NewCond(&c.mutex)
		go c.play(steps)
	}
}

// connection is one client.
type connection struct {
	*net.TCPConn
	framed  bool
	reading bool
	frames  []byte // of a WebSocket's client, not complete

	mutex sync.Mutex
	news  *sync.Cond
	heard []byte // of the client, from the last step that heard on
	gone  bool   // the client has hung up
}

func (c *connection) play(steps []step) {
	defer c.Close()
	for _, s := range steps {
		if !c.take(s) {
			return
		}
	}
}

// take does one step, and says whether there is somebody for the next one.
func (c *connection) take(s step) bool {
	if s.Upgrade {
		return c.upgrade()
	}
	if s.Hear != "" || s.Hold || s.Half || s.Forever != "" {
		c.listen()
	}
	switch {
	case s.Hear != "":
		return c.wait(func() bool {
			_, rest, found := bytes.Cut(c.heard, []byte(s.Hear))
			if found {
				c.heard = rest
			}
			return found
		})
	case s.Hold:
		c.wait(func() bool { return false })
		return false
	case s.Half:
		c.CloseWrite()
		c.wait(func() bool { return false })
		return false
	case s.Drip != "":
		c.SetNoDelay(true)
		for i := range len(s.Drip) {
			if c.say(s.Drip[i:i+1]) != nil {
				return false
			}
			time.Sleep(20 * time.Microsecond)
		}
		return true
	case s.Forever != "":
		many := s.Forever
		for len(many) < 32<<10 {
			many += s.Forever
		}
		for c.say(many) == nil {
		}
		return false
	case s.Raw != "":
		var p []byte
		for _, r := range s.Raw {
			p = append(p, byte(r))
		}
		_, err := c.Write(p)
		return err == nil
	}
	for range max(1, s.Times) {
		if c.say(s.Say) != nil {
			return false
		}
	}
	return true
}

func (c *connection) say(text string) error {
	if !c.framed {
		_, err := io.WriteString(c, text)
		return err
	}
	frame := binary.BigEndian.AppendUint64([]byte{0x82, 127}, uint64(len(text)))
	_, err := c.Write(append(frame, text...))
	return err
}

// upgrade answers the request of a WebSocket (RFC 6455 section 4.2.2).
func (c *connection) upgrade() bool {
	request, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return false
	}
	sum := sha1.Sum([]byte(request.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+base64.StdEncoding.EncodeToString(sum[:])+"\r\n\r\n")
	c.framed = true
	return err == nil
}

// listen begins to read what the client says.
func (c *connection) listen() {
	if c.reading {
		return
	}
	c.reading = true
	go func() {
		p := make([]byte, 64<<10)
		for {
			n, err := c.Read(p)
			text := p[:n]
			if c.framed {
				text = c.unframe(text)
			}
			c.mutex.Lock()
			if len(c.heard) < heardLimit {
				c.heard = append(c.heard, text...)
			}
			if bytes.Contains(c.heard, []byte("PUB bye ")) {
				c.Close()
			}
			c.gone = err != nil
			c.mutex.Unlock()
			c.news.Broadcast()
			if err != nil {
				return
			}
		}
	}()
}

// unframe takes what is in masked frames out of what the client sends.
func (c *connection) unframe(p []byte) (text []byte) {
	c.frames = append(c.frames, p...)
	for {
		var size, start int
		switch f := c.frames; {
		case len(f) < 2:
			return text
		case f[1]&127 < 126:
			size, start = int(f[1]&127), 2
		case len(f) < 10:
			return text
		case f[1]&127 == 126:
			size, start = int(binary.BigEndian.Uint16(f[2:])), 4
		default:
			size, start = int(binary.BigEndian.Uint64(f[2:])), 10
		}
		end := start + 4 + size
		if len(c.frames) < end {
			return text
		}
		for i, b := range c.frames[start+4 : end] {
			text = append(text, b^c.frames[start+i%4])
		}
		c.frames = c.frames[end:]
	}
}

// wait waits until ready says so; false: the client is gone.
func (c *connection) wait(ready func() bool) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for !ready() {
		if c.gone {
			return false
		}
		c.news.Wait()
	}
	return true
}
