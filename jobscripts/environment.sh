# Sourced by the job scripts. MODULES="openmpi hdf5-parallel petsc" loads the cluster's modules; LAUNCHER=mpirun
# replaces srun, for clusters whose SLURM was built without PMIx. MIXED_NODES=1, where a job may meet nodes of different
# processors (Intel and AMD, with AVX-512 and without): libraries choose their kernels by processor, with other last bits;
# then all use those that x86-64 processors with AVX2 have in common, and any of them give the same bits.
if [ -n "${MODULES:-}" ]; then
  # shellcheck disable=SC2086  # several names are meant
  module load $MODULES
fi
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 RAYON_NUM_THREADS=1  # the ranks are the parallelism
if [ "${MIXED_NODES:-0}" = 1 ]; then
  export OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-Haswell} MKL_CBWR=${MKL_CBWR:-AVX2}
  # names of NumPy 2.1 to 2.3, then of 2.4; it passes over those that it does not know
  export NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_KNL AVX512_KNM AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR X86_V4"
fi
export HDF5_USE_FILE_LOCKING=FALSE   # Lustre and GPFS often have no locks for it; hpcph opens a file once
export PYTHONUNBUFFERED=1            # the log shows progress as it happens

if [ "${LAUNCHER:-srun}" = mpirun ]; then
  launcher=(mpirun --bind-to core)
else
  # five seconds after a task has ended, however it did, SLURM ends the others. --kill-on-bad-exit=1 would do so at once,
  # also while all are leaving with 75, and the job would not learn that it can go on
  launcher=(srun --mpi="${SLURM_MPI:-pmix}" --kill-on-bad-exit=0 --wait=5)
fi
launch() { "${launcher[@]}" "$@"; }

# launch, and pass on the signals of the batch system (--signal=B:USR1@…), all as USR1, for mpirun answers TERM by killing
# its ranks after a second: the run finishes its blocks, keeps its place and exits with 75. After USR1, which announces
# the time limit, the job then goes back into the queue, at most REQUEUES times; a job that somebody cancelled does not.
launch_and_requeue() {
  local child code signalled=no announced=no
  trap 'signalled=yes announced=yes' USR1   # until there is a child to tell
  trap 'signalled=yes' TERM
  "${launcher[@]}" "$@" &
  child=$!
  trap 'signalled=yes announced=yes; kill -USR1 "$child" || true' USR1
  trap 'signalled=yes; kill -USR1 "$child" || true' TERM
  [ "$signalled" = no ] || kill -USR1 "$child" || true
  while true; do
    signalled=no code=0
    wait "$child" || code=$?
    [ "$signalled" = yes ] || break   # a trapped signal interrupts wait, whose code is then that of the signal
  done
  trap - USR1 TERM
  # 138: USR1 came before Python was there to take it; what earlier runs kept is still there
  if [[ $code = 75 || $code = 138 ]] && [ "$announced" = yes ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "${REQUEUES:-20}" ]; then
    echo "stopped before the end: job ${SLURM_JOB_ID:?} goes back into the queue"
    scontrol requeue "$SLURM_JOB_ID"
    sleep 60   # SLURM ends the script meanwhile
  fi
  return "$code"
}
