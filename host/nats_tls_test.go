package host

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// certificate makes one for 127.0.0.1 that signs itself, and the file that a client trusts it by.
func certificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true,
		BasicConstraintsValid: true, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

func TestOverTLSCountAndOrderAreKeptToo(t *testing.T) {
	pair, ca := certificate(t)
	s, _ := startServer(t, func(o *server.Options) {
		o.TLS, o.TLSConfig, o.TLSTimeout = true, &tls.Config{Certificates: []tls.Certificate{pair}}, 5
		o.AllowNonTLS = true // for who only observes
	})
	url := "nats://" + s.Addr().String()
	echo(t, url)
	stress(t, url, options(url, "tls_ca", ca), 30000, 200)
}

func TestAServerThatWantsTLSGetsItUnasked(t *testing.T) {
	pair, ca := certificate(t)
	_, url := startServer(t, func(o *server.Options) {
		o.TLS, o.TLSConfig, o.TLSTimeout = true, &tls.Config{Certificates: []tls.Certificate{pair}}, 5
	})
	h := newHost(t)
	got := run(t, h, options(url), `return require("host.nats").connect(options)`)
	if got[0] != "nil" || got[1] != "tls" {
		t.Errorf("a certificate that no one vouches for: got %q", got)
	}
	got = run(t, h, options(url, "tls_ca", ca), `
local c = connect()
c:subscribe(1, "a")
c:publish("a", nil, "NATS/1.0\r\nK: v\r\n\r\n", "over TLS")
return select(4, c:poll(5))`)
	expect(t, got, "NATS/1.0\r\nK: v\r\n\r\n", "over TLS")
}
