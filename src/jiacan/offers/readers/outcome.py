"""What settling a chunk of events came to, as the tables that are stored: awards, items, transfers and counters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import duckdb
import pyarrow as pa

from jiacan.offers.contracts.awards import ClawBack, Item
from jiacan.offers.contracts.awards import Outcome as AwardOutcome
from jiacan.offers.contracts.benefits import HELD_KINDS, Kind
from jiacan.offers.contracts.points import PointsGiven
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.contracts.tiers import TierGiven
from jiacan.offers.core.accounts import (
    AWARDS,
    allowances,
    awarded_account,
    budget_account,
    customer_account,
    holding_unit,
    plan_account,
    spent_account,
    stock_account,
)
from jiacan.offers.core.arrays.clock import from_us
from jiacan.offers.core.arrays.layout import Layout
from jiacan.offers.core.benefits import MONEY_KINDS
from jiacan.offers.core.given_tiers import Terms
from jiacan.offers.core.slots import ItemSort
from jiacan.offers.readers.told import Told

STEPS = 1_000
"""Places for the ledger lines of one award."""

_AWARDS = """
SELECT plan_version, order_id, customer_id, offer_id, offer AS offer_place, rung,
    make_timestamptz(at_us) AS settled_for, spend_minor, outcome, refusal
FROM told_awards JOIN offer_of USING (offer) ORDER BY pair
"""

_ITEMS = """
SELECT order_id, offer_id, make_timestamptz(at_us) AS settled_for, slot AS place, kind, item_of.id AS item, quantity,
    amount AS amount_minor, valid_days, make_timestamptz(expires_us) AS expires_at,
    quantity_left, amount_left AS amount_left_minor, lapsed,
    CASE WHEN changed.hold_keys IS NOT NULL THEN changed.hold_keys
        WHEN NOT is_given OR hold_parts IS NULL OR amount = 0 THEN '{}'
        ELSE '{' || array_to_string(list_transform(range(CASE WHEN hold_parts THEN quantity ELSE 1 END),
            lambda part: '"' || quoted_key || '/' || name || '/hold/' || part || '"'), ',') || '}' END AS hold_keys
FROM told_items JOIN given USING (pair) JOIN item_of USING (offer, item) LEFT JOIN changed USING ("row")
ORDER BY pair, slot
"""

_GIVEN = """
CREATE OR REPLACE VIEW given AS
SELECT told_awards.*, offer_id, (event * ({offers} + 1) + offer + 1) * {steps} AS place,
    '{plan_id}/' || order_id || '/' || offer_id AS key, make_timestamptz(at_us) AS "at",
    replace(replace(key, '\\', '\\\\'), '"', '\\"') AS quoted_key
FROM told_awards JOIN offer_of USING (offer);
CREATE OR REPLACE VIEW counted AS
SELECT given.*, "rank", which, bound, unit, awarded,
    before || CASE WHEN by_day THEN day::VARCHAR ELSE '' END || after
        || CASE WHEN by_customer THEN customer_id ELSE '' END AS owner
FROM given JOIN limit_of USING (offer) WHERE is_given;
CREATE OR REPLACE VIEW handed AS
SELECT given.place + 10 + 2 * slot AS place, key || '/' || name AS key, customer_id, "at", quantity, amount,
    make_timestamptz(expires_us) AS expires_at, item_of.*
FROM told_items JOIN given USING (pair) JOIN item_of USING (offer, item) WHERE is_given
"""

_MOVES = """
SELECT place + "rank" AS place, key || '/' || which AS key, owner AS debit, awarded AS credit, unit,
    1::BIGINT AS amount, "at"
FROM counted
UNION ALL
SELECT place, key, debit, coalesce(credit, customer || customer_id), unit,
    CASE WHEN is_money THEN amount ELSE quantity END, "at" FROM handed
UNION ALL
SELECT place + 1, key || '/cost', budget, spent, currency, amount, "at" FROM handed
WHERE budget IS NOT NULL AND hold_parts IS NULL AND amount <> 0
"""

_HOLDS = """
SELECT place + 1 AS place, key || '/hold/' || part AS key, budget AS debit, spent AS credit, currency AS unit,
    amount // parts + (part < amount % parts)::BIGINT AS amount, "at", expires_at
FROM (
    SELECT *, CASE WHEN hold_parts THEN quantity ELSE 1 END AS parts, unnest(range(parts)) AS part
    FROM handed WHERE hold_parts IS NOT NULL AND amount <> 0)
