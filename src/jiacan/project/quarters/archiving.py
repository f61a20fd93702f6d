"""Which quarters may go to files, and taking them there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from jiacan.campaigns.facade.live import live_plans
from jiacan.campaigns.facade.waiting import unsettled_orders
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.periods import Period
from jiacan.kernel.places import each_server
from jiacan.kernel.quarters import Quarter
from jiacan.orders import facade as orders
from jiacan.orders.contracts import Archived, QuarterChanged
from jiacan.project.places import directory
from jiacan.project.places.contracts import Stage
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import COMMAND_LINE

ATTEMPTS = 5
"""How often a quarter is written anew because its orders changed meanwhile."""

Progress = Callable[[Message, float], object]


@dataclass(frozen=True, slots=True)
class Kept:
    """A quarter that stays in its tables, and why."""

    quarter: Quarter
    why: Message


def archive_before(before: date, folder: Path, *, at: datetime, on_progress: Progress) -> Iterator[Archived | Kept]:
    """Take every quarter that ended before the day to files, on every server; tells each shop's files as they stand.

    A quarter stays whole while something of it is not over; see `Kept`.
    """
    slugs = {shop.id: shop.slug for shop in tenancy.find_shops()}
    for here in each_server():
        with here:
            for quarter in orders.quarters_before(Quarter.of(before).starts_at):
                on_progress(tell("Archiving {quarter}", quarter=quarter.name), -1)
                why = _why_it_stays(quarter, slugs, at)
                yield from [Kept(quarter, why)] if why is not None else _archive(quarter, folder)


def _why_it_stays(quarter: Quarter, slugs: dict[int, str], at: datetime) -> Message | None:
    if any(place.stage is not Stage.SETTLED for place in directory.load_places().values()):
        return tell("a shop is being moved; wait for it, or repeat the move")
    period = Period(quarter.starts_at, quarter.ends_at)
    for shop_id in orders.shops_in(quarter):
        for plan in live_plans(shop_id):
            window = plan.window()
            if window is not None and window.ends_at > at and window.starts_at < period.ends_at:
                return tell("the campaign {plan} of {shop} is not over", plan=plan.plan_id, shop=slugs[shop_id])
        for waiting in unsettled_orders(shop_id, period):
            if waiting.orders:
                return tell(
                    "the campaign {plan} of {shop} has orders that are not settled; run jiacan run",
                    plan=waiting.plan_id,
                    shop=slugs[shop_id],
                )
    return None


def _archive(quarter: Quarter, folder: Path) -> tuple[Archived, ...]:
    for _ in range(ATTEMPTS - 1):
        with suppress(QuarterChanged):
            return orders.archive_quarter(quarter, folder, told=_audit)
    return orders.archive_quarter(quarter, folder, told=_audit)


def _audit(files: Archived) -> None:
    after = {name: str(value) for name, value in asdict(files).items() if name != "shop_id"}
    tenancy.audit(
        files.shop_id, actor=COMMAND_LINE, action="orders archived", subject=Quarter(files.quarter).name, after=after
    )
