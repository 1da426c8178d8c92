"""Files of phono3py that cannot be used: damaged, hostile, of another crystal or mesh. One line, nothing else."""

import h5py
import linewidths
import numpy as np
import pytest
from parallel import world
from parallel.test_mpirun import refused
from result import damage, victim

from hpcph.errors import InputError

GRID, T = (2, 2, 2), [100.0, 300.0]
FLIPS, BATCH = 300, 50


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("phono3py") / "kappa-m222.hdf5"
    return linewidths.write(path, "embedded", GRID, T, linewidths.anyhow())


def exchange(name, change=None, **how):
    """A dataset in the place of one: made of its numbers, or laid out anew."""

    def edit(file):
        made = dict(data=change(file[name][...])) if change else how
        del file[name]
        file.create_dataset(name, **made)

    return edit


def linked(name, link):
    def edit(file):
        del file[name]
        file[name] = link

    return edit


def at(place, value):
    """One number of a dataset."""

    def change(values):
        values = np.array(values, float)
        values[place] = value
        return values

    return change


KINDS = {  # what is done to the file, and a word of the complaint
    "negative": (exchange("gamma", at((0, 2, 3), -1e-3)), "negative linewidths, down to -0.001"),
    "NaN": (exchange("gamma", at((1, 2, 3), np.nan)), "not finite"),
    "infinite": (exchange("gamma", at((1, 2, 3), np.inf)), "not finite"),
    "zero off Γ": (exchange("gamma", at((1, 2, 3), 0)), "1 linewidths that are zero"),
    "zero optical at Γ": (exchange("gamma", at((1, 0, 3), 0)), "1 linewidths that are zero"),
    "beyond all frequencies": (exchange("gamma", lambda g: 1e9 * g), "linewidths up to"),
    "beyond floating point": (exchange("gamma", lambda g: 1e-300 * g), "linewidths that are zero"),
    "no gamma": (lambda f: f.__delitem__("gamma"), "no linewidths"),
    "no mesh": (lambda f: f.__delitem__("mesh"), "no mesh"),
    "one grid point": (lambda f: (f.__delitem__("qpoint"), f.__setitem__("grid_point", 3)), "grid point 3 alone"),
    "no wave vectors": (lambda f: f.__delitem__("qpoint"), "no mesh of points"),
    "grid point elsewhere": (lambda f: f.__setitem__("grid_point", h5py.ExternalLink("a.hdf5", "a")), "grid_point is"),
    "weights of zero": (exchange("weight", lambda w: w * 0), "its weights are not"),
    "weights of other points": (exchange("weight", lambda w: w[1:]), "its weights are not"),
    "boundary of nothing": (lambda f: f.__setitem__("boundary_mfp", 0.0), "boundary_mfp is no length"),
    "boundary of NaN": (lambda f: f.__setitem__("boundary_mfp", np.nan), "not finite"),
    "two boundaries": (lambda f: f.__setitem__("boundary_mfp", [1.0, 2.0]), "boundary_mfp is no length"),
    "electrons of another shape": (lambda f: f.__setitem__("gamma_elph", np.ones((2, 3))), "gamma_elph"),
    "negative electrons": (lambda f: f.__setitem__("gamma_elph", -f["gamma"][...]), "negative linewidths"),
    "by triplet": (lambda f: f.__setitem__("gamma_detail", np.ones(3)), "by triplet"),
    "no frequencies": (lambda f: f.__delitem__("frequency"), "frequency is not"),
    "no temperatures": (lambda f: f.__delitem__("temperature"), "temperature is not"),
    "generalized grid": (lambda f: f.__setitem__("grid_matrix", np.eye(3)), "generalized"),
    "another mesh": (exchange("mesh", lambda _: np.array([3, 3, 3])), "not on its mesh"),
    "a finer mesh": (exchange("mesh", lambda _: np.array([4, 4, 4])), "4×4×4"),
    "huge mesh": (exchange("mesh", lambda _: np.full(3, 2**62)), "no mesh of three"),
    "fractional mesh": (exchange("mesh", lambda m: m * 1.0), "no mesh of three"),
    "mesh of zero": (exchange("mesh", lambda m: m * 0), "no mesh of three"),
    "points missing": (exchange("qpoint", lambda q: 0 * q), "another crystal"),
    "points of NaN": (exchange("qpoint", at((0, 0), np.nan)), "not finite"),
    "other frequencies": (exchange("frequency", lambda f: 1.1 * f), "frequencies differ by up to"),
    "other order": (exchange("frequency", lambda f: f[:, ::-1]), "ascending"),
    "other number of modes": (exchange("frequency", lambda f: f[:, :12]), "12 modes, this one 27"),
    "shapes": (exchange("gamma", lambda g: g.transpose(0, 2, 1)), "shape of its linewidths"),
    "falling temperatures": (exchange("temperature", lambda t: t[::-1]), "do not rise"),
    "isotopes of another shape": (lambda f: f.__setitem__("gamma_isotope", np.ones(3)), "gamma_isotope"),
    "negative isotopes": (lambda f: f.__setitem__("gamma_isotope", -np.ones(f["frequency"].shape)), "negative"),
    "text": (exchange("gamma", lambda g: np.full(g.shape, b"wide")), "gamma is not an array"),
    "compound": (exchange("frequency", lambda f: damage.compound(f[0])), "frequency is not an array"),
    "huge, unwritten": (exchange("gamma", shape=(2, damage.BIG, 27), dtype="f8", chunks=(1, 100, 27)), "gamma is not"),
    "huge points": (exchange("qpoint", shape=(damage.BIG, 3), dtype="f8", chunks=(1000, 3)), "qpoint is not"),
    "empty": (exchange("gamma", lambda g: g[:0]), "is not an array"),
    "external link": (linked("gamma", h5py.ExternalLink("good.hdf5", "gamma")), "gamma is not an array"),
    "external link to a pipe": (lambda f: linked("gamma", damage.to_a_pipe(f))(f), "gamma is not an array"),
    "unasked link to a pipe": (lambda f: f.__setitem__("grid_matrix", damage.to_a_pipe(f)), "grid_matrix is not"),
    "soft link in a loop": (linked("mesh", h5py.SoftLink("/mesh")), "mesh is not"),
    "a group": (lambda f: (f.__delitem__("gamma"), f.create_group("gamma")), "gamma is not an array"),
}  # fmt: skip


