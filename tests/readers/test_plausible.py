"""Density and highest frequency stand in the first line of a run; what no solid has is a warning that names the fix."""

import numpy as np
import phonopy
import pytest
from parallel import world
from phonopy.structure.atoms import PhonopyAtoms
from readers import toys

from hpcph.prepare.plausible import first_lines


@pytest.mark.parametrize("density, thz", [(300, 0.5), (25_000, 150), (2650, 36.5)])
def test_solids_are_plausible(density, thz):
    """From porous frameworks to osmium, from xenon to hydrogen."""
    (only,) = first_lines(density, thz * 1e12)
    assert only == f"density {density:.1f} kg m⁻³, highest frequency {thz:.3f} THz"


@pytest.mark.parametrize(
    "density, thz, words",
    [
        (299, 5, "density below 300 kg m⁻³;"),
        (25_001, 5, "density above 25000 kg m⁻³;"),
        (2000, 0.49, "highest frequency below 0.5 THz;"),
        (2000, 151, "highest frequency above 150 THz;"),
        (1, 1000, "density below 300 kg m⁻³ and highest frequency above 150 THz;"),
        (2000, float("nan"), "highest frequency"),
    ],
)
def test_what_no_solid_has_is_a_warning(density, thz, words):
    _, warning = first_lines(density, thz * 1e12)
    assert warning.startswith("warning: ") and words in warning and "crystal.calculator" in warning


def test_a_file_in_bohr_and_rydberg_that_does_not_say_so(tmp_path):
    """Its lengths are taken for Å: 6.7 times lighter. The first line of check shows it, crystal.calculator mends it."""
    ph = toys.in_units(toys.rocksalt().phonopy, "qe")
    own = {"symbols": ph.unitcell.symbols, "scaled_positions": ph.unitcell.scaled_positions}
    cell = PhonopyAtoms(cell=ph.unitcell.cell, **own)
    unnamed = phonopy.Phonopy(cell, ph.supercell_matrix, ph.primitive_matrix)
    unnamed.force_constants = ph.force_constants
    path = toys.save(unnamed, tmp_path / "p.yaml", force_constants=True)
    text = path.read_text()
    path.write_text(text[: text.index("physical_unit:")] + text[text.index("space_group:") :])

    def first(**more):
        data = {"crystal": {"force_constants": "p.yaml", "sum_rules": [], **more}, "orbits": {"q": [[0, 0, 0.1]]}}
        done = world.here("check", world.write(tmp_path, data))
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    wrong, right = first(), first(calculator="qe")
    true = np.sum(toys.rocksalt().phonopy.primitive.masses) * 1.66053907e3 / toys.rocksalt().phonopy.primitive.volume
    assert right[0].startswith(f"density {true:.1f} kg m⁻³, highest frequency ")
    assert right[1] == "p.yaml: au and Ry/au^2, the units of qe"
    assert wrong[0].startswith(f"density {true * 0.52917721**3:.1f} kg m⁻³")
