"""Ellipsoids as a CIF: what the standard's formula makes of the file is the Gaussian of the result."""

import numpy as np
import pytest
from ase.io.cif import parse_cif
from parallel import world

from hpcph.crystal.lattice import SYMMETRIC, symmetric
from hpcph.errors import InputError
from hpcph.export import cif, command
from hpcph.export.options import Options
from hpcph.result.open import open_result


@pytest.fixture(scope="module")
def written(result, tmp_path_factory):
    """The block of the file at the stored temperature next to 280 K."""
    path = tmp_path_factory.mktemp("cif") / "cell.cif"
    done = world.here("export", result, "--format", "cif", "--temperature", "280 K", "--output", path)
    assert done.returncode == 0 and "the stored temperature nearest to 280 K" in done.stdout
    (block,) = parse_cif(str(path))
    return block


def test_debye_waller_factors_are_those_of_the_result(written, result):
    """2π² Σ h_i h_j a*_i a*_j U^ij = ½ G·⟨uuᵀ⟩·G, in a lattice that is not orthogonal; U_eq is a third of the trace."""
    with open_result(result) as found:
        t = int(np.argmin(np.abs(found["temperature"].values - 280)))
        cloud, lattice = found["crystal_displacement"].values[t] * 1e20, found["crystal_lattice"].values * 1e10
        assert written["_diffrn_ambient_temperature"] == found["temperature"].values[t]
    names = [f"_atom_site_aniso_u_{min(i, j) + 1}{max(i, j) + 1}" for i, j in SYMMETRIC]
    U = symmetric(np.stack([written[name] for name in names], axis=-1))
    reciprocal = np.linalg.inv(lattice).T
    length = np.linalg.norm(reciprocal, axis=1)
    for h in np.random.default_rng(1).integers(-4, 5, (6, 3)):
        G = 2 * np.pi * h @ reciprocal
        theirs = 2 * np.pi**2 * np.einsum("i,j,aij->a", h * length, h * length, U)
        np.testing.assert_allclose(theirs, 0.5 * np.einsum("i,aij,j->a", G, cloud, G), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(written["_atom_site_u_iso_or_equiv"], np.trace(cloud, axis1=1, axis2=2) / 3, atol=1e-8)


def test_the_cell_is_the_results(written, result):
    """Lattice, places and elements, as ASE reads them."""
    atoms = written.get_atoms()
    with open_result(result) as found:
        assert atoms.get_chemical_symbols() == found["crystal_symbols"].values.tolist()
        apart = atoms.get_scaled_positions(wrap=False) - found["crystal_positions"].values
        np.testing.assert_allclose(apart - np.rint(apart), 0, atol=1e-7)
        assert atoms.get_volume() == pytest.approx(float(found["crystal_volume"]) * 1e30, rel=1e-7)


def test_round_clouds_have_the_shape_of_the_axes():
    """⟨uuᵀ⟩ = 1 has U^ij = cos of the angle between a*_i and a*_j: 60° in a hexagonal cell."""
    hexagonal = np.array([[1, 0, 0], [-0.5, np.sqrt(0.75), 0], [0, 0, 2]]) * 5
    found = cif.in_axes(hexagonal, np.eye(3)[None])[0]
    np.testing.assert_allclose(found, [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]], atol=1e-14)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--temperature", "300 m"], "--temperature = 300 m"),
        (["--temperature", "-3 K"], "must be above 0"),
        (["--q", "0,0,0"], "has no use for it"),
    ],
)
def test_mistakes_have_a_line(result, arguments, words):
    done = world.here("export", result, "--format", "cif", *arguments)
    assert done.returncode == 2 and words in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_without_displacements_there_are_no_ellipsoids(result, tmp_path, monkeypatch):
    """The line says what to add."""
    monkeypatch.setattr(command, "open_result", lambda path: open_result(path).drop_vars("crystal_displacement"))
    with pytest.raises(InputError, match="displacement: true"):
        command.export(result, Options("cif", output=tmp_path / "none.cif"))
    assert not (tmp_path / "none.cif").exists()
