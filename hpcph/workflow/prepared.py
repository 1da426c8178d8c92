"""What preparing an input gives: a job, and what only the story of its run needs beside it."""

from dataclasses import dataclass, field
from pathlib import Path

from hpcph.crystal.dynamical import Crystal
from hpcph.workflow.job import Job


@dataclass(frozen=True)
class Origin:
    """The input that a job comes from, for the provenance alone: title, text, sha256 of its meaning.

    potential : what computed the forces, by name; empty where a file had them
    """

    title: str
    text: str
    digest: str
    potential: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """A job with what only rank 0 needs to know about it.

    output : folder that the input names
    remarks : lines that the user should read
    identity : what decides the results, by name
    plain : the crystal without sum rules, None of a model
    """

    job: Job
    origin: Origin
    output: Path
    remarks: list[str]
    identity: dict[str, str]
    plain: Crystal | None
