"""A campaign's way: orders and refunds come in, are recorded, matched and settled; figures say what it came to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from django.db import transaction
from django.utils import timezone

from jiacan.campaigns.contracts.figures import Figures, Rehearsal, RunSummary
from jiacan.campaigns.contracts.planning import OtherCurrency
from jiacan.campaigns.core.figures import balances_of, figures_of
from jiacan.campaigns.core.lasting import time_left
from jiacan.campaigns.facade import coupons, drawing, referring, standing
from jiacan.campaigns.facade.announcing import announce
from jiacan.campaigns.facade.live import find_live
from jiacan.customers import facade as customers
from jiacan.customers.contracts import BirthdaysRead
from jiacan.kernel.messages import Message, Phrasebook, tell
from jiacan.kernel.places import long_at_place
from jiacan.members.facade import birthdays
from jiacan.offers.contracts.awards import AwardRow, ReceiptLine, Statement
from jiacan.offers.contracts.rehearsing import NOTHING_TOLD, Told
from jiacan.offers.contracts.rules import PlanRules, Trigger
from jiacan.offers.contracts.sums import Replayed
from jiacan.offers.facade import awarding, bulk, replaying
from jiacan.offers.facade import reading as offers
from jiacan.offers.facade.books import VersionRules
from jiacan.orders import facade as orders
from jiacan.orders.contracts import ReadSummary
from jiacan.plans import facade as plans
from jiacan.plans.contracts.errors import PlanHasErrors
from jiacan.plans.contracts.versions import CheckedPlan
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, Shop
from jiacan.webhooks import facade as webhooks
from jiacan.webhooks.contracts import EventKind

MANY_ORDERS = 1_000
"""Fewer are settled one by one before the tables for them are made."""

EACH_AWARD = frozenset({EventKind.AWARD_GRANTED, EventKind.AWARD_REFUSED})
"""Whoever asks to be told of every award has them settled as values."""

Progress = Callable[[Message, float], None]


@dataclass(frozen=True, slots=True)
class OrderFiles:
    """Where orders and refunds come from, and where rows that cannot be taken are handed back.

    `customers` tells birthdays, to rehearse with.
    """

    orders: tuple[Path, ...]
    refunds: tuple[Path, ...] = ()
    bad_rows: Path | None = None
    customers: Path | None = None


def rehearse(
    plan: CheckedPlan,
    files: OrderFiles,
    *,
    words: Phrasebook,
    on_progress: Progress,
    on_rows: replaying.OnRows | None = None,
) -> Rehearsal:
    """Replay past orders against a plan; no database is touched.

    Args:
        plan: what is rehearsed.
        files: the orders and refunds, and customers' birthdays.
        words: the language of bad rows' reasons.
        on_progress: told what is done, and the share of it.
        on_rows: given the rows of the awards file, some at a time and in order.

    Raises:
        JiacanError: the plan has errors, or a file cannot be read.
    """
    rules = _rules_of(plan)
    known = None if files.customers is None else customers.read_birthdays(files.customers, at=timezone.now())
    with _read(rules, files, words, on_progress) as history:
        on_progress(tell("Matching and settling"), -1)
        replayed = replaying.replay(
            history,
            rules,
            told=NOTHING_TOLD if known is None else _told(plan, known),
            on_share=lambda share: on_progress(tell("Settling"), share),
            on_rows=on_rows,
        )
        unasked = rules.by_birthdays if known is None else ()
        return Rehearsal(history.summary, _figures_of(rules, replayed), known, unasked)


def _told(plan: CheckedPlan, known: BirthdaysRead) -> Told:
    assert plan.document is not None, "a plan that has rules has a document"
    offers = plan.document.birthdays
    return Told(
        birth_months={customer: born.month for customer, born in known.told.items()},
        occasions=birthdays.rehearsed(plan.document.plan_id, offers, known.told),
        tiers={offer.offer_id: offer.tiers for offer in offers if offer.tiers},
        ladder=plan.document.ladder,
    )


def rehearse_matched(
    plan: CheckedPlan,
    folder: Path,
    matched: Path,
    *,
    on_progress: Progress,
    on_rows: replaying.OnRows | None = None,
) -> Rehearsal:
    """Replay prepared orders against a plan, with the pairs that were matched for it before.

    Raises:
        JiacanError: the plan has errors, or the orders or pairs do not fit it.
    """
    rules = _rules_of(plan)
    found = replaying.replay_matched(
        folder,
        matched,
        rules,
        plan_sha256=plan.sha256,
        on_share=lambda share: on_progress(tell("Settling"), share),
        on_rows=on_rows,
    )
    read = ReadSummary(
        rows=found.lines,
        orders=found.orders,
        order_rows=found.lines,
        unpaid_orders=0,
        refunds=0,
        refund_rows=0,
        repeated_rows=0,
        bad_rows=0,
        set_aside=(),
        unknown_columns=(),
        notes=(),
    )
    unasked = tuple(offer.id for offer in rules.offers if offer.trigger is Trigger.BIRTHDAY)
    return Rehearsal(read=read, figures=_figures_of(rules, found.replayed), unasked=unasked)


def _figures_of(rules: PlanRules, replayed: Replayed) -> Figures:
    budget = balances_of(rules, replayed.sums, replayed.budget_left_minor)
    return figures_of(rules, replayed.sums, replayed.stock_left, budget)


def run(
    plan: CheckedPlan, files: OrderFiles, *, actor: Actor, words: Phrasebook, on_progress: Progress
) -> RunSummary:
    """Take orders and refunds in, durably, and settle what of them was not settled yet.

    Safe to repeat and to kill: recording and settling are done in transactions that know what was done before.

    Raises:
        JiacanError: the plan has errors, a file cannot be read, or a new version takes back what was given.
    """
    draft = _rules_of(plan)
    with _read(draft, files, words, on_progress) as history, _at(tenancy.open_shop(draft.shop)) as shop:
        rules = go_live(shop.id, plan, actor=actor)
        recorded = orders.record(shop.id, history, on_progress=_recording(history.summary.orders, on_progress))
        settled = settle_recorded(shop.id, rules, on_progress=on_progress)
        return RunSummary(
            plan_version=rules.version,
            read=history.summary,
            recorded=recorded,
            events_settled=settled,
            figures=figures(shop.id, rules),
        )


def go_live(shop_id: int, plan: CheckedPlan, *, actor: Actor, approver: str = "") -> PlanRules:
    """Make the plan's text its live version and fill its accounts; the same text again changes nothing.

    The first plan of a shop says the shop's currency.

    Raises:
        PlanHasErrors, PlanMoved, NotEnoughLeft: the text may not go live.
        OtherCurrency: the shop's orders are in another currency than the plan's.
    """
    with transaction.atomic():
        draft = _rules_of(plan)
        shop = tenancy.open_shop(draft.shop, zone=draft.zone, currency=draft.currency)
        if shop.currency != draft.currency:
            raise OtherCurrency(plan_id=draft.plan_id, named=draft.currency, shop=shop.slug, kept=shop.currency)
        rules = plans.go_live(shop_id, plan, actor=actor, approver=approver)
        before = plans.load_rules(shop_id, rules.plan_id, rules.version - 1) if rules.version > 1 else None
        awarding.open_plan(shop_id, rules, before, actor=actor)
        live = find_live(shop_id, rules.plan_id)
        assert live is not None, "it has gone live just now"
        referring.open_programme(live)
        drawing.announce_draws(live, actor=actor, at=timezone.now())
        return rules


def settle_recorded(
    shop_id: int, rules: PlanRules, *, on_progress: Progress, now: Callable[[], datetime] = timezone.now
) -> int:
    """Settle every recorded event of the plan's time that it has not settled, in order; says how many.

    Args:
        shop_id: whose events.
        rules: those in force, by which new orders are awarded.
        on_progress: told how many orders were passed, and how long the rest will take.
        now: decides which reservations are still held.
    """
    live = find_live(shop_id, rules.plan_id)
    window = None if live is None else live.window()
    if live is None or window is None:
        return 0
    total = orders.count_within(shop_id, window).orders
    what = bulk.Settling(shop_id, rules, live, now, lambda settled: announce(shop_id, [(live, settled)], at=now()))
    by_tables = total >= MANY_ORDERS and not webhooks.wanted(shop_id) & EACH_AWARD
    settle = bulk.settle_by_tables if by_tables else bulk.settle_one_by_one
    settled = passed = 0
    began = monotonic()
    for reached in settle(what, window):
        settled, passed = settled + reached.settled, passed + reached.passed
        share = min(1.0, passed / max(1, total))
        left = time_left(monotonic() - began, share)
        on_progress(
            tell("Settling: {done} of {orders} orders, {left} left", done=passed, orders=total, left=left), share
        )
    referring.catch_up(shop_id, [live], at=now())
    standing.catch_up(shop_id, [live], at=now())
    drawing.catch_up(live, at=now())
    coupons.catch_up(shop_id, at=now())
    return settled


def figures(shop_id: int, rules: PlanRules) -> Figures:
    """What the campaign has come to."""
    sums = offers.sum_up(shop_id, rules.plan_id)
    return figures_of(rules, sums, offers.stock_left(shop_id, rules), offers.budget_balances(shop_id, rules))


def award_rows(plan: CheckedPlan) -> Iterator[AwardRow]:
    """Every row of the campaign's awards file, in the order in which things happened."""
    rules = _rules_of(plan)
    with _at(tenancy.get_shop(rules.shop)) as shop:
        yield from offers.award_rows_of(shop.id, rules.plan_id)


