"""Statements that are sent again and again."""

from __future__ import annotations


class Prepared(str):
    """A statement that the database reads and plans once on each connection, and from then on is only given values.

    It goes through Django's cursors as any other; `project.postgres` sees what it is. Its values are bound by the
    server, so each says its type where that is not plain: `%(ids)s::bigint[]`. What comes as many rows is best given
    as one JSON text, which is both written and read faster than arrays.

    Inside a transaction its answer is waited for when it is read, so that statements whose answers nobody reads
    travel with what comes after them. What goes wrong with one is told by the next answer that is read, or by the
    commit, which then does not happen.
    """

    __slots__ = ()
