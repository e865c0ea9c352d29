package host

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"unsafe"

	"github.com/nats-io/nats.go"
)

// conversation is what a server says; streamed tells what a stream makes of it.
const conversation = "INFO {\"a\":\"MSG x 1 2\"}\r\n" +
	"MSG a 1 5\r\nhello\r\n" +
	"PING\r\n" +
	"MSG a.b 2 re.ply 0\r\n\r\n" +
	"HMSG a 1 12 15\r\nNATS/1.0\r\n\r\nabc\r\n" +
	"-ERR 'no'\r\n" +
	"HMSG a 2 re.ply 16 16\r\nNATS/1.0 503\r\n\r\n\r\n" +
	"MSG\ta  1 \t4\r\n\r\nM\n\r\n" +
	"MSG gone 9 1\r\nx\r\n" +
	"PONG\r\n+OK\r\n"

const streamed = "nats.go: INFO {\"a\":\"MSG x 1 2\"}\r\n\n" +
	"100 a - - hello\n" +
	"nats.go: PING\r\n\n" +
	"200 a.b re.ply - \n" +
	"100 a - NATS/1.0\r\n\r\n abc\n" +
	"nats.go: -ERR 'no'\r\n\n" +
	"200 a re.ply NATS/1.0 503\r\n\r\n \n" +
	"100 a - - \r\nM\n\n" +
	"nats.go: PONG\r\n\n" +
	"nats.go: +OK\r\n\n"

// read has a stream read pieces, and writes down in order what it keeps and what it leaves to nats.go, of
// which it takes room bytes at a time.
func read(t *testing.T, room int, pieces ...string) (string, error) {
	t.Helper()
	r := &receiver{conn: &natsConn{done: make(chan struct{})}, queue: nil, wired: map[int64]*subscription{
		1: {sid: 100, wire: 1}, 2: {sid: 200, wire: 2},
	}}
	var out strings.Builder
	queue := make(chan *nats.Msg, 100)
	r.queue = queue
	s := &stream{receiver: r}
	next := func(p []byte) (int, error) {
		if len(pieces) == 0 {
			return 0, io.EOF
		}
		n := copy(p, pieces[0])
		if pieces[0] = pieces[0][n:]; pieces[0] == "" {
			pieces = pieces[1:]
		}
		return n, nil
	}
	line := ""
	take := func() {
		for len(queue) > 0 {
			writeItems(&out, (<-queue).Data)
		}
	}
	for {
		p := make([]byte, room)
		n, err := s.readFrom(next, p)
		take()
		line += string(p[:n])
		if strings.HasSuffix(line, "\n") {
			fmt.Fprintf(&out, "nats.go: %s\n", line)
			line = ""
		}
		if err != nil {
			return out.String(), err
		}
	}
}

func writeItems(out *strings.Builder, items []byte) {
	for len(items) > 0 {
		item := (*natsItem)(unsafe.Pointer(&items[0]))
		rest := items[unsafe.Sizeof(*item):]
		text := func(size int64) string {
			if size < 0 {
				return "-"
			}
			s := string(rest[:size])
			rest = rest[size:]
			return s
		}
		fmt.Fprintf(out, "%d %s %s %s %s\n", item.sid, text(int64(item.subject)), text(int64(item.reply)), text(int64(item.headers)), text(int64(item.payload)))
		used := len(items) - len(rest)
		items = items[(used+7)&^7:]
	}
}

func TestAStreamTakesTheMessagesOutAndLeavesTheRest(t *testing.T) {
	got, err := read(t, 4096, conversation)
	if got != streamed || err != io.EOF {
		t.Fatalf("%v, got\n%s\nwant\n%s", err, got, streamed)
	}
}

func TestAStreamTakesEverySplit(t *testing.T) {
	for i := 1; i < len(conversation); i++ {
		if got, _ := read(t, 4096, conversation[:i], conversation[i:]); got != streamed {
			t.Fatalf("split at %d: got\n%s", i, got)
		}
	}
}

func TestAStreamTakesSingleBytesAndGivesThem(t *testing.T) {
	if got, _ := read(t, 1, strings.Split(conversation, "")...); got != streamed {
		t.Fatalf("got\n%s", got)
	}
}

func TestAStreamTakesMessagesLargerThanItsMemory(t *testing.T) {
	for _, size := range []int{streamBytes - 1, streamBytes, streamBytes + 1, 40 * streamBytes} {
		payload := strings.Repeat("0123456789abcdef", size/16+1)[:size]
		message := fmt.Sprintf("MSG a 1 %d\r\n%s\r\n", size, payload)
		got, _ := read(t, 4096, "MSG a 1 1\r\nx\r\n"+message+message, message+"PING\r\n")
		want := "100 a - - x\n" + strings.Repeat("100 a - - "+payload+"\n", 3) + "nats.go: PING\r\n\n"
		if got != want {
			t.Fatalf("size %d: got %d bytes, want %d", size, len(got), len(want))
		}
	}
}

func TestAStreamRefusesWhatIsNoMessage(t *testing.T) {
	for _, bad := range []string{
		"MSG a 1\r\n", "MSG a 1 x\r\n", "MSG a 1 -1\r\n", "MSG a x 1\r\n", "MSG a 1 b c 1\r\n", "MSG a 1 99999999999999999999\r\n",
		"MSG a 1 1000000000\r\n", "HMSG a 1 5\r\n", "HMSG a 1 6 5\r\nabcde\r\n", "HMSG a 1 x 5\r\nabcde\r\n", "MSGa 1 1\r\nx\r\n",
		"MSG a 1 3\r\nabcd\r\n", "MSG a 1 3\r\nabcde", "HELLO\r\n", "M\r\n", "MSG " + strings.Repeat("a", lineLimit),
		"INFO " + strings.Repeat("a", infoLimit),
	} {
		got, err := read(t, 4096, bad)
		if err == nil || !strings.HasPrefix(err.Error(), "protocol: ") || got != "" {
			t.Errorf("%.40q: got %q, %v", bad, got, err)
		}
	}
}

func TestASubscriptionOfAStreamEndsWithItsLastMessage(t *testing.T) {
	s := subscription{}
	s.max.Store(2)
	for i, want := range []string{"true false", "true true", "false false"} {
		wanted, last := s.count()
		if got := fmt.Sprint(wanted, " ", last); got != want {
			t.Errorf("message %d: got %s, want %s", i+1, got, want)
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add(conversation, 7)
	f.Fuzz(func(t *testing.T, text string, at int) {
		if len(text) == 0 {
			return
		}
		at = max(0, at) % len(text)
		whole, err1 := read(t, 4096, text)
		split, err2 := read(t, 4096, text[:at], text[at:])
		if whole != split || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("whole: %q %v\nsplit: %q %v", whole, err1, split, err2)
		}
	})
}
