"""What computes on the ranks: libraries choose kernels by processor, and every choice has last bits of its own."""

import os
import platform
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_info

from hpcph.errors import counted
from hpcph.parallel.comm import Comm

OLDEST = {"x86_64": "Haswell", "aarch64": "ARMV8"}  # OpenBLAS' core types that nodes of today have in common


class Kernel(NamedTuple):
    """BLAS with version and core type, instructions that NumPy uses beyond its least, C library."""

    blas: str
    simd: str
    system: str

    def __str__(self) -> str:
        return f"{self.blas}, NumPy {self.simd}, {self.system}"


@dataclass(frozen=True)
class Kernels:
    """now : those of the ranks, how many have each; before : others that computed what this run goes on with"""

    now: dict[Kernel, int]
    before: tuple[Kernel, ...] = ()

    @property
    def all(self) -> tuple[Kernel, ...]:
        """Every kind that has a part in the result."""
        return (*self.now, *self.before)

    def lines(self) -> list[str]:
        """What the user should read where they differ."""
        if len(self.all) < 2:
            return []
        told = [f"{kernel} on {counted(count, 'ranks')}" for kernel, count in self.now.items()]
        told += [f"{kernel} before it was gone on with" for kernel in self.before]
        return [f"computed by different kernels, whose last bits another run need not meet: {'; '.join(told)}. "
                + self._remedy()]  # fmt: skip

    def provenance(self) -> dict[str, str]:
        """Attributes of the result."""
        now = "\n".join(f"{kernel}: {counted(count, 'ranks')}" for kernel, count in self.now.items())
        before = "\n".join(map(str, self.before))
        return {"kernels": now} | ({"kernels_before_resume": before} if before else {})

    def _remedy(self) -> str:
        used: list[set[str]] = [set(kernel.simd.split()) for kernel in self.all]
        apart = sorted(used[0].union(*used) - used[0].intersection(*used))
        variables = [f'NPY_DISABLE_CPU_FEATURES="{" ".join(apart)}"'] if apart else []
        if len({kernel.blas for kernel in self.all}) > 1:
            variables.insert(0, f"OPENBLAS_CORETYPE={OLDEST.get(platform.machine(), 'GENERIC')}")
        one = " ".join(variables)
        return (
            f"For one kind begin with {one} on all ranks (job scripts: MIXED_NODES=1)"
            if one
            else "For one kind use nodes of one system"
        )


def of_all(comm: Comm, before: tuple[Kernel, ...] = ()) -> Kernels:
    """Those of all ranks, and of an unfinished run that is gone on with. Collective."""
    now = Counter(comm.mpi.allgather(own()))
    return Kernels(dict(sorted(now.items())), tuple(k for k in before if k not in now))


def own() -> Kernel:
    """Of this process."""
    config: Any = np.show_config(mode="dicts")
    found = " ".join(config.get("SIMD Extensions", {}).get("found", [])) or "baseline"
    return Kernel(_blas(config), found, _system())


def _blas(config: Any) -> str:
    """That of NumPy; SciPy, which rank 0 may have loaded, can have another."""
    loaded = [library for library in threadpool_info() if library["user_api"] == "blas"]
    package = os.path.realpath(Path(np.__file__).parent)
    numpys = [b for b in loaded if os.path.realpath(b["filepath"]).startswith(package)] or loaded
    told = {f"{b['internal_api']} {b['version']} {b.get('architecture') or ''}".strip() for b in numpys}
    linked = config.get("Build Dependencies", {}).get("blas", {})
    return " and ".join(sorted(told)) or f"{linked.get('name', 'BLAS')} {linked.get('version', '')}".strip()


def _system() -> str:
    """Its exp and sin choose by processor, too; of others than glibc the system's version stands for the library's."""
    if sys.platform == "linux" and (libc := os.confstr("CS_GNU_LIBC_VERSION")):
        return libc
    return f"{platform.system()} {platform.release()}"
