"""Every query on the directory of servers and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connections, transaction

from jiacan.kernel.places import directory
from jiacan.project.models import Place as PlaceRow
from jiacan.project.models import Server as ServerRow
from jiacan.project.places.contracts import DIRECTORY_NAME, DIRECTORY_NUMBER, Place, Stage

AT_HOME = Place(DIRECTORY_NUMBER, Stage.SETTLED, None, None)
_PLACE = "SELECT server_id, stage, other_id, move_id FROM project_place WHERE shop_id = %s"

# A move that died while the shop was held is over; the mover, should it live after all, can then not switch.
_RECOVER = """
UPDATE project_place SET stage = 'copying', move_id = NULL WHERE shop_id = %s AND stage = 'held' AND move_id = %s
"""


def load_servers() -> Mapping[str, int]:
    """The numbers of servers by their names; none where there was only ever one."""
    return dict(ServerRow.objects.order_by("number").values_list("name", "number"))


def number_servers(names: Iterable[str]) -> Mapping[str, int]:
    """The number of each; new ones get the next, and the directory has the first."""
    with transaction.atomic(using=directory()), connections[directory()].cursor() as cursor:
        cursor.execute("LOCK TABLE project_server IN SHARE ROW EXCLUSIVE MODE")
        known = dict(load_servers())
        for name in names:
            if name not in known:
                known[name] = DIRECTORY_NUMBER if name == DIRECTORY_NAME else max(known.values(), default=0) + 1
                ServerRow.objects.create(number=known[name], name=name)
    return known


def servers_with_shops() -> frozenset[str]:
    """The names of servers on which some shop has rows."""
    of_places = PlaceRow.objects.values_list("server__name", "other__name")
    return frozenset(name for pair in of_places for name in pair if name is not None)


def find_place(shop_id: int) -> Place:
    """Where the shop is at this moment."""
    with connections[directory()].cursor() as cursor:
        cursor.execute(_PLACE, [shop_id])
        row = cursor.fetchone()
    return AT_HOME if row is None else to_place(row)


def load_places() -> Mapping[int, Place]:
    """Every shop that is or was elsewhere than at the directory, by its number."""
    rows = PlaceRow.objects.values_list("shop_id", "server_id", "stage", "other_id", "move_id")
    return {row[0]: to_place(row[1:]) for row in rows}


def recover(shop_id: int, move_id: UUID | None) -> None:
    """Let a shop go on whose mover died while it was held."""
    with connections[directory()].cursor() as cursor:
        cursor.execute(_RECOVER, [shop_id, move_id])


def to_place(row: tuple) -> Place:
    """The row as a value."""
    server, stage, other, move_id = row
    return Place(server, Stage(stage), other, move_id)
