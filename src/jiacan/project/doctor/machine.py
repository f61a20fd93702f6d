"""What is slow or wrong with the machine and the server's processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry

from jiacan.kernel.messages import tell
from jiacan.kernel.stages import Stage
from jiacan.project.doctor.findings import Finding, Level, Limits
from jiacan.project.serving.parts import STANDBY

GIGABYTE = 1024**3


@dataclass(frozen=True, slots=True)
class StageFigures:
    """How often a stage was passed since the server started, how long all passes took, and how many things passed."""

    stage: Stage
    passes: int
    seconds: float
    things: int

    @property
    def mean_seconds(self) -> float:
        """Of one pass."""
        return self.seconds / self.passes


def judge_disk(folder: Path, free_bytes: int, total_bytes: int, limits: Limits) -> Finding:
    """Whether the disk of Jiacan's folder has room."""
    figures = {"folder": str(folder), "free_bytes": free_bytes, "total_bytes": total_bytes}
    said = tell(
        "{free} GB of {total} GB are free on the disk of {folder}.",
        free=f"{free_bytes / GIGABYTE:,.1f}",
        total=f"{total_bytes / GIGABYTE:,.1f}",
        folder=str(folder),
    )
    if free_bytes >= limits.disk_free_bytes_warned:
        return Finding("disk", Level.OK, said, figures)
    level = Level.WRONG if free_bytes < limits.disk_free_bytes else Level.WARNING
    return Finding(
        "disk", level, said, figures, tell("Make room or move JIACAN_HOME; a full disk stops every order.")
    )


def judge_clock(here: datetime, there: datetime, limits: Limits) -> Finding:
    """Whether this machine's clock and the database's agree."""
    skew = (there - here).total_seconds()
    figures = {"skew_seconds": round(skew, 3)}
    if abs(skew) < limits.clock_skew_seconds_warned:
        return Finding("clock", Level.OK, tell("This machine's clock and the database's agree."), figures)
    said = tell("The database's clock is {skew} seconds off this machine's.", skew=f"{skew:+.1f}")
    level = Level.WRONG if abs(skew) >= limits.clock_skew_seconds else Level.WARNING
    return Finding("clock", level, said, figures, tell("Let both machines keep their clocks by NTP."))


def judge_parts(parts: Mapping[str, int], *, group_commit: bool, worker_is_silent: bool) -> Iterator[Finding]:
    """Which processes run here; with group commit, a writer is one of them."""
    names = tuple(sorted(parts))
    if not parts:
        yield Finding("server", Level.OK, tell("No server runs in this home."), {"parts": []})
        return
    wanted = ("web-1", "writer-1", "worker") if group_commit else ("web-1", "worker")
    missing = tuple(name for name in wanted if name not in parts)
    if missing:
        remedy = tell("The supervisor starts it again by itself; if it does not, its log says why it dies.")
        yield Finding("server", Level.WRONG, tell("Not running: {parts}.", parts=missing), dict(parts), remedy)
    elif worker_is_silent:
        said = tell("The worker's process {pid} is there and does no work.", pid=str(parts["worker"]))
        remedy = tell("End it; the supervisor starts another one: kill {pid}", pid=str(parts["worker"]))
        yield Finding("server", Level.WRONG, said, dict(parts), remedy)
    elif not any(name.startswith(STANDBY) for name in parts):
        said = tell("The server runs ({parts}); nothing stands by at the moment.", parts=names)
        yield Finding("server", Level.OK, said, dict(parts))
    else:
        yield Finding("server", Level.OK, tell("The server runs: {parts}.", parts=names), dict(parts))


def judge_stages(stages: Sequence[StageFigures], limits: Limits) -> Iterator[Finding]:
    """Which stages of work take long, since the server was started."""
    for each in stages:
        figures = {"stage": each.stage.value, "passes": each.passes, "mean_ms": round(each.mean_seconds * 1000, 3)}
        milliseconds = f"{each.mean_seconds * 1000:,.1f}"
        if each.stage is Stage.COMMIT and each.mean_seconds > limits.commit_seconds_warned:
            said = tell(
                "A commit takes {ms} ms on average: the disk is slow to make things durable.", ms=milliseconds
            )
            remedy = tell("Put the database on a disk that writes durably in under 5 ms, such as an SSD of its own.")
        elif each.stage is Stage.QUEUE and each.mean_seconds > limits.queue_seconds_warned:
            said = tell("A request waits {ms} ms on average until it is settled.", ms=milliseconds)
            remedy = tell("See which stage is slow with `jiacan profile`; send orders in batches, or add cores.")
        elif each.stage not in _OF_OTHERS and each.mean_seconds > limits.stage_seconds_warned:
            said = tell("The stage {stage} takes {ms} ms on average.", stage=each.stage.value, ms=milliseconds)
            remedy = tell("See what it does with `jiacan profile`, of the part writer-1 or worker.")
        else:
            continue
        yield Finding("stages", Level.WARNING, said, figures, remedy)


_OF_OTHERS = frozenset({Stage.DELIVER, Stage.LAG, Stage.COMMIT, Stage.QUEUE})
"""How long these take is up to receivers of webhooks, to how busy the worker is, or judged by limits of their own."""


def stages_in(counted: CollectorRegistry) -> tuple[StageFigures, ...]:
    """The stages that anything has passed, from what the server's processes counted."""
    samples = {
        (sample.name, sample.labels["stage"]): sample.value
        for family in counted.collect()
        for sample in family.samples
        if "stage" in sample.labels and "le" not in sample.labels
    }
    found = []
    for stage in Stage:
        passes = samples.get(("jiacan_stage_seconds_count", stage.value), 0)
        if passes:
            seconds = samples[("jiacan_stage_seconds_sum", stage.value)]
            things = samples.get(("jiacan_stage_things_total", stage.value), 0)
            found.append(StageFigures(stage, int(passes), seconds, int(things)))
    return tuple(found)
