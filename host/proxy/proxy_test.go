package proxy

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// authority makes a certificate for localhost that signs itself, and what trusts it.
func authority(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, trusted
}

// startServer runs one with TLS, whose one user is ann.
func startServer(t *testing.T, pair tls.Certificate, change func(*server.Options)) *server.Server {
	t.Helper()
	o := &server.Options{
		Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, Username: "ann", Password: "s3cr3t", AuthTimeout: 30,
		TLS: true, TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}, TLSTimeout: 30,
	}
	if change != nil {
		change(o)
	}
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(patience) {
		t.Fatal("the server is not ready")
	}
	return s
}

func portOf(s *server.Server) int { return s.Addr().(*net.TCPAddr).Port }

func tlsURL(s *server.Server) string { return fmt.Sprintf("tls://localhost:%d", portOf(s)) }

// upstreamOptions are ann's.
func upstreamOptions(trusted *x509.CertPool, urls ...string) nats.Options {
	return nats.Options{
		Servers: urls, User: "ann", Password: "s3cr3t", Timeout: patience,
		TLSConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
	}
}

// journal keeps what a proxy logs.
type journal struct {
	mutex sync.Mutex
	lines []string
}

func (j *journal) write(line string) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) text() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return strings.Join(j.lines, "\n")
}

// start runs a proxy until the test ends.
func start(t *testing.T, config Config) *Proxy {
	t.Helper()
	p, err := Listen("127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		p.Serve()
	}()
	t.Cleanup(func() {
		p.Close()
		select {
		case <-ended:
		case <-time.After(patience):
			t.Error("Serve does not come back after Close")
		}
	})
	return p
}

func connect(t *testing.T, url string, options ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url, append(options, nats.Timeout(patience))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// raw is a client that says what a test says.
type raw struct {
	*net.TCPConn
	*bufio.Reader
	t *testing.T
}

func (r raw) Read(p []byte) (int, error) { return r.Reader.Read(p) }

func dialRaw(t *testing.T, url string) raw {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return raw{conn.(*net.TCPConn), bufio.NewReader(conn), t}
}

func (r raw) say(text string) {
	r.t.Helper()
	if _, err := io.WriteString(r.TCPConn, text); err != nil {
		r.t.Fatal(err)
	}
}

// hear fails unless the next line is what is wanted; servers tell of themselves in between.
func (r raw) hear(want string) {
	r.t.Helper()
	line, err := r.ReadString('\n')
	for err == nil && strings.HasPrefix(line, "INFO ") {
		line, err = r.ReadString('\n')
	}
	if err != nil || line != want+"\r\n" {
		r.t.Fatalf("heard %q, %v; wanted %q", line, err, want)
	}
}

// info reads the greeting.
func (r raw) info() info {
	r.t.Helper()
	line, err := r.ReadBytes('\n')
	if err != nil {
		r.t.Fatal(err)
	}
	fields, err := parseInfo(line)
	if err != nil {
		r.t.Fatalf("%v: %q", err, line)
	}
	return fields
}

// quiet is a CONNECT after which only messages and PONG are heard.
const quiet = `CONNECT {"verbose":false,"protocol":1}` + "\r\n"

// script is a server in the clear that does what a test says, once for each client.
func script(t *testing.T, serve func(conn net.Conn, r *bufio.Reader)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var clients sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		clients.Wait()
	})
	clients.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(patience))
			clients.Go(func() {
				defer conn.Close()
				serve(conn, bufio.NewReader(conn))
			})
		}
	})
	return "nats://" + listener.Addr().String()
}

func TestAClientWithoutTLSAndCredentialsTalksToAServerThatWantsBoth(t *testing.T) {
	pair, trusted := authority(t)
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(startServer(t, pair, nil)))})
	nc := connect(t, p.URL())
	if _, err := nc.Subscribe("ask", func(m *nats.Msg) {
		answer := nats.NewMsg(m.Reply)
		answer.Header["oDD"] = []string{"1", "2"}
		answer.Data = m.Data
		_ = nc.PublishMsg(answer)
	}); err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 70000, 1<<20 - 100} {
		payload := strings.Repeat("x", size)
		answer, err := nc.Request("ask", []byte(payload), patience)
		if err != nil || string(answer.Data) != payload || strings.Join(answer.Header["oDD"], "") != "12" {
			t.Errorf("%d bytes came back as %v, %v", size, answer, err)
		}
	}
	if _, err := nc.Request("nobody", nil, patience); !errors.Is(err, nats.ErrNoResponders) {
		t.Errorf("a request that nobody answers: %v", err)
	}
}

