"""The books of a campaign, and the transfers behind each of their figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jiacan.campaigns.contracts.budget import AccountUnknown, Books, Line
from jiacan.campaigns.contracts.room import Burn
from jiacan.campaigns.facade import room
from jiacan.kernel.messages import Name
from jiacan.ledger import facade as ledger
from jiacan.ledger.contracts import AccountKey, Balance, StatementLine
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.facade import reading as offers
from jiacan.plans import facade as plans
from jiacan.plans.contracts.document import Watched, WorstCase

RESERVE = "reserve"
RESERVE_NAME = Name(zh="准备金", en="Reserve")
PAGE = 50


def books(shop_id: int, plan_id: str, *, at: datetime) -> Books:
    """Every budget line, the reserve and every stock item, with the worst case and the hour it runs out.

    Raises:
        CampaignUnknown, NoRunPhase: there is no such campaign.
    """
    campaign = room.find_campaign(shop_id, plan_id, at=at)
    rules = campaign.rules
    burns = {(burn.watched, burn.id): burn for burn in room.look(shop_id, plan_id, at=at).burns}
    worst = {case.line: case for case in plans.worst_cases(campaign.document, rules)}
    balances = offers.budget_balances(shop_id, rules)
    stock = offers.stock_balances(shop_id, rules)
    lines = tuple(
        _line(f"budget/{line.id}", line.id, line.name, line.amount_minor, balances[line.id], worst, burns)
        for line in rules.budget.values()
    )
    items = tuple(
        _line(f"stock/{item.id}", item.id, item.name, item.units, stock[item.id], {}, burns)
        for item in rules.stock.values()
    )
    key = offers.account_keys(rules)[RESERVE]
    reserve = ledger.load_balances(shop_id, [key]).get(key, Balance(0, 0, 0))
    return Books(lines, _line(RESERVE, RESERVE, RESERVE_NAME, rules.reserve_minor, reserve, {}, {}), items)


def _line(
    account: str,
    line_id: str,
    name: Name,
    planned: int,
    balance: Balance,
    worst: Mapping[str, WorstCase],
    burns: Mapping[tuple[Watched, str], Burn],
) -> Line:
    watched = Watched.STOCK if account.startswith("stock/") else Watched.BUDGET
    return Line(
        account=account,
        id=line_id,
        name=name,
        planned=planned,
        promised=balance.held,
        spent=planned - balance.posted,
        left=balance.available or 0,
        worst=worst.get(line_id),
        burn=burns.get((watched, line_id)),
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of one account's transfers, the last first; `older` is where the next page begins."""

    account: str
    name: Name
    key: AccountKey
    balance: Balance
    lines: tuple[StatementLine, ...]
    older: int | None


def statement(shop_id: int, plan_id: str, account: str, *, before: int | None, at: datetime) -> Statement:
    """The transfers behind one figure of the books.

    Raises:
        CampaignUnknown, NoRunPhase: there is no such campaign.
        AccountUnknown: the plan has no such account.
    """
    rules = room.find_campaign(shop_id, plan_id, at=at).rules
    key = offers.account_keys(rules).get(account)
    balance = None if key is None else ledger.load_balances(shop_id, [key]).get(key)
    if key is None or balance is None:
        raise AccountUnknown(plan_id=plan_id, account=account)
    lines = ledger.statement(shop_id, key, before=before, limit=PAGE + 1)
    older = lines[PAGE - 1].number if len(lines) > PAGE else None
    return Statement(account, _name_of(account, rules), key, balance, lines[:PAGE], older)


def _name_of(account: str, rules: PlanRules) -> Name:
    kind, _, named = account.partition("/")
    if kind == "budget":
        return rules.budget[named].name
    return rules.stock[named].name if kind == "stock" else RESERVE_NAME
