"""`jiacan profile`: where a part of the running server spends its time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter, validators

from jiacan.kernel.errors import FileUnwritable, JiacanError, system_reason
from jiacan.kernel.messages import Message, tell
from jiacan.project.home import home
from jiacan.project.output import COMMON, Common, screen
from jiacan.project.serving import profiling
from jiacan.project.serving.parts import STANDBY, read_parts

ANSWER_SECONDS = 15
SHOWN = 10

Seconds = Annotated[float, Parameter(validator=validators.Number(gt=0, lte=profiling.LONGEST_SECONDS))]


@dataclass(eq=False)
class PartUnknown(JiacanError):
    """No such part runs in this home."""

    part: str
    parts: tuple[str, ...]
    home: str

    def message(self) -> Message:
        if not self.parts:
            return tell("No server runs in {home}. Start one with `jiacan serve`.", home=self.home)
        return tell("The server has no part {part}; it has {parts}.", part=self.part, parts=self.parts)


@dataclass(eq=False)
class NoProfile(JiacanError):
    """The part did not answer."""

    part: str
    home: str

    def message(self) -> Message:
        return tell(
            "Part {part} did not write its profile into {home}. Ask as the user that the server runs as; "
            "if that is so, `jiacan doctor` says whether the part lives.",
            part=self.part,
            home=self.home,
        )


def profile(seconds: Seconds = 10, /, *, part: str = "web-1", common: Common = COMMON) -> int:
    """Look for so many seconds where a part of the running server spends its time, and write it into a file.

    Parameters
    ----------
    seconds
        How long to look.
    part
        Which part: web-1, web-2, …, writer-1, … or worker.
    """
    out = screen(common)
    parts = {name: pid for name, pid in read_parts(home()).items() if not name.startswith(STANDBY)}
    if part not in parts:
        raise PartUnknown(part=part, parts=tuple(sorted(parts)), home=str(home()))
    name = f"{part}-{datetime.now(UTC):%Y%m%dT%H%M%S}.speedscope.json"
    try:
        written = profiling.ask(home(), profiling.Asked(part, seconds, name))
        with out.progress() as on_progress:
            give_up_at = time.monotonic() + seconds + ANSWER_SECONDS
            while not written.exists():
                if time.monotonic() > give_up_at:
                    raise NoProfile(part=part, home=str(home()))
                on_progress(tell("Looking at {part}", part=part), -1)
                time.sleep(0.1)
        heaviest = profiling.heaviest(written, SHOWN)
    except OSError as error:
        raise FileUnwritable(path=str(home() / profiling.FOLDER), reason=system_reason(error)) from error
    if out.json:
        out.print_json({"file": str(written), "seconds_by_function": dict(heaviest)})
        return 0
    rows = [[place, f"{spent:.2f}"] for place, spent in heaviest]
    out.table(
        tell("Where {part} was, threads that wait left out", part=part), (tell("Function"), tell("seconds")), rows
    )
    out.say(tell("All of it is in {file}, for https://www.speedscope.app.", file=str(written)))
    return 0
