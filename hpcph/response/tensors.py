"""The tensor responses of a crystal, one row each: what answers, what acts, and how the temperature enters.

Columns of the sums and of checkpoints, averages over the point group, errors and datasets follow from the row; nobody
else counts columns. A new response is a new row of TABLE, and where it has new operators, their matrices in
hpcph.response.weights.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

import numpy as np

from hpcph.constants import mu_0
from hpcph.crystal.lattice import SYMMETRIC, symmetric

EVERY = tuple((i, j) for i in range(3) for j in range(3))


@dataclass(frozen=True)
class Operator:
    """A vector of the lattice; `answer` and `cause` name its axis in a file: as what is measured, and where it acts.

    axial : an improper operation turns it as its proper part does; odd : time reversal changes its sign
    """

    name: str
    axial: bool
    odd: bool
    answer: str = ""
    cause: str = ""


L = Operator("L", axial=True, odd=True, answer="cartesian_l", cause="cartesian_rotation")  # angular momentum
N = Operator("N", axial=True, odd=True, answer="cartesian_m", cause="cartesian_field")  # magnetic moment
Q = Operator("Q", axial=False, odd=True, cause="cartesian_direction")  # direction of the wave vector
V = Operator("V", axial=False, odd=True, cause="cartesian_gradient")  # velocity
E = Operator("E", axial=False, odd=True, answer="cartesian_heat")  # energy current
U = Operator("U", axial=False, odd=False, answer="cartesian", cause="cartesian2")  # displacement of an atom


class Channel(Enum):
    """How the temperature enters a sum over modes (theory §3, §4)."""

    OFF_DIAGONAL = "c_0 + Σ g f"
    OSCILLATOR = "Σ s (f + ½)"
    DIAMAGNETIC = "c_0 + Σ g f of the clouds ⟨x x⟩"
    OCCUPIED = "Σ h f"
    DIAGONAL = "Σ d (−∂f/∂ħω)"
    FLOW = "−Σ p τ ∂f/∂T"
    HEAT = "Σ c τ ħω ∂f/∂T"
    INTERBAND = "Σ over pairs of modes with linewidths"
    TOGETHER = "sum of other tensors"

    @property
    def timed(self) -> bool:
        """Does one relaxation time multiply the finished tensor?"""
        return self in (Channel.FLOW, Channel.HEAT)

    @property
    def mild(self) -> bool:
        """Has it no 1/k² of the acoustic modes at Γ? Velocities, with lifetimes, leave none; the helicity has 1/k."""
        return self.timed or self in (Channel.INTERBAND, Channel.OCCUPIED)


OFF_DIAGONAL, OSCILLATOR, DIAMAGNETIC, OCCUPIED, DIAGONAL, FLOW, HEAT, INTERBAND, TOGETHER = Channel


@dataclass(frozen=True)
class Stored:
    """A dataset that shows a tensor: all of its channels, or one; a factor is on the way from what is summed.

    cause : axis of the second index, where it is not that of the operator
    symbol : where it is not that of the tensor
    section : group of the file that lacks something without it; optional : there are results with that group alone
    closing : what a run says in the end
    density : is per volume: what a layer has per area too; a field has no such
    """

    path: str
    unit: str
    description: str
    channel: Channel | None = None
    factor: float = 1.0
    cause: str = ""
    symbol: str = ""
    section: str = ""
    optional: bool = False
    closing: bool = False
    density: bool = True


@dataclass(frozen=True)
class Tensor:
    """A response per volume of crystal, first index `answer`, second `cause`, as the sum of its channels.

    by_atom : of every atom by itself, and nothing per volume
    solved : what the Boltzmann equation changes; its dataset then stands in relaxation time beside it
    induced : what only a magnetic field is asked for
    parts : of a tensor TOGETHER, those that add up to it; their errors partly cancel, so it has its own
    stored : the datasets that show it
    """

    symbol: str
    answer: Operator
    cause: Operator
    channels: tuple[Channel, ...]
    stored: tuple[Stored, ...]
    solved: bool = False
    by_atom: bool = False
    induced: bool = False
    parts: tuple["Tensor", ...] = ()

    def __hash__(self) -> int:
        return hash(self.symbol)  # a key of many dictionaries, which the fields make slow

    @property
    def symmetric(self) -> bool:
        """Of one operator twice; an energy current is a velocity times an energy."""
        return self.cause == self.answer or {self.answer, self.cause} == {E, V}

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Axes of answer and cause that its columns belong to."""
        return SYMMETRIC if self.symmetric else EVERY

    @property
    def parity(self) -> int:
        """Sign beyond that of the indices under an improper operation."""
        return 1 if self.answer.axial == self.cause.axial else -1

    @property
    def reversal(self) -> int:
        """Sign under time reversal."""
        return 1 if self.answer.odd == self.cause.odd else -1

    @property
    def magnetic(self) -> bool:
        """Does it need moments of the atoms?"""
        return N in (self.answer, self.cause)

    @property
    def interband(self) -> bool:
        """Is it summed only where it is asked, or modes have linewidths?"""
        return self.channels == (INTERBAND,)

    def unpack(self, columns: np.ndarray) -> np.ndarray:
        """(…, 3, 3) from its columns, (…, a, 3, 3) of atoms."""
        if self.by_atom:
            return symmetric(columns.reshape(*columns.shape[:-1], len(self.pairs), -1).swapaxes(-1, -2))
        return symmetric(columns) if self.symmetric else columns.reshape(*columns.shape[:-1], 3, 3)

    def axes(self, shown: Stored) -> tuple[str, ...]:
        """Names of the axes in a dataset, but for the temperature."""
        return *(("atom",) if self.by_atom else ()), self.answer.answer, shown.cause or self.cause.cause


