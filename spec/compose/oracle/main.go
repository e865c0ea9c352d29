// Command oracle loads every case of the corpus with compose-go, the reference loader of the Compose Specification,
// and writes what became of it to expected.json, which the Lua specs compare with `moonwire compose config`.
//
//	go run . -write    writes ../expected.json anew
//	go run . CASE      prints one case
//	go test .          says whether ../expected.json is what compose-go says today
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/sirupsen/logrus"
)

// corpus is the folder of the cases, from this one.
const corpus = "../cases"

// home is where "~" leads in the cases.
const home = "/home/user"

// settings is what a case may say about itself in case.json.
type settings struct {
	Files    []string          `json:"files"`    // default: those that are found by name
	Profiles []string          `json:"profiles"` // default: none
	Env      map[string]string `json:"env"`      // beside environment.json
	EnvFiles []string          `json:"env_files"`
	Name     string            `json:"name"`
}

// outcome is what became of a case: a project or an error.
type outcome struct {
	Project json.RawMessage `json:"project,omitempty"`
	Error   string          `json:"error,omitempty"`
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// fixture is a case: where it is, and how it is to be loaded.
type fixture struct {
	own         settings
	dir         string
	found       bool     // whether the files are those that are found by name
	environment []string // NAME=value
}

// caseOf gives a case: a file NAME.yaml or a folder NAME.
func caseOf(root, name string) (fixture, error) {
	environment := map[string]string{}
	if err := readJSON(filepath.Join(root, "..", "environment.json"), &environment); err != nil {
		return fixture{}, err
	}
	environment["HOME"] = home
	c := fixture{dir: filepath.Join(root, name)}
	if info, err := os.Stat(c.dir); err == nil && info.IsDir() {
		if err := readJSON(filepath.Join(c.dir, "case.json"), &c.own); err != nil && !os.IsNotExist(err) {
			return fixture{}, err
		}
	} else {
		c.own.Files = []string{name + ".yaml"}
		c.dir = root
	}
	for key, value := range c.own.Env {
		environment[key] = value
	}
	for key, value := range environment {
		c.environment = append(c.environment, key+"="+value)
	}
	c.found = len(c.own.Files) == 0
	return c, nil
}

// fromAnywhere writes "/corpus" for the path of the corpus, and "/above" for that of the folder above it.
func fromAnywhere(root string, data []byte) []byte {
	data = bytes.ReplaceAll(data, []byte(root), []byte("/corpus"))
	return bytes.ReplaceAll(data, []byte(filepath.Dir(root)), []byte("/above"))
}

// load gives the project of a case.
func load(root, name string) ([]byte, error) {
	c, err := caseOf(root, name)
	if err != nil {
		return nil, err
	}
	var files, envFiles []string
	for _, file := range c.own.Files {
		files = append(files, filepath.Join(c.dir, file))
	}
	for _, file := range c.own.EnvFiles {
		envFiles = append(envFiles, filepath.Join(c.dir, file))
	}
	folder := "" // of the first file
	if c.found {
		folder = c.dir
	}
	options, err := cli.NewProjectOptions(files,
		cli.WithWorkingDirectory(folder),
		cli.WithEnv(c.environment),
		cli.WithName(c.own.Name),
		cli.WithConfigFileEnv,
		cli.WithDefaultConfigPath,
		cli.WithEnvFiles(envFiles...),
		cli.WithDotEnv,
		cli.WithDefaultProfiles(c.own.Profiles...),
	)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	data, err := project.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return fromAnywhere(root, data), nil
}

func outcomeOf(root, name string) (result outcome) {
	defer func() {
		if panicked := recover(); panicked != nil {
			result = outcome{Error: fmt.Sprintf("panic: %v", panicked)}
		}
	}()
	data, err := load(root, name)
	if err != nil {
		return outcome{Error: strings.ReplaceAll(err.Error(), root, "/corpus")}
	}
	return outcome{Project: data}
}

// cases gives the names of all cases.
func cases(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		} else if name, ok := strings.CutSuffix(entry.Name(), ".yaml"); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// expected loads all cases and gives the text of expected.json.
func expected() ([]byte, error) {
	logrus.SetOutput(io.Discard)
	if err := os.Setenv("HOME", home); err != nil {
		return nil, err
	}
	root, err := filepath.Abs(corpus)
	if err != nil {
		return nil, err
	}
	names, err := cases(root)
	if err != nil {
		return nil, err
	}
	all := map[string]outcome{}
	for _, name := range names {
		all[name] = outcomeOf(root, name)
	}
	data, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

func main() {
	write := flag.Bool("write", false, "write ../expected.json")
	flag.Parse()
	if name := flag.Arg(0); name != "" {
		logrus.SetOutput(io.Discard)
		_ = os.Setenv("HOME", home)
		root, _ := filepath.Abs(corpus)
		result := outcomeOf(root, name)
		fmt.Println(string(result.Project) + result.Error)
		return
	}
	data, err := expected()
	if err == nil {
		if *write {
			err = os.WriteFile("../expected.json", data, 0o644)
		} else {
			_, err = os.Stdout.Write(data)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}
