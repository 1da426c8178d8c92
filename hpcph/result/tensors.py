"""Tensor responses, as a result holds them: quantities from their rows (hpcph.response.tensors)."""

from hpcph.response.tensors import (
    CHI,
    CHI_FIELD,
    CHI_N,
    CHI_NN,
    CHI_NN_DIAMAGNETIC,
    DISPLACEMENT,
    GAMMA_N,
    GAMMA_NL,
    GAMMA_NL_INTERBAND,
    KAPPA,
    KAPPA_INTERBAND,
    TABLE,
    Stored,
    Tensor,
)
from hpcph.response.thermal import Tensors
from hpcph.result.quantity import Dataset, Quantity
from hpcph.result.thermal import (
    MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK,
    MAGNETIZATION_FIELD_WITHOUT_FEEDBACK,
    THERMAL_PAM_DENSITY,
    T,
)

RELAXED = "relaxation_time"


def quantity(tensor: Tensor, shown: Stored) -> Quantity:
    """A dataset that shows a tensor."""
    return Quantity(
        shown.path, (T, *tensor.axes(shown)), shown.unit, shown.description, optional=shown.optional,
        errors=True, solved=tensor.solved, section=shown.section, closing=shown.closing,
        symbol=shown.symbol or tensor.symbol, density=shown.density,
    )  # fmt: skip


def in_relaxation_time(tensor: Tensor, shown: Stored) -> Quantity:
    """The same beside what the Boltzmann equation gives."""
    axes, text = (T, *tensor.axes(shown)), f"{tensor.symbol} in relaxation time"
    return Quantity(
        f"{shown.path}_{RELAXED}", axes, shown.unit, text, optional=True, section=shown.section,
        closing=shown.closing, density=shown.density,
    )  # fmt: skip


def _of(tensor: Tensor) -> list[Quantity]:
    return [quantity(tensor, shown) for shown in tensor.stored]


(THERMAL_CONDUCTIVITY,) = _of(KAPPA)
(THERMAL_GAMMA_NL,) = _of(GAMMA_NL)
(THERMAL_CONDUCTIVITY_COHERENCE,) = _of(KAPPA_INTERBAND)
(THERMAL_GAMMA_COHERENCE,) = _of(GAMMA_NL_INTERBAND)
FEEDBACK_SUSCEPTIBILITY_DIAGONAL, FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL, ROTATION_PAM_DENSITY = _of(CHI)
(CRYSTAL_DISPLACEMENT,) = _of(DISPLACEMENT)
ROTATION_MAGNETIZATION, ROTATION_FIELD = _of(CHI_N)
(FIELD_SUSCEPTIBILITY_PARAMAGNETIC,) = _of(CHI_NN)
(FIELD_SUSCEPTIBILITY_DIAMAGNETIC,) = _of(CHI_NN_DIAMAGNETIC)
(FIELD_SUSCEPTIBILITY,) = _of(CHI_FIELD)


def quantities() -> list[Quantity]:
    """All of them."""
    every = [(tensor, shown) for tensor in TABLE for shown in tensor.stored]
    beside = [in_relaxation_time(tensor, shown) for tensor, shown in every if tensor.solved]
    return [quantity(*one) for one in every] + beside


# by the variables that show them, of layers per area too, and in relaxation time
TENSORS = {
    of.variable: tensor
    for tensor in TABLE
    if not tensor.by_atom
    for shown in tensor.stored
    for row in (quantity(tensor, shown), in_relaxation_time(tensor, shown))
    for of in (row, row.per_area())
}
# vectors that a gradient along the axis makes, without feedback
DRIVEN = {
    of.variable: tensor
    for row, tensor in {
        THERMAL_PAM_DENSITY: GAMMA_NL,
        MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK: GAMMA_N,
        MAGNETIZATION_FIELD_WITHOUT_FEEDBACK: GAMMA_N,
    }.items()
    for of in (row, row.per_area())
}


def responses(found: Tensors, lifetime: float) -> list[Dataset]:
    """All tensors that were found; lifetime in s, 1 where it stands in the sums."""
    return [quantity(*one).of(_values(found, *one, lifetime)) for one in _shown(found)]


def errors(kind: str, found: Tensors, lifetime: float) -> list[Dataset]:
    """Errors of a kind beside them."""
    return [quantity(*one).error(kind).of(_values(found, *one, lifetime)) for one in _shown(found)]


def relaxed(found: Tensors) -> list[Dataset]:
    """In relaxation time, beside what the Boltzmann equation gives; lifetimes stand in the sums."""
    return [in_relaxation_time(*one).of(_values(found, *one, 1.0)) for one in _shown(found) if one[0].solved]


def _shown(found: Tensors) -> list[tuple[Tensor, Stored]]:
    return [(tensor, shown) for tensor in found.known for shown in tensor.stored]


def _values(found: Tensors, tensor: Tensor, shown: Stored, lifetime: float):
    values = found[tensor] if shown.channel is None else found[tensor, shown.channel]
    timed = any(channel.timed for channel in tensor.channels)
    return shown.factor * (values * lifetime if timed else values)