Part = tuple[Tensor, Channel]
KAPPA = Tensor(
    "κ", E, V, (HEAT,), solved=True,
    stored=(Stored("/thermal/conductivity", "W m-1 K-1", "thermal conductivity κ; heat current −κ ∇T",
                   section="/thermal", optional=True, closing=True),),
)  # fmt: skip
GAMMA_NL = Tensor(
    "γ^NL", L, V, (FLOW,), solved=True,
    stored=(Stored("/thermal/gamma_nl", "J s m-2 K-1",
                   "response γ^NL of angular momentum to ∇T; ⟨L_i⟩/volume = γ_ij ∂_jT",
                   section="/thermal", optional=True, closing=True),),
)  # fmt: skip
GAMMA_N = Tensor(
    "γ^N", N, V, (FLOW,), solved=True,
    stored=(Stored("/magnetization/gamma_nl", "A K-1", "response γ^N of magnetization to ∇T; ⟨m_i⟩/volume = γ_ij ∂_jT",
                   section="/magnetization"),),
)  # fmt: skip
HELICITY = Tensor(
    "H", L, Q, (OCCUPIED,),
    stored=(Stored("/helicity/density", "J s m-3",
                   "H_ij = Σ ħ l_i k̂_j f per volume; k̂ the direction of the wave vector, its trace is the helicity",
                   section="/helicity", optional=True),),
)  # fmt: skip
CHI = Tensor(
    "χ", L, L, (DIAGONAL, OFF_DIAGONAL),
    stored=(
        Stored("/feedback/susceptibility/diagonal", "J s2 m-3", "χ^D of L per volume, unscaled", DIAGONAL,
               cause="cartesian_l2", symbol="χ^D", section="/thermal"),
        Stored("/feedback/susceptibility/off_diagonal", "J s2 m-3",
               "χ^OD of L per volume, unscaled; pair terms included",
               OFF_DIAGONAL, cause="cartesian_l2", symbol="χ^OD", section="/thermal"),
        Stored("/rotation/pam_density", "J s2 m-3", "χ, L per angular velocity of the sample", section="/rotation",
               closing=True),
    ),
)  # fmt: skip
CHI_N = Tensor(
    "χ^{N,L}", N, L, (DIAGONAL, OFF_DIAGONAL),
    stored=(
        Stored("/rotation/magnetization", "A s m-1", "χ^NL, magnetization per angular velocity of the sample",
               section="/rotation", optional=True),
        Stored("/rotation/field", "T s", "μ₀ times magnetization per angular velocity of the sample", factor=mu_0,
               section="/rotation", optional=True, density=False),
    ),
)  # fmt: skip
CHI_NN = Tensor(
    "χ^{N,N}", N, N, (DIAGONAL, OFF_DIAGONAL),
    stored=(Stored("/field/susceptibility_paramagnetic", "1", "μ₀ χ^{N,N}, μ₀ times magnetization per magnetic field",
                   factor=mu_0, section="/field", optional=True),),
)  # fmt: skip
DISPLACEMENT = Tensor(
    "⟨uu⟩", U, U, (OSCILLATOR,), by_atom=True,
    stored=(Stored("/crystal/displacement", "m2",
                   "⟨u_i u_j⟩ of every atom; zero point included, without translations of the crystal",
                   section="/crystal", optional=True, density=False),),
)  # fmt: skip
CHI_NN_DIAMAGNETIC = Tensor(
    "χ^{N,N}, diamagnetic", N, N, (DIAMAGNETIC,), induced=True,
    stored=(Stored("/field/susceptibility_diamagnetic", "1", "μ₀ times −(1/V) Σ ⟨x Wᵀ_i W_j x⟩", factor=mu_0,
                   section="/field", optional=True),),
)  # fmt: skip
CHI_N_DIAMAGNETIC = Tensor("χ^{N,L}, diamagnetic", N, L, (DIAMAGNETIC,), induced=True, stored=())
CHI_FIELD = Tensor(
    "χ^B", N, N, (TOGETHER,), induced=True, parts=(CHI_NN, CHI_NN_DIAMAGNETIC),
    stored=(Stored("/field/susceptibility", "1", "para- and diamagnetic part together; μ₀ M = χ B", factor=mu_0,
                   section="/field", optional=True, closing=True),),
)  # fmt: skip
CHI_N_FIELD = Tensor("χ^{N,L}, kinetic", N, L, (TOGETHER,), induced=True, parts=(CHI_N, CHI_N_DIAMAGNETIC), stored=())
KAPPA_INTERBAND = Tensor(
    "κ (Wigner)", E, V, (INTERBAND,),
    stored=(Stored("/thermal/conductivity_coherence", "W m-1 K-1",
                   "interband part of κ (Wigner); not included in it",
                   section="/thermal", optional=True, closing=True),),
)  # fmt: skip
GAMMA_NL_INTERBAND = Tensor(
    "γ^NL, interband", L, V, (INTERBAND,),
    stored=(Stored("/thermal/gamma_coherence", "J s m-2 K-1", "interband part of γ^NL; not included in it",
                   section="/thermal", optional=True, closing=True),),
)  # fmt: skip
GAMMA_N_INTERBAND = Tensor(
    "γ^N, interband", N, V, (INTERBAND,),
    stored=(Stored("/magnetization/gamma_coherence", "A K-1", "interband part of γ^N; not included in it",
                   section="/magnetization", optional=True),),
)  # fmt: skip
TABLE = (
    KAPPA, GAMMA_NL, GAMMA_N, HELICITY, CHI, CHI_N, CHI_NN, CHI_NN_DIAMAGNETIC, CHI_N_DIAMAGNETIC, CHI_FIELD,
    CHI_N_FIELD, DISPLACEMENT, KAPPA_INTERBAND, GAMMA_NL_INTERBAND, GAMMA_N_INTERBAND,
)  # fmt: skip


