"""What the plan can cost, against what is set aside for it. Only asked of a plan without errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jiacan.kernel.messages import tell
from jiacan.kernel.money import Money
from jiacan.offers.contracts.rules import PlanRules
from jiacan.plans.contracts.document import Demand, PlanDocument, WorstCase
from jiacan.plans.contracts.problems import Problem
from jiacan.plans.core.parts.challenges import ChallengePart
from jiacan.plans.core.parts.draws import DrawPart
from jiacan.plans.core.parts.mall import MallItemPart
from jiacan.plans.core.parts.offers import OfferPart
from jiacan.plans.core.parts.plan import PlanPart
from jiacan.plans.core.problems import warning
from jiacan.plans.core.worst_case import find_claims, worst_cases

_Source = OfferPart | DrawPart | ChallengePart | MallItemPart


def check_budget(plan: PlanPart, document: PlanDocument, rules: PlanRules) -> Iterator[Problem]:
    """Costs that no line pays, lines that could run short, and lines that are the only bound."""
    parts: list[_Source] = [*plan.offers, *plan.draws, *plan.challenges, *plan.mall]
    sources = {part.id: part for part in parts}
    yield from _check_unpaid(sources, document, rules)
    for number, case in enumerate(worst_cases(document, rules)):
        assert plan.budget is not None
        if case.at_most_minor is not None and case.at_most_minor > case.amount_minor:
            place = plan.budget.at("lines", number, "amount")
            yield warning(
                place,
                tell(
                    "At worst {line} is asked for {most} and holds {amount}: {short} would be refused. "
                    "Raise it, or lower limits or stock.",
                    line=case.line,
                    most=Money(case.at_most_minor, rules.currency),
                    amount=Money(case.amount_minor, rules.currency),
                    short=Money(case.at_most_minor - case.amount_minor, rules.currency),
                ),
            )
        for demand in case.demands:
            if demand.at_most_minor is None:
                yield _only_bound(case, demand, sources[demand.source], rules)


def _check_unpaid(sources: Mapping[str, _Source], document: PlanDocument, rules: PlanRules) -> Iterator[Problem]:
    unpaid = [(claim.source, claim.kind) for claim in find_claims(document, rules) if claim.line is None]
    for source, kind in dict.fromkeys(unpaid):
        yield warning(
            sources[source].at("id"),
            tell(
                "{source} gives {kind}, which costs money, and no budget line pays for it; "
                "name a line for {kind} under its `budget`.",
                source=source,
                kind=kind.value,
            ),
        )


def _only_bound(case: WorstCase, demand: Demand, part: _Source, rules: PlanRules) -> Problem:
    assert part.budget is not None
    place = part.budget.at(demand.kind.value)
    amount = Money(case.amount_minor, rules.currency)
    if demand.each_minor is None:
        message = tell(
            "Only {line} itself bounds this: it holds {amount}, and one award has no most it can cost.",
            line=case.line,
            amount=amount,
        )
    else:
        message = tell(
            "Only {line} itself bounds this: its {amount} pay for {awards} awards of {each}; limit it, or watch it.",
            line=case.line,
            amount=amount,
            awards=case.amount_minor // demand.each_minor,
            each=Money(demand.each_minor, rules.currency),
        )
    return warning(place, message)
