"""What others see in a result: xarray its dimensions, coordinates and units, ParaView its maps through the sidecar."""

from pathlib import Path
from xml.etree import ElementTree as xml

import h5py
import numpy as np
import pytest
import xarray
from parallel import world
from result import large_map

from hpcph.result.quantity import Dataset
from hpcph.result.store import complete, lay_out
from hpcph.result.xdmf import describe

GIGABYTE = 10**9


@pytest.fixture(scope="module")
def result():
    """The small run's result.h5; None on other ranks than 0."""
    with world.communicator() as comm, world.shared_folder(comm) as folder:
        path = world.compute(comm, folder, world.quartz()).path
        yield path if comm.root else None
        comm.mpi.Barrier()


@pytest.fixture
def path(result) -> Path:
    """The file, for rank 0 to look at."""
    if result is None:
        pytest.skip("rank 0 looks")
    return result


@pytest.mark.mpi
def test_xarray_opens_a_result(path):
    """Dimensions by name, physical coordinates, units and values, in every group."""
    expected = {
        "/thermal/gamma_nl": ("temperature", "cartesian_l", "cartesian_gradient"),
        "/modes/frequency": ("k_point", "branch"),
        "/modes/polarization": ("k_point", "branch", "cartesian_l"),
        "/modes/k": ("k_point", "cartesian_k"),
        "/feedback/amplification": ("temperature", "radius"),
        "/magnetization/density": ("temperature", "radius", "cartesian_m"),
        "/rotation/magnetization": ("temperature", "cartesian_m", "cartesian_rotation"),
        "/bands/moment": ("distance", "branch", "cartesian_m"),
        "/bands/polarization_by_atom": ("distance", "branch", "atom", "cartesian_l"),
        "/slices/off_diagonal": ("plane", "slice_a", "slice_b"),
        "/slices/k": ("plane", "slice_a", "slice_b", "cartesian_k"),
    }
    with xarray.open_datatree(path, engine="h5netcdf") as tree, h5py.File(path, "r") as file:
        for name, dims in expected.items():
            assert tree[name].dims == dims, name
            assert tree[name].attrs["unit"] == file[name].attrs["unit"], name
            np.testing.assert_array_equal(tree[name].values, file[name][...], err_msg=name)
        assert tree["/temperature"].values.tolist() == [100, 290, 300]
        tensor = tree["/thermal/gamma_nl"]
        along = tensor.sel(temperature=300, cartesian_l="z", cartesian_gradient="z").item()
        assert along == file["/thermal/gamma_nl"][2, 2, 2] != 0
        plane = tree["/slices/diagonal"].sel(plane=0.25)
        np.testing.assert_array_equal(plane, file["/slices/diagonal"][1])
        assert tree["/feedback"].attrs["scale"] == file["/provenance"].attrs["feedback_scale"]


@pytest.mark.mpi
def test_the_sidecar_names_what_the_file_holds(path):
    """Every item's dataset is there with these dimensions and this type; a hyperslab is the branch in its name."""
    document = xml.parse(path.with_suffix(".xdmf"))
    assert [grid.get("Name") for grid in document.iter("Grid")] == ["slices", "modes"]
    with h5py.File(path, "r") as file:
        for item in document.iter("DataItem"):
            if item.get("Format") == "HDF":
                name, dataset = item.text.split(":")
                assert name == path.name
                assert item.get("Dimensions") == " ".join(map(str, file[dataset].shape))
                assert (item.get("NumberType"), item.get("Precision")) == ("Float", "8")
                assert file[dataset].dtype == np.float64
        slices, modes = document.iter("Grid")
        topology = slices.find("Topology")
        assert topology.attrib == {"TopologyType": "3DSMesh", "Dimensions": "2 3 5"}
        assert modes.find("Topology").get("Dimensions") == str(len(file["/modes/q"]))
        assert len(slices.findall("Attribute")) == 3 and len(modes.findall("Attribute")) == 1 + 6 * 27
        for attribute in modes.findall("Attribute"):
            label, unit = attribute.get("Name").rstrip(")").split(" (")
            name, *branch = label.split()
            dataset = file[f"/modes/{name}"]
            assert unit == dataset.attrs["unit"]
            assert attribute.get("AttributeType") == ("Vector" if dataset.ndim == 3 else "Scalar")
            if branch:
                start, stride, count = slab(attribute.find("DataItem"))
                chosen = tuple(slice(a, a + s * n, s) for a, s, n in zip(start, stride, count, strict=True))
                np.testing.assert_array_equal(np.squeeze(dataset[chosen], 1), dataset[:, int(branch[0]) - 1])


def slab(item) -> np.ndarray:
    """Start, stride and count of a hyperslab item, which has the count as its dimensions; (3, d)."""
    assert item.get("ItemType") == "HyperSlab"
    rows = np.array(item.find("DataItem").text.split(), int).reshape(3, -1)
    assert item.get("Dimensions") == " ".join(map(str, rows[2]))
    return rows


@pytest.mark.mpi
def test_positions_are_cartesian_wave_vectors(path):
    """k·a_i = 2π q_i with the lattice vectors of the file, on slices and in modes."""
    with h5py.File(path, "r") as file:
        for group in ("/slices", "/modes"):
            k, q = file[f"{group}/k"][...], file[f"{group}/q"][...]
            np.testing.assert_allclose(k @ file["/crystal/lattice"][...].T, 2 * np.pi * q, atol=1e-12)


def test_no_maps_no_sidecar(tmp_path):
    """And that of an earlier result goes; nothing else is left in the folder."""
    path = tmp_path / "result.h5"
    (tmp_path / "result.xdmf").write_text("of an earlier result")
    maps = [Dataset("/bands/frequency", (4, 3), "Hz", "x", ("q", "branch"))]
    lay_out(path, maps)
    complete(path, maps, [], {}, {})
    assert describe(path) is None
    assert [p.name for p in tmp_path.iterdir()] == ["result.h5"]


def check(folder: Path, size: int) -> None:
    """Two ranks write tables of `size` bytes; xarray reads them back lazily, a sample of rows at a time."""
    done = world.command(2, folder, size, script=Path(large_map.__file__))
    assert done.returncode == 0, done.stderr
    maps, total = large_map.tables(size), 0
    assert sorted(p.name for p in folder.iterdir()) == ["result.h5", "result.xdmf"]
    with xarray.open_datatree(folder / "result.h5", engine="h5netcdf", cache=False) as tree:
        for spec in maps:
            table, points = tree[spec.name], spec.shape[0]
            assert table.shape == spec.shape and table.attrs["unit"] == spec.unit
            total += table.nbytes
            starts = np.random.default_rng(0).integers(points - 7, size=40)
            for low in (0, points - 7, *starts):
                rows = slice(int(low), int(low) + 7)
                np.testing.assert_array_equal(table[rows], large_map.value(spec, rows), err_msg=spec.name)
    assert size <= total < size + 4000
    assert total < (folder / "result.h5").stat().st_size < total + 12 * len(maps) * 2**20


def test_a_map_file_under_mpirun(tmp_path):
    """A small one, in one round."""
    check(tmp_path, 20 * 10**6)


@pytest.mark.slow
def test_a_map_file_of_2_gb(tmp_path):
    """Many rounds, offsets beyond 2³¹; the file is gone afterwards."""
    try:
        check(tmp_path, 2 * GIGABYTE + 150 * 10**6)
    finally:
        for path in tmp_path.iterdir():
            path.unlink()
