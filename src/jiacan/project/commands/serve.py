"""`jiacan serve`: the server, until it is asked to stop."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter, validators
from django.utils import timezone

from jiacan.kernel.messages import tell
from jiacan.project.home import home
from jiacan.project.output import COMMON, Common, screen
from jiacan.project.serving import logs
from jiacan.project.serving.server import Listen, running_server
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy import joining

LINK_MINUTES = 24 * 60

Port = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=65535))]
Workers = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=64))]


def serve(*, host: str = "127.0.0.1", port: Port = 8000, workers: Workers = 1, common: Common = COMMON) -> int:
    """Start the server: database, web and worker. Ctrl-C stops it.

    Parameters
    ----------
    host
        The address to listen on; 0.0.0.0 listens on every one of this machine.
    port
        The port to listen on.
    workers
        How many web processes share the port.
    """
    out = screen(common)
    logs.configure("supervisor")
    listen = Listen(host, port, workers)
    with running_server(listen, home()) as stop:
        if not stop.is_set():
            link = _first_owner_link(listen)
            if out.json:
                out.print_json({"address": listen.url, "first_owner_link": link})
            else:
                out.say(tell("Jiacan is ready at {address}", address=listen.url))
                if link is not None:
                    out.say(tell("Nobody has an account yet. Make the first one, the owner's, within a day:"))
                    out.say(tell("  {link}", link=link))
                out.say(tell("Ctrl-C stops it."))
        stop.wait()
        if not out.json:
            out.say(tell("Stopping: requests and jobs end first."))
    return 0


def _first_owner_link(listen: Listen) -> str | None:
    if tenancy.has_people():
        return None
    secret = joining.new_sign_in_link(None, at=timezone.now(), minutes=LINK_MINUTES)
    return f"{listen.url}/start/{secret.value}"
