"""Photographs of prizes: what is kept of one, and why one is not taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 40_000_000
"""What a telephone can still show."""


class PhotoKind(StrEnum):
    """What a photograph's bytes are, as browsers are told."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph with nothing in it but the picture; `width` and `height` are in pixels, as it is shown."""

    kind: PhotoKind
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class KeptPhotograph:
    """A prize's photograph by the hash of its bytes, which its address carries."""

    prize: str
    sha256: str
    width: int
    height: int


@dataclass(eq=False)
class PhotoRefused(JiacanError):
    """The file is no photograph that can be shown."""

    why: Message
    file: str = ""

    def message(self) -> Message:
        if self.file:
            return tell(
                "The photograph {file} cannot be taken: {why}. Save it as JPEG, PNG or WebP and try again.",
                file=self.file,
                why=self.why,
            )
        return tell(
            "This photograph cannot be taken: {why}. Save it as JPEG, PNG or WebP and try again.", why=self.why
        )


@dataclass(eq=False)
class PrizeUnknown(JiacanError):
    """The draw has no such prize."""

    draw: str
    prize: str

    def message(self) -> Message:
        return tell(
            "Draw `{draw}` has no prize `{prize}`; look at its prizes in the plan.", draw=self.draw, prize=self.prize
        )
