"""Two samples and the small run around them."""

from parallel import world

CYLINDER = {
    "shape": "cylinder",
    "radius": "20 nm",
    "height": "60 nm",
    "cells": [8, 12],
    "laser": {"power": "20 uW", "spot": "12 nm", "depth": "15 nm"},
    "bottom": {"temperature": "290 K"},
    "side": {"temperature": "280 K", "transfer": "1e7 W/m^2/K"},
}
CUBOID = {
    "shape": "cuboid",
    "edges": ["30 nm", "40 nm", "50 nm"],
    "cells": [5, 6, 8],
    "laser": {"power": "10 uW", "spot": "15 nm"},
    "bottom": {"temperature": "290 K", "transfer": "1e9 W/m^2/K"},
}
SECTIONS = dict.fromkeys(("bands", "orbits", "slices", "spectrum", "optics"), world.DROP)
SMALL = SECTIONS | {"modes": False, "temperature": ["200 K", "250 K", "300 K", "400 K", "500 K"], "lifetime": "1 ps"}
