"""`jiacan ledger`: whether the books add up."""

from __future__ import annotations

from collections.abc import Iterable

from jiacan.kernel.messages import tell
from jiacan.kernel.places import long_at_place
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AuditReport
from jiacan.members.contracts.points import Disagreement, MoneyAstray
from jiacan.members.facade import reading as members
from jiacan.project import database
from jiacan.project.output import COMMON, Common, screen
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Shop


def audit(*, shop: str | None = None, common: Common = COMMON) -> int:
    """Recompute every balance from its transfers and name the first that differs; exit 1 where one does.

    Customers' points are held against their lots, too, and the money that plans hold for points against those.

    Parameters
    ----------
    shop
        One shop only; all of them where it is left out.
    """
    database.open_database()
    out = screen(common)
    shops = [tenancy.get_shop(shop)] if shop else tenancy.find_shops()
    reports = [_audited(each) for each in shops]
    if common.json:
        out.print_json(
            [
                {
                    "shop": slug,
                    "clean": report.clean,
                    "accounts": report.accounts,
                    "transfers": report.transfers,
                    "units_out_of_balance": list(report.units_out_of_balance),
                    "first_difference": None
                    if report.first_difference is None
                    else out.words.say(report.first_difference.message()),
                    "points_not_in_lots": [out.words.say(each.message()) for each in points],
                    "money_not_with_points": [out.words.say(each.message()) for each in money],
                }
                for slug, report, points, money in reports
            ]
        )
        return _code(reports)
    for slug, report, points, money in reports:
        counted = tell(
            "{shop}: {accounts} accounts, {transfers} transfers",
            shop=slug,
            accounts=f"{report.accounts:,}",
            transfers=f"{report.transfers:,}",
        )
        out.say(counted)
        if report.clean:
            out.say(tell("  every balance is the sum of its transfers, and every unit sums to nothing"))
        if report.units_out_of_balance:
            out.say(tell("  units that do not sum to nothing: {units}", units=tuple(report.units_out_of_balance)))
        if report.first_difference is not None:
            out.say(tell("  the first difference: {difference}", difference=report.first_difference.message()))
        if points:
            out.say(tell("  points that differ from their lots: {difference}", difference=points[0].message()))
        if money:
            out.say(tell("  money that is not with its points: {difference}", difference=money[0].message()))
    return _code(reports)


Audited = tuple[str, AuditReport, tuple[Disagreement, ...], tuple[MoneyAstray, ...]]


def _code(reports: Iterable[Audited]) -> int:
    return 0 if all(report.clean and not points and not money for _, report, points, money in reports) else 1


def _audited(shop: Shop) -> Audited:
    """What the audit finds, whose points are not the sum of their lots, and what money is not with its points."""
    with long_at_place(shop.id):
        report, points = ledger.audit(shop.id), members.disagreements(shop.id)
        return shop.slug, report, points, members.money_astray(shop.id)
