#!/bin/bash
# The SLURM that the job scripts are tested on (tests/slurm starts and ends it); returns at once where there is one.
set -uo pipefail
PATH=$PATH:/usr/sbin:/sbin
have() { command -v slurmctld && command -v slurmd && command -v sbatch && command -v munged; } >/dev/null
have && exit 0
as_root=; [ "$(id -u)" = 0 ] || as_root=sudo
command -v apt-get >/dev/null && $as_root apt-get update -qq &&
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    slurmctld slurmd slurm-client munge >/dev/null
have || echo "install_slurm: no SLURM could be installed; without it the tests of the job scripts are skipped" >&2
