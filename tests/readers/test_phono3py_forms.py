"""Whatever form phono3py writes its linewidths in, κ is its own, or one line says what to do.

In relaxation time, with the force constants of phono3py and no sum rules, on 4×4×3 points, none with degenerate sets
that carry heat against each other: agreement is then that of the Ewald sums.
"""

import gzip

import h5py
import numpy as np
import physics
import pytest
from parallel import world
from readers.test_phono3py import computed, phono3pys_own, voigt

MESH = (4, 4, 3)
CASE = physics.DATA / "cases/kappa_every_point"
FORMS = {
    "every point": {"is_kappa_star": False},
    "boundary": {"boundary_mfp": 1.0},
    "every point with a boundary": {"is_kappa_star": False, "boundary_mfp": 0.3},
    "every point with isotopes": {"is_kappa_star": False, "is_isotope": True},
    "normal and Umklapp": {"is_N_U": True},
    "strength of the interaction": {"is_full_pp": True},
    "compressed by lzf": {"compression": "lzf"},
    "not compressed": {"compression": None},
}


def symmetric(theirs: np.ndarray) -> np.ndarray:
    """κ of a hexagonal crystal, (t, 3) of the diagonal, whatever of its symmetry phono3py left out."""
    across = theirs[:, :2].mean(axis=1)
    return np.stack([across, across, theirs[:, 2]], axis=-1)


def printed(folder, aln, kappa, **changes) -> str:
    """What a run with such a file writes to the log."""
    data = {
        "crystal": {"force_constants": str(aln.force_constants), "sum_rules": []},
        "mesh": {"grid": list(MESH), "shift": [0, 0, 0]},
        "temperature": [300],
        "lifetime": {"phono3py": str(kappa)},
        "gradient": "1 K/mm",
    } | changes
    done = world.here("run", world.write(folder, data), "--output", folder / "out")
    assert done.returncode == 0, done.stderr
    return done.stdout


def changed(folder, source, name="changed.hdf5", **datasets):
    """A copy of a file with other datasets; None leaves one out."""
    path = folder / name
    with h5py.File(source) as file, h5py.File(path, "w") as copy:
        for key in file:
            copy[key] = file[key][()]
        for key, values in datasets.items():
            if key in copy:
                del copy[key]
            if values is not None:
                copy[key] = values
    return path


@pytest.mark.parametrize("form", FORMS)
def test_conductivity_is_phono3pys(tmp_path, aln, form):
    """With the file's own boundary, and means over stars where every point has linewidths of its own."""
    kappa = aln.kappa(*MESH, **FORMS[form])
    ours = voigt(computed(tmp_path, aln, kappa)["conductivity"])[:, :3]
    np.testing.assert_allclose(ours, symmetric(phono3pys_own(kappa)), rtol=1e-5)


def test_every_point_of_the_known_file(tmp_path):
    """100 K: 1479.92 across and 1747.69 along c, γ^NL_xy −2.526e-16, with the mesh's symmetry and without."""
    if not CASE.is_dir():
        pytest.skip(f"no {CASE}")
    data = {
        "crystal": {"force_constants": str(CASE / "aln.yaml.xz"), "sum_rules": []},
        "temperature": [100, 300],
        "lifetime": {"phono3py": str(CASE / "kappa-m553.hdf5")},
        "gradient": "1 K/mm",
    }
    for symmetry in (True, False):
        (tmp_path / str(symmetry)).mkdir()
        mesh = {"grid": [5, 5, 3], "shift": [0, 0, 0], "symmetry": symmetry}
        with h5py.File(world.result(tmp_path / str(symmetry), data | {"mesh": mesh})) as file:
            heat, flow = (file[f"thermal/{name}"][...] for name in ("conductivity", "gamma_nl"))
        np.testing.assert_allclose(voigt(heat)[:, :3], [[1479.92, 1479.92, 1747.69], [175.50, 175.50, 185.015]], 3e-5)
        np.testing.assert_allclose([flow[0, 0, 1], -flow[0, 1, 0]], -2.526e-16, rtol=3e-4)


def test_the_input_decides_on_boundaries(tmp_path, aln):
    """`boundary` stands for that of the file, which is named; the file of the run keeps what was used."""
    kappa, length = aln.kappa(*MESH, boundary_mfp=1.0), "0.4 um"
    for name in ("mine", "file"):
        (tmp_path / name).mkdir()
    text = printed(tmp_path / "mine", aln, kappa, lifetime={"phono3py": str(kappa), "boundary": length})
    assert "lifetime.boundary stands for its boundary_mfp of 1 µm" in text and "κ_xx, κ_yy" not in text
    with h5py.File(tmp_path / "mine/out/result.h5") as file:
        ours, used = voigt(file["thermal/conductivity"][...])[0, :3], file["thermal"].attrs["boundary"]
    np.testing.assert_allclose(ours, phono3pys_own(aln.kappa(*MESH, boundary_mfp=0.4))[1, :3], rtol=1e-4)
    assert used == pytest.approx(4e-7)
    assert "boundary_mfp 1 µm" in printed(tmp_path / "file", aln, kappa)
    with h5py.File(tmp_path / "file/out/result.h5") as file:
        assert file["thermal"].attrs["boundary"] == pytest.approx(1e-6)


def test_boundaries_of_the_boltzmann_equation(tmp_path, aln):
    """The collision-m….hdf5 has no boundary; that of the kappa-m….hdf5 of the same run is in its diagonal."""
    matrix, kappa = aln.collisions(*MESH, boundary_mfp=1.0)
    lifetime = {"collision_matrix": str(matrix), "phono3py": str(kappa)}
    found = computed(tmp_path, aln, kappa, lifetime=lifetime)
    for ours, theirs in (("conductivity", "kappa"), ("conductivity_relaxation_time", "kappa_RTA")):
        np.testing.assert_allclose(voigt(found[ours])[:, :3], phono3pys_own(kappa, theirs)[:, :3], rtol=1e-4)


