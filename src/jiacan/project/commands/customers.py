"""`jiacan customers`: what a shop knows of its customers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from jiacan.customers import facade as customers
from jiacan.kernel.messages import tell
from jiacan.kernel.places import at_place
from jiacan.project import database
from jiacan.project.commands.shown import BAD_ROWS_SHOWN, bad_rows_to_json, show_bad_rows
from jiacan.project.output import COMMON, Common, screen
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE


def import_birthdays(file: Path, /, *, shop: str, bad_rows: Path | None = None, common: Common = COMMON) -> None:
    """Keep customers' birthdays from a file; good rows are taken, bad ones handed back with reasons; safe to repeat.

    Parameters
    ----------
    file
        CSV, Parquet or XLSX with the columns customer_id and birthday: 1990-02-14, or 02-14 without the year.
    shop
        The shop's short name.
    bad_rows
        Write the rows that could not be taken here, with the reasons.
    """
    database.open_database()
    whose = tenancy.get_shop(shop)
    out = screen(common, whose.zone)
    with at_place(whose.id):
        done = customers.import_birthdays(
            whose.id, file, bad_rows=bad_rows, words=out.words, by=COMMAND_LINE, at=datetime.now(UTC)
        )
    if common.json:
        out.print_json(
            {
                "rows": done.rows,
                "new": done.recorded.new,
                "changed": done.recorded.changed,
                "same": done.recorded.same,
                "bad_rows": bad_rows_to_json(done.bad_rows, out),
            }
        )
        return
    out.say(
        tell(
            "{rows} rows: {new} birthdays new, {changed} changed, {same} known; {bad} bad rows.",
            rows=f"{done.rows:,}",
            new=f"{done.recorded.new:,}",
            changed=f"{done.recorded.changed:,}",
            same=f"{done.recorded.same:,}",
            bad=f"{len(done.bad_rows):,}",
        )
    )
    show_bad_rows(done.bad_rows, out)
    if len(done.bad_rows) > BAD_ROWS_SHOWN and bad_rows is None:
        out.say(tell("  … and others; --bad-rows FILE writes them all."))
