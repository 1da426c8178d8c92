"""One run of the embedded crystal, looked at from outside: the file is what the interface promises.

Runs on one rank and under mpirun; rank 0 reads the file, the others take part in the run.
"""

import h5py
import pytest
from parallel import world

pytestmark = pytest.mark.mpi
A = 9  # atoms of quartz
TENSOR = "J s2 m-3"
TABLE = {  # name: shape with T, R, k, q, n and numbers, unit
    "/temperature": ("T", "K"),
    "/crystal/lattice": ("33", "m"),
    "/crystal/positions": ("a3", "1"),
    "/crystal/masses": ("a", "kg"),
    "/crystal/volume": ("", "m3"),
    "/crystal/density": ("", "kg m-3"),
    "/crystal/born_charges": ("a33", "e"),
    "/crystal/point_group": ("g33", "1"),
    "/thermal/gamma_nl": ("T33", "J s m-2 K-1"),
    "/thermal/pam_density": ("T3", "J s m-3"),
    "/feedback/susceptibility/diagonal": ("T33", TENSOR),
    "/feedback/susceptibility/off_diagonal": ("T33", TENSOR),
    "/thermal/gamma_nl_error": ("T33", "J s m-2 K-1"),
    "/thermal/pam_density_error": ("T3", "J s m-3"),
    "/feedback/susceptibility/diagonal_error": ("T33", TENSOR),
    "/feedback/susceptibility/off_diagonal_error": ("T33", TENSOR),
    "/feedback/gamma_ll/diagonal_error": ("TR", "1"),
    "/feedback/gamma_ll/off_diagonal_error": ("TR", "1"),
    "/feedback/gamma_ll/total_error": ("TR", "1"),
    "/feedback/amplification_error": ("TR", "1"),
    "/feedback/radius": ("R", "m"),
    "/feedback/gamma_ll/diagonal": ("TR", "1"),
    "/feedback/gamma_ll/off_diagonal": ("TR", "1"),
    "/feedback/gamma_ll/total": ("TR", "1"),
    "/feedback/gamma_ll/unscaled": ("TR", "1"),
    "/feedback/amplification": ("TR", "1"),
    "/feedback/critical_radius": ("T", "m"),
    "/feedback/pam_density": ("TR3", "J s m-3"),
    "/magnetization/gamma_nl": ("T33", "A K-1"),
    "/magnetization/gamma_nl_error": ("T33", "A K-1"),
    "/magnetization/density_without_feedback": ("T3", "A m-1"),
    "/magnetization/density_without_feedback_error": ("T3", "A m-1"),
    "/magnetization/field_without_feedback": ("T3", "T"),
    "/magnetization/field_without_feedback_error": ("T3", "T"),
    "/magnetization/density": ("TR3", "A m-1"),
    "/magnetization/field": ("TR3", "T"),
    "/magnetization/radius": ("R", "m"),
    "/rotation/pam_density": ("T33", TENSOR),
    "/rotation/pam_density_error": ("T33", TENSOR),
    "/rotation/magnetization": ("T33", "A s m-1"),
    "/rotation/magnetization_error": ("T33", "A s m-1"),
    "/rotation/field": ("T33", "T s"),
    "/rotation/field_error": ("T33", "T s"),
    "/bands/moment": ("qn3", "A m2"),
    "/bands/moment_scalar": ("qn3", "A m2"),
    "/bands/q": ("q3", "1"),
    "/bands/distance": ("q", "m-1"),
    "/bands/frequency": ("qn", "Hz"),
    "/bands/polarization": ("qn3", "ħ"),
    "/bands/polarization_by_atom": ("qna3", "ħ"),
    "/bands/eigenvector": ("qna3", "1"),
    "/orbits/q": ("o3", "1"),
    "/orbits/frequency": ("on", "Hz"),
    "/orbits/polarization": ("on3", "ħ"),
    "/orbits/polarization_by_atom": ("ona3", "ħ"),
    "/orbits/eigenvector": ("ona3", "1"),
    "/spectrum/spectral_frequency": ("w", "Hz"),
    "/spectrum/at_temperature": ("s", "K"),
    "/spectrum/gamma_nl": ("sw", "J s m-2 K-1 Hz-1"),
    "/spectrum/diagonal": ("sw", f"{TENSOR} Hz-1"),
    "/spectrum/off_diagonal": ("sw", f"{TENSOR} Hz-1"),
    "/spectrum/gamma_nl_by_branch": ("sn", "J s m-2 K-1"),
    "/spectrum/diagonal_by_branch": ("sn", TENSOR),
    "/spectrum/off_diagonal_by_branch": ("sn", TENSOR),
    "/convergence/points": ("m", "1"),
    "/convergence/grid": ("m3", "1"),
    "/convergence/gamma_nl": ("mT", "J s m-2 K-1"),
    "/convergence/diagonal": ("mT", TENSOR),
    "/convergence/off_diagonal": ("mT", TENSOR),
    "/bands/crystal_angular_momentum": ("qn", "ħ"),
    "/optics/frequency": ("f", "rad s-1"),
    "/optics/pam": ("f333", "J s m-1 V-2"),
    "/optics/peltier": ("f333", "W V-2"),
    "/optics/orbital_current": ("f333", "J V-2"),
    "/optics/carried_current": ("f333", "J V-2"),
    "/optics/magnetization": ("f333", "A m V-2"),
    "/optics/pam_degenerate": ("f333", "J s m-1 V-2"),
    "/optics/pam_mean": ("fR3", "J s m-1 V-2"),
    "/optics/jones": ("R3", "1"),
    "/modes/q": ("k3", "1"),
    "/modes/k": ("k3", "rad m-1"),
    "/modes/weight": ("k", "1"),
    "/modes/frequency": ("kn", "Hz"),
    "/modes/polarization": ("kn3", "ħ"),
    "/modes/group_velocity": ("kn3", "m s-1"),
    "/modes/diagonal": ("kn", "J2 s2"),
    "/modes/off_diagonal": ("kn", "J s2"),
    "/slices/plane": ("p", "1"),
    "/slices/q": ("pij3", "1"),
    "/slices/k": ("pij3", "rad m-1"),
    "/slices/diagonal": ("pij", TENSOR),
    "/slices/off_diagonal": ("pij", TENSOR),
}


