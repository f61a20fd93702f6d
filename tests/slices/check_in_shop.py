"""A shop whose plan has a check-in challenge: tasks done, days made up, rewards given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jiacan.campaigns.facade import checking_in
from jiacan.campaigns.facade.checking_in import CustomerChallenge
from jiacan.tenancy.contracts import Shop
from tests.slices.online_shop import PLAN_ID, go_live

LONDON = ZoneInfo("Europe/London")
FIRST = date(2011, 11, 14)
CHALLENGE = """
staff: [staff-1]
challenges:
  - id: tea-days
    name: {zh: 打卡, en: Tea days}
    during: {from: 2011-11-14, to: 2011-11-27}
    tasks: [sign_in, share_poster]
    make_up: {days: 2, within: 3d, points: 20}
    rewards:
      - {day: 3, give: [{points: 10}]}
      - {day: 5, give: [{gift: mug}]}
draws:
"""
EDIT = ("\ndraws:\n", CHALLENGE)


@dataclass
class CheckInShop:
    """The shop, and what its customers do."""

    shop: Shop

    def do(
        self,
        day: int,
        *tasks: str,
        customer: str = "anna",
        hour: float = 12,
        meant: int | None = None,
        answer: str = "",
    ) -> CustomerChallenge:
        """A customer does tasks of the challenge on a day; without any, both."""
        for task in tasks or ("sign_in", "share_poster"):
            found = checking_in.record_task(
                *(self.shop.id, PLAN_ID, "tea-days", customer, task),
                answer=answer,
                day=None if meant is None else date_of(meant),
                at=moment(day, hour),
            )
        return found

    def make_up(self, missed: int, *, day: int, customer: str = "anna") -> CustomerChallenge:
        """A customer makes up a missed day."""
        return checking_in.make_up(self.shop.id, PLAN_ID, "tea-days", customer, date_of(missed), at=moment(day))

    def seen(self, day: int, *, customer: str = "anna") -> CustomerChallenge:
        """How the customer stands on a day."""
        return checking_in.challenge_of(self.shop.id, PLAN_ID, "tea-days", customer, at=moment(day))


def check_in_shop(*edits: tuple[str, str], slug: str = "gifts") -> CheckInShop:
    """A shop with the reference plan and the challenge in force, edited."""
    text = CHALLENGE
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new)
    return CheckInShop(go_live(slug, (EDIT[0], text)))


def date_of(number: int) -> date:
    """The so-manieth day of the challenge."""
    return FIRST + timedelta(days=number - 1)


def moment(day: int, hour: float = 12) -> datetime:
    """So many hours after a day's midnight by the clock of the plan."""
    return datetime.combine(date_of(day), time(0), LONDON).astimezone(UTC) + timedelta(hours=hour)


def rewards(shown: CustomerChallenge) -> list[tuple[int, str | None, list[str]]]:
    """What was reached: days in a row, what came of it, and what it says."""
    return [
        (each.reached.day, None if each.outcome is None else each.outcome.value, [str(item) for item in each.says])
        for each in shown.rewarded
    ]
