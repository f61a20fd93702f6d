"""`jiacan demo`: the server, with a real campaign in full swing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from django.urls import reverse
from django.utils import timezone

from jiacan.kernel.messages import tell
from jiacan.project import database
from jiacan.project.commands.serve import Port
from jiacan.project.commands.tour import tour
from jiacan.project.demo import sending
from jiacan.project.demo.setting_up import SHOP, Interrupted, Place, find_place, owner_link, set_up
from jiacan.project.output import COMMON, Common, Screen, screen
from jiacan.project.serving import logs
from jiacan.project.serving.server import Listen, running_server


def demo(
    *,
    once: Annotated[bool, Parameter(negative="")] = False,
    to: Path = Path("out"),
    home: Path | None = None,
    host: str = "127.0.0.1",
    port: Port = 8000,
    seconds: float | None = None,
    common: Common = COMMON,
) -> int:
    """Start a server with a real campaign in full swing: orders keep coming in. Ctrl-C stops it.

    Parameters
    ----------
    once
        No server: check the plan, run it on the whole history, and write the report.
    to
        The folder for what is written.
    home
        The folder of the demo's own database; demo in the folder for what is written by default.
    host
        The address to listen on.
    port
        The port to listen on.
    seconds
        Stop after so many seconds.
    """
    if once:
        return tour(to, common)
    return _swing((home or to / "demo").resolve(), Listen(host, port, workers=1), seconds, screen(common))


def _swing(home: Path, listen: Listen, seconds: float | None, out: Screen) -> int:
    logs.configure("demo")
    place = find_place(home, timezone.now())
    out.say(tell("Starting the server, and bringing the shop's history up to now."))
    with running_server(listen, place.folder, open_database=lambda: database.open_embedded(place.folder)) as stop:
        if seconds is not None:
            _stop_after(seconds, stop)
        try:
            with out.progress() as progress:
                shop = set_up(place, at=timezone.now(), words=out.words, on_progress=progress, stop=stop)
        except Interrupted:
            return 0
        _show_ways_in(out, listen, place)
        sending.send(shop, sending.read_coming(place.coming, shop.currency), place=place.sent, until=stop)
        stop.wait()
    return 0


def _stop_after(seconds: float, stop: threading.Event) -> None:
    timer = threading.Timer(seconds, stop.set)
    timer.daemon = True
    timer.start()


def _show_ways_in(out: Screen, listen: Listen, place: Place) -> None:
    plan_id = place.move.plan_id
    ways = {
        "sign_in_link": listen.url + reverse("enter", kwargs={"secret": owner_link(timezone.now())}),
        "room": listen.url + reverse("campaign-room", kwargs={"shop": SHOP, "plan_id": plan_id}),
        "public_page": listen.url + reverse("public-campaign", kwargs={"shop": SHOP, "plan_id": plan_id}),
    }
    if out.json:
        out.print_json({"address": listen.url, **ways})
        return
    for line in (
        tell("Jiacan is ready at {address}", address=listen.url),
        tell("Sign in as the shop's owner, once, within a day: {link}", link=ways["sign_in_link"]),
        tell("The campaign room, where orders come in: {link}", link=ways["room"]),
        tell("What the shop's customers see: {link}", link=ways["public_page"]),
        tell("Ctrl-C stops it; the next start goes on from there."),
    ):
        out.say(line)
