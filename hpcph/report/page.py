"""result.h5 → report.html: every part of the page is built from the result, or says which input section it needs."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import plotly.graph_objects as go
import xarray as xr

from hpcph.report import (
    bands,
    cell,
    diagram,
    document,
    embed,
    field,
    finite,
    lattice,
    light,
    lines,
    slices,
    summary,
    tensors,
)
from hpcph.result.crystal import ELASTICITY_STIFFNESS
from hpcph.result.field import FIELD_CENTRE_FREQUENCY
from hpcph.result.light import OPTICS_PAM
from hpcph.result.modes import BANDS_EIGENVECTOR, BANDS_FREQUENCY, ORBITS_EIGENVECTOR, SLICES
from hpcph.result.open import open_result
from hpcph.result.sample import SAMPLE_TEMPERATURE_FIELD
from hpcph.result.tensors import ROTATION_PAM_DENSITY
from hpcph.result.thermal import (
    CONVERGENCE_POINTS,
    FEEDBACK_GAMMA_LL_TOTAL,
    HELICITY_PER_CELL,
    MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK,
    SPECTRUM,
    THERMAL_PAM_DENSITY,
)
from hpcph.show import units

Built = tuple[dict[str, go.Figure], dict]
SCRIPTS = ("unpack.js", "numbers.js", "page.js", "diagram.js", "cell.js", "slices.js", "sample.js", "light.js")


@dataclass(frozen=True)
class PagePart:
    """A part of the page: its name, the variables one of which it needs, the input section that makes them.

    Without a section there is nothing to ask for, and no part where the variables are missing.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    section: str
    build: Callable[[xr.Dataset], Built]


PARTS = (
    PagePart("diagram", "Phase diagram", (FEEDBACK_GAMMA_LL_TOTAL.variable,), "feedback", diagram.build),
    PagePart("bands", "Dispersion", (BANDS_FREQUENCY.variable,), "bands", bands.build),
    PagePart(
        "cell",
        "Motion in the unit cell",
        (BANDS_EIGENVECTOR.variable, ORBITS_EIGENVECTOR.variable),
        "bands or orbits",
        cell.build,
    ),
    PagePart("slices", "Brillouin-zone slices", (SLICES["diagonal"].variable,), "slices", slices.build),
    PagePart(
        "spectra",
        "Spectra",
        (SPECTRUM["diagonal"].variable,),
        "spectrum",
        lambda r: ({"spectra": lines.spectra(r)}, {}),
    ),
    PagePart(
        "convergence",
        "Convergence with the mesh",
        (CONVERGENCE_POINTS.variable,),
        "mesh.grid",
        lambda r: ({"convergence": lines.convergence(r)}, {}),
    ),
    PagePart("lattice", "Lattice", (ELASTICITY_STIFFNESS.variable,), "", lambda _: ({}, {})),
    PagePart(
        "density",
        "Angular momentum per volume",
        (THERMAL_PAM_DENSITY.variable,),
        "lifetime and gradient",
        lambda r: ({"density": lines.density(r)}, {}),
    ),
    PagePart(
        "magnetization",
        "Magnetization",
        (MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK.variable,),
        "magnetization (with Born charges), lifetime and gradient",
        lambda r: (lines.magnetization(r), {}),
    ),
    PagePart(
        "rotation", "Rotation", (ROTATION_PAM_DENSITY.variable,), "magnetization", lambda r: (lines.rotation(r), {})
    ),
    PagePart(
        "helicity",
        "Helicity",
        (HELICITY_PER_CELL.variable,),
        "temperature",
        lambda r: ({"helicity": lines.helicity(r)}, {}),
    ),
    PagePart("field", "Magnetic field", (FIELD_CENTRE_FREQUENCY.variable,), "field", field.build),
    PagePart("sample", "Finite sample", (SAMPLE_TEMPERATURE_FIELD.variable,), "sample", finite.build),
    PagePart("light", "Light", (OPTICS_PAM.variable,), "optics", light.build),
)


def write(result: Path, output: Path | None) -> Path:
    """Write the page of a result, at once; the file, report.html beside the result unless it is named.

    Raises InputError where the file is no result of hpcph or the page cannot be written.
    """
    final = Path(output) if output else Path(result).with_name("report.html")
    with open_result(result) as data:
        text = page(data)
    document.write(text, final)
    return final


def page(result: xr.Dataset) -> str:
    """The whole page as text."""
    built = {part.name: part.build(result) for part in PARTS if any(name in result for name in part.needs)}
    figures = {name: json.loads(figure.to_json()) for drawn, _ in built.values() for name, figure in drawn.items()}
    data = {name: found for name, (_, found) in built.items() if found}
    return (
        document.environment("hpcph.report")
        .get_template("page.html")
        .render(
            title=result.attrs.get("title") or result.attrs.get("formula", "hpcph"),
            parts=PARTS,
            built={name: list(drawn) for name, (drawn, _) in built.items()},
            modes=data.get("cell", {}).get("modes"),
            senses=cell.SENSES,
            temperatures=result["temperature"].values if "temperature" in result else None,
            light=data.get("light"),
            sample=data.get("sample"),
            field=field,
            finite=finite,
            lattice=lattice,
            tensors=tensors,
            sizes=result.sizes,
            model=units.is_model(result),
            slices_temperature=result.attrs.get("slices_temperature"),
            result=result.attrs,
            summary=summary,
            data=result,
            embedded={"figures": figures, "data": data, "themes": document.themes()},
            plotly=embed.plotly_script(),
            style=document.sources("hpcph.report", "page.css"),
            script=document.sources("hpcph.report", *SCRIPTS),
        )
    )
