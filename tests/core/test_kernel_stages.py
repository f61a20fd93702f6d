"""Stages reach whoever listens, and nobody else."""

from __future__ import annotations

from jiacan.kernel.stages import Stage, listen, observe, unlisten


def test_a_stage_without_listeners_is_told_to_nobody():
    heard: list[object] = []
    observe(Stage.MATCH, 0.25, 3)
    assert heard == []


def test_a_listener_hears_every_stage_once_however_often_it_asked():
    heard: list[object] = []

    def hear(stage: Stage, seconds: float, size: int) -> None:
        heard.append((stage, seconds, size))

    listen(hear)
    listen(hear)
    try:
        observe(Stage.MATCH, 0.25, 3)
        observe(Stage.COMMIT, 0.002)
    finally:
        unlisten(hear)
    observe(Stage.SETTLE, 1.0)
    assert heard == [(Stage.MATCH, 0.25, 3), (Stage.COMMIT, 0.002, 1)]
