"""When a delivery is tried again."""

from __future__ import annotations

from datetime import timedelta

FIRST_WAIT = timedelta(minutes=1)
SPAN = timedelta(days=1)
LAST_DOUBLING = (SPAN // FIRST_WAIT).bit_length()


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after that many tries have failed; None when there is to be no other.

    The waits double from one minute, and the last try is a day after the first, for a receiver that answers at once:
    twelve tries, 0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1,023 and 1,440 minutes after the first.

    >>> [wait_after(n) for n in (1, 2, 3)] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    True
    """
    if tries < 1:
        raise ValueError("nothing has been tried yet")
    waited, after = _offset(tries), _offset(tries + 1)
    return after - waited if after > waited else None


def _offset(attempt: int) -> timedelta:
    """How long after the first one the attempt is, were there no end to them."""
    if attempt > LAST_DOUBLING:
        return SPAN
    doublings: int = 2 ** (attempt - 1)
    return min(FIRST_WAIT * (doublings - 1), SPAN)
