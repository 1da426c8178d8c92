"""Stationary heat conduction in a finite sample, and the angular momentum and magnetization that it drives."""
