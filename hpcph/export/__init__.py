"""Modes and dispersions in the formats of other programs, made from a result alone."""
