"""Figures of a campaign, added up from its awards, claw-backs and balances; the same for a rehearsal and a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jiacan.campaigns.contracts.figures import BudgetFigure, Figures, GivenFigure, StockFigure
from jiacan.ledger.contracts import Balance
from jiacan.offers.contracts.awards import Award, BudgetExhausted, ClawBack, Outcome, StockEmpty
from jiacan.offers.contracts.benefits import HELD_KINDS, Kind
from jiacan.offers.contracts.rules import Offer, PlanRules

GIVEN = (Outcome.GRANTED, Outcome.OTHERWISE)


@dataclass(slots=True)
class _Sum:
    quantity: int = 0
    amount_minor: int = 0
    back_quantity: int = 0
    back_amount_minor: int = 0


@dataclass(slots=True)
class Tally:
    """Adds up awards and claw-backs one at a time, so that no list of them is needed."""

    rules: PlanRules
    events: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    reasons: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    given: dict[tuple[str, str, str], _Sum] = field(default_factory=lambda: defaultdict(_Sum))
    last_given_at: dict[str, datetime] = field(default_factory=dict)
    short_at: dict[str, datetime] = field(default_factory=dict)
    spent_minor: Counter[str] = field(default_factory=Counter)

    lines: Mapping[str, Mapping[Kind, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = {offer.id: offer.budget for offer in self.rules.offers}

    @classmethod
    def of(cls, rules: PlanRules, awards: Iterable[Award], claw_backs: Iterable[ClawBack]) -> Tally:
        """All of these, added up."""
        tally = cls(rules)
        for award in awards:
            tally.add_award(award)
        for back in claw_backs:
            tally.add_claw_back(back)
        return tally

    def balances(self, budget_left_minor: Mapping[str, int]) -> dict[str, Balance]:
        """Each budget line's balance, from what is left of it: what is neither left nor spent is at risk."""
        found = {}
        for line_id, left in budget_left_minor.items():
            posted = self.rules.budget[line_id].amount_minor - self.spent_minor[line_id]
            found[line_id] = Balance(posted=posted, held=posted - left, floor=0)
        return found

    def add_award(self, award: Award) -> None:
        """Count one award."""
        self.events[award.offer_id][event_of(award)] += 1
        if award.refusal is not None:
            self.reasons[award.offer_id][award.refusal.code] += 1
        if isinstance(award.refusal, StockEmpty | BudgetExhausted):
            self.short_at.setdefault(award.refusal.code, award.settled_for)
        if award.outcome not in GIVEN:
            return
        lines = self.lines[award.offer_id]
        for item in award.items:
            if item.kind in lines and item.kind not in HELD_KINDS:
                self.spent_minor[lines[item.kind]] += item.amount_minor
            total = self.given[award.offer_id, item.kind, item.id]
            total.quantity += item.quantity
            total.amount_minor += item.amount_minor
            if item.kind in (Kind.GIFT, Kind.SERVICE):
                self.last_given_at[item.id] = award.settled_for

    def add_claw_back(self, back: ClawBack) -> None:
        """Count one claw-back."""
        self.events[back.offer_id][Outcome.CLAWED_BACK] += 1
        for item in back.items:
            total = self.given[back.offer_id, item.kind, item.id]
            total.back_quantity += item.quantity
            total.back_amount_minor += item.amount_minor

    def figures(self, stock_left: Mapping[str, int], budget: Mapping[str, Balance]) -> Figures:
        """The figures so far, with what is left of stock (pieces) and of each budget line."""
        return Figures(
            events_by_offer={offer.id: dict(self.events[offer.id]) for offer in self._offers_met()},
            refusals_by_reason={offer_id: dict(reasons) for offer_id, reasons in self.reasons.items()},
            given=tuple(
                GivenFigure(*key, total.quantity, total.amount_minor, total.back_quantity, total.back_amount_minor)
                for key, total in sorted(self.given.items())
            ),
            stock=tuple(self._stock_figure(stock_id, left) for stock_id, left in stock_left.items()),
            budget=tuple(self._budget_figure(line_id, balance) for line_id, balance in budget.items()),
        )

    def _offers_met(self) -> Iterable[Offer]:
        return (offer for offer in self.rules.offers if offer.id in self.events)

    def _stock_figure(self, stock_id: str, left: int) -> StockFigure:
        item = self.rules.stock[stock_id]
        emptied_at = self.last_given_at.get(stock_id) if left == 0 else None
        return StockFigure(stock_id, item.name, item.units, left, emptied_at, self.short_at.get(f"stock:{stock_id}"))

    def _budget_figure(self, line_id: str, balance: Balance) -> BudgetFigure:
        line = self.rules.budget[line_id]
        return BudgetFigure(
            id=line_id,
            name=line.name,
            amount_minor=line.amount_minor,
            at_risk_minor=balance.held,
            spent_minor=line.amount_minor - balance.posted,
            left_minor=balance.posted - balance.held,
            short_at=self.short_at.get(f"budget:{line_id}"),
        )


def event_of(award: Award) -> str:
    """The name an award is counted under."""
    if award.outcome is not Outcome.REFUSED:
        return award.outcome
    assert award.refusal is not None, "a refusal has a reason"
    return "refused:limit" if award.refusal.code.startswith("limit") else "refused:stock_or_budget"
