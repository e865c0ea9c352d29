package host_test

import (
	"errors"
	"fmt"
	"log"
	"testing/fstest"
	"time"

	"github.com/moonwire/moonwire"
	"github.com/moonwire/moonwire/host"
)

// A host runs Lua code; what the code is given and what it returns are strings.
func Example() {
	h, err := host.New(host.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	results, err := h.DoString(`local name = ... return "hello, " .. name, #name`, "moon")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(results[0], results[1])
	// Output: hello, moon 4
}

// Structured values pass as JSON, with the module json that moonwire carries.
func ExampleHost_DoJSON() {
	h, err := host.New(host.Config{Modules: moonwire.Modules})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	var total struct{ Sum int }
	err = h.DoJSON(`local sum = 0 for _, n in ipairs(...) do sum = sum + n end return { Sum = sum }`, []int{1, 2, 3}, &total)
	fmt.Println(total.Sum, err)
	// Output: 6 <nil>
}

// What a script raises is an *Error, with the traceback apart.
func ExampleError() {
	h, err := host.New(host.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	_, err = h.DoString(`error("the moon is down", 0)`)
	var raised *host.Error
	if errors.As(err, &raised) {
		fmt.Println(raised.Message)
	}
	// Output: the moon is down
}

// A program bounds the time of a script by interrupting it.
func ExampleHost_Interrupt() {
	h, err := host.New(host.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	limit := time.AfterFunc(50*time.Millisecond, func() { h.Interrupt() })
	defer limit.Stop()
	results, err := h.DoString(`return pcall(function() while true do end end)`)
	fmt.Println(results, err)
	// Output: [false interrupted!] <nil>
}

// A program hands scripts modules of its own. Any fs.FS will do, an embed.FS above all.
func ExampleConfig_modules() {
	modules := fstest.MapFS{"lua/greet.lua": {Data: []byte(`return function(name) return "hello, " .. name end`)}}
	h, err := host.New(host.Config{Modules: modules})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()
	results, err := h.DoString(`return require "greet" (...)`, "moon")
	fmt.Println(results, err)
	// Output: [hello, moon] <nil>
}
