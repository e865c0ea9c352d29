package host

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kelseyhightower/envconfig"
)

// Environment is the configuration that comes from environment variables. An empty variable counts as
// not set. The NATS_* names are those of the NATS tools: module nats reads them itself, in every engine,
// and here they are checked, so that a slip shows before a script runs.
type Environment struct {
	URL      Servers  `envconfig:"NATS_URL"`      // where the servers are, with commas between
	User     string   `envconfig:"NATS_USER"`     // a user; without a password a token
	Password string   `envconfig:"NATS_PASSWORD"` //
	Token    string   `envconfig:"NATS_TOKEN"`    //
	Creds    string   `envconfig:"NATS_CREDS"`    // path of a credentials file
	NKey     string   `envconfig:"NATS_NKEY"`     // path of a file with a seed
	CA       string   `envconfig:"NATS_CA"`       // path of a PEM file of authorities to trust
	Cert     string   `envconfig:"NATS_CERT"`     // path of our certificate, PEM
	Key      string   `envconfig:"NATS_KEY"`      // path of its key, PEM
	Timeout  Duration `envconfig:"NATS_TIMEOUT"`  // of connecting, requests and flushes

	CloseTimeout Duration `envconfig:"MOONWIRE_CLOSE_TIMEOUT"` // see Config
	History      string   `envconfig:"MOONWIRE_HISTORY"`       // path of the interactive history
}

// ReadEnvironment reads the variables. The error is one line that names the variable, its value
// without secrets, and what is accepted.
func ReadEnvironment() (Environment, error) {
	var e Environment
	err := envconfig.Process("", &e)
	var wrong *envconfig.ParseError
	if errors.As(err, &wrong) {
		return e, fmt.Errorf("%s=%s in the environment: %w", wrong.KeyName, redacted(wrong.Value), wrong.Err)
	}
	return e, err
}

// Duration is above 0, or 0 for not set.
type Duration time.Duration

// Decode reads what envconfig found.
func (d *Duration) Decode(text string) error {
	if text == "" {
		return nil
	}
	value, err := time.ParseDuration(text)
	if err != nil || value <= 0 {
		return errors.New("not a duration above 0 such as 5s, 300ms or 1m30s")
	}
	*d = Duration(value)
	return nil
}

// Servers are URLs of NATS servers.
type Servers []string

// Decode reads what envconfig found.
func (s *Servers) Decode(text string) error {
	for _, server := range strings.Split(text, ",") {
		server = strings.TrimSpace(server)
		if server == "" {
			continue
		}
		if !isServer(server) {
			return errors.New("not nats://HOST[:PORT], or several with commas between (tls, ws and wss are schemes as well)")
		}
		*s = append(*s, server)
	}
	return nil
}

func isServer(text string) bool {
	if !strings.Contains(text, "://") {
		text = "nats://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return false
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	switch u.Scheme {
	case "nats", "tls", "ws", "wss":
		return true
	}
	return false
}

// redacted hides what a value holds of credentials in URLs.
func redacted(text string) string {
	return regexp.MustCompile(`(^|,|://)[^,/]*@`).ReplaceAllString(text, "$1")
}
