"""What is wrong with a plan: each problem with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jiacan.kernel.messages import Message


class Severity(StrEnum):
    """An error keeps a plan from going live; a warning is for its author to weigh."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a plan's text: where it stands (lines and columns count from 1), and what to do."""

    severity: Severity
    line: int
    column: int
    path: str
    message: Message
