"""Where the console leads: the places of the top bar, of a campaign and of the settings, by name of address."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.messages import Message, tell


@dataclass(frozen=True, slots=True)
class Place:
    """A place to go: `route` names its address; addresses whose names begin with one of `covers` lie in it.

    A place with a `group` leads to the first place of that group which the visitor may enter.
    """

    route: str
    label: Message
    covers: tuple[str, ...] = ()
    group: str = ""

    def holds(self, route: str) -> bool:
        """Whether the address of that name lies in this place."""
        return route.startswith(self.covers or self.route)


SHOP = (
    Place("home", tell("Home")),
    Place("campaigns", tell("Campaigns"), covers=("campaign",)),
    Place("referrals-list", tell("Referrals"), covers=("referrals",)),
    Place("members", tell("Members"), covers=("members", "check-ins", "coupons", "mall"), group="members"),
    Place("settings", tell("Settings")),
)
CAMPAIGN = (
    Place("campaign-room", tell("Room")),
    Place("campaign-plan", tell("Plan")),
    Place("campaign-offers", tell("Offers")),
    Place("campaign-rehearse", tell("Rehearse")),
    Place("campaign-awards", tell("Awards")),
    Place("campaign-draws", tell("Draws")),
    Place("campaign-budget", tell("Budget")),
    Place("campaign-tasks", tell("Tasks")),
    Place("campaign-report", tell("Report")),
)
MEMBERS = (
    Place("members", tell("Members")),
    Place("check-ins", tell("Check-ins")),
    Place("coupons", tell("Coupons")),
    Place("mall", tell("Mall")),
)
REFERRALS = (
    Place("referrals-list", tell("Referrals"), covers=("referrals-l",)),
    Place("referrals-review", tell("To be looked at")),
    Place("referrals-tree", tell("Tree")),
    Place("referrals-payouts", tell("Payouts")),
)
SETTINGS = (
    Place("settings-shop", tell("Shop")),
    Place("settings-people", tell("People")),
    Place("settings-roles", tell("Roles")),
    Place("settings-tokens", tell("Tokens")),
    Place("settings-member-page", tell("Member page")),
    Place("settings-webhooks", tell("Webhooks")),
    Place("settings-audit", tell("Audit")),
    Place("settings-jobs", tell("Jobs")),
)
