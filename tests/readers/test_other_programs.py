"""Files of ABINIT, TDEP and ALAMODE by the route of an input: recognised, and the crystal has the references' modes."""

import numpy as np
import physics
import pytest
from readers import espresso

from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.readers import foreign
from hpcph.readers.files import Files

CASES = {  # structure; charges in the program's own form; reference; format; what is left between q of the supercell
    "abinit_ddb/trf2_3_DDB.xz": (None, None, "abinit_ddb/reference_AlAs.json", "abinit-ddb", (1e-4, 1e-3)),
    "abinit_ddb/quartz_DDB.xz": (None, None, "abinit_ddb/reference_quartz_mp-7000.json", "abinit-ddb", (1e-4, 1e-3)),
    "tdep_Al/infile.forceconstant": ("tdep_Al/infile.ucposcar", None, "tdep_Al/reference_Al.json", "tdep", (1e-4, 0)),
    "tdep_MgO/infile.forceconstant": (
        "tdep_MgO/infile.ucposcar", None, "tdep_MgO/reference_MgO.json", "tdep", (1e-4, 0)
    ),
    "alamode/super444_0.01.xml.xz": (None, None, "alamode/reference_PbTe.json", "alamode", (1e-4, 0)),
}  # fmt: skip


def files(name: str) -> Files:
    """As an input names them."""
    structure, born, *_ = CASES[name]
    path = [physics.data(f"readers/{one}") if one else None for one in (name, structure, born)]
    return Files(path[0], path[1], None, path[2])


@pytest.mark.parametrize("name", CASES)
def test_the_crystal_has_the_modes_of_the_reference(name):
    """With the translational rule alone, which those programs impose too."""
    *_, reference, format, (most, turned_most) = CASES[name]
    given = files(name)
    assert foreign.recognised(given).name == format
    wanted = espresso.reference(reference)
    rules = frozenset([physics.SumRule.TRANSLATIONAL])
    crystal = physics.supercell.settle(forceconstants.load(given), rules).crystal
    matrices = dynamical.matrices(crystal, np.array(wanted["q"]))
    pam = wanted.get("pam_hbar", [None] * len(matrices))
    for d, frequency, l_nc in zip(matrices, wanted["frequency_THz"], pam, strict=True):
        off, turned = espresso.apart(espresso.of_dynamical(d), frequency, l_nc)
        assert off < most and turned <= turned_most


def test_charges_of_alamode_are_its_own():
    """Its .born file has ε and charges; the splitting at Γ is that of the reference."""
    wanted = espresso.reference("alamode/reference_PbTe.json")
    path = [physics.data(f"readers/alamode/{name}") for name in ("super444_0.01.xml.xz", "PbTe.born")]
    loaded = forceconstants.load(Files(path[0], born=path[1]))
    np.testing.assert_allclose(loaded.dielectric.epsilon, wanted["epsilon"], rtol=1e-6)
    charges = np.array(wanted["born_field_displacement"])
    np.testing.assert_allclose(loaded.dielectric.born, charges - charges.mean(axis=0), atol=1e-5)


def test_tdep_needs_its_cell():
    """The force constants alone do not say where the atoms are."""
    with pytest.raises(InputError, match=r"crystal\.structure"):
        forceconstants.load(Files(physics.data("readers/tdep_Al/infile.forceconstant")))
