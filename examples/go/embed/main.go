// Command embed is a Go program whose logic is a Lua script. The script answers requests over NATS on
// a goroutine of its own; the program asks, hands values in and out as JSON, and stops the script.
//
//	go run -tags lua54 ./examples/go/embed
package main

import (
	_ "embed"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/moonwire/moonwire"
	"github.com/moonwire/moonwire/host"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

//go:embed service.lua
var service string

const timeout = 5 * time.Second

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ns, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoSigs: true, NoLog: true})
	if err != nil {
		return err
	}
	ns.Start()
	defer ns.Shutdown()
	if !ns.ReadyForConnections(timeout) {
		return errors.New("the server did not start")
	}

	// One host, one goroutine: the script runs until it is interrupted.
	answering, err := host.New(host.Config{Modules: moonwire.Modules})
	if err != nil {
		return err
	}
	defer answering.Close()
	ended := make(chan error, 1)
	go func() {
		_, err := answering.DoString(service, ns.ClientURL())
		ended <- err
	}()

	// The program and the script meet on the server.
	nc, err := nats.Connect(ns.ClientURL())
	if err != nil {
		return err
	}
	defer nc.Close()
	if err := ask(nc); err != nil {
		return err
	}

	// Another host computes without a connection: values pass as JSON.
	computing, err := host.New(host.Config{Modules: moonwire.Modules})
	if err != nil {
		return err
	}
	defer computing.Close()
	var mean float64
	if err := computing.DoJSON(`local sum = 0 for _, n in ipairs(...) do sum = sum + n end return sum / #...`, []int{1, 2, 6}, &mean); err != nil {
		return err
	}
	fmt.Println("mean of 1, 2, 6:", mean)

	answering.Interrupt()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "interrupted!") {
		return fmt.Errorf("the service ended by itself: %w", err)
	}
	fmt.Println("the service was stopped")
	return nil
}

// ask sends requests; the first may come before the script has subscribed.
func ask(nc *nats.Conn) error {
	for _, name := range []string{"moon", "wire"} {
		for deadline := time.Now().Add(timeout); ; {
			reply, err := nc.Request("greet", []byte(name), timeout)
			if err == nil {
				fmt.Println(string(reply.Data))
				break
			}
			if !errors.Is(err, nats.ErrNoResponders) || time.Now().After(deadline) {
				return err
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	return nil
}
