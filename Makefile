# Two commands matter: `make demo` (see it work) and `make test` (all checks). Each makes its own
# virtual environment and needs only Python 3.11+ and the package index.
PYTHON ?= python3
DEMO_VENV = .venv-demo
TEST_VENV = .venv
BIN = $(TEST_VENV)/bin

.PHONY: demo test nightly clean

demo: $(DEMO_VENV)/.done
	@$(DEMO_VENV)/bin/python examples/demo.py

$(DEMO_VENV)/.done: pyproject.toml constraints.txt
	@echo "Installing Pincite into $(DEMO_VENV) ..."
	@$(PYTHON) -m venv $(DEMO_VENV)
	@$(DEMO_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

test: $(TEST_VENV)/.done
	$(BIN)/ruff format --check src tests benchmarks examples docs
	$(BIN)/ruff check src tests benchmarks examples docs
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -m "not nightly"

nightly: $(TEST_VENV)/.done
	$(BIN)/python -m pytest

# torch comes first and pinned, so that a CPU wheel is taken where one is at hand. The extras are
# for the tests that hold our code against independent libraries. timm comes without torchvision,
# whose wheel on the index is for CUDA and breaks beside a CPU torch; its test stands in for the few
# names that timm imports of it.
$(TEST_VENV)/.done: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(TEST_VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,train,asr,keras]"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps timm
	@touch $@


clean:
	rm -rf $(DEMO_VENV) $(TEST_VENV) .demo dist build
