#!/bin/bash
# Puts everything hpcph needs into a virtual environment; a second call with nothing changed returns at once.
#   jobscripts/install.sh            Debian 12, 13 / Ubuntu 24.04: system packages with apt (root or sudo), then .venv
#   NO_APT=1 jobscripts/install.sh   cluster: load the modules for Python >= 3.11, MPI, parallel HDF5 and PETSc first
# Variables: VENV (.venv), PYTHON (python3), HDF5_DIR and PETSC_DIR (found on Debian, set by modules elsewhere),
#            PETSC=system|pip|none   pip compiles PETSc from its Python package; none leaves petsc4py out
# Where petsc4py cannot be built, one line says why and the set-up goes on without PETSc's solvers.
set -euo pipefail
cd "$(dirname "$0")/.."
VENV=${VENV:-.venv}
NO_APT=${NO_APT:-0}
LOCK=$PWD/jobscripts/requirements.lock
PETSC=${PETSC:-$([ "$NO_APT" = 1 ] && [ -z "${PETSC_DIR:-}" ] && echo pip || echo system)}
step() { printf '[install %4d s] %s\n' "$SECONDS" "$*"; }
die() { printf 'install: %s\n' "$*" >&2; exit 1; }
case $PETSC in system | pip | none) ;; *) die "PETSC=$PETSC: choose system, pip or none" ;; esac

fingerprint=$(cat jobscripts/install.sh "$LOCK" setup.cfg pyproject.toml | sha256sum | cut -d' ' -f1)
stamp=$VENV/.hpcph-ready
if [ -e "$stamp" ] && [ "$(cat "$stamp")" = "$fingerprint" ] && "$VENV/bin/python" -c 'import mpi4py, h5py, phonopy' 2>/dev/null; then
  exit 0
fi

if [ "$NO_APT" != 1 ]; then
  command -v apt-get >/dev/null || die "no apt-get here: load MPI, HDF5 and PETSc modules and call with NO_APT=1"
  packages="make python3-venv python3-dev gcc libc6-dev openmpi-bin libopenmpi-dev libhdf5-openmpi-dev"
  as_root=; [ "$(id -u)" = 0 ] || as_root=sudo
  apt() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
  $as_root apt-get update -qq
  apt $packages
  step "system packages"
  PYTHON=${PYTHON:-/usr/bin/python3}   # the interpreter that python3-dev's headers belong to
fi
PYTHON=${PYTHON:-python3}
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "phonopy 4.8 needs Python >= 3.11; set PYTHON"
MPICC=$(command -v mpicc) || die "no mpicc on the path: load an MPI module"

"$PYTHON" -m venv --clear "$VENV"
# PIP_CONSTRAINT would reach isolated builds too, so the lock is passed by hand
pip() { "$VENV/bin/python" -m pip --disable-pip-version-check --quiet install "$@"; }
pip --upgrade "pip>=24"
pip -c "$LOCK" "setuptools>=77,<85" wheel cython pkgconfig numpy
step "Python and NumPy"

# mpi4py's wheel knows the ABI of Open MPI and of MPICH; where the loader finds no MPI library, compile
mpi_answers() { "$VENV/bin/python" -c 'import mpi4py; mpi4py.rc.initialize = False; from mpi4py import MPI; MPI.Get_library_version()' 2>/dev/null; }
if ! { pip -c "$LOCK" --only-binary=mpi4py mpi4py && mpi_answers; }; then
  CC=$MPICC pip -c "$LOCK" --force-reinstall --no-deps --no-cache-dir --no-binary=mpi4py mpi4py
  mpi_answers || die "mpi4py does not work with the MPI of $MPICC"
fi
step "mpi4py"

