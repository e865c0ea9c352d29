// Command pubsub publishes and subscribes from Go, with nats.go alone: a Go program needs nothing of
// moonwire to talk to scripts, since the messages are the same.
//
//	go run ./examples/go/pubsub                   # starts a server of its own
//	NATS_URL=nats://127.0.0.1:4222 go run ./examples/go/pubsub
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const timeout = 5 * time.Second

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	url, stop, err := serverURL()
	if err != nil {
		return err
	}
	defer stop()
	nc, err := nats.Connect(url, nats.Name("pubsub"))
	if err != nil {
		return err
	}
	defer nc.Close()

	// Publish and subscribe: whoever listens gets a copy.
	sub, err := nc.SubscribeSync("moon.*")
	if err != nil {
		return err
	}
	for _, phase := range []string{"new", "full"} {
		if err := nc.Publish("moon."+phase, []byte("the moon is "+phase)); err != nil {
			return err
		}
	}
	for range 2 {
		msg, err := sub.NextMsg(timeout)
		if err != nil {
			return err
		}
		fmt.Printf("%-10s %s\n", msg.Subject, msg.Data)
	}

	// Request and reply: someone answers, here we ourselves.
	if _, err := nc.Subscribe("double", func(msg *nats.Msg) {
		_ = msg.Respond(append(msg.Data, msg.Data...))
	}); err != nil {
		return err
	}
	reply, err := nc.Request("double", []byte("moon"), timeout)
	if err != nil {
		return err
	}
	fmt.Printf("%-10s %s\n", "double", reply.Data)
	return nil
}

// serverURL is that of the environment, or of a server started here.
func serverURL() (url string, stop func(), err error) {
	if url := os.Getenv("NATS_URL"); url != "" {
		return url, func() {}, nil
	}
	ns, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		return "", nil, err
	}
	ns.Start()
	if !ns.ReadyForConnections(timeout) {
		return "", nil, errors.New("the server did not start")
	}
	return ns.ClientURL(), ns.Shutdown, nil
}
