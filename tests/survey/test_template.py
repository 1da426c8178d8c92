"""A template of many crystals, and the input of one that is made of it."""

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from parallel import world

from hpcph.config.embedded import embedded
from hpcph.config.load import from_text
from hpcph.errors import InputError
from hpcph.prepare.job import prepare
from hpcph.survey import template as templates
from hpcph.survey.candidate import Candidate

SHIPPED = world.ROOT / "inputs/survey.yaml"
QUARTZ = {"force_constants": str(embedded().parent / "quartz/phonopy_params.yaml.xz")}
SMALL = "mesh: {length: 2 nm}\ntemperature: 300 K\n"
REFUSED = {  # text of a template, words of the line
    "crystal: {force_constants: a}\n": "crystal.force_constants: belongs to one crystal",
    "crystal: {structure: a}\n": "crystal.structure: belongs to one crystal",
    "crystal: {born: a, nac: gonze}\n": "crystal.born: belongs to one crystal",
    "crystal: {supercell: [2, 2, 2]}\n": "crystal.supercell: belongs to one crystal",
    "crystal: {model: {name: te-chain}}\n": "crystal.model: is no crystal of files",
    "crystal: {calculator: {ase: 'a:b'}}\n": "crystal.calculator: a potential",
    "crystal: {relax: cell}\n": "crystal.relax: is for a potential",
    "output: runs/a\n": "output = runs/a: every crystal of a survey has a folder of its own",
    "lifetime: {phono3py: kappa-m111.hdf5}\n": "lifetime.phono3py: is of one crystal",
    "lifetime: {collision_matrix: c.hdf5}\n": "lifetime.collision_matrix: is of one crystal",
    "optics: {frequency: {from: 1 THz, to: 2 THz, points: 2}, lifetime: {linewidths: k, temperature: 300 K}}\n": (
        "optics.lifetime: linewidths are of one crystal"
    ),
    "crystal: 3\n": "crystal = 3: takes keys",
    "crystal: {sum_rules: [huang]}\n": "crystal.sum_rules",
    "crystal: {nac: none, sum_rule: []}\n": "crystal.sum_rule = []: unknown key; did you mean sum_rules?",
    "lifetime: 10 K\n": "lifetime = 10 K: has the wrong unit",
    "gird: 3\n": "gird = 3: unknown key",
    "mesh: {grid: [4, 4, 4]}\n": "YAML error",
    "title: [\n": "YAML error",
}


def read(folder, text: str) -> templates.Template:
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return templates.read(path)


def found(**files) -> Candidate:
    return Candidate("name", "folder/name", files)


@pytest.mark.parametrize("text", REFUSED)
def test_a_mistake_is_one_line_before_anything_is_computed(tmp_path, text):
    """Also what is right in an input and belongs to one crystal."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, SMALL + text)
    assert REFUSED[text] in str(caught.value) and "\n" not in str(caught.value)


def test_a_template_without_a_section_crystal_is_good(tmp_path):
    """The defaults are imposed then; an empty section says the same."""
    for text in (SMALL, SMALL + "crystal:\n", SMALL + "crystal: {}\n"):
        template = read(tmp_path, text)
        source = from_text(tmp_path / "input.yaml", templates.text(template, found(**QUARTZ)))
        assert source.input.crystal.force_constants == QUARTZ["force_constants"]
        assert source.input.title == "folder/name"


def test_what_is_shipped_is_good_and_complete():
    """The template that users start from gives an input that a run takes: what it asks of quartz is prepared."""
    template = templates.read(SHIPPED)
    assert template.mesh.length == 40e-10 and templates.asks_for_charges(template) == ("optics",)
    job = prepare(from_text(Path("/nowhere/input.yaml"), templates.text(template, found(**QUARTZ)))).job
    assert job.light and job.thermal and job.feedback and job.path and job.samplings[-1].grid == (10, 10, 8)


def test_the_input_says_what_template_and_files_say(tmp_path):
    """Options of the template stay; what the files of a crystal say of themselves counts more."""
    text = SMALL + "title: mine\ncrystal: {nac: none, calculator: qe, sum_rules: []}\naxis: [1, 0, 0]\n"
    template = read(tmp_path, text)
    files = {"force_constants": "/a/FORCE_SETS", "structure": "/a/POSCAR", "supercell": [2, 1, 2], "calculator": "vasp"}
    source = from_text(tmp_path / "input.yaml", templates.text(template, found(**files)))
    assert source.data["crystal"] == files | {"nac": "none", "sum_rules": []}
    rest = {key: value for key, value in source.data.items() if key not in ("crystal", "title")}
    assert rest == {key: value for key, value in template.data.items() if key not in ("crystal", "title")}
    assert source.input.title == "mine: folder/name" and list(source.data)[:2] == ["title", "crystal"]


@settings(max_examples=200, deadline=None)
@example(name="\x85\u2028")
@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0$"), min_size=1, max_size=30))
def test_any_path_and_place_survive(tmp_path_factory, name):
    """Quotes, line breaks, colons, brackets, any letter: the input names the file that was found."""
    template = templates.Template({"mesh": {"length": "2 nm"}, "temperature": "300 K"}, "", None)
    written = templates.text(template, Candidate("name", name, {"force_constants": f"/{name}"}))
    source = from_text(Path("/nowhere/input.yaml"), written)
    assert source.input.crystal.force_constants == f"/{name}"
    assert source.input.title.isprintable()


def test_what_needs_charges_is_known_and_can_be_left_out(tmp_path):
    """Complaints of whatever prepares a run have the same keys: without them a crystal without charges is prepared."""
    light = "optics: {frequency: {from: 1 THz, to: 2 THz, points: 2}, lifetime: 1 ps}\n"
    text = SMALL + light + "field: {magnetic: 1 T}\nmagnetization: true\ncrystal: {nac: gonze, sum_rules: []}\n"
    template, asked = read(tmp_path, text), []
    assert templates.asks_for_charges(template) == templates.CHARGES
    write_without_charges(tmp_path / "bare.yaml")
    bare = found(force_constants=str(tmp_path / "bare.yaml"))
    while True:
        try:
            job = prepare(from_text(tmp_path / "input.yaml", templates.text(template, bare))).job
            break
        except InputError as err:
            assert err.key in templates.asks_for_charges(template)
            asked.append(err.key)
            template = templates.without(template, [err.key])
    assert sorted(asked) == sorted(templates.CHARGES) and templates.asks_for_charges(template) == ()
    assert job.light is None and job.field is None and job.gyromagnetic is None and job.samplings
    assert template.data["crystal"] == {"sum_rules": []} and template.mesh.length == 20e-10
    assert templates.without(template, ["mesh"]).mesh is None


def write_without_charges(path: Path) -> None:
    """A crystal of springs."""
    from readers import toys

    toy = toys.rocksalt()
    ph = toy.phonopy
    ph.nac_params = None
    toys.save(ph, path, force_constants=True)


def test_the_shipped_template_is_commented():
    """A user starts from it: every section stands on a line of its own, most with a remark."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    assert sum("#" in line for line in lines) > 8 and not any(re.match(r"\s*output", line) for line in lines)
