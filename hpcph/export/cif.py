"""The cell with the thermal ellipsoids of its atoms as a CIF, which VESTA, Mercury, Olex2 and others draw.

U^ij of the standard (_atom_site_aniso_U_ij, Å²) belong to the axes a, b, c and stand in
exp(−2π² Σ h_i h_j a*_i a*_j U^ij) = exp(−½ G·⟨u uᵀ⟩·G): U^ij = (A⁻¹⟨u uᵀ⟩A⁻ᵀ)_ij/(a*_i a*_j), A with columns a, b, c.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from ase.geometry import cell_to_cellpar

from hpcph.crystal.elements import element
from hpcph.crystal.lattice import SYMMETRIC

SITE = ("label", "type_symbol", "fract_x", "fract_y", "fract_z", "occupancy", "U_iso_or_equiv", "adp_type")
CELL = ("length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma")


def text(
    name: str,
    lattice_vc: np.ndarray,
    fractional_ac: np.ndarray,
    symbols: Sequence[str],
    cloud_aij: np.ndarray,
    temperature: float,
) -> str:
    """The file, with all atoms and no symmetry.

    lattice_vc : ndarray (3, 3), rows a, b, c in Å; fractional_ac : ndarray (a, 3); symbols : species
    cloud_aij : ndarray (a, 3, 3), ⟨u_i u_j⟩ in Å², Cartesian; temperature : K
    """
    elements, seen = [element(species) for species in symbols], Counter[str]()
    labels = []
    for of in elements:
        seen[of] += 1
        labels.append(f"{of}{seen[of]}")
    along = in_axes(lattice_vc, cloud_aij)
    sites = [
        f"{label} {of} {x:.8f} {y:.8f} {z:.8f} 1 {np.trace(cloud) / 3:.8f} Uani"
        for label, of, (x, y, z), cloud in zip(labels, elements, fractional_ac.round(8) + 0.0, cloud_aij, strict=True)
    ]
    clouds = [
        f"{label} {' '.join(f'{U[i, j]:.8f}' for i, j in SYMMETRIC)}" for label, U in zip(labels, along, strict=True)
    ]
    components = [f"U_{i + 1}{j + 1}" if i <= j else f"U_{j + 1}{i + 1}" for i, j in SYMMETRIC]
    return "\n".join(
        [
            f"data_{name}",
            "_audit_creation_method 'hpcph, harmonic thermal ellipsoids'",
            *(f"_cell_{key} {x:.8f}" for key, x in zip(CELL, cell_to_cellpar(lattice_vc), strict=True)),
            f"_diffrn_ambient_temperature {temperature:g}",
            "_space_group_name_H-M_alt 'P 1'",
            *("_space_group_IT_number 1", "loop_", "_space_group_symop_operation_xyz", "'x, y, z'"),
            *("loop_", *(f"_atom_site_{key}" for key in SITE), *sites),
            *("loop_", "_atom_site_aniso_label", *(f"_atom_site_aniso_{key}" for key in components), *clouds),
            "",
        ]
    )


def in_axes(lattice_vc: np.ndarray, cloud_aij: np.ndarray) -> np.ndarray:
    """U^ij of Cartesian ⟨u_i u_j⟩, (a, 3, 3) in their unit."""
    inverse = np.linalg.inv(lattice_vc.T)
    scaled = inverse / np.linalg.norm(inverse, axis=1)[:, None]
    return scaled @ cloud_aij @ scaled.T
