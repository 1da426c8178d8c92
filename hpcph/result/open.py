"""A result as an xarray Dataset: what the Python interface, the figures, the report and the exports read."""

from pathlib import Path

import xarray as xr

from hpcph.errors import InputError
from hpcph.result.sound import require_sound

ROOT_ATTRIBUTES = (
    "/provenance",
    "/thermal",
    "/feedback",
    "/crystal",
)  # under their own names, the rest with the group's


def open_result(path: str | Path) -> xr.Dataset:
    """All datasets of a result.h5 in one Dataset, read when they are used.

    `/feedback/gamma_ll/total` is `feedback_gamma_ll_total`; axes are dimensions with coordinates (temperature in K,
    radius in m, …), every variable has the attributes `units`, `long_name`, `description` and `path`. The Dataset's
    own attributes are the provenance, lifetime or linewidths, gradient, axis, scale and coupling. Close it or use it in
    a `with`.

    Raises InputError where the file is no whole result of hpcph.
    """
    path = Path(path)
    added = require_sound(path)
    try:
        groups = xr.open_groups(path, engine="h5netcdf", phony_dims="access")  # what others added need not have axes
    except Exception as err:  # whatever xarray and h5netcdf raise at damaged files
        raise InputError("RESULT.h5", path, f"cannot be read ({type(err).__name__}); run it again") from err
    variables: dict[str, xr.Variable] = {}
    coordinates: dict[str, xr.Variable] = {}
    attributes: dict = {}
    for group, node in groups.items():
        prefix = group.strip("/").replace("/", "_")
        attributes |= {n if group in ROOT_ATTRIBUTES else f"{prefix}_{n}": v for n, v in node.attrs.items()}
        for name, variable in node.variables.items():
            if f"{group.rstrip('/')}/{name}" in added:
                continue
            variable.attrs |= {"units": variable.attrs.get("unit", "1"), "path": f"{group.rstrip('/')}/{name}"}
            variable.attrs.pop("unit", None)
            if name in node.coords:
                coordinates.setdefault(str(name), variable)  # radius stands in two groups
            else:
                variables[f"{prefix}_{name}" if prefix else str(name)] = variable
    result = xr.Dataset(variables, coordinates, attributes)

    def close() -> None:
        for node in groups.values():
            node.close()

    result.set_close(close)
    return result
