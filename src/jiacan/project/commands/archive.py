"""`jiacan archive`: orders of quarters long over go to Parquet files, where receipts and refunds still find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from jiacan.kernel.messages import Message, tell
from jiacan.kernel.quarters import Quarter
from jiacan.orders.contracts import Archived
from jiacan.project import database
from jiacan.project.home import home
from jiacan.project.output import COMMON, Common, screen
from jiacan.project.quarters.archiving import Kept, archive_before
from jiacan.tenancy import facade as tenancy


def archive(*, before: date, to: Path | None = None, common: Common = COMMON) -> None:
    """Take orders and their lines of quarters that are over to files; safe to kill and to repeat.

    Number, customer, moment and amount of every order stay, and so do awards and balances: what is delivered again is
    known, and figures are the same. Keep the files: what they have is nowhere else.

    Parameters
    ----------
    before
        A day, such as 2025-01-01; quarters (UTC) that ended by then go.
    to
        The folder for the files, which every machine must see by the same path; otherwise archive in JIACAN_HOME.
    """
    database.open_database()
    out = screen(common)
    folder = (to or home() / "archive").expanduser()
    with out.progress() as progress:
        now = datetime.now(UTC)
        done = list(archive_before(before, folder, at=now, on_progress=progress))
    slugs = {shop.id: shop.slug for shop in tenancy.find_shops()}
    if common.json:
        out.print_json([_to_json(each, slugs) for each in done])
        return
    for each in done:
        out.say(_in_words(each, slugs))
    if not done:
        out.say(tell("No quarter before {day} has orders that are not archived.", day=before))


def _in_words(done: Archived | Kept, slugs: Mapping[int, str]) -> Message:
    if isinstance(done, Kept):
        return tell("{quarter} stays: {why}.", quarter=_name(done), why=done.why)
    return tell(
        "{quarter} of {shop}: {orders} orders and {lines} lines are in {folder}.",
        quarter=_name(done),
        shop=slugs[done.shop_id],
        orders=f"{done.orders:,}",
        lines=f"{done.lines:,}",
        folder=done.folder,
    )


def _name(done: Archived | Kept) -> str:
    return (done.quarter if isinstance(done, Kept) else Quarter(done.quarter)).name


def _to_json(done: Archived | Kept, slugs: Mapping[int, str]) -> dict[str, object]:
    if isinstance(done, Kept):
        return {"quarter": _name(done), "archived": False, "why": str(done.why)}
    return {**asdict(done), "quarter": _name(done), "archived": True, "shop": slugs[done.shop_id]}
