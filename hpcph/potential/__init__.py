"""Force constants from a potential alone: a structure, displaced atoms, their forces over all ranks."""
