"""result.xdmf: tells ParaView how to see the maps of result.h5, whose data it names and does not copy.

Positions are the Cartesian wave vectors of /slices/k and /modes/k. Slices become one structured grid, plane × i × j;
tables of modes become a cloud of points with fields of their own for every branch. A finite sample is a grid of nodes.
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as xml

import h5py

from hpcph.disk.draft import draft
from hpcph.result import modes, sample

FIELDS = (
    sample.SAMPLE_TEMPERATURE_FIELD, sample.SAMPLE_PAM_DENSITY, sample.SAMPLE_PAM_DENSITY_WITHOUT_FEEDBACK,
    sample.SAMPLE_MAGNETIZATION, sample.SAMPLE_MAGNETIZATION_WITHOUT_FEEDBACK,
)  # fmt: skip
KINDS = {"f": "Float", "i": "Int", "u": "UInt"}


def describe(result: Path) -> Path | None:
    """Write the sidecar of a complete result, at once; its path, or None where the file has no maps to look at."""
    final = result.with_suffix(".xdmf")
    document = xml.Element("Xdmf", Version="2.0")
    domain = xml.SubElement(document, "Domain")
    with h5py.File(result, "r") as file:
        if modes.SLICES_K.path in file:
            _slices(domain, file)
        if modes.MODES_K.path in file:
            _modes(domain, file[modes.MODES_K.path])
        if sample.SAMPLE_TEMPERATURE_FIELD.path in file:
            _sample(domain, file)
    if not len(domain):
        final.unlink(missing_ok=True)  # of an earlier result
        return None
    xml.indent(document)
    with draft(final) as temporary:
        xml.ElementTree(document).write(temporary, encoding="utf-8", xml_declaration=True)
    return final


def _slices(domain: xml.Element, file: h5py.File) -> None:
    points = file[modes.SLICES_K.path]
    planes, rows, columns, _ = points.shape
    grid = _grid(domain, points, {"TopologyType": "3DSMesh", "Dimensions": f"{planes} {rows} {columns}"})
    for quantity in (*modes.SLICES.values(), modes.SLICES_HELICITY):
        if quantity.path in file:
            _item(_attribute(grid, quantity.name, file[quantity.path], "Scalar"), file[quantity.path])


def _sample(domain: xml.Element, file: h5py.File) -> None:
    """Nodes of a finite sample; of a cylinder those of a half plane, on which x, y, z are r, φ, z."""
    grid = xml.SubElement(domain, "Grid", Name="sample", GridType="Uniform")
    xml.SubElement(grid, "Topology", TopologyType="3DRectMesh", Dimensions=_words(file[FIELDS[0].path].shape))
    geometry = xml.SubElement(grid, "Geometry", GeometryType="VXVYVZ")
    for axis in (sample.SAMPLE_X, sample.SAMPLE_Y, sample.SAMPLE_Z):
        _item(geometry, file[axis.path])
    for quantity in FIELDS:
        if quantity.path in file:
            dataset = file[quantity.path]
            kind = "Scalar" if dataset.ndim == len(sample.NODES) else "Vector"
            _item(_attribute(grid, quantity.name, dataset, kind), dataset)


def _modes(domain: xml.Element, position: h5py.Dataset) -> None:
    topology = {"TopologyType": "Polyvertex", "Dimensions": f"{len(position)}", "NodesPerElement": "1"}
    grid = _grid(domain, position, topology)
    for name, dataset in _tables(position.parent, len(position)):
        if dataset.ndim == 1:
            _item(_attribute(grid, name, dataset, "Scalar"), dataset)
            continue
        for branch in range(dataset.shape[1]):
            kind = "Scalar" if dataset.ndim == 2 else "Vector"
            _branch(_attribute(grid, f"{name} {branch + 1:03d}", dataset, kind), dataset, branch)


def _tables(group: h5py.Group, points: int) -> Iterator[tuple[str, h5py.Dataset]]:
    """Datasets with a value, a value a branch or a Cartesian vector a branch for every point."""
    for name, item in group.items():
        is_table = isinstance(item, h5py.Dataset) and item.shape[:1] == (points,) and not item.is_scale
        where = (modes.MODES_K.name, modes.MODES_Q.name)
        if is_table and name not in where and item.dtype.kind in KINDS and item.shape[2:] in ((), (3,)):
            yield name, item


def _grid(domain: xml.Element, position: h5py.Dataset, topology: dict[str, str]) -> xml.Element:
    grid = xml.SubElement(domain, "Grid", Name=position.parent.name.strip("/"), GridType="Uniform")
    xml.SubElement(grid, "Topology", topology)
    _item(xml.SubElement(grid, "Geometry", GeometryType="XYZ"), position)
    return grid


def _attribute(grid: xml.Element, name: str, dataset: h5py.Dataset, kind: str) -> xml.Element:
    label = f"{name} ({dataset.attrs['unit']})"
    return xml.SubElement(grid, "Attribute", Name=label, AttributeType=kind, Center="Node")


def _item(parent: xml.Element, dataset: h5py.Dataset) -> None:
    """A whole dataset."""
    item = xml.SubElement(
        parent, "DataItem", Format="HDF", Dimensions=_words(dataset.shape),
        NumberType=KINDS[dataset.dtype.kind], Precision=str(dataset.dtype.itemsize),
    )  # fmt: skip
    item.text = f"{Path(dataset.file.filename).name}:{dataset.name}"


def _branch(parent: xml.Element, dataset: h5py.Dataset, branch: int) -> None:
    """One branch of (k, n) or (k, n, 3): rows of start, stride and count, then the dataset."""
    start, count = [0] * dataset.ndim, list(dataset.shape)
    start[1], count[1] = branch, 1
    slab = xml.SubElement(parent, "DataItem", ItemType="HyperSlab", Dimensions=_words(count))
    selection = xml.SubElement(slab, "DataItem", Format="XML", Dimensions=f"3 {dataset.ndim}", NumberType="Int")
    selection.text = " ".join(map(_words, (start, [1] * dataset.ndim, count)))
    _item(slab, dataset)


def _words(numbers) -> str:
    return " ".join(map(str, numbers))
