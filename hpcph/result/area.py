"""What a layer has per area: every density of a result times the height of the cell, which depends on no height.

Which quantities are densities, their rows say (`density`); all else of the datasets beside them follows.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hpcph.result.catalogue import densities
from hpcph.result.quantity import Dataset


def per_area(results: Sequence[Dataset], height: float) -> list[Dataset]:
    """Those of the densities among the datasets, errors included; height : of the cell, m."""
    known = densities()
    found = [(known[spec.name], spec) for spec in results if spec.name in known]
    return [replace(row.of(height * np.asarray(spec.value)), solved=spec.solved) for row, spec in found]
