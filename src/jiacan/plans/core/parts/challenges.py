"""`challenges`: tasks for every day, and rewards for days in a row."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator, WithJsonSchema

from jiacan.members.contracts.check_in import Asks, TaskKind
from jiacan.plans.core.parts.benefits import BenefitPart
from jiacan.plans.core.parts.naming import Naming
from jiacan.plans.core.parts.offers import During, KindLinesPart
from jiacan.plans.core.parts.part import Part, Short
from jiacan.plans.core.parts.scalars import Count, CountFromZero, Slug, Text, YesNo, choice_of, words_of
from jiacan.plans.core.parts.times import WholeDays


class QuestionPart(Part):
    """A question with its right answers."""

    ask: Naming
    """What is asked."""
    answers: tuple[Text, ...]
    """Every answer that is right; case, width and spaces do not count."""


class TaskPart(Part):
    """Something to do once a day: one word, or a table."""

    do: Annotated[TaskKind, PlainValidator(choice_of(words_of(TaskKind))), WithJsonSchema({"enum": list(TaskKind)})]
    """`sign_in`, `share_poster`, or `answer` with its `questions`."""
    id: Slug | None = None
    """The task's id within its challenge; the word of `do` when left out."""
    questions: tuple[QuestionPart, ...] = ()
    """What is asked: each day the next of them, and then the first again."""

    @property
    def ident(self) -> str:
        """Its id, written or not."""
        return self.id or self.do.value


class MakeUpPart(Part):
    """How missed days can still count."""

    days: Count
    """How many missed days of one customer, in all."""
    within: WholeDays
    """How many days later at the most."""
    points: CountFromZero = 0
    """What each costs, in points; nothing when left out."""


class RewardPart(Part):
    """What days in a row bring."""

    day: Count
    """For how many days in a row."""
    give: tuple[BenefitPart, ...]
    """What is then given."""


class ChallengePart(Part):
    """A check-in challenge."""

    id: Slug
    """The challenge's id."""
    name: Naming | None = None
    """Its name; the id when left out."""
    during: During
    """A phase, or `{from, to}`: the days that count."""
    tasks: tuple[Annotated[TaskPart, Short(("do",), {"enum": list(TaskKind)})], ...]
    """What there is to do each day."""
    done_by: Annotated[Asks, PlainValidator(choice_of(words_of(Asks))), WithJsonSchema({"enum": list(Asks)})] = (
        Asks.ALL
    )
    """`all` of its tasks make a day done (when left out), or `any` of them."""
    again: YesNo = False
    """Whether the rewards begin anew for whoever reached the last of them."""
    make_up: MakeUpPart | None = None
    """How missed days can still count; not at all when left out."""
    rewards: tuple[RewardPart, ...]
    """What days in a row bring, from the fewest to the most."""
    budget: KindLinesPart | None = None
    """Which budget line pays, by kind of benefit."""


def rewards_of(challenge: ChallengePart) -> tuple[BenefitPart, ...]:
    """Everything that the challenge can bring."""
    return tuple(benefit for reward in challenge.rewards for benefit in reward.give)
