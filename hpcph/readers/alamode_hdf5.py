"""ALAMODE's PREFIX.kappa.h5, which newer versions of anphon write instead of PREFIX.result.

Group scattering/3ph has its mesh as the attribute `kmesh`, `xk_irred` (p, 3) fractional, `weights` (p,), `frequencies`
(p, n) cm⁻¹, `gamma` (p·n, t) cm⁻¹, half of the full width, and `gamma_computed` (p·n,); scattering/4ph has the same on
a mesh of its own, scattering/isotope `gamma` (p, n). metadata/temperatures (t,) are in K; kappa/kappa_peierls (t, 3, 3)
is κ in relaxation time of all causes, with the boundaries of `boundary_length`, which no Γ has.
"""

import numpy as np

from hpcph.constants import speed_of_light
from hpcph.disk.guard import Unsound
from hpcph.readers import mesh_rates
from hpcph.readers.hdf5 import Foreign
from hpcph.readers.mesh_rates import MeshRates

KAYSER = 100 * speed_of_light  # Hz of one cm⁻¹
RATE = 4 * np.pi * KAYSER  # s⁻¹ of a Γ of one cm⁻¹, 1/τ = 4πcΓ
DIGITS = 1e-6  # steps by which points may be off the mesh


def is_of_alamode(file: Foreign) -> bool:
    """Whether a file has the groups of such a file."""
    return all(name in file for name in ("metadata", "scattering", "kappa"))


def temperatures(file: Foreign) -> np.ndarray:
    """Those of a file, (t,) K. Raises Unsound."""
    found = np.atleast_1d(file.inside("metadata").numbers("temperatures")).astype(float)
    if found.ndim != 1 or not np.all(np.isfinite(found)):
        raise Unsound("is damaged: its temperatures are no list")
    mesh_rates.require_rising(found)
    return found


def read(file: Foreign) -> MeshRates:
    """The sum of its linewidths. Raises Unsound."""
    if file.attribute("temperature_resolved"):
        raise Unsound("has other frequencies at each temperature (FC2_TEMPERATURE), and the crystal has one set")
    kelvin, scattering, meta = temperatures(file), file.inside("scattering"), file.inside("metadata")
    three = scattering.inside("3ph")
    divisions = _divisions(three)
    q, weight, frequency = (_finite(three, name) for name in ("xk_irred", "weights", "frequencies"))
    if q.ndim != 2 or q.shape[1] != 3 or not np.abs((q * divisions) - np.rint(q * divisions)).max() < DIGITS:
        raise Unsound("is damaged: its wave vectors are not on its mesh")
    mesh_rates.require_branches(q, frequency, weight)
    gamma = _gamma(three, frequency.shape, len(kelvin))
    if "4ph" in scattering:
        gamma = gamma + _four(scattering.inside("4ph"), divisions, frequency.shape, len(kelvin))
    isotopes = _number(meta, "isotope") > 0
    if isotopes:
        gamma = gamma + _widths(scattering.inside("isotope"), frequency.shape)
    kappa = file.inside("kappa")
    bounded = kappa.attribute("boundary_length") > 0
    remarks = [] if isotopes else ["without isotopes"]
    remarks += ["its κ has boundaries too, set lifetime.boundary"] if bounded else []
    alike = not bounded and not _number(meta, "classical")
    rate = mesh_rates.require_rates(RATE * gamma)
    return MeshRates(
        file.path.name, divisions, q, frequency * KAYSER, weight, kelvin, lambda row: rate[row],
        relaxed_tij=_conductivity(kappa, len(kelvin)) if alike else None, remarks=tuple(remarks),
    )  # fmt: skip


def _number(group: Foreign, name: str) -> float:
    found = np.ravel(_finite(group, name))
    if found.size != 1:
        raise Unsound(f"is damaged: {name} is not one number")
    return float(found[0])


def _divisions(channel: Foreign) -> np.ndarray:
    return mesh_rates.require_mesh(np.rint(channel.attributes("kmesh", 3)).astype(int))


def _finite(group: Foreign, name: str) -> np.ndarray:
    found = group.numbers(name).astype(float)
    if not np.all(np.isfinite(found)):
        raise Unsound(f"is damaged: {name} holds numbers that are not finite")
    return found


def _gamma(channel: Foreign, shape: tuple[int, ...], count: int) -> np.ndarray:
    """Γ (t, p, n) cm⁻¹ of a channel. Raises Unsound where modes are missing."""
    done, gamma = channel.numbers("gamma_computed"), _finite(channel, "gamma")
    if gamma.shape != (shape[0] * shape[1], count) or done.shape != gamma.shape[:1]:
        raise Unsound("is damaged: its gamma is not that of its points, branches and temperatures")
    if lacking := int(np.sum(done == 0)):
        raise Unsound(f"lacks Γ of {lacking} of {len(done)} modes: let anphon go on with RESTART")
    return gamma.T.reshape(count, *shape)


def _four(channel: Foreign, divisions: np.ndarray, shape: tuple[int, ...], count: int) -> np.ndarray:
    if np.any((own := _divisions(channel)) != divisions):
        shown = " and ".join("×".join(map(str, one)) for one in (divisions, own))
        raise Unsound(f"has three and four phonons on {shown} points; calculate both on one mesh")
    return _gamma(channel, shape, count)


def _widths(group: Foreign, shape: tuple[int, ...]) -> np.ndarray:
    found = _finite(group, "gamma")
    if found.shape != shape:
        raise Unsound("is damaged: Γ of isotopes is not that of its points and branches")
    return found


def _conductivity(group: Foreign, count: int) -> np.ndarray | None:
    """κ (t, 3, 3) W m⁻¹ K⁻¹; None where it is not there or not whole."""
    if "kappa_peierls" not in group or "valid" not in group or not np.all(group.numbers("valid")):
        return None
    found = group.numbers("kappa_peierls")
    return found if found.shape == (count, 3, 3) and np.all(np.isfinite(found)) else None
