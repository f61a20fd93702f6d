"""A shop whose plan brings friends: links clicked, first orders paid, received and returned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jiacan.campaigns.facade import online, referring
from jiacan.campaigns.facade.live import live_plans
from jiacan.offers.contracts.occasions import OccasionAnswer
from jiacan.offers.facade import occasions
from jiacan.referrals.contracts.referrals import Bound, Referral, ReferralFilter, Side
from jiacan.referrals.core.rewards import occasion_id
from jiacan.referrals.facade import linking, reading
from jiacan.tenancy.contracts import Shop
from tests.slices.online_shop import AT, PLAN_ID, go_live, order, refund

CASH = ("to_referrer: [{points: 500}]", "to_referrer: [{cash: 8.00}]")
CASH_LINE = ("budget: {points: rewards, coupon: coupons}", "budget: {cash: rewards, coupon: coupons}")
NOBODY = linking.Household()


def terms(more: str) -> tuple[str, str]:
    """An edit of the plan that adds terms."""
    return ("  return_window: 7d\n", f"  return_window: 7d\n{more}")


@dataclass
class Referring:
    """The shop, and what its customers do."""

    shop: Shop

    def click(self, referrer: str, friend: str, *, hours: float = -1, address: str = "") -> Bound:
        """A friend clicks a customer's link, as the shop's own page sees it, so many hours after ten."""
        link = linking.make_link(self.shop.id, PLAN_ID, referrer, at=AT)
        at = AT + timedelta(hours=hours)
        return referring.bind_code(self.shop.id, link.code, friend, NOBODY, clicked_at=at, address=address, at=at)

    def buy(self, number: object, customer: str, *, hours: float = 0, received_days: float | None = None) -> None:
        """A customer pays an order, and received it so many days later."""
        paid = order(number, customer=customer, after=hours * 60)
        assert paid.paid_at is not None
        received_at = None if received_days is None else paid.paid_at + timedelta(days=received_days)
        online.take(self.shop, [replace(paid, received_at=received_at)], [], at=paid.paid_at)

    def bring_back(self, number: object, *, days: float = 1) -> None:
        """The whole of an order comes back."""
        back = refund(f"{number}-{days}", of=number, after=days * 24 * 60)
        online.take(self.shop, [], [back], at=back.refunded_at)

    def pass_time(self, *, days: float) -> None:
        """The clock asks what is due so many days after ten."""
        self.follow(AT + timedelta(days=days))

    def follow(self, at: datetime) -> None:
        """What the worker does by the clock, for this shop."""
        referring.catch_up(self.shop.id, live_plans(self.shop.id), at=at)

    def referrals(self) -> list[Referral]:
        """Every decision, the first first."""
        return list(reversed(reading.search(self.shop.id, ReferralFilter(), limit=1_000)))

    def referral(self, friend: str) -> Referral:
        """What was decided of the friend."""
        (found,) = [each for each in self.referrals() if each.friend_id == friend]
        return found

    def rewards(self, referral: Referral) -> dict[Side, OccasionAnswer]:
        """What became of both sides' rewards."""
        ids = {side: occasion_id(PLAN_ID, referral.id, side) for side in Side}
        answers = occasions.answers_of(self.shop.id, PLAN_ID, list(ids.values()))
        return {side: answers[each] for side, each in ids.items() if each in answers}


def referring_shop(*edits: tuple[str, str], slug: str = "gifts") -> Referring:
    """A shop with the reference plan in force, edited."""
    return Referring(go_live(slug, *edits))
