#!/bin/sh
# h5repack, by which the tests store results another way; returns at once where there is one.
have() { command -v h5repack; } >/dev/null
have && exit 0
. "$(dirname "$0")/apt.sh"
apt_install hdf5-tools
have || echo "install_hdf5_tools: no h5repack here, nor a way to install it: tests of repacked results are skipped" >&2
