"""Rates of modes from ShengBTE, ALAMODE and TDEP are those that were written, and κ with them is the programs' own."""

from dataclasses import replace

import h5py
import numpy as np
import physics
import pytest
from parallel import world
from readers import rate_writers as writers
from readers import toys
from result import victim

from hpcph.config.lifetime import LifetimesSection
from hpcph.config.load import load
from hpcph.config.mesh import MeshSection
from hpcph.errors import InputError
from hpcph.prepare import forceconstants, scattering
from hpcph.prepare.job import prepare
from hpcph.readers.rate_files import PROGRAMS
from hpcph.readers.recognised import recognised

T = np.array([100.0, 300.0, 500.0])
TOY = replace(toys.triclinic(11, atoms=2), charges=())  # stable, and no two branches closer than 3 cm⁻¹
OTHERS = ("shengbte", "alamode", "tdep")
CRYSTALS = {"triclinic": (2, 3, 4), "embedded": (3, 3, 2), "zno": (4, 4, 2)}


@pytest.fixture(scope="module")
def yaml(tmp_path_factory):
    path = tmp_path_factory.mktemp("toy") / "phonopy_params.yaml"
    TOY.phonopy.save(path, settings={"force_constants": True})
    return path


@pytest.fixture(scope="module")
def crystal(yaml):
    """By name, the triclinic one from its file."""

    def of(name):
        if name != "triclinic":
            return physics.case(name).crystal
        return physics.crystal_of(forceconstants.load(forceconstants.Files(yaml, primitive="P")))

    return of


def written(program, folder, of):
    """What an input names."""
    if program == "phono3py":
        return str(writers.phono3py(folder / "kappa-m111.hdf5", of))
    if program == "shengbte":
        return str(writers.shengbte(folder / "run", of))
    if program == "alamode":
        return str(writers.alamode(folder / "some.result", of))
    return [str(writers.tdep(folder / f"{kelvin:g}.hdf5", of, t)) for t, kelvin in enumerate(of.temperature)]


def read(of, temperature=T, grid=None, interpolate=False, **lifetime):
    """Scattering, κ and remarks of a run on the mesh."""
    given = LifetimesSection(interpolate=interpolate, **lifetime)
    where = MeshSection(grid=list(grid or of.divisions), shift=[0.0, 0.0, 0.0])
    paths = [world.Path(name) for name in given.linewidths[1]]
    return scattering.linewidths(given, paths, where, of.crystal, np.asarray(temperature, float))


@pytest.mark.parametrize("name", CRYSTALS)
@pytest.mark.parametrize("program", (*OTHERS, "phono3py"))
def test_rates_are_those_that_were_written(tmp_path, crystal, program, name):
    """Units, order of points and branches, stars: 1/τ of every mode of the mesh to the digits of the file."""
    of = writers.known(crystal(name), CRYSTALS[name], T)
    found, own, _ = read(of, **{program: written(program, tmp_path, of)})
    np.testing.assert_allclose(found.bulk.rates(of.q_dc, T), of.rate_tdn, rtol=1e-5, atol=1)
    if program != "phono3py" and name == "triclinic":
        scale = np.abs(of.kappa_tij).max(axis=(1, 2), keepdims=True)
        np.testing.assert_allclose(own.relaxed_tij / scale, of.kappa_tij / scale, rtol=0, atol=1e-5)


