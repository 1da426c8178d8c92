"""Beyond the relaxation time: the linearised Boltzmann equation of phonons."""
