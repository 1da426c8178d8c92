# Sourced by the job scripts. MODULES="openmpi hdf5-parallel petsc" loads the cluster's modules; LAUNCHER=mpirun
# replaces srun, for clusters whose SLURM was built without PMIx.
if [ -n "${MODULES:-}" ]; then
  # shellcheck disable=SC2086  # several names are meant
  module load $MODULES
fi
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 RAYON_NUM_THREADS=1  # the ranks are the parallelism
export HDF5_USE_FILE_LOCKING=FALSE   # Lustre and GPFS often have no locks for it; hpcph opens a file once
export PYTHONUNBUFFERED=1            # the log shows progress as it happens

launch() {
  if [ "${LAUNCHER:-srun}" = mpirun ]; then
    mpirun --bind-to core "$@"
  else
    srun --mpi="${SLURM_MPI:-pmix}" "$@"
  fi
}
