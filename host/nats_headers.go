package host

import (
	"errors"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"
)

// Header blocks (ADR-4). The contract has them as on the wire, nats.go as a map.

const (
	headerVersion     = "NATS/1.0"
	headerStatus      = "Status" // where nats.go keeps what the first line says
	headerDescription = "Description"
)

var errHeaders = errors.New("headers: not a block of lines that begins with NATS/1.0")

// decodeHeaders reads the block of a message to be published.
func decodeHeaders(block string) (nats.Header, error) {
	lines, ok := strings.CutPrefix(block, headerVersion+"\r\n")
	if !ok {
		return nil, errHeaders
	}
	headers := nats.Header{}
	for {
		line, rest, ok := strings.Cut(lines, "\r\n")
		if !ok {
			return nil, errHeaders
		}
		if line == "" {
			return headers, nil
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok || key == "" {
			return nil, errHeaders
		}
		headers[key] = append(headers[key], strings.Trim(value, " \t"))
		lines = rest
	}
}

// encodeHeaders writes the block of a message that came, keys in order.
func encodeHeaders(headers nats.Header) []byte {
	b := []byte(headerVersion)
	inline := isStatus(headers)
	if inline {
		b = append(append(b, ' '), last(headers[headerStatus])...)
		if description := last(headers[headerDescription]); description != "" {
			b = append(append(b, ' '), description...)
		}
	}
	b = append(b, "\r\n"...)
	keys := make([]string, 0, len(headers))
	for key := range headers {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		values := headers[key]
		if inline && (key == headerStatus || key == headerDescription) {
			values = values[:len(values)-1]
		}
		for _, value := range values {
			b = append(append(append(append(b, key...), ": "...), value...), "\r\n"...)
		}
	}
	return append(b, "\r\n"...)
}

// isStatus says whether the first line of the block had a status: three digits. nats.go does not tell
// it from a header of that name, and takes either for a status.
func isStatus(headers nats.Header) bool {
	status := last(headers[headerStatus])
	return len(status) == 3 && strings.Trim(status, "0123456789") == ""
}

func last(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}
