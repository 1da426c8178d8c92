"""Quantum ESPRESSO's XML as iotk writes it and as its own tools do: dynamical matrices and force constants."""

import lzma
import re

import numpy as np
import physics
import pytest
from readers import espresso, references, spoilt

from hpcph.errors import InputError
from hpcph.readers import espresso_matrices, foreign, quantum_espresso
from hpcph.readers.files import Files, opened

KEY = "crystal.force_constants"
ODD = np.array([[0.01, 0.03, -0.02], [0.0, 0.02, 0.05], [0.04, -0.01, 0.0]])  # Ry bohr⁻², between the atoms of a cell


def read(folder, name):
    path = folder / name
    main = opened(KEY, path, folder)
    others = [opened(KEY, other, folder) for other in espresso_matrices.beside(path)]
    return foreign.checked(main, espresso_matrices.read((main, *others)))


def element(tag, values, style):
    """An array in Fortran's order: a line each by iotk, a line in all by the own tools."""
    parts = np.asarray(values).ravel(order="F")
    between = {"iotk": ",", "tools": " ", "list": ","}[style]
    words = [f"{x.real!r}{between}{x.imag!r}" if np.iscomplexobj(parts) else repr(x) for x in parts.tolist()]
    words = [f"({word})" for word in words] if style == "list" and np.iscomplexobj(parts) else words
    return f"<{tag}>\n{(' ' if style == 'tools' else chr(10)).join(words)}\n</{tag}>"


def as_xml(text, style):
    """A file of PbTe's matrices as XML, with constants that are no symmetric matrices."""
    field = re.search(r"Dielectric Tensor:\s*\n(.*?)Effective Charges E-U.*?\n(.*?)\n\s*\n", text, re.DOTALL)
    body = [
        "<GEOMETRY_INFO>", "<NUMBER_OF_TYPES>2</NUMBER_OF_TYPES>", "<NUMBER_OF_ATOMS>2</NUMBER_OF_ATOMS>",
        element("CELL_DIMENSIONS", [12.215, 0, 0, 0, 0, 0], style),
        element("AT", np.array([[-0.5, 0, 0.5], [0, 0.5, 0.5], [-0.5, 0.5, 0]]).T, style),
        "<TYPE_NAME.1>Pb </TYPE_NAME.1>", element("MASS.1", [207.2], style), "<TYPE_NAME.2>Te </TYPE_NAME.2>",
        element("MASS.2", [127.6], style),
    ]  # fmt: skip
    for n, x in enumerate((0.0, 0.5), 1):
        taus = f'TAU="{x} {x} {x}"' if style == "iotk" else f'TAUX="{x}" TAUY="{x}" TAUZ="{x}"'
        body.append(f'<ATOM.{n} SPECIES="Pb" INDEX="{n}" {taus}/>')
    found = espresso.matrices(text.split("Diagonalizing")[0], 2)
    body += [f"<NUMBER_OF_Q>{len(found)}</NUMBER_OF_Q>", "</GEOMETRY_INFO>"]
    if field:
        born = [np.array(part.split(), float).reshape(3, 3) for part in re.split(r"atom.*\n", field[2])[1:]]
        body += [
            "<DIELECTRIC_PROPERTIES>", element("EPSILON", np.array(field[1].split(), float).reshape(3, 3), style),
            "<ZSTAR>", *(element(f"Z_AT_.{n}", z, style) for n, z in enumerate(born, 1)), "</ZSTAR>",
            "</DIELECTRIC_PROPERTIES>",
        ]  # fmt: skip
    for number, (q, c) in enumerate(found, 1):
        c[0, 1] += ODD
        c[1, 0] += ODD.T
        blocks = (element(f"PHI.{a + 1}.{b + 1}", c[a, b], style) for a in range(2) for b in range(2))
        tag = f"DYNAMICAL_MAT_.{number}"
        body += [f"<{tag}>", element("Q_POINT", q, style), *blocks, f"</{tag}>"]
    around = "<?xml version='1.0'?>\n<?iotk version='1.2.0'?>\n<Root>", "</Root>"
    return "\n".join([around[0], *body, around[1]] if style == "iotk" else body)


@pytest.fixture(params=["iotk", "tools", "list"])
def folder(request, tmp_path):
    """PbTe.dyn0 as text and its matrices as XML."""
    (tmp_path / "PbTe.dyn0").write_text("4 4 4\n8\n0.0 0.0 0.0\n")
    for n in range(1, 9):
        text = physics.data(f"readers/sscha_dyn/PbTe.dyn{n}").read_text()
        (tmp_path / f"PbTe.dyn{n}.xml").write_text(as_xml(text, request.param))
    return tmp_path