@dataclass(frozen=True)
class Sum:
    """Tensors of one channel and one cause: their columns stand side by side, and one product of matrices sums them.

    atoms : of which each has its own columns, where the tensors are theirs
    """

    channel: Channel
    tensors: tuple[Tensor, ...]
    atoms: int = 1

    @property
    def width(self) -> int:
        """Columns in all."""
        return self.atoms * sum(len(tensor.pairs) for tensor in self.tensors)

    @property
    def pairs(self) -> list[tuple[Operator, int, Operator, int]]:
        """Answer and cause of every column, each with its axis."""
        return [(t.answer, i, t.cause, j) for t in self.tensors for i, j in t.pairs]

    def parts(self, columns: np.ndarray) -> dict[Tensor, np.ndarray]:
        """The columns (…, width) of every tensor."""
        ends = np.cumsum([self.atoms * len(tensor.pairs) for tensor in self.tensors])
        return dict(zip(self.tensors, np.split(columns, ends[:-1], axis=-1), strict=True))


def solved(moments: bool) -> tuple[Tensor, ...]:
    """What the Boltzmann equation changes."""
    return tuple(tensor for tensor in TABLE if tensor.solved and (moments or not tensor.magnetic))


def sums(moments: bool, interband: bool = False, atoms: int = 0, field: bool = False) -> tuple[Sum, ...]:
    """What a run adds up: with moments, with interband parts, of so many atoms, with what a magnetic field asks for."""
    wanted = (
        tensor
        for tensor in TABLE
        if (moments or not tensor.magnetic)
        and (interband or not tensor.interband)
        and (atoms or not tensor.by_atom)
        and (field or not tensor.induced)
        and not tensor.parts
    )
    return _sums(wanted, atoms)


def displacements(atoms: int) -> Sum:
    """Of the displacements alone."""
    return Sum(OSCILLATOR, (DISPLACEMENT,), atoms)


def _sums(tensors: Iterable[Tensor], atoms: int) -> tuple[Sum, ...]:
    def kind(part: tuple[Channel, Tensor]) -> tuple[int, str]:
        return list(Channel).index(part[0]), part[1].cause.name

    parts = sorted(((channel, tensor) for tensor in tensors for channel in tensor.channels), key=kind)
    grouped = [list(group) for _, group in groupby(parts, key=kind)]

    def own(group: list[tuple[Channel, Tensor]]) -> Sum:
        tensors = tuple(tensor for _, tensor in group)
        return Sum(group[0][0], tensors, atoms if tensors[0].by_atom else 1)

    return tuple(own(group) for group in grouped)
