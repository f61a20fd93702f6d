"""Check-in challenges of plans in force: who did what, and what it brought, by the version that runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from jiacan.campaigns.contracts.public import Term
from jiacan.campaigns.core.terms import challenge_term
from jiacan.campaigns.facade.announcing import passing_on
from jiacan.campaigns.facade.live import find_live, live_plans
from jiacan.campaigns.facade.taking import again_if_deadlocked
from jiacan.kernel.messages import Message, Name
from jiacan.members.contracts.check_in import Calendar, Challenge, ChallengeUnknown, Question, Reached, TakingPart
from jiacan.members.facade import check_in
from jiacan.members.facade.check_in import InForce
from jiacan.offers.contracts.awards import Outcome
from jiacan.offers.facade import occasions, reading
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor


@dataclass(frozen=True, slots=True)
class Rewarded:
    """What came of a reward that was reached; `outcome` is None where nothing came of it."""

    reached: Reached
    outcome: Outcome | None
    says: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class CustomerChallenge:
    """A customer's calendar with what each reward gives, what came of those reached, and what is asked today."""

    plan_id: str
    calendar: Calendar
    gives: dict[int, tuple[Message, ...]]
    rewarded: tuple[Rewarded, ...]
    questions: dict[str, Question]


@dataclass(frozen=True, slots=True)
class ChallengeInForce:
    """A challenge with its rules in words, what each reward gives, and how many take part."""

    plan_id: str
    plan: Name
    challenge: Challenge
    term: Term
    gives: dict[int, tuple[Message, ...]]
    taking_part: TakingPart


def record_task(
    shop_id: int,
    plan_id: str,
    challenge_id: str,
    customer_id: str,
    task_id: str,
    *,
    answer: str,
    day: date | None,
    at: datetime,
) -> CustomerChallenge:
    """Keep that a customer did a task of a challenge in force, and give what is reached by it; safe to repeat.

    Raises:
        ChallengeUnknown: no such challenge is in force.
        JiacanError: as `members.facade.check_in.record_task`.
    """
    force = _in_force(shop_id, plan_id, challenge_id)
    calendar = again_if_deadlocked(
        lambda: check_in.record_task(shop_id, force, customer_id, task_id, answer=answer, day=day, at=at)
    )
    return _shown(shop_id, force, calendar)


def record_by_hand(
    shop_id: int,
    plan_id: str,
    challenge_id: str,
    customer_id: str,
    task_id: str,
    *,
    answer: str,
    actor: Actor,
    at: datetime,
) -> Calendar:
    """The same for today by one of the staff, audited where it is new.

    Raises:
        ChallengeUnknown: no such challenge is in force.
        JiacanError: as `members.facade.check_in.record_task`.
    """
    force = _in_force(shop_id, plan_id, challenge_id)

    def record() -> Calendar:
        before = check_in.calendar_of(shop_id, force, customer_id, at)
        after = check_in.record_task(shop_id, force, customer_id, task_id, answer=answer, day=None, at=at)
        if _done_today(after) != _done_today(before):
            told = {"plan": plan_id, "challenge": challenge_id, "task": task_id, "day": str(after.today)}
            tenancy.audit(shop_id, actor=actor, action="check-in recorded", subject=customer_id, after=told)
        return after

    return again_if_deadlocked(record)


def _done_today(calendar: Calendar) -> frozenset[str]:
    return frozenset(task for each in calendar.days if each.day == calendar.today for task in each.tasks)


def make_up(
    shop_id: int, plan_id: str, challenge_id: str, customer_id: str, day: date, *, at: datetime
) -> CustomerChallenge:
    """Make up a day that a customer missed, and give what is reached by it; safe to repeat.

    Raises:
        ChallengeUnknown: no such challenge is in force.
        JiacanError: as `members.facade.check_in.make_up`.
    """
    force = _in_force(shop_id, plan_id, challenge_id)
    calendar = again_if_deadlocked(lambda: check_in.make_up(shop_id, force, customer_id, day, at=at))
    return _shown(shop_id, force, calendar)


def challenge_of(
    shop_id: int, plan_id: str, challenge_id: str, customer_id: str, *, at: datetime
) -> CustomerChallenge:
    """How a customer stands in a challenge in force.

    Raises:
        ChallengeUnknown: no such challenge is in force.
    """
    force = _in_force(shop_id, plan_id, challenge_id)
    return _shown(shop_id, force, check_in.calendar_of(shop_id, force, customer_id, at))


def challenges_in_force(shop_id: int, at: datetime) -> tuple[ChallengeInForce, ...]:
    """Every challenge of the shop's plans in force whose period is not over, with how many take part in it."""
    return tuple(
        ChallengeInForce(
            plan_id=live.plan_id,
            plan=live.rules.name,
            challenge=challenge,
            term=challenge_term(challenge),
            gives={
                reward.day: reading.benefits_in_words(reward.benefits, live.rules) for reward in challenge.rewards
            },
            taking_part=check_in.taking_part(shop_id, live.plan_id, challenge, at),
        )
        for live in live_plans(shop_id)
        for challenge in live.document.challenges
        if at < challenge.during.ends_at
    )


def _in_force(shop_id: int, plan_id: str, challenge_id: str) -> InForce:
    live = find_live(shop_id, plan_id)
    for challenge in () if live is None else live.document.challenges:
        if live is not None and challenge.id == challenge_id:
            return InForce(challenge, live.rules, live, passing_on(live))
    raise ChallengeUnknown(plan_id=plan_id, challenge_id=challenge_id)


def _shown(shop_id: int, force: InForce, calendar: Calendar) -> CustomerChallenge:
    rules = force.rules
    names = check_in.occasion_ids(rules.plan_id, calendar)
    answers = occasions.answers_of(shop_id, rules.plan_id, names) if names else {}
    rewarded = []
    for reached, name in zip(calendar.reached, names, strict=True):
        award = next(iter(answers[name].awards), None) if name in answers else None
        says = () if award is None else reading.items_in_words(award.items, force.rules_of(award.plan_version))
        rewarded.append(Rewarded(reached, None if award is None else award.outcome, says))
    return CustomerChallenge(
        plan_id=rules.plan_id,
        calendar=calendar,
        gives={each.day: reading.benefits_in_words(each.benefits, rules) for each in calendar.challenge.rewards},
        rewarded=tuple(rewarded),
        questions=check_in.questions_of(calendar),
    )