func TestMessagesKeepTheirOrderAndNumberThroughAProxy(t *testing.T) {
	pair, trusted := authority(t)
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(startServer(t, pair, nil)))})
	nc := connect(t, p.URL())
	sub, err := nc.SubscribeSync("numbers")
	if err != nil {
		t.Fatal(err)
	}
	const count = 20000
	for i := range count {
		if err := nc.Publish("numbers", fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range count {
		if msg, err := sub.NextMsg(patience); err != nil || string(msg.Data) != fmt.Sprint(i) {
			t.Fatalf("message %d: %v, %v", i, msg, err)
		}
	}
}

func TestAClientIsNotToldWhatHoldsForTheProxyAlone(t *testing.T) {
	url := script(t, func(conn net.Conn, r *bufio.Reader) {
		greeting := `INFO {"server_id":"S","max_payload":77,"headers":true,"nonce":"N","auth_required":true,"tls_available":true,` +
			`"connect_urls":["10.0.0.1:4222"],"client_ip":"10.0.0.9","port":1}` + "\r\n"
		_, _ = io.WriteString(conn, greeting)
		_, _ = r.ReadString('\n')
		_, _ = io.WriteString(conn, "PONG\r\n"+greeting+"PING\r\n")
		_, _ = r.ReadString('\n')
	})
	p := start(t, Config{Upstream: nats.Options{Servers: []string{url}, Timeout: patience}})
	client := dialRaw(t, p.URL())
	look := func() {
		t.Helper()
		fields := client.info()
		for _, name := range []string{"nonce", "auth_required", "tls_required", "tls_available", "connect_urls"} {
			if value, ok := fields[name]; ok {
				t.Errorf("%s is %s", name, value)
			}
		}
		if fields.text("client_ip") != "127.0.0.1" || string(fields["max_payload"]) != "77" || "nats://127.0.0.1:"+string(fields["port"]) != p.URL() {
			t.Errorf("the INFO is %s", fields)
		}
	}
	look()
	client.say("CONNECT {}\r\n")
	client.hear("PONG")
	look() // an INFO later on too
	client.hear("PING")
}

func TestWhatAClientWantsOfTheProtocolHoldsUpstream(t *testing.T) {
	pair, trusted := authority(t)
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(startServer(t, pair, nil)))})
	client := dialRaw(t, p.URL())
	client.info()
	client.say(`CONNECT {"verbose":true,"echo":false,"headers":false,"protocol":1}` + "\r\nSUB a 1\r\nPUB a 1\r\nx\r\nPING\r\n")
	for range 3 { // verbose: one for each line; without echo no message
		client.hear("+OK")
	}
	client.hear("PONG")
	client.say("HPUB a 12 12\r\nNATS/1.0\r\n\r\n\r\n") // headers were not wanted
	if rest, err := io.ReadAll(client.Reader); err != nil || strings.Contains(string(rest), "+OK") {
		t.Errorf("headers gave %q, %v", rest, err)
	}
}

func TestAClientsOwnCredentialsGoNoFurther(t *testing.T) {
	heard := make(chan string, 1)
	url := script(t, func(conn net.Conn, r *bufio.Reader) {
		_, _ = io.WriteString(conn, "INFO {}\r\n")
		line, _ := r.ReadString('\n')
		heard <- line
	})
	p := start(t, Config{Upstream: nats.Options{Servers: []string{url}, Timeout: patience, Token: "upstream"}, Token: "of-the-proxy"})
	client := dialRaw(t, p.URL())
	client.info()
	client.say(`CONNECT {"auth_token":"of-the-proxy","user":"u","pass":"p","jwt":"j","nkey":"n","sig":"s","tls_required":true,"lang":"lua"}` + "\r\n")
	if line := <-heard; line != `CONNECT {"auth_token":"upstream","lang":"lua","tls_required":false}`+"\r\n" {
		t.Errorf("the server was told %q", line)
	}
}

func TestATokenIsAskedForWhereOneIsSet(t *testing.T) {
	pair, trusted := authority(t)
	j := &journal{}
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(startServer(t, pair, nil))), Token: "t0ken", Log: j.write})
	connect(t, p.URL(), nats.Token("t0ken"))
	for _, options := range [][]nats.Option{nil, {nats.Token("t0ke")}, {nats.Token("t0ken1")}, {nats.UserInfo("ann", "s3cr3t")}} {
		if nc, err := nats.Connect(p.URL(), options...); !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("%d options gave %v, %v", len(options), nc, err)
		}
	}
	if said := j.text(); said != "" {
		t.Errorf("the log has %q", said)
	}
}

