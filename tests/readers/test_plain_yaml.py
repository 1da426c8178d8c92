"""Tables that are cut out of a YAML before its parser sees it: nothing that is read changes by it."""

import time
from dataclasses import replace

import numpy as np
import pytest
import yaml
from readers import toys

from hpcph.errors import InputError
from hpcph.readers import plain_yaml
from hpcph.readers.files import opened

TOY = replace(toys.rocksalt(), supercell=(2, 1, 1))
ROWS = "".join(f"  - [ {x:20.16f}, {-x:20.16f},{x * 1e-9:24.16e} ]\n" for x in np.random.default_rng(1).random(40))
MATRICES = "".join(f"  - # ({n}, 1)\n" + "    - [ 1.0, -0.0, +2.5E-3 ]\n" * 3 for n in range(20))
PLAIN = {
    "rows": f"a:\n{ROWS}b: 1\n",
    "rows without a last line end": f"a:\n{ROWS}"[:-1],
    "matrices": f"a:\n{MATRICES}b: 1\n",
    "both": f"a:\n{MATRICES}b:\n  c: yes\n  d:\n{ROWS}",
    "of one name": f"a:\n{ROWS}a:\n{MATRICES}",
    "in a list": f"a:\n- b:\n{ROWS}  c:\n{ROWS}- b:\n{ROWS}",
    "with a row of whole numbers": f"a:\n{ROWS}  - [ 1, 2, 3 ]\n{ROWS}",
    "with a row of two": f"a:\n{ROWS}  - [ 1.0, 2.0 ]\n",
    "with a row that is deeper": f"a:\n{MATRICES}    - [ 1.0, 1.0, 1.0 ]\n",
    "with a remark": f"a:\n{ROWS}  # and so on\n{ROWS}",
    "in quotes": f"a: '\n{ROWS}'\nb: \"\n{ROWS}\"\n",
    "going on with a value": f"a: 1\n{ROWS}",
    "in a text": f"a: |\n{ROWS}b: >\n{ROWS}",
    "not decimal": f"a:\n{ROWS.replace('0.', '0_0.')}{ROWS.replace('0.', '.')}",
    "with line ends of Windows": f"a:\n{ROWS}".replace("\n", "\r\n"),
}
BAD = {
    "in a string that does not end": f'a: "\n{ROWS}',
    "with an unknown tag": f"a: !!python/tuple\n{ROWS}",
    "in brackets": f"a: [\n{ROWS}]\n",
    "a second document": f"a:\n{ROWS}---\nb: 1\n",
    "an anchor": f"a: &x\n{ROWS}b: *x\n",
}


def content(folder, text: str):
    (folder / "file.yaml").write_bytes(text.encode())
    return opened("crystal.force_constants", folder / "file.yaml", folder)


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_what_is_read_is_what_the_parser_says(tmp_path, text):
    """The same values with the same bits and types, wherever tables are and whatever stands beside them."""
    assert repr(plain_yaml.parse(content(tmp_path, text))) == repr(yaml.safe_load(text))


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_yaml_is_not_made_one(tmp_path, text):
    """A table that is cut out mends nothing."""
    with pytest.raises(InputError, match=r"YAML|anchors"):
        plain_yaml.parse(content(tmp_path, text))


@pytest.mark.parametrize("kind, table", [("force_constants", b"elements:\n  - #"), ("force_sets", b"forces:\n  - [")])
def test_files_of_phonopy_are_read_as_by_the_parser(tmp_path, kind, table):
    """As phonopy writes them; the parser sees no table even of a small one."""
    path = toys.save(TOY.displaced, tmp_path / "p.yaml", **{kind: True})
    with pytest.MonkeyPatch.context() as patch:
        seen = watched(patch)
        found = plain_yaml.parse(opened("crystal.force_constants", path, tmp_path))
    assert repr(found) == repr(yaml.safe_load(path.read_text()))
    assert table in path.read_bytes() and len(seen) == 1 and table not in seen[0]


def test_a_large_file_is_parsed_once_and_fast(tmp_path):
    """45 000 numbers: the parser sees the rest alone, once; at most a quarter of its processor time (a 20th)."""
    text = f"other: {list(range(500))}\nforce_constants:\n  elements:\n{MATRICES * 250}"
    given = content(tmp_path, text)
    with pytest.MonkeyPatch.context() as patch:
        seen = watched(patch)
        plain_yaml.parse(given)
    assert len(seen) == 1 and len(seen[0]) < 4000
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert spent(lambda: plain_yaml.parse(given)) < spent(lambda: yaml.load(given.data, loader)) / 4


def watched(patch) -> list[bytes]:
    """All that is parsed from now on."""
    seen: list[bytes] = []
    load = yaml.load
    patch.setattr(yaml, "load", lambda data, loader: (seen.append(data), load(data, loader))[1])
    return seen


def spent(work) -> float:
    """Processor time, the least of three."""
    found = []
    for _ in range(3):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)
