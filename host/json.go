package host

import (
	"encoding/json"
	"fmt"
)

// The chunk's own name is left to its code, so that errors name its lines.
const jsonGlue = `local json = require "json"
local code, input = ...
local chunk, err = load(code, code)
if not chunk then error(err, 0) end
local result = chunk(json.decode(input))
if result == nil then result = json.null end
return json.encode(result)`

// DoJSON runs Lua code that takes in as its ... and returns one value, which out receives, as JSON.
// The module json of Config.Modules makes tables of objects and arrays, and back; a nil result is null.
// What encoding/json says of in and out comes back as it is, what fails in Lua as an *Error.
func (h *Host) DoJSON(code string, in, out any) error {
	input, err := json.Marshal(in)
	if err != nil {
		return err
	}
	results, err := h.run(&request{kind: kindString, text: jsonGlue, name: "=moonwire", args: []string{code, string(input)}, results: true})
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(results[0]), out); err != nil {
		return fmt.Errorf("moonwire: what the script returned: %w", err)
	}
	return nil
}