def test_reducible_collisions_of_irreducible_points(tmp_path, aln):
    """phono3py then writes frequencies of every point beside the linewidths of irreducible ones."""
    kappa = aln.kappa(*MESH, is_LBTE=True, is_reducible_collision_matrix=True)
    with h5py.File(kappa) as file:
        assert len(file["frequency"]) > len(file["qpoint"]) == file["gamma"].shape[1]
    found = []
    for name, path in (("reducible", kappa), ("plain", aln.kappa(*MESH))):
        (tmp_path / name).mkdir()
        found.append(computed(tmp_path / name, aln, path)["conductivity"])
    one, other = found
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-9 * other.max())


def test_electrons_add(tmp_path, aln):
    """gamma_elph, with the axis of smearing widths or without, shortens lifetimes like gamma."""
    kappa = aln.kappa(*MESH)
    with h5py.File(kappa) as file:
        gamma = file["gamma"][...]
    plain = computed(tmp_path, aln, kappa)["conductivity"]
    for number, electrons in enumerate((gamma / 3, gamma[None] / 3)):
        path = changed(tmp_path, kappa, f"{number}.hdf5", gamma_elph=electrons)
        (tmp_path / str(number)).mkdir()
        found = computed(tmp_path / str(number), aln, path)["conductivity"]
        np.testing.assert_allclose(found, 0.75 * plain, rtol=0, atol=1e-9 * plain[-1].max())


@pytest.mark.parametrize("bands", [False, True])
def test_grid_points_by_themselves(tmp_path, aln, bands):
    """One line that says how phono3py puts them together."""
    point = aln.of_points(3, 3, 2, bands=bands)[0]
    text = refusal(tmp_path, aln, point)
    assert ("grid point 1, band 1 alone" if bands else "grid point 0 alone") in text and "--read-gamma" in text


def test_other_files(tmp_path, aln):
    """Packed files, generalized grids and linewidths by triplet: one line each."""
    kappa = aln.kappa(*MESH)
    packed = tmp_path / "kappa-m443.hdf5.gz"
    packed.write_bytes(gzip.compress(kappa.read_bytes()))
    for path, word in (
        (packed, "unpack it with gunzip"),
        (changed(tmp_path, kappa, grid_matrix=np.diag(MESH)), "generalized regular grid"),
        (changed(tmp_path, kappa, "b.hdf5", gamma_detail=np.ones(3)), "by triplet"),
        (changed(tmp_path, kappa, "c.hdf5", boundary_mfp=-1.0), "boundary_mfp is no length"),
        (changed(tmp_path, kappa, "d.hdf5", gamma_elph=np.ones(3)), "gamma_elph"),
        (changed(tmp_path, kappa, "e.hdf5", weight=np.zeros(3)), "weights"),
    ):
        assert word in refusal(tmp_path, aln, path)


def refusal(folder, aln, kappa) -> str:
    """The line that refuses a file."""
    data = {
        "crystal": {"force_constants": str(aln.force_constants), "sum_rules": []},
        "mesh": {"grid": list(MESH), "shift": [0, 0, 0]},
        "temperature": [300],
        "lifetime": {"phono3py": str(kappa)},
        "gradient": "1 K/mm",
    }
    done = world.here("check", world.write(folder, data))
    assert done.returncode == 2 and done.stderr.startswith("hpcph: lifetime.phono3py = ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_the_log_compares(tmp_path, aln):
    """phono3py's own κ beside ours: the same, or how far apart and why; not a word where lifetimes are others."""
    kappa = aln.kappa(*MESH)
    for name in ("same", "apart", "interpolated", "none"):
        (tmp_path / name).mkdir()
    lines = printed(tmp_path / "same", aln, kappa).splitlines()
    line = next(line for line in lines if kappa.name in line and "κ_xx" in line)
    theirs = phono3pys_own(kappa)[1, :3]
    numbers = ", ".join(f"{x:.4g}" for x in theirs)
    assert f"κ_xx, κ_yy, κ_zz in {kappa.name} at 300 K: {numbers} W m⁻¹ K⁻¹; here {numbers}, the same" in line
    degenerate = aln.kappa(3, 3, 2)  # K is on it
    mesh = {"grid": [3, 3, 2], "shift": [0, 0, 0]}
    assert "% apart: degenerate sets enter as block traces" in printed(tmp_path / "apart", aln, degenerate, mesh=mesh)
    lifetime = {"phono3py": str(kappa), "interpolate": True}
    assert "κ_xx, κ_yy" not in printed(tmp_path / "interpolated", aln, kappa, lifetime=lifetime)
    assert "κ_xx, κ_yy" not in printed(tmp_path / "none", aln, changed(tmp_path, kappa, kappa=None))


def test_the_log_compares_solutions_with_solutions(tmp_path, aln):
    """With a collision matrix it is κ of the Boltzmann equation, not that of the relaxation time."""
    matrix, kappa = aln.collisions(*MESH)
    text = printed(tmp_path, aln, kappa, lifetime={"collision_matrix": str(matrix), "phono3py": str(kappa)})
    theirs = ", ".join(f"{x:.4g}" for x in phono3pys_own(kappa)[1, :3])
    assert f"at 300 K: {theirs} W m⁻¹ K⁻¹; here {theirs}, the same" in text
    assert theirs != ", ".join(f"{x:.4g}" for x in phono3pys_own(kappa, "kappa_RTA")[1, :3])
