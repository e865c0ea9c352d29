# Every target is a script of scripts/ or one command; `make` alone says what there is.
#   V=1 shows the commands.

SHELL       = /bin/bash
GO          = go
GO_TAGS     = lua54,luaa
VERSION     = $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS     = -s -w -X main.version=$(VERSION)
PREFIX      = /usr/local
DESTDIR     =
# Lua is linked from the archive in this folder, which scripts/deps fills.
LUA_LIBRARY = $(CURDIR)/.cache/lua

export LIBRARY_PATH := $(LUA_LIBRARY)$(if $(LIBRARY_PATH),:$(LIBRARY_PATH))
export GO GO_TAGS V
Q = $(if $(filter-out 0,$(V)),,@)

.DEFAULT_GOAL := help
.PHONY: help build demo test lmtx lint bench soak chaos install clean distclean

help:
	@echo 'make demo       the tour: one script in every engine, and a report typeset over NATS'
	@echo 'make test       everything that is tested; ends with "N passed, N failed"'
	@echo 'make build      bin/moonwire, one file with all Lua sources in it'
	@echo 'make lmtx       ConTeXt LMTX under .cache/, beside the system'"'"'s ConTeXt'
	@echo 'make lint       luacheck, go vet, staticcheck'
	@echo 'make bench      messages a second beside nats.go, YAML beside libyaml'
	@echo 'make soak       10 million messages through one client: does it grow? ARGS="messages requests subscriptions"'
	@echo 'make chaos      a cluster whose servers are killed: is anything lost? ARGS="kills messages seed"'
	@echo 'make install    PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)'
	@echo 'make clean      removes bin/ and build/; make distclean .cache/ too'
	@echo 'What Debian packages are missing is installed first. V=1 shows the commands.'

build:
	$(Q)scripts/deps build
	$(Q)scripts/build "$(LDFLAGS)"

demo: build
	$(Q)scripts/deps demo
	$(Q)examples/demo/run

test:
	$(Q)scripts/test

lmtx:
	$(Q)scripts/deps demo test
	$(Q)scripts/lmtx

lint:
	$(Q)scripts/deps build test
	$(Q)scripts/lint

bench: build
	$(Q)scripts/deps demo test bench
	$(Q)bench/run

soak chaos: build
	$(Q)scripts/deps demo
	$(Q)bench/run $@ $(ARGS)

install: build
	$(Q)scripts/install "$(DESTDIR)" "$(PREFIX)"

clean:
	$(Q)rm -rf bin build

distclean: clean
	$(Q)rm -rf .cache