@pytest.mark.parametrize("program", OTHERS)
def test_conductivity_is_the_programs(tmp_path, yaml, crystal, program):
    """κ of a run is Σ C v v τ of the file, and the last lines say that it is the same."""
    of = writers.known(crystal("triclinic"), (2, 3, 4), [300.0])
    named = written(program, tmp_path, of)
    data = {
        "crystal": {"force_constants": str(yaml), "primitive": "P", "sum_rules": []},
        "mesh": {"grid": [2, 3, 4], "shift": [0, 0, 0]},
        "temperature": [300],
        "lifetime": {program: named},
        "gradient": "1 K/mm",
    }
    done = world.here("run", world.write(tmp_path, data), "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "at 300 K" in done.stdout and ", the same" in done.stdout, done.stdout
    with h5py.File(tmp_path / "out/result.h5") as file:
        ours, about = file["thermal/conductivity"][0], file["thermal"].attrs["linewidths"]
    np.testing.assert_allclose(ours, of.kappa_tij[0], rtol=0, atol=1e-5 * np.abs(of.kappa_tij).max())
    assert world.Path(named if isinstance(named, str) else named[0]).name in about


def test_the_oldest_shengbte(tmp_path, crystal):
    """No T-folders, q Cartesian, a line of rates a point."""
    of = writers.known(crystal("triclinic"), (2, 3, 4), [300.0])
    found, _, _ = read(of, [300.0], shengbte=str(writers.shengbte(tmp_path / "run", of, layout=writers.OLD)))
    np.testing.assert_allclose(found.bulk.rates(of.q_dc, np.array([300.0])), of.rate_tdn, rtol=1e-8)


def test_temperatures_of_shengbte(tmp_path, crystal):
    """Those of CONTROL, though folders are named by whole kelvins; one T-folder is one temperature."""
    kelvin = np.array([99.6, 300.4, 501.2])
    of = writers.known(crystal("triclinic"), (2, 3, 4), kelvin)
    folder = writers.shengbte(tmp_path / "run", of)
    found, _, _ = read(of, kelvin, shengbte=str(folder))
    np.testing.assert_allclose(found.bulk.rates(of.q_dc, kelvin), of.rate_tdn, rtol=1e-8)
    assert read(of, [300.4], shengbte=str(folder / "T300K"))[0].bulk.rate_tpn.shape[0] == 1
    for wanted, named, word in (([300.0], folder, "99.6 to 501.2 K"), ([99.6], folder / "T300K", "has 300.4 K")):
        with pytest.raises(InputError, match=word):
            read(of, wanted, shengbte=str(named))


@pytest.mark.parametrize(
    "control",
    [
        "&allocations natoms=2, ngrid=2,3,4 /\n&parameters T=300.0d0 /\n",
        "&ALLOCATIONS\n NGRID(1) = 2\n NGRID(2) = 3 ! ngrid(2)=9\n NGRID(3)=4\n&END\n&PARAMETERS\n T = 3.0E2\n&END\n",
        "$allocations ngrid(1)=2, ngrid(2)=3, ngrid(3)=1*4, $end $parameters T=0 T_min=300 T_max=300 T_step=10 $end\n",
        "&allocations ngrid(:)=2 3 4 norientations=0 &end\n",
    ],
)
def test_spellings_of_control(tmp_path, crystal, control):
    """Fortran's namelists; temperatures that it does not have are those of the folders."""
    of = writers.known(crystal("triclinic"), (2, 3, 4), [300.0])
    folder = writers.shengbte(tmp_path / "run", of)
    (folder / "CONTROL").write_text(control)
    found, _, _ = read(of, [300.0], shengbte=str(folder))
    np.testing.assert_allclose(found.bulk.rates(of.q_dc, np.array([300.0])), of.rate_tdn, rtol=1e-8)


def test_effective_rates(tmp_path, crystal):
    """BTE.w_final, but BTE.w where v vanishes and F·v/v² is NaN, negative or far away; a remark counts these."""
    of = writers.known(crystal("triclinic"), (2, 3, 4), [300.0])
    folder = writers.shengbte(tmp_path / "run", of)
    final = replace(of, rate_tdn=0.8 * of.rate_tdn)
    strange = np.zeros(of.nu_dn.shape, bool)
    for (d, n), value in zip(((5, 3), (6, 4), (7, 5)), (np.nan, -1e11, 1e-3), strict=True):
        arms = of.star_d == of.star_d[d]
        final.rate_tdn[0][arms, n], strange[arms, n] = value, True
    final.rate_tdn[0][~of.q_dc.any(axis=1), :3] = np.nan
    writers.shengbte(folder, final, "BTE.w_final")
    found, own, (remark,) = read(of, [300.0], shengbte=str(folder / "T300K/BTE.w_final"))
    expected = np.where(strange, of.rate_tdn[0], 0.8 * of.rate_tdn[0])
    np.testing.assert_allclose(found.bulk.rates(of.q_dc, np.array([300.0]))[0], expected, rtol=1e-8)
    count = len(of.first)
    assert "T300K/BTE.w_final" in remark and f"BTE.w for 6 of {count * 6} modes of T300K" in remark
    assert own is not None and np.all(np.isfinite(own.relaxed_tij))


def test_a_part_of_the_rates_says_so(tmp_path, crystal):
    """Three phonons alone, when they are asked for."""
    of = writers.known(crystal("triclinic"), (2, 3, 4), [300.0])
    folder = writers.shengbte(tmp_path / "run", of, "BTE.w_3ph")
    _, own, (remark,) = read(of, [300.0], shengbte=str(folder / "T300K/BTE.w_3ph"))
    assert own.relaxed_tij is None and "BTE.w_3ph is a part of BTE.w" in remark


def test_files_of_alamode_add(tmp_path, crystal):
    """Γ of three and four phonons and of isotopes; without isotopes a remark says so."""
    of = writers.known(crystal("embedded"), (3, 3, 2), [300.0])
    three, four = (writers.alamode(tmp_path / name, of, s) for name, s in (("a.result", 0.5), ("a.4ph.result", 0.2)))
    third = writers.isotopes(tmp_path / "a.self_isotope", of, 0.3)
    found, _, (remark,) = read(of, [300.0], alamode=[str(three), str(four), str(third)])
    np.testing.assert_allclose(found.bulk.rates(of.q_dc, np.array([300.0])), of.rate_tdn, rtol=1e-5, atol=1)
    assert "a.result + a.4ph.result + a.self_isotope" in remark and "without isotopes" not in remark
    alone, _, (remark,) = read(of, [300.0], alamode=str(three))
    np.testing.assert_allclose(alone.bulk.rate_tpn, 0.5 * found.bulk.rate_tpn, rtol=1e-5, atol=1)
    assert "without isotopes" in remark


def test_hdf5_of_alamode(tmp_path, crystal):
    """The same in one file, κ included; init knows it."""
    of = writers.known(crystal("embedded"), (3, 3, 2), [300.0])
    path = writers.kappa_h5(tmp_path / "a.kappa.h5", of, four=0.2, isotope=0.3)
    found, own, (remark,) = read(of, [300.0], alamode=str(path))
    np.testing.assert_allclose(found.bulk.rates(of.q_dc, np.array([300.0])), of.rate_tdn, rtol=1e-8, atol=1)
    assert own.relaxed_tij is not None and "without isotopes" not in remark
    assert "without isotopes" in read(of, [300.0], alamode=str(writers.kappa_h5(path, of)))[2][0]
    assert recognised(path).program == "alamode" and recognised(path).temperature == [300.0]


@pytest.mark.parametrize("program", OTHERS)
def test_between_temperatures_and_points(tmp_path, crystal, program):
    """As phono3py's: linear in T, on any mesh."""
    of = writers.known(crystal("triclinic"), (2, 3, 4), T)
    found, own, _ = read(of, [200.0], (5, 5, 5), interpolate=True, **{program: written(program, tmp_path, of)})
    expected = (of.rate_tdn[0] + of.rate_tdn[1]) / 2
    np.testing.assert_allclose(found.bulk.rates(of.q_dc, np.array([200.0]))[0], expected, rtol=1e-5, atol=1)
    assert own is None and found.everywhere


def test_every_file_decides_the_results(tmp_path, crystal):
    """Of a folder each file that is read, told apart by its T-folder."""
    of = writers.known(crystal("triclinic"), (2, 3, 4), T)
    folder = writers.shengbte(tmp_path / "run", of)
    found = PROGRAMS["shengbte"].sources(folder)
    assert len(found) == len(set(found)) == 3 + 2 * len(T) and all(path.is_file() for path in found)
    of = writers.known(crystal("embedded"), (2, 2, 2), [100.0, 300.0])
    folder = writers.shengbte(tmp_path / "quartz", of)
    data = {
        "crystal": world.QUARTZ["crystal"],
        "mesh": {"grid": [2, 2, 2], "shift": [0, 0, 0]},
        "temperature": [100, 300],
        "lifetime": {"shengbte": str(folder)},
    }
    identity = prepare(load(world.write(tmp_path, data))).identity
    assert {f"the file T{kelvin}K/BTE.w" for kelvin in (100, 300)} <= set(identity), identity


@pytest.mark.parametrize("program", OTHERS)
def test_init_knows_them(tmp_path, crystal, program):
    """Its input names the linewidths under their key, with their temperatures."""
    of = writers.known(crystal("embedded"), (1, 1, 3), [300.0] if program == "tdep" else T)
    named = written(program, tmp_path, of)
    paths = named if isinstance(named, list) else [named]
    crystal_file = world.QUARTZ["crystal"]["force_constants"]
    code, text = victim.command(["init", crystal_file, *paths, "-o", str(tmp_path / "mine.yaml")])
    assert code == 0, text
    given = load(tmp_path / "mine.yaml").input
    assert given.lifetime.linewidths[0] == program and given.lifetime.interpolate
    assert set(given.temperature) == {kelvin for kelvin in of.temperature if kelvin <= 400}