# h5py: from source against parallel HDF5, without isolation (its pinned mpi4py would be compiled first) and
# without pip's cache (a cached wheel does not say whether it was built with MPI)
if [ -z "${HDF5_DIR:-}" ]; then
  for d in "${HDF5_ROOT:-}" /usr/lib/*/hdf5/openmpi "$(dirname "$(command -v h5pcc || echo /none/bin/h5pcc)")/.."; do
    if [ -e "$d/include/hdf5.h" ]; then HDF5_DIR=$d; break; fi
  done
fi
[ -n "${HDF5_DIR:-}" ] || die "no parallel HDF5 found: set HDF5_DIR"
HDF5_MPI=ON HDF5_DIR=$HDF5_DIR CC=$MPICC CFLAGS="-O1 -g0" \
  pip -c "$LOCK" --no-cache-dir --no-build-isolation --no-deps --no-binary=h5py h5py
"$VENV/bin/python" -c 'import h5py, sys; sys.exit(not h5py.get_config().mpi)' || die "h5py was built without MPI: is HDF5_DIR=$HDF5_DIR a parallel HDF5?"
step "h5py on $HDF5_DIR"

# petsc4py has to be of PETSc's own version; where one of these fails, `why` says at what
from_system() {
  if [ -z "${PETSC_DIR:-}" ]; then
    why="there is no libpetsc-real-dev"
    [ "$NO_APT" = 1 ] || apt libpetsc-real-dev || return
    PETSC_DIR=$(printf '%s\n' /usr/lib/petscdir/petsc*/*-real | sort -V | tail -1)
  fi
  why="there is no PETSc at PETSC_DIR=$PETSC_DIR"
  version=$(awk '/define PETSC_VERSION_(MAJOR|MINOR) /{printf "%s%s", dot, $3; dot="."}' "$PETSC_DIR/include/petscversion.h") || return
  why="petsc4py $version does not build on the PETSc at $PETSC_DIR"
  case $version in
  3.1?) pip "setuptools<72" ;;                   # petsc4py <= 3.19 breaks with newer ones
  3.2[0-2]) pip "cython<3.1" "setuptools<78" ;;  # petsc4py <= 3.22 with these
  esac &&
    PETSC_DIR=$PETSC_DIR PETSC_ARCH=${PETSC_ARCH:-} CFLAGS="-O1 -g0" \
      pip --no-cache-dir --no-build-isolation --no-deps "petsc4py==$version.*"
}
from_pip() {
  why="PETSc 3.26.1 or its petsc4py does not build"
  PETSC_CONFIGURE_OPTIONS="--with-fc=0 --with-cxx=0 --with-x=0 --with-ssl=0 COPTFLAGS=-O2 ${PETSC_CONFIGURE_OPTIONS:-}" \
    MPICC=$MPICC pip --no-cache-dir petsc==3.26.1 &&
    (unset PETSC_DIR PETSC_ARCH && CFLAGS="-O1 -g0" pip --no-cache-dir --no-build-isolation --no-deps petsc4py==3.26.1)
}
petsc_loads() {  # without beginning MPI, which login nodes may forbid
  why="petsc4py builds, but does not load"
  "$VENV/bin/python" -c 'import petsc4py.lib; petsc4py.lib.ImportPETSc()'
}
log=$VENV/petsc4py.log
if [ "$PETSC" = none ]; then
  step "petsc4py left out"
elif { "from_$PETSC" && petsc_loads; } >"$log" 2>&1; then
  step "petsc4py ($PETSC)"
else
  "$VENV/bin/python" -m pip uninstall -q -y petsc4py >>"$log" 2>&1   # half of it would be taken for the whole
  printf 'install: no PETSc solvers: %s (%s); samples and collision matrices need petsc4py, nothing else does. rm %s to try again\n' \
    "$why" "$log" "$stamp" >&2
fi

pip -c "$LOCK" "setuptools>=77,<85" setuptools-scm
pip -c "$LOCK" --no-build-isolation -e ".[test]"
echo "$fingerprint" > "$stamp"
step "done: $VENV"
