"""(Γ + Ω) y = x by PETSc: a dense matrix whose rows are spread over the ranks, MINRES scaled by Γ. Collective.

Ω of phono3py is symmetric only as far as its tetrahedra are: its symmetric part counts, applied as ½(Ω + Ωᵀ) without a
second copy. Nothing makes it positive on a coarse mesh, so MINRES and not conjugate gradients.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hpcph.parallel.petsc import calling_back, group, petsc

PREFIX = "hpcph_boltzmann_"


@dataclass(frozen=True)
class KrylovLimits:
    """When to stop: residual over that of y = 0, in the norm of the scaled equation, and iterations."""

    tolerance: float
    iterations: int


@dataclass(frozen=True)
class Solution:
    """The rows of a rank, (rows,), and how it went: residuals of every iteration over the first; did it converge?"""

    values: np.ndarray
    history: np.ndarray
    converged: bool


class Collisions:
    """Γ + ½(Ω + Ωᵀ), rows spread over the ranks; to be closed."""

    def __init__(self, team, rate: np.ndarray, fill: Callable[[np.ndarray], None]):
        """team : MPI communicator; rate : ndarray (rows,) Γ of a rank's rows; fill : puts Ω's rows into (rows, all)."""
        self._petsc = petsc()
        sizes = ((len(rate), None), (len(rate), None))
        self._omega = self._petsc.Mat().createDense(sizes, comm=group(team))
        self._omega.setUp()
        try:
            fill(self._omega.getDenseArray())
        finally:
            self._omega.assemble()
        self._rate = self._omega.createVecLeft()
        self._rate.setArray(rate)
        self._half = self._rate.duplicate()
        self._matrix = self._petsc.Mat().createPython(sizes, context=self, comm=group(team))
        self._matrix.setUp()
        self._matrix.setOption(self._petsc.Mat.Option.SYMMETRIC, True)

    def mult(self, _, vector, result) -> None:
        """PETSc's product with a vector."""
        self._omega.mult(vector, result)
        self._omega.multTranspose(vector, self._half)
        result.axpy(1.0, self._half)
        result.scale(0.5)
        self._half.pointwiseMult(self._rate, vector)
        result.axpy(1.0, self._half)

    def getDiagonal(self, _, result) -> None:
        """What PETSc scales by: Γ, which is positive."""
        self._rate.copy(result)

    def solve(self, drive: np.ndarray, limits: KrylovLimits) -> Solution:
        """drive : ndarray (rows,), x of a rank's rows."""
        x, y = self._rate.duplicate(), self._rate.duplicate()
        x.setArray(drive)
        ksp = self._petsc.KSP().create(comm=self._matrix.getComm())
        ksp.setOptionsPrefix(PREFIX)
        ksp.setType("minres")
        ksp.getPC().setType("jacobi")
        ksp.setOperators(self._matrix)
        ksp.setTolerances(rtol=limits.tolerance, atol=0, divtol=1e12, max_it=limits.iterations)
        ksp.setConvergenceHistory(limits.iterations + 1)
        ksp.setFromOptions()
        with calling_back():
            ksp.solve(x, y)
        history = np.array(ksp.getConvergenceHistory())
        converged = ksp.getConvergedReason() > 0
        found = Solution(y.getArray().copy(), history / (history[0] if history.size and history[0] else 1), converged)
        for thing in (ksp, x, y):
            thing.destroy()
        return found

    def close(self) -> None:
        """Give the memory back."""
        for thing in (self._matrix, self._omega, self._rate, self._half):
            thing.destroy()
