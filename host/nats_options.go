package host

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// natsConfig is the JSON that lua/nats/transport/native.lua makes of the options of nats.connect, under
// the same names (lua/nats/options.lua). Times are seconds.
type natsConfig struct {
	Servers []struct {
		URL      string `json:"url"`
		User     string `json:"user"`
		Password string `json:"password"`
		Token    string `json:"token"`
		Path     string `json:"path"`
	} `json:"servers"`

	Name     string `json:"name"`
	User     string `json:"user"`
	Password string `json:"password"`
	Token    string `json:"token"`
	Creds    string `json:"creds"`
	NKey     string `json:"nkey"`
	JWT      string `json:"jwt"`
	Seed     string `json:"seed"`

	TLS      bool   `json:"tls"`
	TLSFirst bool   `json:"tls_first"`
	TLSCA    string `json:"tls_ca"`
	TLSCert  string `json:"tls_cert"`
	TLSKey   string `json:"tls_key"`
	TLSName  string `json:"tls_name"`

	Verbose     bool `json:"verbose"`
	Pedantic    bool `json:"pedantic"`
	NoEcho      bool `json:"no_echo"`
	NoRandomize bool `json:"no_randomize"`

	ConnectTimeout *float64 `json:"connect_timeout"`
	PingInterval   *float64 `json:"ping_interval"`
	MaxPingsOut    int      `json:"max_pings_out"`

	AllowReconnect     *bool    `json:"allow_reconnect"`
	MaxReconnect       *int     `json:"max_reconnect"`
	ReconnectWait      *float64 `json:"reconnect_wait"`
	ReconnectJitter    *float64 `json:"reconnect_jitter"`
	ReconnectJitterTLS *float64 `json:"reconnect_jitter_tls"`
	ReconnectBuffer    int      `json:"reconnect_buffer"`
	RetryOnFailed      bool     `json:"retry_on_failed_connect"`
}

// configError is a wrong option.
type configError struct{ text string }

func (e *configError) Error() string { return e.text }

// NATSOptions reads options of nats.connect, in the JSON that native.lua's encode makes of them, for what speaks
// to the same servers in Go. The error names the option, and no secret.
func NATSOptions(text []byte) (nats.Options, error) { return natsOptions(text) }

// protocolError is what a server must not send.
type protocolError struct{ text string }

func (e *protocolError) Error() string { return "protocol: " + e.text }

// natsOptions reads options for nats.go.
func natsOptions(text []byte) (nats.Options, error) {
	var config natsConfig
	if err := json.Unmarshal(text, &config); err != nil {
		return nats.Options{}, &configError{"options: " + err.Error()}
	}
	opts := nats.GetDefaultOptions()
	for _, server := range config.Servers {
		u, err := url.Parse(server.URL)
		if err != nil {
			return opts, &configError{fmt.Sprintf("server %q: not a URL", redact(server.URL))}
		}
		switch {
		case server.Token != "":
			u.User = url.User(server.Token)
		case server.User != "":
			u.User = url.UserPassword(server.User, server.Password)
		}
		opts.Servers = append(opts.Servers, u.String())
		if server.Path != "" {
			opts.ProxyPath = server.Path
		}
	}
	opts.Name, opts.User, opts.Password, opts.Token = config.Name, config.User, config.Password, config.Token
	opts.Verbose, opts.Pedantic, opts.NoEcho, opts.NoRandomize = config.Verbose, config.Pedantic, config.NoEcho, config.NoRandomize
	opts.RetryOnFailedConnect = config.RetryOnFailed
	set(&opts.AllowReconnect, config.AllowReconnect)
	set(&opts.MaxReconnect, config.MaxReconnect)
	setSeconds(&opts.Timeout, config.ConnectTimeout)
	setSeconds(&opts.PingInterval, config.PingInterval)
	setSeconds(&opts.ReconnectWait, config.ReconnectWait)
	setSeconds(&opts.ReconnectJitter, config.ReconnectJitter)
	setSeconds(&opts.ReconnectJitterTLS, config.ReconnectJitterTLS)
	if config.MaxPingsOut > 0 {
		opts.MaxPingsOut = config.MaxPingsOut
	}
	if config.ReconnectBuffer != 0 {
		opts.ReconnectBufSize = config.ReconnectBuffer
	}
	// Subjects are checked once, by the client, and by nats.c for what would break the protocol.
	opts.SkipSubjectValidation = true
	// A natsSocket does not wait when it is written to, and gathers no less than nats.go would.
	opts.FlusherTimeout = 0
	if err := setAuth(&opts, &config); err != nil {
		return opts, err
	}
	if err := setTLS(&opts, &config); err != nil {
		return opts, err
	}
	if !opts.Secure && !slices.ContainsFunc(opts.Servers, isWrapped) {
		opts.WriteBufferSize = writeEach
	}
	return opts, nil
}