def look(path, **how):
    """The complaint."""
    try:
        linewidths.read(path, "embedded", T, GRID, **how)
    except InputError as err:
        return str(err)
    return "accepted"


def test_bad_files_are_one_line(good, tmp_path):
    """Each in one line that names the file and what is wrong, in few megabytes."""
    assert look(good) == "accepted"
    bad = []
    for number, (edit, _) in enumerate(KINDS.values()):
        bad.append(tmp_path / f"{number}.hdf5")
        bad[-1].write_bytes(good.read_bytes())
        with h5py.File(bad[-1], "r+") as file:
            edit(file)
    for (name, (_, word)), text in zip(KINDS.items(), victim.each(bad, look), strict=True):
        assert word in text and "\n" not in text, (name, text)
        assert text.startswith(("lifetime.phono3py = ", "mesh = ")), (name, text)


def test_no_hdf5(good, tmp_path):
    """Cut off, no file of HDF5, nothing at all, a folder."""
    cut, other = tmp_path / "cut.hdf5", tmp_path / "other.hdf5"
    cut.write_bytes(good.read_bytes()[:-1000])
    other.write_text("gamma: 1")
    for path, word in ((cut, "cut off"), (other, "damaged"), (tmp_path / "none", "no such"), (tmp_path, "a folder")):
        assert word in look(path) and "\n" not in look(path)


def test_flipped_bytes(good, tmp_path):
    """Wherever a byte is changed, the file is refused in one line or holds linewidths that can be computed with."""
    whole, rng = good.read_bytes(), np.random.default_rng(3)
    places = rng.choice(len(whole), FLIPS)
    for low in range(0, FLIPS, BATCH):
        bad = []
        for number, place in enumerate(places[low : low + BATCH]):
            bad.append(tmp_path / f"{number}.hdf5")
            changed = bytearray(whole)
            changed[place] ^= 1 << rng.integers(8)
            bad[-1].write_bytes(changed)
        assert all("\n" not in text for text in victim.each(bad, look))


def test_a_zero_linewidth_needs_a_boundary(good, tmp_path):
    """With a boundary such a mode lives finitely."""
    path = tmp_path / "zero.hdf5"
    path.write_bytes(good.read_bytes())
    with h5py.File(path, "r+") as file:
        exchange("gamma", at((1, 2, 3), 0))(file)
    assert "boundary" in look(path) and look(path, boundary=1e-6) == "accepted"


def test_temperatures_of_the_file(good):
    """One that it lacks is named; interpolated ones must be within its range."""
    for wanted, how, word in (
        ([200.0], {}, "100 to 300 K"),
        ([99.0], {"interpolate": True}, "100 to 300 K"),
        ([301.0], {"interpolate": True}, "100 to 300 K"),
    ):
        with pytest.raises(InputError, match=word) as caught:
            linewidths.read(good, "embedded", wanted, GRID, **how)
        assert caught.value.key == "temperature"
    assert linewidths.read(good, "embedded", [100.0005], GRID).bulk.rate_tpn.shape[0] == 1


