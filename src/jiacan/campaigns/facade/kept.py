"""Values that are dear to work out, kept for a while in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """At most so many values, the last used; while one thread works one out, others that ask for it wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._working: dict[Key, Lock] = {}
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Value], *, seconds: Callable[[Value], float]) -> Value:
        """The kept value, or a new one; `seconds` says how long a value is good for."""
        with self._lock:
            working = self._working.setdefault(key, Lock())
        with working:
            found = self._find(key)
            if found is not None:
                return found[1]
            value = make()
            with self._lock:
                self._values[key] = (time.monotonic() + seconds(value), value)
                while len(self._values) > self._most:
                    forgotten, _ = self._values.popitem(last=False)
                    self._working.pop(forgotten, None)
            return value

    def forget(self, key: Key) -> None:
        """Work it out anew when it is next asked for."""
        with self._lock:
            self._values.pop(key, None)

    def _find(self, key: Key) -> tuple[float, Value] | None:
        with self._lock:
            found = self._values.get(key)
            if found is None or found[0] <= time.monotonic():
                return None
            self._values.move_to_end(key)
            return found
