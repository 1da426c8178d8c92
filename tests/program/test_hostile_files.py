"""Files that an input names are data: whatever stands in them, nothing is executed and the complaint is one line."""

import bz2
import gzip
import lzma
import os
import pickle
from functools import cache
from pathlib import Path

import pytest
from parallel import world

PACKED = {".gz": gzip.compress, ".xz": lzma.compress, ".bz2": bz2.compress}
GOOD = world.QUARTZ["crystal"]["force_constants"]
TAGS = [
    "!!python/object/apply:os.system ['touch {mark}']",
    "!!python/object/apply:subprocess.check_output [[touch, '{mark}']]",
    "!!python/object/new:os.system ['touch {mark}']",
    "!!python/object/apply:builtins.eval [\"__import__('os').system('touch {mark}')\"]",
    "!!python/object/apply:builtins.open ['{mark}', w]",
]
HEAD = "phonopy:\n  version: '4.8.6'\nsupercell_matrix: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]\nunit_cell: {tag}\n"


class Touch:
    """Whoever unpickles it leaves a mark."""

    def __init__(self, mark: Path):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


def attacks(mark: Path) -> dict[str, bytes]:
    """Bytes that run something in the hands of a reader that lets them."""
    tagged = {f"tag {i}": HEAD.format(tag=tag.format(mark=mark)).encode() for i, tag in enumerate(TAGS)}
    bare = TAGS[0].format(mark=mark).encode()
    xml = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{mark}">]><a>&x;</a>'.encode()
    return {**tagged, "a bare tag": bare, "a pickle": pickle.dumps(Touch(mark)), "XML": xml}


NAMED = [  # what the input names, and where
    ("crystal__force_constants", "phonopy_params.yaml"),
    ("crystal__force_constants", "FORCE_CONSTANTS"),
    ("crystal__force_constants", "force_constants.hdf5"),
    ("crystal__force_constants", "q2r.fc"),
    ("crystal__force_constants", "matrices.dyn1"),
    ("crystal__force_constants", "vasprun.xml"),
    ("crystal__force_constants", "cache.eq.json"),
    ("crystal__force_constants", "crystal.castep_bin"),
    ("crystal__force_constants", "CONTROL"),
    ("crystal__structure", "phonopy_disp.yaml"),
    ("crystal__structure", "POSCAR"),
    ("crystal__structure", "CONTROL"),
    ("crystal__force_sets", "FORCE_SETS"),
    ("crystal__born", "BORN"),
    ("lifetime", "kappa-m444.hdf5"),
    ("lifetime", "collision-m444.hdf5"),
    ("lifetime", "Si.result"),
    ("lifetime", "BTE.w"),
    ("optics", "kappa-m444-g0.hdf5"),
]
BESIDE = {
    "CONTROL": "&allocations ngrid(:)=1 1 1 /\n&parameters T=300 /\n",
    "BTE.qpoints": "1 1 1 0 0 0\n", "BTE.omega": "1.0 " * 27 + "\n",
}  # fmt: skip
LIFETIMES = {  # keys of lifetime by how the names of their files begin
    "kappa-m444": "phono3py", "collision-m444": "collision_matrix", "Si": "alamode", "BTE": "shengbte",
}  # fmt: skip
FORMATS = {  # of files that are recognised by what they hold
    "q2r.fc": "qe-q2r", "matrices.dyn1": "qe-dyn", "vasprun.xml": "vasp-xml", "cache.eq.json": "ase-cache",
    "crystal.castep_bin": "castep", "CONTROL": "shengbte",
}  # fmt: skip


def given(key: str, name: str, folder: Path) -> dict:
    """An input that names the file under that key, beside files that are good."""
    if key == "crystal__structure":
        (folder / "FORCE_CONSTANTS").write_text("1 1\n1 1\n1 0 0\n0 1 0\n0 0 1\n")
        own = {"format": FORMATS[name]} if name in FORMATS else {"supercell": [1, 1, 1]}
        return world.quartz(crystal={"force_constants": "FORCE_CONSTANTS", "structure": name, **own})
    if key == "lifetime":
        for beside, text in BESIDE.items():
            (folder / beside).write_text(text)
        return world.quartz(lifetime={LIFETIMES[name.partition(".")[0]]: name})
    if key == "optics":
        return world.quartz(optics__lifetime={"linewidths": name, "temperature": "300 K"})
    data = world.quartz(**{key: name})
    if name in FORMATS:
        data["crystal"]["format"] = FORMATS[name]
    if name in ("FORCE_CONSTANTS", "force_constants.hdf5", "FORCE_SETS", "cache.eq.json"):
        (folder / "phonopy_disp.yaml").write_bytes(displacements())
        data["crystal"]["force_constants" if key.endswith("force_sets") else "structure"] = "phonopy_disp.yaml"
    return data


@cache
def displacements() -> bytes:
    """The embedded crystal without its force constants."""
    text = lzma.open(GOOD).read()
    return text[: text.index(b"force_constants:\n")]


@pytest.mark.parametrize("key, name", NAMED, ids=[f"{k.split('__')[-1]} {n}" for k, n in NAMED])
def test_nothing_in_a_file_is_executed(tmp_path, key, name):
    """Every file that an input can name, with every attack, plain and compressed: no mark, exit code 2, one line."""
    mark = tmp_path / "executed"
    contents = attacks(mark)
    packed = {f"tag 0, {suffix}": (suffix, pack(contents["tag 0"])) for suffix, pack in PACKED.items()}
    for kind, (suffix, content) in {**{kind: ("", plain) for kind, plain in contents.items()}, **packed}.items():
        file = f"{name}{suffix}"
        (tmp_path / file).write_bytes(content)
        done = world.here("check", world.write(tmp_path, given(key, file, tmp_path)))
        assert not mark.exists(), (kind, "was executed")
        assert done.returncode == 2 and not done.stdout, (kind, done)
        assert done.stderr.count("\n") == 1 and done.stderr.startswith("hpcph: "), (kind, done.stderr)


def test_the_attacks_do_run_in_careless_hands(tmp_path):
    """Without it the test above would prove nothing."""
    import yaml

    for number, (kind, content) in enumerate(attacks(tmp_path / "mark").items()):
        mark = tmp_path / "mark"
        mark.unlink(missing_ok=True)
        if kind == "XML":
            continue
        if kind == "a pickle":
            pickle.loads(content)
        else:
            yaml.load(content, Loader=yaml.UnsafeLoader)
        assert mark.exists(), (number, kind)


def test_the_input_itself_is_data(tmp_path):
    mark = tmp_path / "executed"
    for tag in TAGS:
        path = world.write(tmp_path, f"crystal: {tag.format(mark=mark)}\n")
        done = world.here("check", path)
        assert not mark.exists() and done.returncode == 2 and done.stderr.count("\n") == 1
