# make run   install what is missing and run the main job: the embedded α-quartz   (INPUT=inputs/x.yaml NP=4)
# make test  install what is missing and run the tests on 1 rank, then under mpirun on 2, 3 and 4
# make slow  the long proofs as well
# make coverage  what of hpcph the tests that run side by side reach; that takes longer than they
# make check lint and types
# make docs  docs/inputs.md, the keys of an input, from its model; docs/outputs.md, the datasets, from small runs

# nproc obeys OMP_NUM_THREADS, which make from 4.4 on exports to it
NP      ?= $(shell env -u OMP_NUM_THREADS nproc)
INPUT   ?= inputs/quartz.yaml
PYTHON  := .venv/bin/python
COVER   ?=
COVERED := --cov=hpcph --cov-report=term:skip-covered
SIDE_BY_SIDE := -n 2 --dist loadfile -m "not slow and not serial"
MPIRUN  := mpirun --oversubscribe --bind-to none

export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export RAYON_NUM_THREADS = 1
# Open MPI wants these two before it serves root, as in a container
export OMPI_ALLOW_RUN_AS_ROOT = 1
export OMPI_ALLOW_RUN_AS_ROOT_CONFIRM = 1
# Open MPI 5.0 with IPv4 and IPv6 on one interface else says of every rank that it found no pairing
export OMPI_MCA_btl_tcp_disable_family = 6

.PHONY: run test slow coverage check docs install browser slurm

run: install
	$(MPIRUN) -n $(NP) $(PYTHON) -m hpcph run $(INPUT)

test: install check browser slurm
	$(PYTHON) -m pytest $(SIDE_BY_SIDE) $(COVER)
	$(PYTHON) -m pytest -m "serial and not slow"
	for n in 2 3 4; do $(MPIRUN) -n $$n $(PYTHON) tests/mpi_pytest.py -m "mpi and not slow" || exit 1; done

slow: test
	$(PYTHON) -m pytest -m slow

coverage: install
	$(PYTHON) -m pytest $(SIDE_BY_SIDE) $(COVERED)

check: install
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check hpcph tests
	$(PYTHON) -m mypy

docs: install
	PYTHONPATH=.:tests $(PYTHON) tests/config/inputs_page.py
	PYTHONPATH=.:tests $(PYTHON) tests/result/outputs.py

install:
	@jobscripts/install.sh

browser:
	@jobscripts/install_browser.sh

slurm:
	@jobscripts/install_slurm.sh
