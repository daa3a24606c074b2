# make serve   set up, build the index of corpus/, and serve on http://127.0.0.1:8000
# make test    set up with the test tools, and run every check and test
#
# make serve PORT=8080 CORPUS=path/to/profiles INDEX=path/to/index
# make TORCH_INDEX=URL …   takes torch from that package index (see README: CUDA)

PYTHON ?= $(shell command -v python3.11 || command -v python3)
HOST ?= 127.0.0.1
PORT ?= 8000
CORPUS ?= corpus
INDEX ?= index
TORCH_INDEX ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: serve index test lint constraints

serve: index
	@exec $(BIN)/tipqa serve --host $(HOST) --port $(PORT) --index "$(INDEX)"

index: .venv/.installed
	@$(BIN)/tipqa index "$(CORPUS)" --index "$(INDEX)"

test: .venv/.installed-test lint
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# torch first and by itself: another package's wish for it would bring gigabytes of CUDA.
.venv/.torch:
	@echo "Setting up .venv (some minutes, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) torch==2.13.0 $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX))
	@touch $@

.venv/.installed: .venv/.torch pyproject.toml constraints.txt
	@$(PIP) --editable .
	@touch $@

.venv/.installed-test: .venv/.installed
	@$(PIP) --editable '.[test]'
	@touch $@

# Pin anew: what a fresh environment takes today.
constraints:
	rm -rf .venv-pin && $(PYTHON) -m venv .venv-pin
	.venv-pin/bin/python -m pip install --quiet torch==2.13.0
	.venv-pin/bin/python -m pip install --quiet --editable '.[test,benchmarks]'
	{ sed -n '/^#/p' constraints.txt; \
	  .venv-pin/bin/python -m pip freeze --exclude-editable | sed 's/^\(torch==[^+]*\).*/\1/'; \
	} > constraints.new && mv constraints.new constraints.txt
	rm -rf .venv-pin
