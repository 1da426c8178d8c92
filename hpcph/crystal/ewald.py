"""What the reciprocal-space sum of dipole.py leaves of the dipoles' force constants, and its moments at Γ.

Gonze & Lee, PRB 55, 10355 (1997), Eqs. (71)–(75): with the reciprocal sum, for any width Λ, these are the force
constants of all point dipoles Z_a u_a in a medium ε, so neither the width nor the choice of cell counts.
"""

import numpy as np

from hpcph.crystal.dipole import Dipoles, blocks
from hpcph.crystal.lattice import Dielectric, Structure, within

CUTOFF = 1e-10  # smallest Gaussian of the real-space part
NONE = 1e-6  # of the longest G: a shorter one is 0
WITHIN = 7.0  # Λ r of a layer: of the dipoles' own force constants 17 (Λ r)⁻⁶ are left
FACTOR = 0.75  # of the width that makes both sums alike: few G, each of which costs time at every k-point


def width(structure: Structure, dielectric: Dielectric) -> float:
    """Λ in rad m⁻¹, from the volume of the cell and ε alone."""
    scale = np.linalg.det(dielectric.epsilon) ** (1 / 6)
    return float(FACTOR * np.sqrt(np.pi) / structure.volume ** (1 / 3) * scale)


def width_within(dielectric: Dielectric, distance: float) -> float:
    """The narrowest Gaussian whose real-space part ends within a distance (m), Λ in rad m⁻¹."""
    return float(np.sqrt(-np.log(CUTOFF) * np.linalg.eigvalsh(dielectric.epsilon)[-1]) / distance)


def width_of_layer(distance: float) -> float:
    """Λ in rad m⁻¹ that leaves 1e-4 of the dipoles' own force constants beyond a distance (m), half a supercell.

    A layer's sum has no part in real space: what its factor leaves out are force constants like others.
    """
    return WITHIN / distance