// isWrapped says whether nats.go would wrap each write to a server, which makes small ones dear.
func isWrapped(url string) bool { return strings.HasPrefix(url, "ws") || strings.HasPrefix(url, "tls") }

func set[T any](to *T, value *T) {
	if value != nil {
		*to = *value
	}
}

func setSeconds(to *time.Duration, seconds *float64) {
	if seconds != nil {
		*to = time.Duration(*seconds * float64(time.Second))
	}
}

func setAuth(opts *nats.Options, config *natsConfig) error {
	if config.Creds != "" {
		if _, err := os.Stat(config.Creds); err != nil {
			return &configError{"creds: " + err.Error()}
		}
		if err := nats.UserCredentials(config.Creds)(opts); err != nil {
			return &configError{"creds " + config.Creds + ": " + errorText(err)}
		}
	}
	if config.NKey != "" {
		option, err := nats.NkeyOptionFromSeed(config.NKey)
		if err != nil {
			return &configError{"nkey " + config.NKey + ": " + errorText(err)}
		}
		if err := option(opts); err != nil {
			return &configError{"nkey " + config.NKey + ": " + errorText(err)}
		}
	}
	return setSeed(opts, config.JWT, config.Seed)
}

// setSeed proves who we are with a seed, and a JWT where there is one.
func setSeed(opts *nats.Options, jwt, seed string) error {
	if seed == "" {
		if jwt != "" {
			opts.UserJWT = func() (string, error) { return jwt, nil }
			opts.SignatureCB = func([]byte) ([]byte, error) { return nil, nil }
		}
		return nil
	}
	pair, err := nkeys.FromSeed([]byte(strings.TrimSpace(seed)))
	if err != nil {
		return &configError{"seed: this is no seed: wrong characters, or they do not fit its checksum"}
	}
	if jwt != "" {
		return nats.UserJWTAndSeed(jwt, strings.TrimSpace(seed))(opts)
	}
	public, err := pair.PublicKey()
	if err != nil {
		return &configError{"seed: " + err.Error()}
	}
	return nats.Nkey(public, pair.Sign)(opts)
}

func setTLS(opts *nats.Options, config *natsConfig) error {
	if !config.TLS && !config.TLSFirst && config.TLSCA == "" && config.TLSCert == "" && config.TLSKey == "" && config.TLSName == "" {
		return nil
	}
	opts.Secure = true
	opts.TLSHandshakeFirst = config.TLSFirst
	opts.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: config.TLSName}
	if config.TLSCA != "" {
		pem, err := os.ReadFile(config.TLSCA)
		if err != nil {
			return &configError{"tls_ca: " + err.Error()}
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(pem) {
			return &configError{"tls_ca " + config.TLSCA + ": no certificate in it"}
		}
		opts.TLSConfig.RootCAs = pool
	}
	if (config.TLSCert == "") != (config.TLSKey == "") {
		return &configError{"tls_cert and tls_key: one is useless without the other"}
	}
	if config.TLSCert != "" {
		cert, err := tls.LoadX509KeyPair(config.TLSCert, config.TLSKey)
		if err != nil {
			return &configError{"tls_cert " + config.TLSCert + ": " + err.Error()}
		}
		opts.TLSConfig.Certificates = []tls.Certificate{cert}
	}
	return nil
}

