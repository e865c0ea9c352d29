package proxy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
)

// info is what a server says of itself, field by field.
type info map[string]json.RawMessage

var infoPrefix = []byte("INFO ")

func parseInfo(line []byte) (info, error) {
	var fields info
	text, found := bytes.CutPrefix(line, infoPrefix)
	if !found || json.Unmarshal(text, &fields) != nil || fields == nil {
		return nil, errors.New("it did not speak NATS")
	}
	return fields, nil
}

func (i info) is(name string) bool { return string(i[name]) == "true" }

// text is a field that is a string; "" where it is none.
func (i info) text(name string) string {
	var value string
	_ = json.Unmarshal(i[name], &value)
	return value
}

// servers are the addresses of the cluster that a client may go on with.
func (i info) servers() []string {
	var list []string
	_ = json.Unmarshal(i["connect_urls"], &list)
	return list
}

// hidden are the fields that hold for the proxy and not for its clients: they would encrypt what needs no
// encryption, sign what is not theirs to sign, or go past the proxy.
var hidden = []string{
	"tls_required", "tls_available", "tls_verify", "connect_urls", "ws_connect_urls", "nonce", "auth_required",
	"client_ip", "ip", "host", "port",
}

// line is the INFO that a client of the proxy gets.
func (i info) line(proxy, client net.Addr, authRequired bool) []byte {
	shown := map[string]any{}
	for name, value := range i {
		shown[name] = value
	}
	for _, name := range hidden {
		delete(shown, name)
	}
	if at, ok := proxy.(*net.TCPAddr); ok {
		shown["host"], shown["port"] = at.IP.String(), at.Port
	}
	if from, ok := client.(*net.TCPAddr); ok {
		shown["client_ip"] = from.IP.String()
	}
	if authRequired {
		shown["auth_required"] = true
	}
	text, err := json.Marshal(shown)
	if err != nil { // what was JSON stays JSON
		panic(err)
	}
	return fmt.Appendf(nil, "INFO %s\r\n", text)
}

// absent is the INFO of a proxy that has no server.
func absent() info {
	return info{"server_id": json.RawMessage(`"moonwire-proxy"`), "proto": json.RawMessage("1"),
		"max_payload": json.RawMessage("1048576"), "headers": json.RawMessage("true")}
}

// refusal reads what a server says with -ERR.
func refusal(line []byte) (string, bool) {
	text, found := strings.CutPrefix(string(line), "-ERR")
	return strings.ToLower(strings.Trim(text, " '\t\r\n")), found
}