"""

_POINTS = """
SELECT order_id, offer_id, customer_id, quantity, at_us
FROM told_items JOIN given USING (pair) JOIN item_of USING (offer, item)
WHERE is_given AND kind = 'points' AND quantity > 0 ORDER BY pair, slot
"""

_TIERS = """
SELECT order_id, offer_id, customer_id, item_of.id, at_us
FROM told_items JOIN given USING (pair) JOIN item_of USING (offer, item)
WHERE is_given AND kind = 'tier' ORDER BY pair, slot
"""

_FLOORS = "SELECT DISTINCT owner, unit, -bound AS floor FROM counted"

_PACE = """
SELECT make_timestamptz(at_us // 60000000 * 60000000) AS minute, offer_id, outcome, reason, count(*) AS awards,
    coalesce(sum(at_risk), 0)::BIGINT AS at_risk_minor
FROM told_awards JOIN offer_of USING (offer)
    LEFT JOIN (SELECT pair, sum(amount) AS at_risk FROM told_items GROUP BY pair) USING (pair)
GROUP BY minute, offer_id, outcome, reason
UNION ALL
SELECT date_trunc('minute', "at"), offer_id, $clawed_back, '', count(*), sum(at_risk)::BIGINT
FROM claw_backs GROUP BY 1, 2
"""

_OFFERS = {"offer": pa.int64(), "offer_id": pa.string(), "plan_version": pa.int64()}
_LIMITS = {
    "offer": pa.int64(),
    "rank": pa.int64(),
    "which": pa.string(),
    "bound": pa.int64(),
    "before": pa.string(),
    "after": pa.string(),
    "by_day": pa.bool_(),
    "by_customer": pa.bool_(),
    "unit": pa.string(),
    "awarded": pa.string(),
}
_ITEM_TYPES = {
    "offer": pa.int64(),
    "item": pa.int64(),
    "kind": pa.string(),
    "id": pa.string(),
    "name": pa.string(),
    "valid_days": pa.int64(),
    "unit": pa.string(),
    "is_money": pa.bool_(),
    "debit": pa.string(),
    "credit": pa.string(),
    "customer": pa.string(),
    "currency": pa.string(),
    "budget": pa.string(),
    "spent": pa.string(),
    "hold_parts": pa.bool_(),
}
_CLAW_BACKS = {"at": pa.timestamp("us", "UTC"), "offer_id": pa.string(), "at_risk": pa.int64()}
_CHANGED = {"row": pa.int64(), "hold_keys": pa.string()}


class Outcome:
    """The tables of one chunk after the other; see `Told`.

    What the plan's rules say of offers, limits and items stands in tables beside them.
    """

    def __init__(self, duck: duckdb.DuckDBPyConnection, layout: Layout) -> None:
        rules = layout.rules
        self._duck = duck
        offers = [
            {"offer": place, "offer_id": offer.id, "plan_version": rules.version}
            for place, offer in enumerate(rules.offers)
        ]
        self._register("offer_of", offers, _OFFERS)
        self._register("limit_of", list(_limits(rules)), _LIMITS)
        self._register("item_of", list(_items(layout)), _ITEM_TYPES)
        self._given = _GIVEN.format(offers=len(rules.offers), steps=STEPS, plan_id=rules.plan_id.replace("'", "''"))

    def tell(self, told: Told, changed_hold_keys: Mapping[int, str]) -> None:
        """Take a chunk in; `changed_hold_keys` are those of rows that do not have all the keys they were given."""
        self._duck.register("told_awards", told.awards)
        self._duck.register("told_items", told.items)
        changed = [{"row": row, "hold_keys": keys} for row, keys in changed_hold_keys.items()]
        self._register("changed", changed, _CHANGED)
        self._duck.execute(self._given)

    def awards(self) -> pa.Table:
        """`plan_version, order_id, customer_id, offer_id, offer_place, rung, settled_for, spend_minor, outcome,
        refusal`.
        """
        return self._table(_AWARDS)

    def items(self) -> pa.Table:
        """`order_id, offer_id, settled_for, place, kind, item, quantity, amount_minor, valid_days, expires_at,
        quantity_left, amount_left_minor, lapsed, hold_keys`.
        """
        return self._table(_ITEMS)

    def moves(self) -> pa.Table:
        """What is given, as `ledger.apply_tables` takes it."""
        return self._table(_MOVES)

    def holds(self) -> pa.Table:
        """What is promised for it."""
        return self._table(_HOLDS)

    def floors(self) -> pa.Table:
        """The limits that it takes from."""
        return self._table(_FLOORS)

    def points(self) -> Iterator[PointsGiven]:
        """The points among what is given."""
        for order_id, offer_id, customer_id, quantity, at_us in self._duck.sql(_POINTS).fetchall():
            yield PointsGiven(order_id, offer_id, customer_id, quantity, from_us(at_us))

    def tiers(self, terms: Terms) -> Iterator[TierGiven]:
        """The tiers among what is given that the terms give for a time."""
        for order_id, offer_id, customer_id, tier, at_us in self._duck.sql(_TIERS).fetchall():
            lasts = terms.get((offer_id, tier))
            if lasts is not None:
                yield TierGiven(order_id, offer_id, customer_id, tier, lasts, from_us(at_us))

    def pace(self, claw_backs: Iterable[ClawBack]) -> pa.Table:
        """`minute, offer_id, outcome, reason, awards, at_risk_minor`."""
        rows = [
            {"at": back.at, "offer_id": back.offer_id, "at_risk": sum(item.amount_minor for item in back.items)}
            for back in claw_backs
        ]
        self._register("claw_backs", rows, _CLAW_BACKS)
        return self._duck.sql(_PACE, params={"clawed_back": str(AwardOutcome.CLAWED_BACK)}).to_arrow_table()

    def _table(self, query: str) -> pa.Table:
        return self._duck.sql(query).to_arrow_table()

    def _register(self, name: str, rows: list[dict[str, object]], types: Mapping[str, pa.DataType]) -> None:
        self._duck.register(name, pa.Table.from_pylist(rows, pa.schema(list(types.items()))))


def _limits(rules: PlanRules) -> Iterator[dict[str, object]]:
    """Each limit's account with the day cut out of its middle and the customer off its end."""
    for place, offer in enumerate(rules.offers):
        counts = allowances(rules.plan_id, offer.id, offer.limits, customer_id="", day=date.min)
        for rank, count in enumerate(counts):
            before, by_day, after = count.account.owner.rpartition(str(date.min))
            yield {
                "offer": place,
                "rank": rank,
                "which": count.which,
                "bound": count.bound,
                "before": before if by_day else after,
                "after": after if by_day else "",
                "by_day": bool(by_day),
                "by_customer": "customer" in count.which,
                "unit": AWARDS,
                "awarded": awarded_account(rules.plan_id, offer.id).owner,
            }


def _items(layout: Layout) -> Iterator[dict[str, object]]:
    for place, offer in enumerate(layout.rules.offers):
        for code, sort in enumerate(layout.items):
            line = offer.budget.get(sort.kind)
            yield {"offer": place, "item": code, **_accounts(sort, layout.rules), **_money(sort, line, layout.rules)}


def _accounts(sort: ItemSort, rules: PlanRules) -> dict[str, object]:
    """Where the item comes from, and where it goes; a customer's id is put after `customer`."""
    unit = holding_unit(rules.plan_id, Item(sort.kind, sort.id, 1, 0), rules.currency)
    from_stock = sort.kind in (Kind.GIFT, Kind.SERVICE)
    source = stock_account(rules.plan_id, sort.id) if from_stock else plan_account(rules.plan_id, "issued", unit)
    return {
        "kind": str(sort.kind),
        "id": sort.id,
        "name": f"{sort.kind}:{sort.id}",
        "valid_days": sort.valid_days,
        "unit": unit,
        "is_money": sort.kind in MONEY_KINDS,
        "debit": source.owner,
        "credit": plan_account(rules.plan_id, "given", unit).owner if from_stock else None,
        "customer": customer_account("", unit).owner,
    }


def _money(sort: ItemSort, line: str | None, rules: PlanRules) -> dict[str, object]:
    """Which budget pays for it; `hold_parts` where it is promised at first, one by one or not."""
    if line is None:
        return {}
    return {
        "currency": rules.currency,
        "budget": budget_account(rules.plan_id, line, rules.currency).owner,
        "spent": spent_account(rules.plan_id, line, rules.currency).owner,
        "hold_parts": sort.kind is Kind.COUPON if sort.kind in HELD_KINDS else None,
    }
