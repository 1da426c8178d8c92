"""python -m hpcph; in the end every rank writes to HELD/rank what modules it has, and its peak memory in KiB."""

import json
import os
import resource
import sys
from pathlib import Path

from hpcph.__main__ import start

if __name__ == "__main__":
    try:
        start()
    finally:
        from hpcph.parallel.comm import world

        held = {"modules": sorted(sys.modules), "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
        Path(os.environ["HELD"], str(world().rank)).write_text(json.dumps(held))
