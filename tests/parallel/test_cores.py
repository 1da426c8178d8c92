"""How many cores a run may use, also where the system does not tell."""

import os

from hpcph.parallel import cores


def test_cores_are_those_that_may_be_used(tmp_path, monkeypatch):
    """Bound ones, no more than the container's share, whatever OMP_NUM_THREADS says; all where nothing is known."""
    monkeypatch.setattr(cores, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 3, 5, 6}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert cores.cores() == 4
    for quota, expected in {"max 100000": 4, "250000 100000": 3, "1000 100000": 1, "900000 100000": 4}.items():
        (tmp_path / "cpu.max").write_text(quota + "\n")
        assert cores.cores() == expected
    (tmp_path / "cpu.max").unlink()
    monkeypatch.delattr(os, "sched_getaffinity")
    assert cores.cores() == 64
