"""What a rehearsal is told beside orders, as tables in DuckDB: birthdays' months, and occasions with their pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import duckdb
import pyarrow as pa

from jiacan.offers.contracts.awards import Item, Match
from jiacan.offers.contracts.occasions import Occasion
from jiacan.offers.contracts.rehearsing import Told
from jiacan.offers.contracts.rules import Offer, PlanRules
from jiacan.offers.core.arrays.clock import from_us, to_us
from jiacan.offers.core.arrays.values import NONE
from jiacan.offers.core.occasions import match_occasion
from jiacan.offers.core.slots import ItemSort, items_of
from jiacan.offers.readers.pairs import pair_columns
from jiacan.offers.readers.standings import add_standings

AT_ONCE = 100_000

_TABLES = """
CREATE TABLE birth_months (customer_id VARCHAR, birth_month BIGINT);
CREATE TABLE told_occasions (occasion_id VARCHAR, customer_id VARCHAR, at_us BIGINT, offer BIGINT);
CREATE TABLE asked_tiers (offer BIGINT, tier VARCHAR);
CREATE TABLE occasion_pairs ({columns})
"""

# Numbers go on where those of orders end, so that both can stand for events; who bought nothing is known by one, too.
_NUMBERED = """
CREATE TABLE occasions AS
SELECT no, occasion_id, customer_id, coalesce(customer_no, min(no) OVER (PARTITION BY customer_id)) AS customer_no,
    at_us, offer, offer IN (SELECT offer FROM asked_tiers) AS asks_tier
FROM (
    SELECT (SELECT coalesce(max(no), 0) FROM orders) + row_number() OVER () AS no, told_occasions.*
    FROM told_occasions
) LEFT JOIN (SELECT customer_no, customer_id FROM orders WHERE no = customer_no) USING (customer_id);
DROP TABLE told_occasions
"""

_ON_THEIR_TIERS = """
DELETE FROM occasions
WHERE asks_tier AND no NOT IN (
    SELECT no FROM occasions JOIN standings USING (no) JOIN asked_tiers USING (offer, tier)
)
"""


def add_told(duck: duckdb.DuckDBPyConnection, rules: PlanRules, told: Told) -> None:
    """Make `birth_months`, `occasions` and `occasion_pairs`, and `standings` where a tier is asked for.

    The connection has `orders`, `lines` and `refunds` as `orders` reads them. Staff, and whoever stands
    on another tier than is asked for, have no occasions.
    """
    columns = pair_columns(rules)
    duck.execute(_TABLES.format(columns=", ".join(f"{name} BIGINT" for name in columns)))
    places = {offer.id: place for place, offer in enumerate(rules.offers)}
    _fill(duck, "birth_months", [told.birth_months.keys(), told.birth_months.values()])
    asked = [(places[offer], tier) for offer, tiers in told.tiers.items() for tier in sorted(tiers)]
    _fill(duck, "asked_tiers", list(zip(*asked, strict=True)))
    matched = _fill_occasions(duck, rules, told.occasions, places)
    pairs = [_pair(match, rules) for each in matched for match in match_occasion(each, rules)]
    _fill(duck, "occasion_pairs", list(zip(*pairs, strict=True)))
    duck.execute(_NUMBERED)
    ladder = rules.ladder or (told.ladder if told.tiers else None)
    if ladder is not None:
        add_standings(duck, ladder)
        duck.execute(_ON_THEIR_TIERS)


def _fill(duck: duckdb.DuckDBPyConnection, table: str, columns: Iterable[Iterable[object]]) -> None:
    """Append the columns, in their order, to the table; none where there are no rows."""
    arrays = [pa.array(list(each)) for each in columns]
    if not arrays:
        return
    duck.register("rows_to_add", pa.Table.from_arrays(arrays, names=[f"c{place}" for place in range(len(arrays))]))
    duck.execute(f"INSERT INTO {table} FROM rows_to_add")
    duck.unregister("rows_to_add")


def _fill_occasions(
    duck: duckdb.DuckDBPyConnection, rules: PlanRules, occasions: Iterable[Occasion], places: Mapping[str, int]
) -> list[Occasion]:
    """Write the occasions, some at a time; one of each offer, which stands for all of it."""
    one_of: dict[str, Occasion] = {}
    asked = (each for each in occasions if each.customer_id not in rules.staff)
    while some := list(islice(asked, AT_ONCE)):
        rows = [(each.id, each.customer_id, to_us(each.occurred_at), places[_offer_of(each)]) for each in some]
        _fill(duck, "told_occasions", list(zip(*rows, strict=True)))
        for each in some:
            one_of.setdefault(_offer_of(each), each)
    return list(one_of.values())


def _offer_of(occasion: Occasion) -> str:
    assert occasion.offer_id is not None, "an occasion of a rehearsal names its offer"
    return occasion.offer_id


def _pair(match: Match, rules: PlanRules) -> list[int]:
    """What an offer gives for each of its occasions, in the order of `pair_columns`."""
    sorts = items_of(rules)
    given = {"": match.items, "else_": match.otherwise}
    values = {"rung": match.rung}
    values["offer"] = next(place for place, offer in enumerate(rules.offers) if offer.id == match.offer_id)
    for prefix, items in given.items():
        for slot, item in enumerate(items):
            values[f"{prefix}item_{slot}"] = sorts.index(_sort(item))
            values[f"{prefix}quantity_{slot}"], values[f"{prefix}amount_{slot}"] = item.quantity, item.amount_minor
    return [values.get(name, NONE if "item" in name else 0) for name in pair_columns(rules)]


def _sort(item: Item) -> ItemSort:
    return ItemSort(item.kind, item.id, item.valid_days)


def told_occasions(duck: duckdb.DuckDBPyConnection, offers: tuple[Offer, ...]) -> Iterator[Occasion]:
    """The occasions of `add_told` again."""
    for occasion_id, customer_id, at_us, place in duck.execute(
        "SELECT occasion_id, customer_id, at_us, offer FROM occasions"
    ).fetchall():
        offer, at = offers[place], from_us(at_us)
        yield Occasion(occasion_id, offer.trigger, customer_id, at, at, offer.rungs[0].number, offer.id)
