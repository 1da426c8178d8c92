"""result.h5 → report.html: every part of the page is built from the result, or says which input section it needs."""

import json
from pathlib import Path

import xarray as xr

from hpcph.report import bands, cell, document, embed, field, finite, lattice, summary, tables, tensors
from hpcph.report.parts import PARTS, SUMMARY, WORDS
from hpcph.result.open import open_result
from hpcph.show import units

SCRIPTS = (
    "unpack.js", "numbers.js", "save.js", "page.js", "diagram.js", "cell.js", "bands.js", "slices.js", "sample.js",
    "light.js",
)  # fmt: skip


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
    saved = {part.name: tables.build(result, part.numbers) for part in PARTS if part.name in built}
    saved["summary"] = tables.build(result, SUMMARY)
    return (
        document.environment("hpcph.report")
        .get_template("page.html")
        .render(
            title=result.attrs.get("title") or result.attrs.get("formula", "hpcph"),
            parts=PARTS,
            built={name: list(drawn) for name, (drawn, _) in built.items()},
            heights={name: figure["layout"]["height"] for name, figure in figures.items()},
            words=WORDS,
            saved=saved,
            modes=data.get("cell", {}).get("modes"),
            senses=cell.SENSES,
            temperatures=result["temperature"].values if "temperature" in result else None,
            light=data.get("light"),
            sample=data.get("sample"),
            number=embed.number,
            bands=bands,
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
            embedded={"figures": figures, "data": data, "tables": saved, "themes": document.themes()},
            plotly=embed.plotly_script(),
            style=document.sources("hpcph.report", "page.css"),
            script=document.sources("hpcph.report", *SCRIPTS),
        )
    )
