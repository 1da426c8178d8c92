"""Small runs of the embedded crystal and what is in their files, which the tests beside this file look at."""

import h5py
from parallel import world

SMALL = {"modes": False, **dict.fromkeys(("bands", "orbits", "slices", "spectrum", "feedback", "optics"), world.DROP)}


def contents(path) -> dict:
    """All datasets of a result by name, attributes of /provenance under '@name'."""
    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda n, x: found.update({"/" + n: x[()]}) if isinstance(x, h5py.Dataset) else None)
        found.update({"@" + name: value for name, value in file["/provenance"].attrs.items()})
    return found


def computed(comm, folder, **changes):
    """Contents of the file of another run, on every rank."""
    outcome = world.compute(comm, folder, world.quartz(**changes))
    return comm.on_root(lambda: contents(outcome.path))
