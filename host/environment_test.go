package host

import (
	"strings"
	"testing"
	"time"
)

func TestTheEnvironmentIsRead(t *testing.T) {
	for name, value := range map[string]string{
		"NATS_URL": "nats://a:4222, tls://user:pw@b,c:1", "NATS_USER": "u", "NATS_PASSWORD": "p", "NATS_TOKEN": "t",
		"NATS_CREDS": "/c", "NATS_NKEY": "/n", "NATS_CA": "/ca", "NATS_CERT": "/cert", "NATS_KEY": "/key",
		"NATS_TIMEOUT": "1m30s", "MOONWIRE_CLOSE_TIMEOUT": "300ms", "MOONWIRE_HISTORY": "/h",
	} {
		t.Setenv(name, value)
	}
	e, err := ReadEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(e.URL, "|") != "nats://a:4222|tls://user:pw@b|c:1" {
		t.Errorf("URL %q", e.URL)
	}
	if time.Duration(e.Timeout) != 90*time.Second || time.Duration(e.CloseTimeout) != 300*time.Millisecond {
		t.Errorf("timeouts %v, %v", e.Timeout, e.CloseTimeout)
	}
	if got := strings.Join([]string{e.User, e.Password, e.Token, e.Creds, e.NKey, e.CA, e.Cert, e.Key, e.History}, " "); got != "u p t /c /n /ca /cert /key /h" {
		t.Errorf("strings %s", got)
	}
}

func TestAnEmptyVariableIsNotSet(t *testing.T) {
	t.Setenv("NATS_TIMEOUT", "")
	t.Setenv("NATS_URL", "")
	if e, err := ReadEnvironment(); err != nil || e.Timeout != 0 || len(e.URL) != 0 {
		t.Errorf("got %+v, %v", e, err)
	}
}

func TestAWrongVariableIsOneLineThatSaysWhatIsAccepted(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"NATS_TIMEOUT", "abc", "NATS_TIMEOUT=abc in the environment: not a duration above 0 such as 5s, 300ms or 1m30s"},
		{"NATS_TIMEOUT", "5", "NATS_TIMEOUT=5 in the environment: not a duration above 0 such as 5s, 300ms or 1m30s"},
		{"NATS_TIMEOUT", "-1s", "NATS_TIMEOUT=-1s in the environment: not a duration above 0 such as 5s, 300ms or 1m30s"},
		{"MOONWIRE_CLOSE_TIMEOUT", "soon", "MOONWIRE_CLOSE_TIMEOUT=soon in the environment: not a duration above 0 such as 5s, 300ms or 1m30s"},
	} {
		t.Setenv(c.name, c.value)
		if _, err := ReadEnvironment(); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
		t.Setenv(c.name, "")
	}
	for _, value := range []string{"http://a", "nats://", "nats://a:0", "nats://a:99999", "nats://a:x", "nats://a b"} {
		t.Setenv("NATS_URL", value)
		if _, err := ReadEnvironment(); err == nil || !strings.HasPrefix(err.Error(), "NATS_URL="+value+" in the environment: not nats://HOST[:PORT]") {
			t.Errorf("%s: %v", value, err)
		}
	}
}

func TestAPasswordIsNotPrinted(t *testing.T) {
	for _, value := range []string{"nats://user:secret@host:x", "http://secret@host", "nats://ok,user:secret@host:x"} {
		t.Setenv("NATS_URL", value)
		_, err := ReadEnvironment()
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", value, err)
		}
	}
}
