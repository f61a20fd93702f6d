"""The root of every error that a person can put right.

    JiacanError
    ├── FileUnreadable         a file that is not there, may not be read, or is not what its name says
    ├── FileUnwritable         a file that cannot be written where it was asked for
    ├── ColumnsMissing         a file without a column that its rows cannot do without
    ├── ColumnRepeated         a file with two columns of one name
    └── (each slice adds its own below this root, in its contracts)

An error is a fact with data. `message()` says what is wrong, where, and what to do; the edges print it and
nothing else. Anything that is not a `JiacanError` is a fault of the program and may show its traceback.
"""

from __future__ import annotations

import copyreg
from abc import ABC, abstractmethod
from dataclasses import dataclass

from jiacan.kernel.messages import Message, tell


class JiacanError(Exception, ABC):
    """Something the person at the keyboard can put right."""

    @abstractmethod
    def message(self) -> Message:
        """What is wrong, where, and what to do."""

    def __str__(self) -> str:
        return str(self.message())

    def __reduce__(self) -> tuple[object, ...]:
        """Its fields are all of it, also in another process."""
        return copyreg.__newobj__, (type(self),), dict(vars(self))  # type: ignore[attr-defined]


@dataclass(eq=False)
class FileUnreadable(JiacanError):
    """A file that is not there, may not be read, or is not what its name says."""

    path: str
    reason: Message

    def message(self) -> Message:
        return tell("Cannot read {path}: {reason}.", path=self.path, reason=self.reason)


@dataclass(eq=False)
class FileUnwritable(JiacanError):
    """A file that cannot be written where it was asked for."""

    path: str
    reason: Message

    def message(self) -> Message:
        return tell("Cannot write {path}: {reason}.", path=self.path, reason=self.reason)


def system_reason(error: OSError) -> Message:
    """Why the system refused to read or write, in words where it is one of the usual reasons."""
    match error:
        case FileNotFoundError():
            return tell("there is no such file or folder; check the path")
        case IsADirectoryError():
            return tell("it is a folder; name a file")
        case NotADirectoryError() | FileExistsError():
            return tell("a part of its path is a file, not a folder")
        case PermissionError():
            return tell("you may not; check its permissions")
        case _:
            return tell("the system says: {said}", said=error.strerror or str(error))


@dataclass(eq=False)
class ColumnsMissing(JiacanError):
    """A file without a column that its rows cannot do without; `found` is its first row."""

    path: str
    missing: tuple[str, ...]
    found: tuple[str, ...]

    def message(self) -> Message:
        return tell(
            "{path} has no column {missing}. Its first row must name the columns, and it says: {found}. "
            "Rename the columns or add the missing ones; docs/guide/orders.md lists them.",
            path=self.path,
            missing=self.missing,
            found=self.found,
        )


@dataclass(eq=False)
class ColumnRepeated(JiacanError):
    """A file with two columns of one name, so that nobody can say which is meant."""

    path: str
    column: str

    def message(self) -> Message:
        return tell(
            "{path} has the column {column} twice; delete or rename one of them.", path=self.path, column=self.column
        )
