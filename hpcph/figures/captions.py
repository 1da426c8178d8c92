"""What every figure shows, in one line; further conditions are the obstacles of the catalogue."""

from hpcph.figures import light

CAPTIONS = {
    "dispersion": "all branches on the path, coloured by the phonon polarization; degenerate lines side by side",
    "dispersion_helicity": "all branches on the path, coloured by l·k̂",
    "crystal_angular_momentum": "dispersion along the axis by the label m",
    "pseudo_angular_momentum": "dispersion by ℓ on every leg that a turn about the axis keeps, such as K–H",
    "dispersion_axis": "the lowest branches on the leg along the axis, coloured by the phonon polarization",
    "species": "polarization of one branch on that leg by species; `--branch`",
    "orbits": "real-space orbits of one mode on the crystal, along the axis and across it; `--q`, `--branch`",
    "sound": "velocities of the three waves of sound around the Cartesian planes",
    "phase_diagram": "γ^LL over T and r, contours, supercritical region hatched; proportions of the first sample",
    "gamma_ll": "γ^LL(T), both channels, η; errors of the mesh dark, with those of the lattice light; `--radius`",
    "slices": "contributions to χ and to the helicity on planes of the zone",
    "pam_density": "density of angular momentum with and without feedback",
    "interband": "γ^NL and κ with their interband parts",
    "displacement": "how far the atoms of a species vibrate; √⟨u_⊥²⟩ and, with feedback, r_c/√2 without scale",
    "spectrum": "shares of frequencies and branches",
    "convergence": "meshes against the finest; squares and diamonds are the two errors",
    "magnetization": "magnetization and its field, with and without feedback",
    "moment": "all branches on the path by their magnetic moment",
    "helicity": "helicity of a cell against temperature",
    "sample": "a finite sample: temperature, ℓ and magnetization on the plane through the axis, field outside",
    "rotation": "what a rotation of the sample drives, the phonon Barnett effect",
    "zeeman": "shifts per tesla along the path and splittings of Γ",
    "field": "susceptibility and angular momentum in a magnetic field, with and without feedback",
    **{f"light_{name}": f"dc response to light: {what}, levels marked" for name, what in light.OBSERVABLES.items()},
    "light_decomposition": "what degenerate modes (∝ τ²) and pairs of levels (∝ τ) make of the response to light",
    "light_polarized": "means under polarized light, per squared field and per intensity",
    "light_levels": "pairs of levels that make the response to light at the frequencies of `optics.pairs`",
}
