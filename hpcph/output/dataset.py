"""A result as an xarray Dataset: what the Python interface, the figures, the report and the exports read."""

from pathlib import Path
from typing import cast

import h5py
import xarray as xr

from hpcph.errors import InputError

REQUIRED = (
    "/provenance",
    "/crystal/lattice",
    "/crystal/positions",
    "/crystal/masses",
    "/crystal/symbols",
)
ROOT_ATTRIBUTES = (
    "/provenance",
    "/thermal",
    "/feedback",
    "/crystal",
)  # under their own names, the rest with the group's


def open_result(path: str | Path) -> xr.Dataset:
    """All datasets of a result.h5 in one Dataset, read when they are used.

    `/feedback/gamma_ll/total` is `feedback_gamma_ll_total`; axes are dimensions with coordinates (temperature in K,
    radius in m, …), every variable has the attributes `units`, `description` and `path`. The Dataset's own attributes
    are the provenance, lifetime, gradient, axis, scale and coupling. Close it or use it in a `with`.

    Raises InputError where the file is no whole result of hpcph.
    """
    path = Path(path)
    _require_result(path)
    try:
        tree = xr.open_datatree(path, engine="h5netcdf")
    except Exception as err:  # whatever xarray and h5netcdf raise at damaged files
        raise InputError("RESULT.h5", path, f"cannot be read ({type(err).__name__}); run it again") from err
    variables: dict[str, xr.Variable] = {}
    coordinates: dict[str, xr.Variable] = {}
    attributes: dict = {}
    for group in tree.groups:
        node = cast(xr.DataTree, tree[group]).to_dataset(inherit=False)
        prefix = group.strip("/").replace("/", "_")
        attributes |= {n if group in ROOT_ATTRIBUTES else f"{prefix}_{n}": v for n, v in node.attrs.items()}
        for name, variable in node.variables.items():
            variable.attrs |= {"units": variable.attrs.get("unit", "1"), "path": f"{group.rstrip('/')}/{name}"}
            variable.attrs.pop("unit", None)
            if name in node.coords:
                coordinates.setdefault(str(name), variable)  # radius stands in two groups
            else:
                variables[f"{prefix}_{name}" if prefix else str(name)] = variable
    result = xr.Dataset(variables, coordinates, attributes)
    result.set_close(tree.close)
    return result


def _require_result(path: Path) -> None:
    if not path.is_file():
        raise InputError("RESULT.h5", path, "no such file; give the result.h5 of a run")
    try:
        with h5py.File(path, "r") as file:
            missing = [name for name in REQUIRED if name not in file]
            known = "hpcph" in file["/provenance"].attrs if not missing else False
    except (OSError, RuntimeError, KeyError, ValueError) as err:
        reason = "is not HDF5" if not _is_hdf5(path) else "is truncated or damaged"
        raise InputError("RESULT.h5", path, f"{reason}; give the result.h5 of a finished run") from err
    if not known:
        raise InputError("RESULT.h5", path, "was not written by hpcph; give the result.h5 of a finished run")


def _is_hdf5(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"