func TestWhoSpeaksSomethingElseIsRefused(t *testing.T) {
	pair, trusted := authority(t)
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(startServer(t, pair, nil)))})
	for _, c := range [][2]string{
		{"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nCONNECT {}\r\nPUB a 1\r\nx\r\n", "unknown protocol operation"},
		{"CONNECT localhost:443 HTTP/1.1\r\n\r\n", "unknown protocol operation"},
		{"CONNECT null\r\n", "unknown protocol operation"},
		{"PUB a 1\r\nx\r\nCONNECT {}\r\n", "unknown protocol operation"},
		{"CONNECT {" + strings.Repeat(" ", chunk) + "}\r\n", "maximum control line exceeded"},
	} {
		client := dialRaw(t, p.URL())
		client.info()
		client.say(c[0])
		client.hear("-ERR '" + c[1] + "'")
		if rest, err := io.ReadAll(client.Reader); len(rest) > 0 || err != nil {
			t.Errorf("%.20q: then %q, %v", c[0], rest, err)
		}
	}
}

func TestAProxyListensOnLoopbackOnly(t *testing.T) {
	upstream := nats.Options{Servers: []string{"tls://localhost:4222"}}
	for _, address := range []string{":0", "0.0.0.0:0", "[::]:0", "192.168.0.1:0", "example.com:0", "*:0", "[::ffff:10.0.0.1]:0"} {
		if p, err := Listen(address, Config{Upstream: upstream}); !errors.Is(err, ErrNotLoopback) {
			t.Errorf("%s gave %v, %v", address, p, err)
		}
	}
	for _, address := range []string{"127.0.0.1:0", "127.1.2.3:0", "localhost:0"} {
		p, err := Listen(address, Config{Upstream: upstream})
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		p.Close()
	}
	for _, address := range []string{"", "4222", "127.0.0.1", "127.0.0.1:abc", "127.0.0.1:99999"} {
		if p, err := Listen(address, Config{Upstream: upstream}); err == nil || errors.Is(err, ErrNotLoopback) {
			t.Errorf("%q gave %v, %v", address, p, err)
		}
	}
}

func TestServersThatAProxyCannotSpeakToAreRefusedWithoutTheirSecrets(t *testing.T) {
	for _, url := range []string{"ws://u:s3cr3t@a", "wss://u:s3cr3t@a", "http://u:s3cr3t@a", "tls://u:s3cr3t@", "tls://u:s3cr3t@a:x"} {
		p, err := Listen("127.0.0.1:0", Config{Upstream: nats.Options{Servers: []string{url}}})
		if err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s gave %v, %v", url, p, err)
		}
	}
}

func TestClientsGoOnWhenTheirServerComesBack(t *testing.T) {
	pair, trusted := authority(t)
	first := startServer(t, pair, nil)
	j := &journal{}
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(first)), Log: j.write})
	back := make(chan struct{}, 1)
	nc := connect(t, p.URL(), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond),
		nats.ReconnectHandler(func(*nats.Conn) { back <- struct{}{} }))
	sub, err := nc.SubscribeSync("a")
	if err != nil {
		t.Fatal(err)
	}
	port := portOf(first)
	first.Shutdown()
	first.WaitForShutdown()
	why := fmt.Sprintf("no upstream server: tls://localhost:%d (connection refused)", port)
	if _, err := nats.Connect(p.URL()); err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(j.text(), why) {
		t.Errorf("while the server is away: %v; the log has %q", err, j.text())
	}
	startServer(t, pair, func(o *server.Options) { o.Port = port })
	select {
	case <-back:
	case <-time.After(patience):
		t.Fatal("not connected again")
	}
	if err := nc.Publish("a", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := sub.NextMsg(patience); err != nil {
		t.Error(err)
	}
}

// A cluster tells its servers' addresses; their certificate has the name of the server that was named.
func TestClientsGoOnWithAServerThatTheLostOneToldOf(t *testing.T) {
	pair, trusted := authority(t)
	cluster := func(routes string) func(*server.Options) {
		return func(o *server.Options) {
			o.Cluster = server.ClusterOpts{Name: "c", Host: "127.0.0.1", Port: -1}
			if routes != "" {
				o.Routes = server.RoutesFromStr(routes)
			}
		}
	}
	first := startServer(t, pair, cluster(""))
	second := startServer(t, pair, cluster("nats://"+first.ClusterAddr().String()))
	for deadline := time.Now().Add(patience); first.NumRoutes() == 0 || second.NumRoutes() == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no cluster")
		}
	}
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(first))})
	back := make(chan struct{}, 1)
	nc := connect(t, p.URL(), nats.ReconnectWait(50*time.Millisecond), nats.MaxReconnects(-1),
		nats.ReconnectHandler(func(*nats.Conn) { back <- struct{}{} }))
	if urls := nc.DiscoveredServers(); len(urls) > 0 {
		t.Errorf("the client knows %v", urls)
	}
	first.Shutdown()
	select {
	case <-back:
	case <-time.After(patience):
		t.Fatal("not connected again")
	}
	if id := nc.ConnectedServerId(); id != second.ID() {
		t.Errorf("connected to %s", id)
	}
}

