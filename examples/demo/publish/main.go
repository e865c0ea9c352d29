// Publish is the Go program of the demo: it asks the Lua service a question and publishes an event,
// directly with nats.go.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/nats-io/nats.go"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "publish:", err)
		os.Exit(1)
	}
}

func run() error {
	url := os.Getenv("NATS_URL")
	if url == "" {
		url = nats.DefaultURL
	}
	nc, err := nats.Connect(url, nats.Name("demo publisher"))
	if err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	defer nc.Close()

	started := time.Now()
	answer, err := nc.Request("iso.country", []byte("AX"), 5*time.Second)
	if err != nil {
		return fmt.Errorf("asking for a country: %w", err)
	}
	trip := time.Since(started)
	var country struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(answer.Data, &country); err != nil {
		return fmt.Errorf("the answer %q: %w", answer.Data, err)
	}
	event, err := json.Marshal(map[string]any{
		"go": runtime.Version(), "client": "nats.go " + nats.Version,
		"round_trip": trip.Seconds(), "country": country.Name,
	})
	if err != nil {
		return err
	}
	if err := nc.Publish("demo.go", event); err != nil {
		return err
	}
	return nc.Flush()
}
