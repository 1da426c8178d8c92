# Sourced by install.sh: looks for what hpcph is built on. Each look_for_… sets what it finds, or calls
# lack WHAT "DEBIAN'S PACKAGES"; nothing is installed or kept here.
lack() {
  lacking="$lacking${lacking:+, }$1"
  for package in $2; do
    case " $packages " in *" $package "*) ;; *) packages="$packages $package" ;; esac
  done
}

look_for_all() {
  lacking=; packages=
  look_for_python
  look_for_mpi
  if [ "$HDF5" = build ]; then look_for_zlib; else look_for_hdf5; fi
}

# python : >= 3.11, with venv and headers
look_for_python() {
  python=
  for found in ${PYTHON:-/usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$found; break; fi
  done
  if [ -z "$python" ]; then
    lack "Python >= 3.11 (another than ${PYTHON:-python3} by PYTHON=)" "python3 python3-venv python3-dev"
    return
  fi
  "$python" -c 'import ensurepip, venv' 2>/dev/null || lack "$python's venv" python3-venv
  headers=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
  [ -e "$headers/Python.h" ] || lack "Python.h of $python" python3-dev
}

# mpicc, flavour (openmpi, mpich, intelmpi or other), launcher (nothing where there is none)
look_for_mpi() {
  flavour=${MPI:-openmpi} mpicc='' launcher=''
  case $flavour in
  openmpi) mpi_packages="openmpi-bin libopenmpi-dev" ;;
  mpich) mpi_packages="mpich libmpich-dev" ;;
  *) mpi_packages= ;;
  esac
  command -v "${CC:-cc}" >/dev/null || lack "a C compiler" "gcc libc6-dev"
  for found in ${MPICC:-${MPI:+mpicc.$MPI} mpicc mpiicx mpiicc}; do
    command -v "$found" >/dev/null && is=$(flavour_of "$found") || continue
    if [ "$is" = "${MPI:-$is}" ]; then mpicc=$(command -v "$found") flavour=$is; break; fi
  done
  if [ -z "$mpicc" ]; then
    lack "an mpicc that compiles${MPI:+, of MPI=$MPI}${MPICC:+ (MPICC=$MPICC is none)}" "gcc libc6-dev $mpi_packages"
    return
  fi
  folder=$(dirname "$mpicc")
  for found in ${MPIRUN:-"$folder/mpirun.$flavour" "$folder/mpirun" "$folder/mpiexec"}; do
    if command -v "$found" >/dev/null; then launcher=$found; break; fi
  done
  # named by its path, Open MPI's puts its own folder in front of those that ranks look for programs in
  if [ "$launcher" = "/usr/bin/mpirun.$flavour" ]; then launcher=mpirun.$flavour; fi
  [ -n "$launcher" ] || [ "$NO_APT" = 1 ] || lack "the mpirun of $mpicc" "$mpi_packages"
}
flavour_of() {
  cat >"$scratch/flavour.c" <<'C'
#include <mpi.h>
#if defined(OPEN_MPI)
is openmpi
#elif defined(I_MPI_VERSION)
is intelmpi
#elif defined(MPICH_VERSION)
is mpich
#else
is other
#endif
C
  "$1" -E "$scratch/flavour.c" 2>/dev/null | sed -n 's/^is //p' | grep .
}

# hdf5_include and hdf5_lib of a parallel HDF5 that links with mpicc, and mpi_version, what its MPI says of itself
look_for_hdf5() {
  hdf5_include='' hdf5_lib=''
  [ -n "$mpicc" ] || { lack "parallel HDF5" "libhdf5-$flavour-dev"; return; }
  other=
  if [ -n "${HDF5_INCLUDEDIR:-}${HDF5_LIBDIR:-}" ]; then
    hdf5_works "${HDF5_INCLUDEDIR:-}" "${HDF5_LIBDIR:-}" && return
  elif [ -n "${HDF5_DIR:-}" ]; then
    hdf5_below "$HDF5_DIR" && return
  else
    for found in "${HDF5_ROOT:-}" /usr/lib/*/hdf5/"$flavour"; do
      hdf5_below "$found" && return
    done
    for found in "h5pcc.$flavour" h5pcc; do   # "h5pcc -show" prints its compiler with -I and -L
      shown=$("$found" -show 2>/dev/null) || continue
      hdf5_works "$(word -I "$shown")" "$(word -L "$shown")" && return
      hdf5_below "$(dirname "$(command -v "$found")")/.." && return
    done
    for found in "hdf5-$flavour" hdf5-mpi hdf5; do
      folder=$(pkg-config --variable=includedir "$found" 2>/dev/null) || continue
      hdf5_works "$folder" "$(pkg-config --variable=libdir "$found")" && return
    done
  fi
  case $flavour in openmpi | mpich) package=libhdf5-$flavour-dev ;; *) package= ;; esac
  lack "a parallel HDF5 of $mpicc ($flavour)${other:+: that in $other is serial or of another MPI}; HDF5_DIR= names one, HDF5=build compiles it" "$package"
}
word() { printf '%s\n' "$2" | tr ' ' '\n' | sed -n "s/^$1//p" | head -n 1; }
hdf5_below() {
  [ -n "$1" ] || return 1
  for lib in "$1/lib" "$1/lib64"; do
    hdf5_works "$1/include" "$lib" && return
  done
  return 1
}
hdf5_works() {
  [ -e "$1/hdf5.h" ] && ls "$2"/libhdf5.* >/dev/null 2>&1 || return 1
  other=$2
  cat >"$scratch/probe.c" <<'C'
#include <hdf5.h>
#include <mpi.h>
#include <stdio.h>
#ifndef H5_HAVE_PARALLEL
#error serial
#endif
int main(int n, char **words) {
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length;
  MPI_Get_library_version(text, &length);
  puts(text);
  return n > 1 && words ? H5Pset_fapl_mpio(H5Pcreate(H5P_FILE_ACCESS), MPI_COMM_WORLD, MPI_INFO_NULL) : 0;
}
C
  "$mpicc" -I"$1" "$scratch/probe.c" -L"$2" -Wl,-rpath,"$2" -lhdf5 -o "$scratch/probe" 2>/dev/null || return 1
  one_mpi "$scratch/probe" || return 1
  mpi_version=$("$scratch/probe" 2>/dev/null) || mpi_version=   # login nodes may forbid
  hdf5_include=$1 hdf5_lib=$2
}
# does a program load one MPI library, not its own and HDF5's?
one_mpi() {
  command -v ldd >/dev/null || return 0
  [ "$(ldd "$1" | grep -oE 'libmpi(ch)?\.so\.[0-9]+' | sort -u | wc -l)" -le 1 ]
}

look_for_zlib() {
  printf '#include <zlib.h>\n' >"$scratch/zlib.c"
  [ -z "$mpicc" ] || "$mpicc" -c "$scratch/zlib.c" -o "$scratch/zlib.o" 2>/dev/null || lack "zlib.h" zlib1g-dev
  command -v make >/dev/null || lack make make
}

# PETSC_DIR, where Debian's is there and nobody named another
look_for_petsc() {
  [ -z "${PETSC_DIR:-}" ] && [ "$flavour" = openmpi ] || return 0
  PETSC_DIR=$(printf '%s\n' /usr/lib/petscdir/petsc*/*-real | sort -V | tail -n 1)
  [ -e "$PETSC_DIR/include/petscversion.h" ] || PETSC_DIR=
}
