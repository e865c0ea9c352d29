package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// difference is what differences.json says of a case: why, and where we are different.
type difference struct {
	Reason string         `json:"reason"`
	Ours   map[string]any `json:"ours"`  // values by path, such as /services/web/image; null removes
	Error  bool           `json:"error"` // we refuse what the reference loader reads
	Loads  bool           `json:"loads"` // we read what it refuses
}

func TestExpectedIsWhatTheReferenceLoaderSays(t *testing.T) {
	now, err := expected()
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := os.ReadFile("../expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if string(now) != string(recorded) {
		t.Fatal("expected.json is out of date: run `go run . -write` and look at the difference")
	}
}

// program gives the command moonwire: MOONWIRE_BIN, or the one of this checkout.
func program(t *testing.T) string {
	path := os.Getenv("MOONWIRE_BIN")
	if path == "" {
		path = "../../../bin/moonwire"
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("there is no moonwire to compare with (make build, or MOONWIRE_BIN=PATH): %v", err)
	}
	return path
}

// config runs `moonwire compose config --format json` for a case.
func config(moonwire, root, name string) (any, error) {
	c, err := caseOf(root, name)
	if err != nil {
		return nil, err
	}
	args := []string{"compose"}
	add := func(option string, values ...string) {
		for _, value := range values {
			args = append(args, option, value)
		}
	}
	add("-f", c.own.Files...)
	add("--profile", c.own.Profiles...)
	add("--env-file", c.own.EnvFiles...)
	if c.own.Name != "" {
		add("-p", c.own.Name)
	}
	command := exec.Command(moonwire, append(args, "config", "--format", "json")...)
	command.Dir = c.dir
	command.Env = c.environment
	var errors bytes.Buffer
	command.Stderr = &errors
	data, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, errors.String())
	}
	var tree any
	err = json.Unmarshal(fromAnywhere(root, data), &tree)
	return tree, err
}

// patch gives a tree with a value at a path; nil takes away what is there.
func patch(tree any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	last := len(path) == 1 && value == nil
	switch node := tree.(type) {
	case []any:
		at, err := strconv.Atoi(path[0])
		if err != nil || at < 1 || at > len(node)+1 {
			return tree
		}
		if last {
			return append(node[:at-1:at-1], node[min(at, len(node)):]...)
		}
		if at > len(node) {
			node = append(node, nil)
		}
		node[at-1] = patch(node[at-1], path[1:], value)
		return node
	case map[string]any:
		if last {
			delete(node, path[0])
		} else {
			node[path[0]] = patch(node[path[0]], path[1:], value)
		}
		return node
	}
	return map[string]any{path[0]: patch(nil, path[1:], value)}
}

// compare tells where two trees differ.
func compare(ours, theirs any, path string, tell func(path string, ours, theirs any)) {
	a, isMap := ours.(map[string]any)
	b, both := theirs.(map[string]any)
	if isMap && both {
		for key := range b {
			if _, ok := a[key]; !ok {
				tell(path+"/"+key, nil, b[key])
			}
		}
		for key, value := range a {
			compare(value, b[key], path+"/"+key, tell)
		}
		return
	}
	if !reflect.DeepEqual(ours, theirs) {
		tell(path, ours, theirs)
	}
}

// text gives JSON for messages.
func text(value any) string {
	data, _ := json.Marshal(value)
	return string(data)
}

func TestConfigGivesWhatTheReferenceLoaderGives(t *testing.T) {
	moonwire := program(t)
	root, err := filepath.Abs(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var outcomes map[string]outcome
	var differences map[string]difference
	if err := readJSON("../expected.json", &outcomes); err != nil {
		t.Fatal(err)
	}
	if err := readJSON("../differences.json", &differences); err != nil {
		t.Fatal(err)
	}
	for name, theirs := range outcomes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			different := differences[name]
			ours, err := config(moonwire, root, name)
			if refused := theirs.Error != "" && !different.Loads || different.Error; refused {
				if err == nil {
					t.Fatalf("config reads it, the reference loader says: %s", theirs.Error)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if different.Loads {
				return
			}
			var tree any
			if err := json.Unmarshal(theirs.Project, &tree); err != nil {
				t.Fatal(err)
			}
			for path, value := range different.Ours {
				tree = patch(tree, strings.Split(strings.TrimPrefix(path, "/"), "/"), value)
			}
			compare(ours, tree, "", func(path string, ours, theirs any) {
				t.Errorf("%s: ours %s, theirs %s", path, text(ours), text(theirs))
			})
		})
	}
}
