"""What vibrates: force constants, dynamical matrices, symmetry and meshes."""