def real_space(
    structure: Structure, dielectric: Dielectric, width: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Force constants of the screened dipoles of a bulk, all pairs whose Gaussian reaches CUTOFF.

    Φ_ab(x) = −(e²/4πε₀) Λ³ (det ε)^-½ Z_aᵀ H Z_b, with Δ = ε⁻¹x, y = Λ √(x·Δ), e = erfc(y), g = (2/√π) exp(−y²):
    H = Λ² Δ Δᵀ/y² [3e/y³ + g (3/y² + 2)] − ε⁻¹ [e/y³ + g/y²]. At x = 0, H = 4/(3√π) ε⁻¹ takes away what the reciprocal
    sum has of the dipole's action on itself.

    width : Λ in rad m⁻¹

    Returns
    -------
    first, second, cell as in PairTable; ndarray (p, 3, 3) N m⁻¹
    """
    from scipy.special import erfc  # rank 0 alone comes here, and only it loads SciPy

    inverse = np.linalg.inv(dielectric.epsilon)
    first, second, cell = within(structure, np.sqrt(-np.log(CUTOFF)) / width, inverse)
    x = (cell + structure.fractional_ac[second] - structure.fractional_ac[first]) @ structure.lattice_vc
    delta = x @ inverse
    y = width * np.sqrt(np.maximum((x * delta).sum(axis=1), 0))
    itself = y < 1e-8
    y[itself] = 1.0
    e, g = erfc(y), 2 / np.sqrt(np.pi) * np.exp(-(y**2))
    along = width**2 * (3 * e / y**3 + g * (3 / y**2 + 2)) / y**2
    field = along[:, None, None] * delta[:, :, None] * delta[:, None] - (e / y**3 + g / y**2)[:, None, None] * inverse
    field[itself] = 4 / (3 * np.sqrt(np.pi)) * inverse
    strength = -dielectric.coulomb * width**3 / np.sqrt(np.linalg.det(dielectric.epsilon))
    born = dielectric.born
    return first, second, cell, strength * (born[first].swapaxes(1, 2) @ field @ born[second])


def on_commensurate(structure: Structure, dipoles: Dipoles, q_qc: np.ndarray, x_pc: np.ndarray, first, second):
    """(1/N) Σ_q C_ab(q) e^{−iq·x} of the reciprocal part: what it adds to the sums over images of a supercell.

    q_qc : ndarray (N, 3) fractional wave vectors of the supercell; x_pc : ndarray (p, 3) fractional separations of the
    pairs first, second of atoms

    Returns
    -------
    ndarray (p, 3, 3) N m⁻¹
    """
    root = np.sqrt(structure.mass_a)
    part = np.zeros((len(x_pc), 3, 3))
    for q in q_qc:
        c = blocks(dipoles, q[None] @ structure.reciprocal_vc, fields=1)[0, 0] * np.outer(root, root)[..., None, None]
        part += np.real(np.exp(-2j * np.pi * (x_pc @ q))[:, None, None] * c[first, second])
    return part / len(q_qc)


def sum_at_gamma(structure: Structure, dipoles: Dipoles) -> np.ndarray:
    """Σ_b C_{aα,bβ} of the reciprocal part at Γ (G = 0 left out), (a, 3, 3) in N m⁻¹."""
    root = np.sqrt(structure.mass_a)
    return np.einsum("abvw,a,b->avw", blocks(dipoles, np.zeros((1, 3)), fields=1)[0, 0], root, root).real


def first_moment(structure: Structure, dipoles: Dipoles) -> np.ndarray:
    """Σ_b Im ∂C_{aα,bβ}/∂k_γ of the reciprocal part at Γ (G = 0 left out), (a, 3, 3, 3) in N."""
    root = np.sqrt(structure.mass_a)
    return np.einsum("cabvw,a,b->avwc", blocks(dipoles, np.zeros((1, 3)), fields=4)[0, 1:], root, root).imag


def second_moment(structure: Structure, dielectric: Dielectric, dipoles: Dipoles) -> np.ndarray:
    """−Σ_ab ∂²C_{aα,bβ}/∂k_γ∂k_λ of the reciprocal part at Γ, (α, β, γ, λ) in N m.

    G = 0 is left out whole: its singular part is the macroscopic field, and the rest vanishes for Σ_a Z_a = 0. With
    F = Σ_a Z_a e^{iG·r_a} [field, displacement], Q = G·F, and ∂w, ∂²w by K:
    ∂²C = Σ_G Re{∂²_γλ w Q_α Q_β* + w (F_γα F_λβ* + F_λα F_γβ*)
          + ∂_γ w (F_λα Q_β* + Q_α F_λβ*) + ∂_λ w (F_γα Q_β* + Q_α F_γβ*)}.
    """
    field, G = dipoles.screening, dipoles.wavevector_gc
    G = G[np.linalg.norm(G, axis=1) > NONE * np.linalg.norm(G, axis=1).max()]
    s = np.einsum("gc,fcd,gd->fg", G, field.forms, G)
    phase = np.exp(1j * G @ (structure.fractional_ac @ structure.lattice_vc).T)
    F = np.einsum("ga,aci->gci", phase, dielectric.born)
    Q = np.einsum("gc,gci->gi", G, F)
    w = field.weight(s)
    steepness, curvature = w * field.steepness(s), w * field.curvature(s)
    MG = G @ field.forms
    slope = np.einsum("fg,fgx->gx", steepness, MG)
    bent = np.einsum("feg,fgx,egy->gxy", curvature, MG, MG) + np.einsum("fg,fxy->gxy", steepness, field.forms)
    QQ = np.einsum("gi,gj->gij", Q, Q.conj())
    total = np.einsum("gxy,gij->ijxy", bent, QQ)
    mixed = np.einsum("gx,gi,gyj->ijxy", slope, Q, F.conj())
    mixed = mixed + mixed.swapaxes(0, 1).conj()
    square = np.einsum("g,gxi,gyj->ijxy", w, F, F.conj())
    total = total + mixed + mixed.swapaxes(2, 3) + square + square.swapaxes(2, 3)
    return -total.real
