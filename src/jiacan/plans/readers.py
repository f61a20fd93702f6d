"""Plan files and the templates that come with Jiacan."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import BinaryIO

from jiacan.kernel.errors import FileUnreadable, system_reason
from jiacan.kernel.messages import tell

MAX_BYTES = 4_000_000
"""No plan is longer: a million characters of four bytes."""

TEMPLATES = "jiacan.plans"


def to_text(stream: BinaryIO, source: str) -> str:
    """The text in the stream, with lines that end in one character.

    Raises:
        FileUnreadable: it is no text in UTF-8, or more than any plan has.
    """
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise FileUnreadable(path=source, reason=tell("it is far larger than any plan"))
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        reason = tell("it is no text in UTF-8 (byte {byte}); save it as UTF-8", byte=error.start + 1)
        raise FileUnreadable(path=source, reason=reason) from None


def read_text(path: str) -> str:
    """The text of a plan file.

    Raises:
        FileUnreadable: it is not there, may not be read, or is no text in UTF-8.
    """
    file = Path(path)
    try:
        if file.is_file() and file.stat().st_size > MAX_BYTES:
            raise FileUnreadable(path=path, reason=tell("it is far larger than any plan"))
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        reason = tell("it is no text in UTF-8 (byte {byte}); save it as UTF-8", byte=error.start + 1)
        raise FileUnreadable(path=path, reason=reason) from None
    except OSError as error:
        raise FileUnreadable(path=path, reason=system_reason(error)) from None
    except ValueError:
        raise FileUnreadable(path=repr(path), reason=tell("no file can have such a name")) from None


def template_names() -> tuple[str, ...]:
    """The names of the templates, sorted."""
    folder = resources.files(TEMPLATES) / "templates"
    return tuple(sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml")))


def read_template(name: str) -> str:
    """The text of a template that is there."""
    return (resources.files(TEMPLATES) / "templates" / f"{name}.yaml").read_text(encoding="utf-8")
