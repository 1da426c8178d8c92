"""Files as ShengBTE, ALAMODE, TDEP and phono3py write them, of a crystal whose rates 1/τ are known.

Layouts and units are those of the programs' sources: ShengBTE.f90 of FourPhonon, write_phonons.cpp and conductivity.cpp
of ALAMODE, type_phonon_dispersions.f90 of TDEP. Velocities are differences of frequencies.
"""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from hpcph.constants import bohr, boltzmann, hbar, speed_of_light
from hpcph.crystal import mesh
from hpcph.crystal.dynamical import Crystal
from hpcph.phonons.modes import diagonalise

KAYSER = 100 * speed_of_light  # Hz
STEP = 1e-5  # of a fractional coordinate
OLD = "oldest"


@dataclass(frozen=True)
class Known:
    """All points of a mesh, the last division running fastest.

    star_d : ndarray (d,) what the points of a star have in common; nu_dn : ndarray (d, n) Hz
    velocity_dni : ndarray (d, n, 3) m/s; rate_tdn : ndarray (t, d, n) s⁻¹ at the temperatures (t,)
    """

    crystal: Crystal
    divisions: tuple[int, int, int]
    temperature: np.ndarray
    q_dc: np.ndarray
    star_d: np.ndarray
    nu_dn: np.ndarray
    velocity_dni: np.ndarray
    rate_tdn: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """The point of every star with the lowest number where the first division runs fastest, (s,) of d."""
        place = self.fortran
        stars = np.unique(self.star_d)
        first = [min(np.flatnonzero(self.star_d == star), key=lambda d: place[d]) for star in stars]
        return np.array(sorted(first, key=lambda d: place[d]))

    @property
    def fortran(self) -> np.ndarray:
        """Number of every point where the first division runs fastest, (d,) from 0."""
        steps = np.unravel_index(np.arange(len(self.q_dc)), self.divisions)
        return np.ravel_multi_index(steps, self.divisions, order="F")

    @property
    def volume(self) -> float:
        return self.crystal.structure.volume

    @property
    def capacity_tdn(self) -> np.ndarray:
        """C = k x² eˣ/(eˣ − 1)² (t, d, n) J/K; translations have none here, which carry nothing."""
        x = 2 * np.pi * hbar * self.nu_dn / boltzmann / self.temperature[:, None, None]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = boltzmann * x**2 * np.exp(x) / np.expm1(x) ** 2
        return np.where(self.nu_dn > 1e9, found, 0)

    @property
    def kappa_tij(self) -> np.ndarray:
        """κ = Σ C v v τ/(V d), (t, 3, 3) W m⁻¹ K⁻¹."""
        tau = np.divide(1, self.rate_tdn, out=np.zeros_like(self.rate_tdn), where=self.rate_tdn > 0)
        v = self.velocity_dni
        return np.einsum("tdn,dni,dnj->tij", self.capacity_tdn * tau, v, v) / (self.volume * len(self.q_dc))


def known(crystal: Crystal, divisions, temperature, seed: int = 0) -> Known:
    """Rates of stars and branches at will, from 0.2 to 2 ps⁻¹, growing with temperature; none of translations."""
    divisions = tuple(divisions)
    q = np.stack(np.unravel_index(np.arange(np.prod(divisions)), divisions), axis=-1) / divisions
    nu = diagonalise(crystal, q).frequency_kn / (2 * np.pi)
    columns = []
    for axis in range(3):
        ahead, behind = (diagonalise(crystal, q + sign * STEP * np.eye(3)[axis]).frequency_kn for sign in (1, -1))
        columns.append((ahead - behind) / (2 * STEP))
    velocity = np.stack(columns, axis=-1) @ crystal.structure.lattice_vc / (2 * np.pi)  # ∂ω/∂k of ∂ω/∂q, k = 2π q A⁻¹
    velocity[~q.any(axis=1)] = 0  # at Γ frequencies have kinks
    stars, star = np.unique(mesh.stars(crystal.structure, np.array(divisions)), return_inverse=True)
    temperature = np.asarray(temperature, float)
    drawn = np.random.default_rng(seed).uniform(0.2e12, 2e12, (len(stars), nu.shape[1]))[star.ravel()]
    rate = drawn * (temperature / 300)[:, None, None]
    rate[:, ~q.any(axis=1), :3] = 0
    return Known(crystal, divisions, temperature, q, star.ravel(), nu, velocity, rate)


