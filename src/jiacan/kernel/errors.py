"""The root of every error that a person can put right.

    JiacanError
    ├── InputUnreadable        a file or folder that cannot be read or written
    └── (each slice adds its own below this root, in its contracts)

An error is a fact with data. `message()` says what is wrong, where, and what to do; the edges print it and
nothing else. Anything that is not a `JiacanError` is a fault of the program and may show its traceback.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.messages import Message, tell


class JiacanError(Exception):
    """Something the person at the keyboard can put right."""

    def message(self) -> Message:
        """What is wrong, where, and what to do."""
        raise NotImplementedError  # pragma: no cover - every error below says its own

    def __str__(self) -> str:
        return str(self.message())


@dataclass(eq=False)
class InputUnreadable(JiacanError):
    """A file that is not there, may not be read, or is not what its name says."""

    path: str
    reason: Message | str

    def message(self) -> Message:
        return tell("Cannot read {path}: {reason}.", path=self.path, reason=self.reason)
