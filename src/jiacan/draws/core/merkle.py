"""Merkle trees as RFC 6962 (2.1) defines them, leaves and nodes hashed apart."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


def leaf_hash(data: bytes) -> bytes:
    """SHA-256 of 0x00 and the data."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Tree:
    """The hashes of each level, leaves first; a node without a sibling rises as it is."""

    levels: tuple[Sequence[bytes], ...]

    @property
    def root(self) -> bytes:
        """The hash of everything."""
        return self.levels[-1][0]

    def path(self, position: int) -> tuple[bytes, ...]:
        """The siblings on the way from a leaf to the root, lowest first."""
        found = []
        for level in self.levels[:-1]:
            sibling = position ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            position //= 2
        return tuple(found)


def tree_of(leaves: Sequence[bytes]) -> Tree:
    """The tree over these leaf hashes, of which there is at least one."""
    levels = [leaves]
    while len(level := levels[-1]) > 1:
        above = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        levels.append([*above, level[-1]] if len(level) % 2 else above)
    return Tree(tuple(levels))


def root_by(path: Sequence[bytes], *, leaf: bytes, position: int, leaves: int) -> bytes | None:
    """The root to which a path leads from a leaf hash; None where it is not of such a tree."""
    if not 0 <= position < leaves:
        return None
    found, steps = leaf, iter(path)
    while leaves > 1:
        if position % 2 or position + 1 < leaves:
            sibling = next(steps, None)
            if sibling is None:
                return None
            found = node_hash(sibling, found) if position % 2 else node_hash(found, sibling)
        position, leaves = position // 2, (leaves + 1) // 2
    return found if next(steps, None) is None else None