def phono3py(path: Path, of: Known) -> Path:
    """Every point by itself, as with --nks."""
    with h5py.File(path, "w") as file:
        file["mesh"], file["qpoint"], file["frequency"] = np.array(of.divisions), of.q_dc, of.nu_dn / 1e12
        file["temperature"], file["gamma"] = of.temperature, of.rate_tdn / (4e12 * np.pi)
    return path


def shengbte(folder: Path, of: Known, name: str = "BTE.w", layout: str = "new") -> Path:
    """The folder of a run with a T-folder a temperature, as version 1.1 and FourPhonon write it, or the oldest."""
    folder.mkdir(exist_ok=True)
    first = of.first
    sizes = [int(np.sum(of.star_d == of.star_d[d])) for d in first]
    low, high = of.temperature[[0, -1]]
    step = of.temperature[1] - low if len(of.temperature) > 1 else 1
    (folder / "CONTROL").write_text(
        f"&allocations\n  nelements=1, natoms={len(of.crystal.structure.mass_a)}, ! a remark: ngrid=9 9 9\n"
        f"  ngrid(:)={' '.join(map(str, of.divisions))},\n&end\n&parameters\n"
        f"  T_min={low:g}, T_max={high:g}, T_step={step:g}\n  scalebroad=1.0\n&end\n&flags\n isotopes=.TRUE.\n&end\n"
    )
    omega = 2e-12 * np.pi * of.nu_dn[first]
    (folder / "BTE.omega").write_text("".join(_row(*row) for row in omega))
    reciprocal = 2e-9 * np.pi * np.linalg.inv(of.crystal.structure.lattice_vc).T  # nm⁻¹
    with (folder / "BTE.qpoints").open("w") as file:
        for number, (d, size) in enumerate(zip(first, sizes, strict=True)):
            names = [of.fortran[d] + 1, size] if layout == OLD else [number + 1, of.fortran[d] + 1, size]
            q = of.q_dc[d] @ reciprocal if layout == OLD else of.q_dc[d]
            file.write(" ".join(f"{n:9d}" for n in names) + " " + _row(*q))
    for t, kelvin in enumerate(of.temperature):
        place = folder if layout == OLD else folder / f"T{int(kelvin + 0.5)}K"
        place.mkdir(exist_ok=True)
        rate = of.rate_tdn[t][first] / 1e12
        if layout == OLD:
            text = "".join(_row(*row) for row in rate)
        else:
            text = "".join(_row(w, r) for w, r in zip(omega.T.ravel(), rate.T.ravel(), strict=True))
        (place / name).write_text(text)
        rows = [f"{n:9d}" + _row(*(factor * of.kappa_tij[t].ravel())) for n, factor in ((0, 1), (1, 1.1))]
        (place / "BTE.kappa_tensor").write_text("".join(rows))
    return folder


def alamode(path: Path, of: Known, share: float = 1.0) -> Path:
    """A .result; share : of the rates, the rest being that of other files."""
    first = of.first
    lines = ["## General information", "#SYSTEM", f"{len(of.crystal.structure.mass_a)} 1", f"{of.volume / bohr**3:.6g}"]
    lines += ["#END SYSTEM", "#KPOINT", " ".join(map(str, of.divisions)), str(len(first))]
    for number, d in enumerate(first):
        q = np.where(of.q_dc[d] >= 0.5, of.q_dc[d] - 1, of.q_dc[d])
        weight = np.mean(of.star_d == of.star_d[d])
        lines.append(f"{number + 1:6d}:" + "".join(f"{x:15.6e}" for x in q) + f"{weight:12.6f}")
    low, high = of.temperature[[0, -1]]
    step = of.temperature[1] - low if len(of.temperature) > 1 else 10
    lines += ["#END KPOINT", "#CLASSICAL", "0", "#END CLASSICAL", "#FCSXML", "some.xml", "#END  FCSXML"]
    lines += ["#SMEARING", "-1", "10", "#END SMEARING", "#TEMPERATURE", f"{low:g} {high:g} {step:g}"]
    lines += ["#END TEMPERATURE", "##END General information", "##Phonon Frequency"]
    lines.append("#K-point (irreducible), Branch, Omega (cm^-1)")
    modes = [(number, d, n) for number, d in enumerate(first) for n in range(of.nu_dn.shape[1])]
    lines += [f"{number + 1:6d}{n + 1:6d}{of.nu_dn[d, n] / KAYSER:15.6g}" for number, d, n in modes]
    lines += ["##END Phonon Frequency", "", "##Phonon Relaxation Time"]
    for number, d, n in modes:
        arms = np.flatnonzero(of.star_d == of.star_d[d])
        lines += ["#GAMMA_EACH", f"{number + 1} {n + 1}", str(len(arms))]
        lines += ["".join(f"{x:15.6g}" for x in of.velocity_dni[arm, n]) for arm in arms]
        lines += [f"{share * rate / (4 * np.pi * KAYSER):15.6g}" for rate in of.rate_tdn[:, d, n]]
        lines.append("#END GAMMA_EACH")
    path.write_text("\n".join(lines) + "\n")
    return path