func TestWhatWasPublishedArrivesWhenTheClientLeavesAtOnce(t *testing.T) {
	pair, trusted := authority(t)
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(startServer(t, pair, nil)))})
	sub, err := connect(t, p.URL()).SubscribeSync("last")
	if err != nil {
		t.Fatal(err)
	}
	if err := sub.SetPendingLimits(-1, -1); err != nil {
		t.Fatal(err)
	}
	const each = 2000
	for round := range 5 {
		client := dialRaw(t, p.URL())
		client.info()
		client.say(quiet + strings.Repeat("PUB last 100\r\n"+strings.Repeat("x", 100)+"\r\n", each))
		client.Close()
		for i := range each {
			if _, err := sub.NextMsg(patience); err != nil {
				t.Fatalf("round %d, message %d: %v", round, i, err)
			}
		}
	}
}

func TestClosingAProxySendsOnWhatItHasAndDisconnects(t *testing.T) {
	pair, trusted := authority(t)
	s := startServer(t, pair, nil)
	sub, err := connect(t, tlsURL(s), nats.UserInfo("ann", "s3cr3t"), nats.Secure(&tls.Config{RootCAs: trusted})).SubscribeSync("last")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(s))})
	client := dialRaw(t, p.URL())
	client.info()
	client.say(quiet + "PING\r\n")
	client.hear("PONG")
	client.say(strings.Repeat("PUB last 1\r\nx\r\n", 100) + "PING\r\n")
	client.hear("PONG") // so all of it has been read
	p.Close()
	if rest, err := io.ReadAll(client.Reader); err != nil || len(rest) > 0 {
		t.Errorf("the client heard %q, %v", rest, err)
	}
	for i := range 100 {
		if _, err := sub.NextMsg(patience); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
}

func TestThereAreNoMoreClientsThanAllowed(t *testing.T) {
	pair, trusted := authority(t)
	p := start(t, Config{Upstream: upstreamOptions(trusted, tlsURL(startServer(t, pair, nil))), MaxConnections: 2})
	one, two := dialRaw(t, p.URL()), dialRaw(t, p.URL())
	one.info()
	two.info()
	three := dialRaw(t, p.URL())
	three.hear("-ERR 'maximum connections exceeded'")
	one.Close()
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		line, err := dialRaw(t, p.URL()).ReadString('\n')
		if strings.HasPrefix(line, "INFO ") {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("no place became free: %q, %v", line, err)
		}
	}
}

func TestNothingIsSaidInTheClearToAServerThatHasNoTLS(t *testing.T) {
	heard := make(chan string, 10)
	url := script(t, func(conn net.Conn, r *bufio.Reader) {
		_, _ = io.WriteString(conn, "INFO {}\r\n")
		text, _ := io.ReadAll(r)
		heard <- string(text)
	})
	_, trusted := authority(t)
	options := upstreamOptions(trusted, "tls"+strings.TrimPrefix(url, "nats"))
	p := start(t, Config{Upstream: options})
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "does not offer TLS") {
		t.Errorf("got %v", err)
	}
	if text := <-heard; text != "" {
		t.Errorf("the server heard %q", text)
	}
}

// Somebody in between could add to the clear text what would be read as if it had come encrypted.
func TestWhatStandsBehindTheInfoInTheClearIsNoPartOfTheConversation(t *testing.T) {
	url := script(t, func(conn net.Conn, r *bufio.Reader) {
		_, _ = io.WriteString(conn, "INFO {\"tls_required\":true}\r\nMSG a 1 1\r\nx\r\n")
		_, _ = io.ReadAll(r)
	})
	p := start(t, Config{Upstream: nats.Options{Servers: []string{url}, Timeout: patience}})
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "more in the clear than its INFO") {
		t.Errorf("got %v", err)
	}
}

