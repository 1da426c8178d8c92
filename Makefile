# make run   install what is missing and run the main job: the embedded α-quartz   (INPUT=inputs/x.yaml NP=4)
# make test  install what is missing and run the tests on 1 rank, then under mpirun on 2, 3 and 4
# make slow  the long proofs as well
# make coverage  what of hpcph the tests that run side by side reach; that takes longer than they
# make newest the newest of every Python package in .venv-newest, and the tests of what they could break; minutes
# make check lint and types
# make docs  the site, docs/_build/html; before it inputs/input.schema.json, from the model of an input, and those parts of
#            pages that programs write: keys, commands, formats, figures, datasets (from small runs), measured tables; the picture

INPUT   ?= inputs/quartz.yaml
PYTHON  := .venv/bin/python
COVERED := --cov=hpcph --cov-report=term:skip-covered
SIDE_BY_SIDE := -n 2 --dist loadfile -m "not slow and not serial"
MPIRUN  := .venv/bin/mpirun
NP      ?= $(shell $(PYTHON) -m hpcph.parallel.cores)

export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export RAYON_NUM_THREADS = 1
# Open MPI 5.0 with IPv4 and IPv6 on one interface else says of every rank that it found no pairing
export OMPI_MCA_btl_tcp_disable_family = 6
# ranks bound to cores by several runs at once share the first cores: Open MPI 4, Open MPI 5, Intel MPI
export OMPI_MCA_hwloc_base_binding_policy = none
export PRTE_MCA_hwloc_default_binding_policy = none
export I_MPI_PIN = off

# reading of files, physics against phonopy, a run and its result
NEWEST  := tests/readers tests/config tests/phonons tests/result tests/workflow tests/program

# what writes parts of pages, below tests/
MADE    := config/inputs_page config/commands_page readers/formats_page figures/figures_page result/outputs benchmarks/tables

.PHONY: run test slow coverage newest check docs install browser hdf5_tools slurm polymlp

run: install
	$(MPIRUN) -n $(NP) $(PYTHON) -m hpcph run $(INPUT)

test: install check browser hdf5_tools slurm polymlp
	$(PYTHON) -m pytest $(SIDE_BY_SIDE)
	$(PYTHON) -m pytest -m "serial and not slow"
	for n in 2 3 4; do $(MPIRUN) -n $$n $(PYTHON) tests/mpi_pytest.py -m "mpi and not slow" || exit 1; done

slow: test
	$(PYTHON) -m pytest -m slow

coverage: install
	$(PYTHON) -m pytest $(SIDE_BY_SIDE) $(COVERED)

newest:
	rm -f .venv-newest/.hpcph-ready
	LOCK=/dev/null VENV=.venv-newest jobscripts/install.sh
	.venv-newest/bin/python -m pytest $(SIDE_BY_SIDE) $(NEWEST)

check: install
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check hpcph tests
	$(PYTHON) -m mypy

docs: install
	$(PYTHON) -m hpcph schema > inputs/input.schema.json
	for made in $(MADE); do PYTHONPATH=.:tests $(PYTHON) tests/$$made.py || exit 1; done
	$(PYTHON) docs/picture.py
	$(PYTHON) -m sphinx --fail-on-warning --keep-going --quiet -j auto docs docs/_build/html

install:
	@jobscripts/install.sh

browser:
	@jobscripts/install_browser.sh

hdf5_tools:
	@jobscripts/install_hdf5_tools.sh

slurm:
	@jobscripts/install_slurm.sh

polymlp:
	@jobscripts/install_polymlp.sh