def quartz(path, **changes):
    maps = dict.fromkeys(("optics", "bands", "slices", "orbits", "feedback", "spectrum"), world.DROP)
    mesh = {"grid": list(GRID), "shift": [0, 0, 0]}
    return world.quartz(**maps | {"lifetime": {"phono3py": str(path)}, "mesh": mesh, "temperature": T} | changes)


BAD = {
    "half a step": ({"mesh": {"grid": [2, 2, 2]}}, "mesh", "write grid: [2, 2, 2] and shift: [0, 0, 0]"),
    "temperature": ({"temperature": [50]}, "temperature", "100 to 300 K"),
    "of the spectrum": ({"spectrum": {"temperature": 150}}, "temperature", "100 to 300 K"),
    "no file": ({"lifetime": {"phono3py": "kappa.hdf5"}}, "lifetime.phono3py", "no such file"),
}


@pytest.mark.parametrize("case", BAD)
def test_the_command_line_refuses_in_one_line(good, tmp_path, case):
    """Exit code 2, a line with key, value and fix."""
    changes, key, word = BAD[case]
    code, text = victim.command(["check", str(world.write(tmp_path, quartz(good, **changes)))])
    assert code == 2 and text.startswith(f"hpcph: {key} = ") and word in text and text.count("\n") == 1, text


def test_scaling_needs_a_mesh_that_can_grow(good, tmp_path):
    """Linewidths on one mesh are refused there."""
    path = world.write(tmp_path, quartz(good))
    code, text = victim.command(["scaling", str(path), "--ranks", "1", "--output", str(tmp_path / "study")])
    assert code == 2 and "interpolate: true" in text and text.count("\n") == 1, text


def test_plan_counts_the_table(good, tmp_path):
    """Rates of all temperatures stand on every rank, interband sums take a few megabytes."""
    from hpcph.config.load import load
    from hpcph.cost.plan import plan
    from hpcph.prepare.job import prepare

    one, by_mode = (
        plan(prepare(load(world.write(tmp_path, quartz(good, **change)))).job, 2).memory_per_rank
        for change in ({"lifetime": "1 ps"}, {})
    )
    assert one + (4 << 20) < by_mode < one + (64 << 20)


def test_every_rank_ends(good, tmp_path):
    """A run on three ranks that is refused."""
    path = world.write(tmp_path, quartz(good, temperature=[50]))
    assert refused(world.command(3, "run", path, "--output", tmp_path / "out")) == ["temperature"]


def test_the_file_decides_the_results(good, tmp_path):
    """A result of other linewidths under the same name is not overwritten by a run with these."""
    mine = tmp_path / "kappa.hdf5"
    mine.write_bytes(good.read_bytes())
    with world.communicator() as comm:
        world.compute(comm, tmp_path, quartz(mine))
        before = (tmp_path / "out/result.h5").read_bytes()
        linewidths.write(mine, "embedded", GRID, T, linewidths.anyhow(1))
        with pytest.raises(InputError, match="another input"):
            world.compute(comm, tmp_path, quartz(mine))
    assert (tmp_path / "out/result.h5").read_bytes() == before


OURS = [error("ours") for error in (MemoryError, np.linalg.LinAlgError, KeyError, ValueError, OSError)]
PLACES = ["readers.mesh_rates.difference", "readers.mesh_rates.stars", "readers.phono3py.rates"]


@pytest.mark.parametrize("mistake", OURS, ids=lambda err: type(err).__name__)
@pytest.mark.parametrize("where", PLACES)
def test_trouble_of_our_own_is_no_damage(good, monkeypatch, mistake, where):
    """What goes wrong while the file is open, but not in reading it, stays what it is."""

    def fails(*_):
        raise mistake

    monkeypatch.setattr(f"hpcph.{where}", fails)
    with pytest.raises(type(mistake)) as caught:
        linewidths.read(good, "embedded", T, GRID)
    assert caught.value is mistake


def test_what_reading_raises_is_kept_as_the_cause(good, tmp_path):
    """The line is for the user, the cause for whoever looks for it."""
    path = tmp_path / "cut.hdf5"
    path.write_bytes(good.read_bytes()[:-1000])
    with pytest.raises(InputError) as caught:
        linewidths.read(path, "embedded", T, GRID)
    assert isinstance(caught.value.__cause__.__cause__, OSError)
