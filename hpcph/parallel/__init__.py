"""The only importer of MPI."""