// codes are the names that nats.errors has for errors of nats.go.
var codes = []struct {
	err  error
	code string
}{
	{nats.ErrTimeout, "timeout"},
	{nats.ErrConnectionClosed, "closed"},
	{nats.ErrInvalidConnection, "closed"},
	{nats.ErrConnectionDraining, "draining"},
	{nats.ErrDisconnected, "disconnected"},
	{nats.ErrConnectionReconnecting, "disconnected"},
	{nats.ErrMaxPayload, "maximum payload exceeded"},
	{nats.ErrReconnectBufExceeded, "reconnect buffer exceeded"},
	{nats.ErrPermissionViolation, "permissions"},
	{nats.ErrAuthorization, "authorization"},
	{nats.ErrAuthExpired, "authorization"},
	{nats.ErrAuthRevoked, "authorization"},
	{nats.ErrAccountAuthExpired, "authorization"},
	{nats.ErrNkeysNotSupported, "authorization"},
	{nats.ErrSecureConnRequired, "tls"},
	{nats.ErrSecureConnWanted, "tls"},
	{nats.ErrTLS, "tls"},
	{nats.ErrNoServers, "no servers"},
	{nats.ErrNoInfoReceived, "protocol"},
	{nats.ErrJsonParse, "protocol"},
}

// errorCode finds the name that nats.errors has for an error, and the detail for those that have one.
func errorCode(err error) (code, detail string) {
	detail = errorText(err)
	var connect *connectError
	connecting := errors.As(err, &connect)
	for _, known := range codes {
		if errors.Is(err, known.err) {
			code = known.code
			break
		}
	}
	var config *configError
	var protocol *protocolError
	var wrongType *json.UnmarshalTypeError
	var noJSON *json.SyntaxError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var network net.Error
	switch {
	case code != "":
	case errors.As(err, &config), strings.HasPrefix(detail, "error signing nonce"):
		code = "configuration"
	case errors.As(err, &protocol):
		code, detail = "protocol", protocol.text
	case errors.As(err, &wrongType), errors.As(err, &noJSON):
		code, detail = "protocol", "INFO cannot be read: "+detail
	case connecting && strings.HasPrefix(detail, "expected '"): // nats.go waited for an INFO or a PONG
		code = "protocol"
	case errors.As(err, &certificate), errors.As(err, &record), errors.As(err, &alert):
		code = "tls"
	case connecting && strings.HasPrefix(detail, "authorization") || strings.HasPrefix(detail, "authentication"):
		code = "authorization"
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		code = "disconnected"
	default:
		code = "server"
	}
	if connecting && (code == "disconnected" || code == "timeout") {
		code = "no servers"
	}
	if code == "authorization" {
		detail = serverText(err)
	}
	if connecting && code == "no servers" && connect.reasons != "" {
		detail = connect.reasons
	}
	if !detailed[code] {
		detail = ""
	}
	return code, detail
}

// detailed are the names that nats.errors has as objects with a detail; the others are plain strings.
var detailed = map[string]bool{
	"no servers": true, "authorization": true, "permissions": true, "protocol": true, "tls": true,
	"configuration": true, "server": true,
}

// errorText is what an error says, without the name of the library and without secrets.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return "no answer within the time limit"
	}
	return redact(strings.TrimPrefix(err.Error(), "nats: "))
}

// serverText is what the server said with -ERR, lower-cased.
func serverText(err error) string {
	// nats.go puts the name of the error before what the server said.
	return strings.ToLower(strings.TrimPrefix(errorText(err), nats.ErrPermissionViolation.Error()[len("nats: "):]+": "))
}

var credentials = regexp.MustCompile(`://[^\s/"']*@`)

// redact drops user, password and token from URLs.
func redact(text string) string { return credentials.ReplaceAllString(text, "://") }