@pytest.mark.parametrize("first", ["PbTe.dyn0", "PbTe.dyn1.xml"])
def test_matrices_are_those_of_the_text(folder, first):
    """C(q) of every q, no block transposed, with the charges of the file."""
    ours = read(folder, first)
    text = opened(KEY, physics.data("readers/sscha_dyn/PbTe.dyn1"), folder)
    others = [opened(KEY, other, folder) for other in espresso_matrices.beside(text.path)]
    known = espresso_matrices.read((text, *others))
    change = np.zeros_like(known.phi_tab)
    change[known.home, 0, 1], change[known.home, 1, 0] = ODD * espresso.RYDBERG, ODD.T * espresso.RYDBERG
    np.testing.assert_allclose(ours.phi_tab, known.phi_tab + change, atol=1e-6 * np.abs(known.phi_tab).max())
    np.testing.assert_allclose(ours.born_aij, known.born_aij, atol=1e-12)
    np.testing.assert_allclose(ours.epsilon, known.epsilon)
    assert ours.symbols == known.symbols and np.allclose(ours.fractional_ac, known.fractional_ac)
    assert foreign.recognised(Files(folder / first)).name == "qe-dyn"


def test_force_constants_without_an_element_around_are_the_same(tmp_path):
    """q2r.x since 6.6: no element around, places as three attributes."""
    raw = lzma.decompress(physics.data("readers/qe_q2r/alas.444.fc.xml.xz").read_bytes()).decode()
    bare = raw[raw.index("<Root>") + 6 : raw.index("</Root>")].strip()
    bare = re.sub(r'TAU="(\S+) (\S+) (\S+)"', r'TAUX="\1" TAUY="\2" TAUZ="\3"', bare)
    assert "TAUX" in bare
    found = [quantum_espresso.short_range(references.content("force_constants", "a.xml", text)) for text in (raw, bare)]
    assert np.array_equal(found[0].phi_tab, found[1].phi_tab)
    assert np.array_equal(found[0].cell.places_ac, found[1].cell.places_ac)
    (tmp_path / "a.xml").write_text(bare)
    assert foreign.recognised(Files(tmp_path / "a.xml")).name == "qe-q2r"


BAD = {
    "cut off": (spoilt.cut(0.6), "is no XML that is whole"),
    "without a block": (spoilt.swap("PHI.1.2>", "PHI.1.9>"), "is no XML that is whole"),
    "of another name": (lambda d: d.replace(b"PHI.1.2", b"PHI.1.9"), "DYNAMICAL_MAT_.1/PHI.1.2"),
    "no number": (spoilt.swap("<Q_POINT>\n", "<Q_POINT>\nx"), "3 finite number(s) in the element DYNAMICAL_MAT_.1/Q_P"),
    "a number more": (spoilt.swap("<Q_POINT>\n", "<Q_POINT>\n1 "), "3 finite number(s)"),
    "infinite": (spoilt.swap("<Q_POINT>\n", "<Q_POINT>\n1e99 0 0\n</Q_POINT><Q_POINT>"), "3 finite number(s)"),
    "more q": (spoilt.swap("<NUMBER_OF_Q>", "<NUMBER_OF_Q>9"), "DYNAMICAL_MAT_."),
    "no q": (spoilt.swap("<NUMBER_OF_Q>", "<NUMBER_OF_Q>-"), "NUMBER_OF_Q"),
    "too many atoms": (spoilt.swap("<NUMBER_OF_ATOMS>2", "<NUMBER_OF_ATOMS>2000000000"), "NUMBER_OF_ATOMS"),
    "another species": (spoilt.swap('INDEX="2"', 'INDEX="3"'), "INDEX, 1 to 2"),
    "without a place": (spoilt.swap(' TAUY="0.5"', ""), "a place, TAU"),
    "an entity": (lambda d: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + d, "has a document type"),
    "another mass": (spoilt.swap("127.6", "120.0"), "has another cell, other atoms or masses"),
    "flat": (spoilt.swap("-0.5 0", "0 0"), ""),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_xml_is_one_line(tmp_path, kind):
    """It names the file, the element and what was expected."""
    spoil, words = BAD[kind]
    (tmp_path / "PbTe.dyn0").write_text("4 4 4\n8\n0.0 0.0 0.0\n")
    for n in range(1, 9):
        text = as_xml(physics.data(f"readers/sscha_dyn/PbTe.dyn{n}").read_text(), "tools").encode()
        (tmp_path / f"PbTe.dyn{n}.xml").write_bytes(spoil(text) if n == 2 else text)
    with pytest.raises(InputError) as complaint:
        read(tmp_path, "PbTe.dyn0")
    said = str(complaint.value)
    assert "PbTe.dyn2.xml" in said and "\n" not in said and len(said) < 400 and words in said, said
