#!/bin/sh
# The set-up and the tests on a bare Debian in a folder, as root, with debootstrap; the folder stays for the next call.
#   jobscripts/debian.sh trixie                  make run, and the tests under mpirun on 2 ranks
#   MPI=mpich jobscripts/debian.sh bookworm      the same with MPICH
#   jobscripts/debian.sh trixie make test        another command there, in a copy of this tree
# FOLDER (/var/tmp/hpcph-SUITE-MPI), MIRROR (debootstrap's own). What HPCPH_DATA names is seen there, read-only.
set -eu
suite=${1:?which Debian: bookworm, trixie, …}
MPI=${MPI:-openmpi}
case $MPI in
openmpi) mpi="openmpi-bin libopenmpi-dev libhdf5-openmpi-dev libpetsc-real-dev" ;;
mpich) mpi="mpich libmpich-dev libhdf5-mpich-dev" ;;   # Debian's PETSc is Open MPI's
*) echo "debian.sh: MPI=$MPI: choose openmpi or mpich" >&2; exit 2 ;;
esac
# all that hpcph asks of a system
packages="make git gcc libc6-dev python3-venv python3-dev $mpi"

# in a mount namespace of its own, with which everything mounted below is gone
[ -n "${UNSHARED:-}" ] || exec env UNSHARED=yes unshare --mount "$0" "$@"
shift
cd "$(dirname "$0")/.."
FOLDER=${FOLDER:-/var/tmp/hpcph-$suite-$MPI}
[ -e "$FOLDER/etc/debian_version" ] ||
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$FOLDER" ${MIRROR:+"$MIRROR"}
mkdir -p "$FOLDER/data" "$FOLDER/hpcph"
mount -t proc proc "$FOLDER/proc"
mount -t sysfs sysfs "$FOLDER/sys"   # MPICH looks for networks there
mount --rbind /dev "$FOLDER/dev"
mount -t tmpfs tmpfs "$FOLDER/dev/shm"
[ ! -d "${HPCPH_DATA:-}" ] || mount --bind -o ro "$HPCPH_DATA" "$FOLDER/data"
for file in /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt; do   # this machine's way out
  [ ! -e "$file" ] || cp -L "$file" "$FOLDER$file"
done
git ls-files -z --cached --others --exclude-standard | tar -c --null --ignore-failed-read -T - | tar -x -C "$FOLDER/hpcph"

inside() {
  chroot "$FOLDER" env -i -C /hpcph PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt HPCPH_DATA=/data CI="${CI:-}" MPI="$MPI" PETSC="${PETSC:-}" "$@"
}
echo force-unsafe-io >"$FOLDER/etc/dpkg/dpkg.cfg.d/unsafe-io"   # it need not survive a loss of power
inside apt-get update -qq
# shellcheck disable=SC2086  # several packages
inside env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
if [ $# -gt 0 ]; then
  inside "$@"
else
  inside make run
  inside .venv/bin/mpirun -n 2 .venv/bin/python tests/mpi_pytest.py -m "mpi and not slow"
fi