def isotopes(path: Path, of: Known, share: float) -> Path:
    """A .self_isotope; share : of the rates, which must be the same at all temperatures."""
    lines = ["# Phonon selfenergy due to phonon-isotope scatterings for the irreducible k points."]
    lines += ["# Irred. knum, mode num, frequency [cm^-1], Gamma_iso [cm^-1]", ""]
    for number, d in enumerate(of.first):
        lines += [f"# Irreducible k point  : {number + 1:8d} (   1)", "## xk =   0 0 0"]
        for n, (nu, rate) in enumerate(zip(of.nu_dn[d], of.rate_tdn[0, d], strict=True)):
            gamma = share * rate / (4 * np.pi * KAYSER)
            lines.append(f"{number + 1:7d}{n + 1:5d}{nu / KAYSER:15.6g}{gamma:15.6g}")
        lines.append("")
    path.write_text("\n".join(lines))
    return path


def kappa_h5(path: Path, of: Known, four: float = 0.0, isotope: float = 0.0) -> Path:
    """ALAMODE's HDF5; four, isotope : shares of the rates that are theirs, of isotopes at the first temperature."""
    first = of.first
    gamma = of.rate_tdn[:, first] / (4 * np.pi * KAYSER)
    with h5py.File(path, "w") as file:
        file.attrs["temperature_resolved"] = 0
        file["metadata/temperatures"], file["metadata/isotope"] = of.temperature, 2 * (isotope > 0)
        file["metadata/classical"] = 0
        for name, share in (("3ph", 1 - four - isotope), ("4ph", four)):
            if share:
                group = file.create_group(f"scattering/{name}")
                group.attrs["kmesh"] = np.array(of.divisions, "u4")
                group["xk_irred"], group["frequencies"] = of.q_dc[first], of.nu_dn[first] / KAYSER
                group["weights"] = [np.mean(of.star_d == of.star_d[d]) for d in first]
                group["gamma"] = share * gamma.reshape(len(of.temperature), -1).T
                group["gamma_computed"] = np.ones(gamma[0].size, "u1")
        if isotope:
            file["scattering/isotope/gamma"] = isotope * gamma[0]
        file["kappa/kappa_peierls"], file["kappa/valid"] = of.kappa_tij, np.ones(1, "u1")
        file["kappa"].attrs["boundary_length"] = 0.0
    return path


def tdep(path: Path, of: Known, t: int = 0) -> Path:
    """One temperature, the whole mesh."""
    rate = of.rate_tdn[t]
    tau = np.divide(1, rate, out=np.zeros_like(rate), where=rate > 0)
    order = np.argsort(of.fortran)
    with h5py.File(path, "w") as file:
        file.attrs["number_of_bands"], file.attrs["meshtype"] = of.nu_dn.shape[1], b"FFT"
        file.attrs["temperature"] = of.temperature[t]
        file["qpoints"] = (of.q_dc @ np.linalg.inv(of.crystal.structure.lattice_vc).T * bohr)[order]
        file["frequencies"], file["lifetimes"] = 2 * np.pi * of.nu_dn[order], tau[order]
        file["linewidths"], file["group_velocities"] = rate[order] / 2, of.velocity_dni[order]
        file["harmonic_heat_capacity"] = of.capacity_tdn[t][order]
    return path


def _row(*values: float) -> str:
    return "".join(f"{x:20.10E}" for x in values) + "\n"
