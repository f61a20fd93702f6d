"""Occasions: what is no order gives through offers and the ledger, once and within bounds, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError

from jiacan.campaigns.facade import online, running
from jiacan.kernel.messages import ENGLISH
from jiacan.offers.contracts.errors import OccasionNotSettled, OfferUnknown
from jiacan.offers.contracts.occasions import TO_FRIEND, TO_REFERRER, Occasion, OccasionState, Revocation
from jiacan.offers.contracts.rules import PlanRules, Trigger
from jiacan.offers.facade import occasions, reading
from jiacan.offers.models import SettledEvent
from jiacan.plans import facade as plans
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.tenancy.contracts import COMMAND_LINE, Shop
from tests.slices.histories import PLAN
from tests.slices.online_shop import (
    AT,
    NO_HOLDOUT,
    PLAN_ID,
    assert_books_add_up,
    assert_counters_agree,
    go_live,
    order,
    rules,
)
from tests.slices.orders_files import orders_file, row

pytestmark = pytest.mark.django_db

ONE_TABLET = ("units: 4, ", "units: 1, ")
FIRST, SECOND, THIRD, CONSOLATION = 1, 2, 3, 4
DAY = timedelta(days=1)


@pytest.fixture
def shop() -> Shop:
    return go_live("gifts", ONE_TABLET)


@pytest.fixture
def shop_of_short_coupons() -> tuple[Shop, CheckedPlan]:
    """A shop whose coupons are valid for a day, with its plan."""
    edits = (("valid: 30d", "valid: 1d"), ("valid: 60d", "valid: 1d"))
    text = PLAN.read_text()
    for old, new in (NO_HOLDOUT, *edits):
        text = text.replace(old, new)
    return go_live("gifts", *edits), plans.check_text(text, "plan")


def ticket(
    number: object, rung: int, *, customer: str = "", at: datetime = AT, after: timedelta = DAY * 0
) -> Occasion:
    """A chance that was handed in at `at` and drawn so long after."""
    return Occasion(
        f"~draw/lucky-draw/{number}",
        Trigger.TICKET_DRAWN,
        customer or f"c-{number}",
        earned_at=at,
        occurred_at=at + after,
        rung=rung,
        offer_id="lucky-draw",
    )


def brought(number: object, *, referrer: str = "anna", at: datetime = AT) -> tuple[Occasion, Occasion]:
    """A friend was brought: one occasion for each side."""
    sides = ((TO_REFERRER, "referrer", referrer), (TO_FRIEND, "friend", f"friend-{number}"))
    return tuple(
        Occasion(f"~referral/{number}/{side}", Trigger.REFERRAL_COMPLETED, customer, at, at, rung)
        for rung, side, customer in sides
    )


def no_earlier(version: int) -> PlanRules:
    raise AssertionError(version)


def give(shop: Shop, *found: Occasion, at: datetime = AT):
    return occasions.give(shop.id, rules(shop), found, rules_of=no_earlier, at=at)


def hold(shop: Shop, *found: Occasion, at: datetime = AT):
    return occasions.hold(shop.id, rules(shop), found, rules_of=no_earlier, at=at)


def confirm(shop: Shop, *found: Occasion, at: datetime = AT):
    return occasions.confirm(shop.id, rules(shop), [each.id for each in found], rules_of=no_earlier, at=at)


def let_go(shop: Shop, *found: Occasion, at: datetime = AT) -> int:
    return occasions.let_go(shop.id, PLAN_ID, [each.id for each in found], at=at)


def take_back(shop: Shop, *found: Occasion, at: datetime = AT + DAY, name: str = "void"):
    revoked = [Revocation(name, each.id, at) for each in found]
    return occasions.take_back(shop.id, rules(shop), revoked, rules_of=no_earlier)


def stock(shop: Shop, item: str = "tablet") -> tuple[int, int]:
    """How many pieces can still be given, and how many are held."""
    balance = reading.stock_balances(shop.id, rules(shop))[item]
    return balance.available, balance.held


def money(shop: Shop, line: str) -> tuple[int, int]:
    """What a budget line can still give, and what of it is promised."""
    balance = reading.budget_balances(shop.id, rules(shop))[line]
    return balance.available, balance.held


def told(settled) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    return [
        (
            award.order_id,
            award.refusal.code if award.refusal else award.outcome.value,
            [(item.kind.value, item.id, item.quantity) for item in award.items],
        )
        for award in settled.awards
    ]


# --- given ------------------------------------------------------------------------------------------------


def test_a_ticket_gives_the_prize_that_was_drawn_and_nothing_else(shop):
    settled = give(shop, ticket(1, FIRST), ticket(2, THIRD), ticket(3, CONSOLATION))
    assert told(settled) == [
        ("~draw/lucky-draw/1", "granted", [("gift", "tablet", 1)]),
        ("~draw/lucky-draw/2", "granted", [("coupon", "next-20", 1)]),
        ("~draw/lucky-draw/3", "granted", [("points", "", 20)]),
    ]
    assert [award.rung for award in settled.awards] == [1, 3, 4]
    assert (stock(shop), money(shop, "prizes"), money(shop, "coupons")) == ((0, 0), (114_000, 0), (148_000, 2_000))
    assert_books_add_up(shop)


def test_the_same_occasion_gives_once_however_often_it_is_told(shop):
    assert give(shop, ticket(1, FIRST), ticket(1, FIRST)).events == 1
    again = give(shop, ticket(1, FIRST), at=AT + DAY)
    assert (again.events, again.awards, again.levels) == (0, (), ())
    assert stock(shop) == (0, 0)
    (answer,) = occasions.answers_of(shop.id, PLAN_ID, [ticket(1, FIRST).id, "~draw/lucky-draw/9"]).values()
    assert (answer.state, len(answer.awards), answer.claw_backs) == (OccasionState.SETTLED, 1, ())


def test_what_has_run_out_is_refused_with_its_reason_and_costs_nothing(shop):
    settled = give(shop, ticket(1, FIRST), ticket(2, FIRST))
    assert told(settled)[1] == ("~draw/lucky-draw/2", "stock:tablet", [("gift", "tablet", 1)])
    assert (stock(shop), money(shop, "prizes")) == ((0, 0), (114_000, 0))


def test_both_sides_of_a_referral_get_theirs_within_the_referrers_limit(shop):
    settled = give(shop, *(side for number in range(11) for side in brought(number)))
    by_side = {"referrer": [], "friend": []}
    for occasion_id, outcome, _ in told(settled):
        by_side[occasion_id.rpartition("/")[2]].append(outcome)
    assert sorted(by_side["referrer"]) == [*["granted"] * 10, "limit:per_customer"]
    assert by_side["friend"] == ["granted"] * 11
    assert_books_add_up(shop)


def test_what_was_earned_in_time_is_given_when_it_is_drawn_and_valid_from_then(shop):
    drawn_late = ticket(1, THIRD, at=AT + 12 * DAY, after=20 * DAY)
    too_late = ticket(2, THIRD, at=AT + 13 * DAY)
    settled = give(shop, drawn_late, too_late, at=AT + 32 * DAY)
    assert (settled.events, [award.order_id for award in settled.awards]) == (2, [drawn_late.id])
    assert settled.awards[0].settled_for == AT + 32 * DAY


def test_staff_get_nothing(shop):
    barred = replace(rules(shop), staff=frozenset({"clerk"}))
    found = [ticket(1, FIRST, customer="clerk"), *brought(1, referrer="clerk")]
    settled = occasions.give(shop.id, barred, found, rules_of=no_earlier, at=AT)
    assert [award.customer_id for award in settled.awards] == ["friend-1"]
    assert stock(shop) == (1, 0)


def test_who_is_held_out_gets_no_reward_but_every_ticket_draws_what_its_deck_holds(shop):
    held_out = replace(rules(shop), holdout_share=1.0)
    settled = occasions.give(shop.id, held_out, [ticket(1, FIRST), *brought(1)], rules_of=no_earlier, at=AT)
    assert [(award.offer_id, award.outcome) for award in settled.awards] == [
        ("lucky-draw", "granted"),
        ("refer-a-friend", "held_out"),
        ("refer-a-friend", "held_out"),
    ]


def test_an_offer_that_the_plan_does_not_have_is_named_and_nothing_is_settled(shop):
    with pytest.raises(OfferUnknown):
        give(shop, ticket(1, FIRST), replace(ticket(2, FIRST), offer_id="spend-ladder"))
    assert (SettledEvent.objects.count(), stock(shop)) == (0, (1, 0))


def test_the_database_itself_refuses_to_settle_an_occasion_twice(shop, monkeypatch):
    give(shop, ticket(3, CONSOLATION))
    monkeypatch.setattr(occasions.store, "unsettled", lambda _shop_id, _plan_id, keys: tuple(keys))
    with pytest.raises((IntegrityError, AssertionError)):
        give(shop, ticket(3, CONSOLATION))
    assert_books_add_up(shop)


# --- taken back -------------------------------------------------------------------------------------------


def test_what_was_given_is_taken_back_whole_and_once(shop):
    give(shop, *brought(1), ticket(1, THIRD))
    assert (money(shop, "coupons"), money(shop, "rewards")) == ((146_500, 3_500), (49_500, 500))
    settled = take_back(shop, *brought(1))
    assert [(back.order_id, [(item.kind, item.quantity) for item in back.items]) for back in settled.claw_backs] == [
        ("~referral/1/friend", [("coupon", 1)]),
        ("~referral/1/referrer", [("points", 500)]),
    ]
    assert take_back(shop, *brought(1)).events == 0
    assert take_back(shop, *brought(1), name="again").claw_backs == ()
    assert (money(shop, "coupons"), money(shop, "rewards")) == ((148_000, 2_000), (50_000, 0))
    answer = occasions.answers_of(shop.id, PLAN_ID, ["~referral/1/friend"])["~referral/1/friend"]
    assert (answer.state, len(answer.claw_backs)) == (OccasionState.SETTLED, 1)
    assert_books_add_up(shop)


def test_a_gift_that_was_given_is_owed(shop):
    give(shop, ticket(1, FIRST))
    (back,) = take_back(shop, ticket(1, FIRST)).claw_backs
    assert [(item.kind, item.id, item.quantity) for item in back.items] == [("gift", "tablet", 1)]
    assert stock(shop) == (0, 0)


def test_what_was_never_given_cannot_be_taken_back(shop):
    with pytest.raises(OccasionNotSettled):
        take_back(shop, ticket(1, FIRST))
    hold(shop, ticket(1, FIRST))
    with pytest.raises(OccasionNotSettled):
        take_back(shop, ticket(1, FIRST))


# --- pending ----------------------------------------------------------------------------------------------


def test_what_pends_is_nobody_elses_and_is_given_when_it_is_confirmed(shop):
    held = hold(shop, ticket(1, FIRST), *brought(1))
    assert (held.events, held.awards) == (3, ())
    assert {(level.id, level.before, level.after) for level in held.levels} >= {("tablet", 1, 0)}
    assert (stock(shop), money(shop, "rewards")) == ((0, 1), (49_500, 500))
    assert told(give(shop, ticket(2, FIRST)))[0][1] == "stock:tablet"
    pending = occasions.answers_of(shop.id, PLAN_ID, [ticket(1, FIRST).id])[ticket(1, FIRST).id]
    assert (pending.state, pending.awards[0].outcome) == (OccasionState.PENDING, "granted")
    assert list(reading.awards_for(shop.id, PLAN_ID, [ticket(1, FIRST).id])) == []
    settled = confirm(shop, ticket(1, FIRST), *brought(1), at=AT + 9 * DAY)
    assert sorted(told(settled)) == [
        ("~draw/lucky-draw/1", "granted", [("gift", "tablet", 1)]),
        ("~referral/1/friend", "granted", [("coupon", "first-10", 1)]),
        ("~referral/1/referrer", "granted", [("points", "", 500)]),
    ]
    assert {award.settled_for for award in settled.awards} == {AT + 9 * DAY}
    assert (stock(shop), money(shop, "rewards")) == ((0, 0), (49_500, 500))
    assert_books_add_up(shop)


def test_what_pends_is_held_and_given_once(shop):
    assert hold(shop, ticket(1, FIRST)).events == 1
    assert hold(shop, ticket(1, FIRST)).events == 0
    assert give(shop, ticket(1, FIRST)).events == 0
    assert confirm(shop, ticket(1, FIRST)).events == 1
    assert confirm(shop, ticket(1, FIRST)).events == 0
    assert let_go(shop, ticket(1, FIRST)) == 0
    assert hold(shop, ticket(1, FIRST)).events == 0
    assert stock(shop) == (0, 0)
    assert len(take_back(shop, ticket(1, FIRST)).claw_backs) == 1


def test_what_is_let_go_is_free_again_and_its_occasion_gives_nothing_for_ever(shop):
    hold(shop, ticket(1, FIRST), *brought(1))
    assert let_go(shop, ticket(1, FIRST), *brought(1)) == 3
    assert let_go(shop, ticket(1, FIRST)) == 0
    assert (stock(shop), money(shop, "rewards"), money(shop, "coupons")) == ((1, 0), (50_000, 0), (150_000, 0))
    assert (confirm(shop, ticket(1, FIRST)).events, give(shop, ticket(1, FIRST)).events) == (0, 0)
    assert give(shop, ticket(2, FIRST)).awards[0].outcome == "granted"
    answer = occasions.answers_of(shop.id, PLAN_ID, [ticket(1, FIRST).id])[ticket(1, FIRST).id]
    assert answer.state is OccasionState.LET_GO
    assert_books_add_up(shop)


def test_a_limit_that_pends_is_used_and_free_again_when_it_is_let_go(shop):
    ten = [brought(number)[0] for number in range(10)]
    hold(shop, *ten)
    eleventh = brought(11)[0]
    assert told(give(shop, eleventh))[0][1] == "limit:per_customer"
    let_go(shop, ten[0])
    assert told(give(shop, brought(12)[0]))[0][1] == "granted"


def test_what_an_earlier_version_held_is_given_and_taken_back_as_it_was_held(shop):
    first = rules(shop)
    one, two, three = (brought(number)[0] for number in (1, 2, 3))
    hold(shop, one, two)
    more = PLAN.read_text().replace("to_referrer: [{points: 500}]", "to_referrer: [{points: 600}]")
    running.go_live(shop.id, plans.check_text(more, "plan"), actor=COMMAND_LINE)
    second = rules(shop)
    settled = occasions.confirm(shop.id, second, [one.id], rules_of={1: first}.__getitem__, at=AT + DAY)
    assert [(award.plan_version, award.items[0].quantity) for award in settled.awards] == [(1, 500)]
    assert told(give(shop, three))[0][2] == [("points", "", 600)]
    revoked = [Revocation("void", one.id, AT + 2 * DAY)]
    backs = occasions.take_back(shop.id, second, revoked, rules_of={1: first}.__getitem__).claw_backs
    assert [item.quantity for back in backs for item in back.items] == [500]
    assert let_go(shop, two) == 1
    assert_books_add_up(shop)


def test_orders_and_occasions_draw_on_the_same_stock_and_budget(shop):
    online.take(shop, [order(1, 350)], (), at=AT)
    before = money(shop, "coupons")
    give(shop, ticket(1, THIRD))
    assert money(shop, "coupons") == (before[0] - 2_000, before[1] + 2_000)
    assert_books_add_up(shop)


def test_occasions_are_counted_by_offer_but_are_no_orders(shop):
    online.take(shop, [order(1, 350)], (), at=AT)
    give(shop, ticket(1, FIRST), *brought(1))
    take_back(shop, *brought(1))
    assert reading.order_totals(shop.id, PLAN_ID).orders == 1
    assert reading.order_totals(shop.id, PLAN_ID).refunds == 0
    counted = {(each.offer_id, each.outcome): each.awards for each in reading.award_totals(shop.id, PLAN_ID)}
    assert counted["lucky-draw", "granted"] == 1
    assert (counted["refer-a-friend", "granted"], counted["refer-a-friend", "clawed_back"]) == (2, 2)
    assert_counters_agree(shop)


# --- beside a file of orders ------------------------------------------------------------------------------


@pytest.mark.parametrize("rung", [TO_REFERRER, TO_FRIEND])
def test_what_occasions_gave_lapses_in_its_time_while_a_file_of_orders_is_settled(
    shop_of_short_coupons, tmp_path, rung
):
    shop, checked = shop_of_short_coupons
    give(shop, brought(1)[rung - 1], ticket(1, THIRD))
    assert money(shop, "coupons") == ((146_500, 3_500) if rung == TO_FRIEND else (148_000, 2_000))
    orders = orders_file(tmp_path / "o.csv", *(row(f"o{n}", customer_id="c", paid_at="2011-11-20") for n in range(3)))
    files = running.OrderFiles((orders,))
    running.run(checked, files, actor=COMMAND_LINE, words=ENGLISH, on_progress=lambda *_: None)
    assert money(shop, "coupons") == (150_000, 0)
    assert reading.order_totals(shop.id, PLAN_ID).orders == 3
    assert_books_add_up(shop)
    assert_counters_agree(shop)
