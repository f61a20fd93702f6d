"""`jiacan shop`: on which server each shop is, and moving one to another while it works."""

from __future__ import annotations

from collections.abc import Mapping

from jiacan.kernel.messages import Message, tell
from jiacan.project import database
from jiacan.project.output import COMMON, Common, Screen, screen
from jiacan.project.places import directory
from jiacan.project.places.contracts import DIRECTORY_NAME, DIRECTORY_NUMBER, Moved, Place, ServerUnknown, Stage
from jiacan.project.places.moving import move_shop
from jiacan.project.places.opening import opened_servers
from jiacan.tenancy import facade as tenancy


def list_shops(*, common: Common = COMMON) -> None:
    """Every shop with its server, and how far its move is."""
    database.open_database()
    out = screen(common)
    names = {server.number: server.name for server in opened_servers()} or {DIRECTORY_NUMBER: DIRECTORY_NAME}
    known = directory.load_places()
    places = {shop.slug: known.get(shop.id, directory.AT_HOME) for shop in tenancy.find_shops()}
    if common.json:
        out.print_json([_to_json(slug, place, names) for slug, place in places.items()])
        return
    for slug, place in places.items():
        out.say(_in_words(slug, place, names))


def move(shop: str, /, *, to: str, common: Common = COMMON) -> None:
    """Move a shop to another server while it works; safe to kill and to repeat.

    Parameters
    ----------
    shop
        The shop's short name.
    to
        The server's name, as servers.toml in JIACAN_HOME has it, or main; where the shop is there already, what a
        move that died has left is taken away.
    """
    database.open_database()
    out = screen(common)
    servers = {server.name: server for server in opened_servers()}
    if to not in servers:
        raise ServerUnknown(name=to, known=tuple(servers) or (DIRECTORY_NAME,))
    with out.progress() as progress:
        moved = move_shop(tenancy.get_shop(shop), servers[to], tuple(servers.values()), on_progress=progress)
    if common.json:
        out.print_json(_moved_to_json(moved))
    else:
        _show(moved, out)


def _in_words(slug: str, place: Place, names: Mapping[int, str]) -> Message:
    server, other = names[place.server], "" if place.other is None else names[place.other]
    match place.stage:
        case Stage.SETTLED:
            return tell("{shop} is on {server}", shop=slug, server=server)
        case Stage.COPYING:
            return tell("{shop} is on {server}; a move to {other} has begun", shop=slug, server=server, other=other)
        case Stage.HELD:
            return tell(
                "{shop} is on {server} and held, to be switched to {other}", shop=slug, server=server, other=other
            )
        case Stage.LEFT:
            return tell(
                "{shop} is on {server}; {other} still has old rows of it", shop=slug, server=server, other=other
            )


def _show(moved: Moved, out: Screen) -> None:
    if not moved.was_moved:
        out.say(tell("{shop} is on {server} already.", shop=moved.shop, server=moved.server))
        return
    copied = tell(
        "Moved {shop} to {server} in {seconds} s: {rows} rows, {again} that changed meanwhile, {jobs} jobs.",
        shop=moved.shop,
        server=moved.server,
        seconds=f"{moved.seconds:.1f}",
        rows=f"{moved.rows:,}",
        again=f"{moved.rows_again:,}",
        jobs=f"{moved.jobs:,}",
    )
    out.say(copied)
    out.say(tell("Its requests waited for {milliseconds} ms.", milliseconds=f"{moved.held_seconds * 1000:.0f}"))


def _to_json(slug: str, place: Place, names: Mapping[int, str]) -> dict[str, object]:
    other = None if place.other is None else names[place.other]
    return {"shop": slug, "server": names[place.server], "stage": place.stage, "other": other}


def _moved_to_json(moved: Moved) -> dict[str, object]:
    return {
        "shop": moved.shop,
        "server": moved.server,
        "moved": moved.was_moved,
        "rows": moved.rows,
        "rows_again": moved.rows_again,
        "jobs": moved.jobs,
        "seconds": round(moved.seconds, 3),
        "held_seconds": round(moved.held_seconds, 3),
    }
