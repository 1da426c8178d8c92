#!/bin/sh
# The SLURM that the job scripts are tested on (tests/slurm starts and ends it); returns at once where there is one.
PATH=$PATH:/usr/sbin:/sbin
have() { command -v slurmctld && command -v slurmd && command -v sbatch && command -v munged; } >/dev/null
have && exit 0
. "$(dirname "$0")/apt.sh"
apt_install slurmctld slurmd slurm-client munge
have || echo "install_slurm: no SLURM here, nor a way to install it: the tests of the job scripts are skipped" >&2