func TestCheckTellsWhatIsWrongUpstreamAndNoSecret(t *testing.T) {
	pair, trusted := authority(t)
	url := tlsURL(startServer(t, pair, nil))
	_, stranger := authority(t)
	silent := script(t, func(_ net.Conn, r *bufio.Reader) { _, _ = io.ReadAll(r) })
	web := script(t, func(conn net.Conn, r *bufio.Reader) {
		_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
	})
	wrong := upstreamOptions(trusted, url)
	wrong.Password = "s3cr3t2"
	dumb := nats.Options{Servers: []string{silent, web}, Timeout: 300 * time.Millisecond, Token: "s3cr3t"}
	for want, options := range map[string]nats.Options{
		"authorization violation":                    wrong,
		"certificate signed by unknown authority":    upstreamOptions(stranger, url),
		silent + " (no answer within the time limit": dumb,
		web + " (it did not speak NATS)":             dumb,
	} {
		err := start(t, Config{Upstream: options}).Check()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: got %v", want, err)
		}
	}
	if err := start(t, Config{Upstream: upstreamOptions(trusted, url)}).Check(); err != nil {
		t.Error(err)
	}
}

func TestAnNkeyProvesWhoTheProxyIs(t *testing.T) {
	pair, trusted := authority(t)
	user, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, _ := user.PublicKey()
	s := startServer(t, pair, func(o *server.Options) {
		o.Username, o.Password = "", ""
		o.Nkeys = []*server.NkeyUser{{Nkey: public}}
	})
	options := upstreamOptions(trusted, tlsURL(s))
	options.User, options.Password, options.Nkey, options.SignatureCB = "", "", public, user.Sign
	p := start(t, Config{Upstream: options})
	nc := connect(t, p.URL())
	if err := nc.FlushTimeout(patience); err != nil {
		t.Error(err)
	}
}

func TestAServerThatWantsTheHandshakeFirstGetsIt(t *testing.T) {
	pair, trusted := authority(t)
	options := upstreamOptions(trusted, tlsURL(startServer(t, pair, func(o *server.Options) { o.TLSHandshakeFirst = true })))
	options.TLSHandshakeFirst = true
	if err := start(t, Config{Upstream: options}).Check(); err != nil {
		t.Error(err)
	}
}

// stream is what a server says, and what a client hears of it.
const stream = "MSG a 1 5\r\nINFO \r\r\nHMSG b 2 _INBOX.x 12 14\r\nNATS/1.0\r\n\r\nOK\r\nMSG c 3 0\r\n\r\n+OK\r\nPING\r\n"

func TestAMessageMayComeInAnyPieces(t *testing.T) {
	url := script(t, func(conn net.Conn, r *bufio.Reader) {
		_, _ = io.WriteString(conn, "INFO {}\r\n")
		for at := 1; at < len(stream); at++ {
			if _, err := r.ReadString('\n'); err != nil {
				return
			}
			_, _ = io.WriteString(conn, stream[:at])
			time.Sleep(time.Millisecond)
			_, _ = io.WriteString(conn, stream[at:])
		}
	})
	p := start(t, Config{Upstream: nats.Options{Servers: []string{url}, Timeout: patience}})
	client := dialRaw(t, p.URL())
	client.info()
	client.say("CONNECT {}\r\n")
	for at := 1; at < len(stream); at++ {
		got := make([]byte, len(stream))
		if _, err := io.ReadFull(client.Reader, got); err != nil || string(got) != stream {
			t.Fatalf("in two pieces, at %d: %q, %v", at, got, err)
		}
		client.say("PONG\r\n")
	}
}

func TestAServerThatBreaksTheProtocolIsLeft(t *testing.T) {
	for name, text := range map[string]string{
		"a negative size":           "MSG a 1 -1\r\n",
		"no size":                   "MSG a 1 x\r\n",
		"a size beyond all bounds":  "HMSG a 1 12 99999999999999999999\r\n",
		"a line that does not end":  strings.Repeat("x", 2*maxLine),
		"an INFO that is none":      "INFO {]\r\n",
		"a message that breaks off": "MSG a 1 100\r\nx",
	} {
		t.Run(name, func(t *testing.T) {
			url := script(t, func(conn net.Conn, r *bufio.Reader) {
				_, _ = io.WriteString(conn, "INFO {}\r\n")
				_, _ = r.ReadString('\n')
				_, _ = io.WriteString(conn, text)
				_ = conn.(*net.TCPConn).CloseWrite()
				_, _ = io.ReadAll(r)
			})
			p := start(t, Config{Upstream: nats.Options{Servers: []string{url}, Timeout: patience}})
			client := dialRaw(t, p.URL())
			client.info()
			client.say("CONNECT {}\r\n")
			if _, err := io.ReadAll(client.Reader); err != nil {
				t.Errorf("the client is not let go: %v", err)
			}
		})
	}
}
