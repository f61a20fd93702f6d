"""What the doctor found, and from when on something is slow or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jiacan.kernel.messages import Message


class Level(StrEnum):
    """How bad it is: nothing to do, look at it, or do something now."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what is so, in figures, and what to do about it where something is to be done."""

    check: str
    level: Level
    says: Message
    figures: Mapping[str, object] = field(default_factory=dict)
    remedy: Message | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on something is worth a warning (`…_warned`) or wrong."""

    clock_skew_seconds_warned: float = 1.0
    clock_skew_seconds: float = 30.0
    disk_free_bytes_warned: int = 5 * 1024**3
    disk_free_bytes: int = 1024**3
    connections_share_warned: float = 0.8
    transaction_seconds_warned: float = 60.0
    transaction_seconds: float = 600.0
    lock_wait_seconds: float = 5.0
    table_rows: int = 10_000
    dead_share_warned: float = 0.4
    dead_share: float = 1.0
    transactions_before_freeze_warned: int = 500_000_000
    transactions_before_freeze: int = 1_500_000_000
    index_bytes: int = 64 * 1024**2
    index_times_too_large: float = 3.0
    index_unused_days: float = 7.0
    shared_buffers_bytes: int = 128 * 1024**2
    worker_silent_seconds: float = 30.0
    job_lag_seconds_warned: float = 60.0
    job_lag_seconds: float = 600.0
    webhook_lag_seconds_warned: float = 600.0
    reservation_seconds: float = 120.0
    unsettled_within_seconds: float = 30.0
    commit_seconds_warned: float = 0.02
    queue_seconds_warned: float = 0.1
    stage_seconds_warned: float = 1.0