def test_names_shapes_and_units_of_the_interface(result, data):
    """Every dataset of the table is there as promised, with unit and description."""
    sizes = {
        "T": 3,
        "R": 2,
        "a": A,
        "n": 3 * A,
        "p": 2,
        "g": 6,
        "i": 3,
        "j": 5,
        "3": 3,
        "o": 2,
        "s": 2,
        "f": 5,
        "w": 40,
    }
    sizes |= {"m": 3, "k": len(data["/modes/weight"]), "q": len(data["/bands/distance"])}
    with h5py.File(result[0].path, "r") as file:
        for name, (shape, unit) in TABLE.items():
            assert file[name].shape == tuple(sizes[s] for s in shape), name
            assert file[name].attrs["unit"] == unit, name
        for name in (n for n in data if n.startswith("/")):
            assert file[name].attrs["unit"] and file[name].attrs["description"], name
    assert data["/slices/plane"].tolist() == [0, 0.25]
    assert data["/temperature"].tolist() == [100, 290, 300]


def test_provenance(result, data):
    """Versions, input and its hash, host count, ranks, time, scale; and the digest that the run reports."""
    for name in ("hpcph", "numpy", "h5py", "phonopy", "mpi", "input", "input_sha256", "hosts", "ranks", "wall_time"):
        assert data["@" + name], name
    assert "calibrate" in data["@input"]
    assert data["@ranks"] == world.MPI.COMM_WORLD.size
    assert data["@sha256"] == result[0].sha256
    assert data["@feedback_scale"] > 1
