# Every target says what it does: make help
GO ?= go
LINT = $(GO) tool -modfile=tools/go.mod golangci-lint

.PHONY: help build test race vet lint fuzz bench scale eval clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

build: ## the four commands into bin/
	$(GO) build -o bin/ ./cmd/...

test: ## all tests
	$(GO) test ./...

race: ## all tests under the race detector
	$(GO) test -race ./...

vet: ## go vet
	$(GO) vet ./...

lint: ## golangci-lint with the layer rules
	$(LINT) run ./...

fuzz: ## every fuzz target for FUZZTIME (default 30s)
	@for p in $$($(GO) list ./...); do for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
		echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $${FUZZTIME:-30s} $$p || exit 1; done; done

bench: ## benchmarks of every package; figures go to doc/
	$(GO) test -run '^$$' -bench . -benchmem ./...

scale: ## what more enrich workers bring, and the latency of the line
	$(GO) run ./internal/scale workers
	$(GO) run ./internal/scale waits
	$(GO) run ./internal/scale latency

eval: build ## scores of the engine on the sets that are there
	bin/dateline eval

clean: ## remove what was built
	rm -rf bin
