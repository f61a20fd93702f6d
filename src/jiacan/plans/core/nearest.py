"""The known word nearest to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from jiacan.kernel.messages import Message, tell


def did_you_mean(word: str, known: Iterable[str]) -> Message:
    """A question that names the nearest known word, with a space before it; nothing when none is near.

    >>> str(did_you_mean("mgu", ["hamper", "mug"]))
    ' Did you mean mug?'
    """
    nearest = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return tell(" Did you mean {word}?", word=nearest[0]) if nearest else Message("")
