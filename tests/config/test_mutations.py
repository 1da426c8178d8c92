"""Whatever is done to a good input, the answer is an Input or an InputError."""

import copy
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from hpcph.config.load import Source, load
from hpcph.errors import InputError

GOOD = {
    "title": "quartz",
    "crystal": {
        "force_constants": "fc.yaml",
        "sum_rules": ["translational"],
        "primitive": "auto",
        "nac": "none",
        "inverted": True,
        "symmetry_tolerance": "1e-5 angstrom",
    },
    "magnetization": False,
    "optics": {
        "frequency": {"from": "1 THz", "to": "9 THz", "points": 3},
        "lifetime": {"linewidths": "kappa.hdf5", "temperature": "300 K"},
        "direction": [0, 0, 1],
        "polarization": ["circular +z", [1, "1j", 0]],
        "pairs": ["3 THz"],
    },
    "axis": [0, 0, 1],
    "mesh": {"grid": [4, 4, 4], "shift": [0, 0, 0.5]},
    "temperature": {"from": "10 K", "to": "400 K", "step": "10 K"},
    "lifetime": "10 ps",
    "gradient": "1 K/mm",
    "feedback": {
        "sample": {"shape": "ring", "radius": ["20 nm", 3e-8], "inner_radius": "1 nm"},
        "calibrate": {"gamma_ll": 0.8, "temperature": "300 K", "radius": "20 nm"},
    },
    "bands": {"path": [[{"G": [0, 0, 0]}, {"A": [0, 0, 0.5]}]], "points": 5},
    "orbits": {"q": [[0, 0, 0.1]]},
    "spectrum": {"temperature": ["300 K"], "points": 5},
    "elasticity": {"directions": [[0, 0, 1], [1, 1, 0]], "frequency": "2 GHz"},
    "slices": {"temperature": 300, "planes": [0, 0.25], "grid": [3, 5]},
}
KEYS = ["from", "to", "step", "grid", "radius", "edges", "shape", "scale", "path", "calibrate", "modes", "x", "0", ""]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([10**400, -(10**400), 2**64]),
    st.integers(-3, 3),
    st.floats(),
    st.sampled_from(["auto", "cuboid", "sphere", "1 nm", "-1 K", "1e400 K", "3 K^K", "K", "${", "${}", "9 m**-1"]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.dates(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)


def places(node, path=()):
    """Every place in the tree, inner ones and leaves."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def mutate(data, tree) -> None:
    """One change: delete, replace, insert, wrap or exchange."""
    spots = list(places(tree))
    if not spots:
        return
    spot = data.draw(st.sampled_from(spots))
    parent, key = at(tree, spot[:-1]), spot[-1]
    kind = data.draw(st.sampled_from(["delete", "replace", "insert", "wrap", "exchange"]))
    if kind == "delete":
        del parent[key]
    elif kind == "replace":
        parent[key] = data.draw(VALUES)
    elif kind == "insert" and isinstance(parent, dict):
        parent[data.draw(st.sampled_from(KEYS))] = data.draw(VALUES)
    elif kind == "insert":
        parent.insert(key, data.draw(VALUES))
    elif kind == "wrap":
        parent[key] = [parent[key]]
    else:
        parent[key] = copy.deepcopy(at(tree, data.draw(st.sampled_from(spots))))


MODEL = {
    "crystal": {"model": {"name": "te-chain", "K1": 1.5, "theta": "0.3 pi", "charges": [0, 1, -1]}},
    "orbits": {"q": [[0, 0, 0.1]]},
    "optics": {"frequency": {"from": 0.1, "to": 4, "points": 3}, "lifetime": 20},
}


def examples(count: int):
    """So many, the same every time."""
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@examples(150)
@given(st.data())
def test_structured_mutations_raise_nothing_but_input_errors(data):
    """Deleted, replaced, inserted, wrapped and exchanged values give an Input or an InputError with lines."""
    mutated(data)


@pytest.mark.slow
@examples(2000)
@given(st.data())
def test_many_structured_mutations_raise_nothing_but_input_errors(data):
    """The same more often."""
    mutated(data)


def mutated(data) -> None:
    """One to three changes of a good input."""
    tree = copy.deepcopy(data.draw(st.sampled_from([GOOD, MODEL])))
    for _ in range(data.draw(st.integers(1, 3))):
        mutate(data, tree)
    check(lambda file: YAML(typ="safe").dump(tree, file))


@examples(300)
@given(st.text(max_size=60) | st.text(st.sampled_from("{}[]:-,&*!|>'\"%@ \n#?abc1.~"), max_size=60))
def test_any_text_raises_nothing_but_input_errors(text):
    """Noise is refused politely."""
    check(lambda file: file.write(text))


def check(dump) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input.yaml"
        with open(path, "w", encoding="utf-8", errors="surrogatepass") as file:
            dump(file)
        try:
            assert isinstance(load(path), Source)
        except InputError as err:
            lines = str(err).splitlines()
            assert lines and all(": " in line for line in lines)


def test_the_input_that_is_mutated_is_good(tmp_path):
    """Without it the mutations would prove nothing."""
    for good in (GOOD, MODEL):
        with open(tmp_path / "input.yaml", "w", encoding="utf-8") as file:
            YAML(typ="safe").dump(good, file)
        assert isinstance(load(tmp_path / "input.yaml"), Source)