def receipt(plan: CheckedPlan, order_id: str) -> tuple[ReceiptLine, ...]:
    """Every offer's answer to one recorded order.

    Raises:
        ShopUnknown, OrderNotPaid: no such paid order was recorded.
    """
    with _in_force(plan) as (shop_id, rules, rules_of):
        return offers.receipt(shop_id, order_id, rules, rules_of=rules_of)


def statement(plan: CheckedPlan, customer_id: str) -> Statement:
    """What a customer has of the plan and owes it, and what each of their orders got.

    Raises:
        ShopUnknown, CustomerUnknown: nothing of theirs was settled.
    """
    with _in_force(plan) as (shop_id, rules, rules_of):
        return offers.statement(shop_id, customer_id, rules, rules_of=rules_of)


@contextmanager
def _in_force(plan: CheckedPlan) -> Iterator[tuple[int, PlanRules, VersionRules]]:
    """The shop, at its place, and the rules of the plan's live versions; the file's own where none went live."""
    draft = _rules_of(plan)
    with _at(tenancy.get_shop(draft.shop)) as shop:
        live = find_live(shop.id, draft.plan_id)
        yield (shop.id, draft, lambda _: draft) if live is None else (shop.id, live.rules, live)


@contextmanager
def _at(shop: Shop) -> Iterator[Shop]:
    with long_at_place(shop.id):
        yield shop


def _rules_of(plan: CheckedPlan) -> PlanRules:
    if plan.rules is None:
        raise PlanHasErrors(source=plan.source, problems=plan.errors)
    return plan.rules


@contextmanager
def _read(rules: PlanRules, files: OrderFiles, words: Phrasebook, on_progress: Progress) -> Iterator[orders.History]:
    with orders.read_history(
        files.orders, files.refunds, zone=rules.zone, currency=rules.currency, on_progress=_by_stage(on_progress)
    ) as history:
        if files.bad_rows is not None and history.summary.bad_rows:
            history.write_bad_rows(files.bad_rows, words)
        yield history


_STAGES = {
    "read": tell("Reading files"),
    "check": tell("Checking rows"),
}


def _recording(total: int, on_progress: Progress) -> Callable[[str, float], None]:
    began = monotonic()

    def show(_: str, share: float) -> None:
        done, left = round(share * total), time_left(monotonic() - began, share)
        on_progress(
            tell("Recording: {done} of {orders} orders, {left} left", done=done, orders=total, left=left), share
        )

    return show


def _by_stage(on_progress: Progress) -> Callable[[str, float], None]:
    return lambda stage, done: on_progress(_STAGES[stage], done)
