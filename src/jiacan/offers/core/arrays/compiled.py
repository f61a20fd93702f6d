"""How functions over arrays are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])

# Without numba's runtime no references are counted, which every look into an array of records would else do, at four
# times the cost of the work itself. The option is not in its published types.
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}


def compiled(function: F) -> F:
    """Compile a function of whole numbers, arrays and loops that allocates nothing; others may work while it runs."""
    made: F = numba.njit(**_OPTIONS)(function)
    return made
