"""Random plans of every condition and benefit, random orders near their edges, and what the Python matcher says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st

from jiacan.kernel.messages import Name
from jiacan.kernel.periods import Period
from jiacan.offers.contracts.awards import Item
from jiacan.offers.contracts.benefits import (
    CashBenefit,
    CouponBenefit,
    CreditBenefit,
    GiftBenefit,
    PointsBenefit,
    ServiceBenefit,
    TicketBenefit,
    TierBenefit,
)
from jiacan.offers.contracts.conditions import (
    BetweenHours,
    Bundle,
    BundlePart,
    CustomerIsNew,
    FromChannels,
    FromRegions,
    InBirthdayMonth,
    OnMonthDays,
    OnTiers,
    OnWeekdays,
    OrderNumberIs,
    QuantityAtLeast,
    Scope,
    SpendAtLeast,
    SpendEvery,
)
from jiacan.offers.contracts.rules import Ladder, Rung, Trigger
from jiacan.offers.contracts.tiers import Ladder as TierLadder
from jiacan.offers.contracts.tiers import Measure, Tier
from jiacan.offers.core.match import match_order
from jiacan.offers.core.slots import ItemSort, items_of, slots_of
from jiacan.orders.contracts import Buyer, Order, OrderLine
from tests.core.small_plans import offer, plan

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SKUS = ("tea", "cup", "pot", "o'neil\\n 50%", "龙井")
CATEGORIES = ("drinks", "ware", 'so-"called"', "")
CHANNELS, REGIONS = ("tmall", "jd", "o'web", ""), ("north", "south", "")
CUSTOMERS = ("c1", "c2", "c3", "c4", "clerk", "o'clerk", None)

# Zones, each with a moment near which its clocks change.
ZONES = {
    "Asia/Shanghai": datetime(1988, 4, 16, 18, tzinfo=UTC),
    "Europe/London": datetime(2011, 10, 30, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 3, 8, 7, tzinfo=UTC),
    "America/Sao_Paulo": datetime(2017, 10, 15, 3, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),
    "Asia/Kathmandu": datetime(1985, 12, 31, 18, 30, tzinfo=UTC),
}

TIERS = ("silver", "gold", "diamond")
LADDER = TierLadder(
    plan_id="spring",
    tiers=tuple(Tier(tier, Name(tier, tier), 1000 * place) for place, tier in enumerate(TIERS, start=1)),
    measure=Measure.SPEND,
    within=None,
    grace=timedelta(0),
    zone=ZoneInfo("Asia/Shanghai"),
    currency="CNY",
)

few = st.integers(0, 3)
by_tier = st.dictionaries(st.sampled_from(TIERS), st.integers(1, 400), max_size=2).map(lambda of: tuple(of.items()))
amounts = st.one_of(st.integers(1, 20).map(lambda steps: 250 * steps), st.integers(1, 5000))
skus = st.sets(st.sampled_from(SKUS), max_size=3).map(frozenset)
categories = st.sets(st.sampled_from(CATEGORIES), max_size=2).map(frozenset)
none = st.just(frozenset())
scopes = st.one_of(
    st.just(Scope()), st.builds(Scope, skus=skus), st.builds(Scope, skus, categories, skus | none, categories | none)
)
parts = st.builds(BundlePart, skus, few)
hours = st.one_of(st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])), st.times())

conditions = st.one_of(
    st.builds(SpendAtLeast, amounts, scopes),
    st.builds(SpendEvery, amounts, st.none() | few, scopes),
    st.builds(QuantityAtLeast, st.integers(0, 9), scopes),
    st.lists(parts, max_size=3).map(lambda some: Bundle(tuple(some))),
    st.builds(OnWeekdays, st.sets(st.integers(0, 6), min_size=3).map(frozenset)),
    st.builds(BetweenHours, hours, hours),
    st.builds(FromChannels, st.sets(st.sampled_from(CHANNELS), min_size=2).map(frozenset)),
    st.builds(FromRegions, st.sets(st.sampled_from(REGIONS), min_size=2).map(frozenset)),
    st.builds(CustomerIsNew, st.booleans()),
    st.builds(OrderNumberIs, st.integers(1, 3), st.none() | st.integers(1, 4)),
    st.builds(OnMonthDays, st.sets(st.integers(1, 31), min_size=9).map(frozenset), st.booleans()),
    st.builds(OnTiers, st.sets(st.sampled_from(TIERS), min_size=1).map(frozenset)),
    st.builds(InBirthdayMonth),
)
benefits = st.one_of(
    st.builds(GiftBenefit, st.sampled_from(["mug", "hamper", "sample"]), few),
    st.builds(ServiceBenefit, st.just("wrapping"), few),
    st.builds(CouponBenefit, st.sampled_from(["ten-off", "tenth"]), few),
    st.builds(PointsBenefit, st.integers(0, 50), by_tier=by_tier),
    st.builds(PointsBenefit, few, amounts, by_tier),
    st.builds(CashBenefit, st.integers(0, 500)),
    st.builds(CreditBenefit, st.integers(0, 500)),
    st.builds(TicketBenefit, st.sampled_from(["wheel", "box"]), few),
    st.builds(TierBenefit, st.sampled_from(["gold", "silver"])),
)
given_together = st.lists(benefits, max_size=5).map(tuple)


@st.composite
def offers(draw, place, around):
    """An offer of any conditions and benefits, in days around a moment."""
    starts_at = around + timedelta(hours=draw(st.integers(-48, 12)))
    rungs = [
        Rung(number, tuple(draw(st.lists(conditions, max_size=2))), draw(given_together))
        for number in range(draw(st.integers(1, 4)))
    ]
    return offer(
        f"offer-{place}",
        when=draw(st.lists(conditions, max_size=1)),
        rungs=rungs,
        ladder=draw(st.sampled_from(Ladder)),
        during=Period(starts_at, starts_at + timedelta(minutes=draw(st.integers(600, 9000)))),
        otherwise=draw(given_together),
        trigger=draw(st.sampled_from([*[Trigger.ORDER_PAID] * 9, Trigger.REFERRAL_COMPLETED])),
    )


@st.composite
def plans(draw, least_offers=1, most_offers=3):
    """A plan of a few such offers in a zone whose clocks change meanwhile."""
    name, around = draw(st.sampled_from(list(ZONES.items())))
    asking = [draw(offers(place, around)) for place in range(draw(st.integers(least_offers, most_offers)))]
    return plan(
        *asking,
        zone=ZoneInfo(name),
        ladder=LADDER if any(each.asks_tier for each in asking) else None,
        asks_birthdays=any(each.asks_birthday for each in asking),
        currency=draw(st.sampled_from(["CNY", "JPY", "KWD"])),
        points_value_micros=draw(st.sampled_from([0, 1, 3_000, 10_000, 12_345, 2_500_000])),
        draws={"wheel": Name("转盘", "Wheel"), "box": Name("盲盒", "Box")},
        tiers={tier: Name(tier, tier.capitalize()) for tier in TIERS},
        staff=draw(st.sampled_from([frozenset(), frozenset({"clerk", "o'clerk"})])),
    )


def random_orders(random, rules, number):
    """Orders of every sort, many of them paid on an edge of a period or of the clocks."""
    edges = [each.during.starts_at for each in rules.offers] + [each.during.ends_at for each in rules.offers]
    edges.append(ZONES[rules.zone.key])
    return [order_from(random, str(place), random.choice(edges)) for place in range(number)]


def order_from(random, order_id, edge):
    """An order paid at the moment, or somewhere near it."""
    away = random.choice([timedelta(), timedelta(microseconds=-1), timedelta(minutes=random.randint(-1500, 1500))])
    customer = random.choice(CUSTOMERS)
    return Order(
        order_id,
        customer,
        edge + away,
        tuple(_line(random) for _ in range(random.choice([0, 1, 2, 3, 5, 8]))),
        number=0 if customer is None else random.randint(1, 4),
        channel=random.choice(CHANNELS),
        region=random.choice(REGIONS),
        buyer=Buyer(random.choice(["", *TIERS]), random.choice([None, edge.month, 1, 12])),
    )


def _line(random):
    price_micros = random.choice([random.randint(0, 40) * 2_500_000, random.randint(0, 99_999_999)])
    quantity = random.choice([1, 1, 2, 3, 8])
    discount = random.choice([0, 0, random.randint(0, quantity * price_micros)])
    return OrderLine(random.choice(SKUS), quantity, price_micros, discount, random.choice(CATEGORIES))


# --- as tables --------------------------------------------------------------------------------------------


def orders_table(orders: Iterable[Order]) -> pa.Table:
    """The orders; their place is their key. What is empty is null in every other row, and empty in the rest."""
    rows = [
        {
            "no": no,
            "customer_id": of.customer_id,
            "paid_us": (of.paid_at - EPOCH) // timedelta(microseconds=1),
            "number": of.number,
            "channel": of.channel or (None if no % 2 else ""),
            "region": of.region or (None if no % 2 else ""),
            "tier": of.buyer.tier or (None if no % 2 else ""),
            "birth_month": of.buyer.birth_month,
        }
        for no, of in enumerate(orders)
    ]
    texts = ("customer_id", "channel", "region", "tier")
    names = ("no", "customer_id", "paid_us", "number", "channel", "region", "tier", "birth_month")
    return pa.Table.from_pylist(rows, pa.schema({n: pa.string() if n in texts else pa.int64() for n in names}))


def lines_table(orders: Iterable[Order], currency: str) -> pa.Table:
    """The orders' lines, with what each was spent on."""
    rows = [
        {
            "no": no,
            "sku": line.sku,
            "category": line.category or (None if no % 2 else ""),
            "quantity": line.quantity,
            "spend_minor": line.spend_minor(currency),
        }
        for no, of in enumerate(orders)
        for line in of.lines
    ]
    names = ("no", "sku", "category", "quantity", "spend_minor")
    return pa.Table.from_pylist(
        rows, pa.schema({n: pa.string() if n in ("sku", "category") else pa.int64() for n in names})
    )


def rows_of_python(orders: Iterable[Order], rules) -> list[tuple[int, ...]]:
    """What a table of pairs must hold, row by row, as `match_order` has it."""
    places = {each.id: place for place, each in enumerate(rules.offers)}
    slots, else_slots = slots_of(rules)
    return sorted(
        (
            no,
            places[match.offer_id],
            match.rung,
            match.spend_minor,
            *_cells(match.items, slots, rules),
            *_cells(match.otherwise, else_slots, rules),
        )
        for no, of in enumerate(orders)
        for match in match_order(of, rules)
    )


def _cells(items: tuple[Item, ...], slots: int, rules) -> list[int]:
    codes = items_of(rules)
    cells = [
        (codes.index(ItemSort(item.kind, item.id, item.valid_days)), item.quantity, item.amount_minor)
        for item in items
    ]
    return [cell for slot in [*cells, *[(-1, 0, 0)] * (slots - len(cells))] for cell in slot]


def rows_of_table(pairs: pa.Table) -> list[tuple[int, ...]]:
    """The rows of a table of pairs."""
    return sorted(zip(*(column.to_pylist() for column in pairs.columns), strict=True))
