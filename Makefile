# Everything sets itself up: on a fresh machine `make demo` and `make test` need only Python, make and pip.
PYTHON ?= python3
VENV ?= .venv
PEERS ?= .peers
CIRCUIT_TRACER ?= .peers-ct
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lab check world bench bench-peers bench-circuit-tracer widgets clean

demo: $(READY)  ## trace one prompt of the embedded model and write its circuit in every format
	$(BIN)/saecircuits demo --out demo

# A worker a core, each with whole files, since files share models, servers and browsers; so one thread is enough for each.
test: $(READY)  ## run the tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lab: $(READY)  ## open the tour in JupyterLab
	$(BIN)/jupyter lab notebooks/00_tour.ipynb

check: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright

world: $(READY)  ## remake the embedded language model, its dictionaries and their evidence (up to 60 minutes)
	$(BIN)/python -m saecircuits.remake

bench: $(READY)  ## run the benchmarks
	$(BIN)/python -m benchmarks

bench-peers: $(READY)  ## training against SAELens, dictionary_learning and sparsify, in an environment of their own
	test -d $(PEERS) || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet $$(grep '^torch==' constraints.txt)
	$(PEERS)/bin/pip install --quiet --requirement benchmarks/peers/requirements.txt
	$(PEERS)/bin/pip install --quiet --no-deps dictionary-learning==0.1.0 nnsight==0.3.7
	$(BIN)/python -m benchmarks.training_throughput --peers-python $(PEERS)/bin/python
	$(BIN)/python -m benchmarks.synthetic_truth --peers-python $(PEERS)/bin/python

bench-circuit-tracer: $(READY)  ## attribution against circuit-tracer, in an environment of its own
	test -d $(CIRCUIT_TRACER) || $(PYTHON) -m venv $(CIRCUIT_TRACER)
	$(CIRCUIT_TRACER)/bin/pip install --quiet $$(grep '^torch==' constraints.txt)
	$(CIRCUIT_TRACER)/bin/pip install --quiet --requirement benchmarks/peers/requirements-circuit-tracer.txt
	$(BIN)/python -m benchmarks.attribution_vs_circuit_tracer --peers-python $(CIRCUIT_TRACER)/bin/python --check
	$(BIN)/python -m benchmarks.attribution_memory

widgets:  ## rebuild the widgets' bundles (needs Node)
	cd widgets && npm ci && npm run build

# torch comes first and pinned: asked for by another package, pip would take a build with CUDA.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $$(grep '^torch==' constraints.txt)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[lab,test]'
	touch $(READY)

clean:
	rm -rf $(VENV) $(PEERS) $(CIRCUIT_TRACER) demo artefacts .pytest_cache .ruff_cache
