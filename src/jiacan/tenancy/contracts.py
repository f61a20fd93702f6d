"""Shops, their people and what each may do, tokens, and the audit: the values that cross this slice's door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell

# --- shops and people -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop; every row of every other slice belongs to exactly one.

    Its pages tell the time in `zone`. Its orders are in `currency`, which is empty until its first plan says it.
    """

    id: int
    slug: str
    name: str
    zone: ZoneInfo
    currency: str


class Role(StrEnum):
    """What a person is at a shop."""

    OWNER = "owner"
    OPERATIONS = "operations"
    MARKETING = "marketing"
    SERVICE_LEAD = "service_lead"
    SERVICE_AGENT = "service_agent"
    WAREHOUSE = "warehouse"
    FINANCE = "finance"
    ANALYST = "analyst"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """What can be allowed. A token's scopes are permissions too: one vocabulary for people and programs."""

    SEE_CAMPAIGNS = "campaigns.see"
    EDIT_PLANS = "plans.edit"
    GO_LIVE = "plans.go_live"
    REHEARSE = "plans.rehearse"
    TAKE_ALARMS = "alarms.take"
    SEE_AWARDS = "awards.see"
    CLAW_BACK = "awards.claw_back"
    SEE_CUSTOMERS = "customers.see"
    SEE_BUDGET = "budget.see"
    WORK_TASKS = "tasks.work"
    SEE_REPORT = "report.see"
    EXPORT = "data.export"
    SEND_ORDERS = "orders.send"
    SEE_ORDERS = "orders.see"
    QUOTE = "offers.quote"
    RESERVE = "offers.reserve"
    MANAGE_SHOP = "shop.manage"
    MANAGE_PEOPLE = "people.manage"
    MANAGE_TOKENS = "tokens.manage"
    MANAGE_WEBHOOKS = "webhooks.manage"
    SEE_AUDIT = "audit.see"
    SEE_JOBS = "jobs.see"
    SEE_REFERRALS = "referrals.see"
    BRING_FRIENDS = "referrals.bring"
    REVIEW_REFERRALS = "referrals.review"
    PREPARE_PAYOUTS = "payouts.prepare"
    APPROVE_PAYOUTS = "payouts.approve"
    SEE_DRAWS = "draws.see"
    HOLD_DRAWS = "draws.hold"
    PLAY_DRAWS = "draws.play"
    SHIP_PRIZES = "draws.ship"
    SEE_POINTS = "points.see"
    SPEND_POINTS = "points.spend"
    CORRECT_POINTS = "points.correct"
    SEE_COUPONS = "coupons.see"
    USE_COUPONS = "coupons.use"
    MAKE_CODES = "coupons.make"
    SEE_CHECK_INS = "check_ins.see"
    CHECK_IN = "check_ins.record"
    SEE_MALL = "mall.see"
    REDEEM = "mall.redeem"
    SHIP_REDEMPTIONS = "mall.ship"
    UPLOAD_CODES = "mall.codes"
    SEE_BIRTHDAYS = "birthdays.see"
    RECORD_BIRTHDAYS = "birthdays.record"
    LET_MEMBERS_IN = "members.let_in"


_P = Permission
_EVERYONE = frozenset({_P.SEE_CAMPAIGNS, _P.WORK_TASKS})
_SERVICE = frozenset(
    {_P.SEE_AWARDS, _P.SEE_CUSTOMERS, _P.SEE_ORDERS, _P.QUOTE, _P.SEE_REFERRALS, _P.BRING_FRIENDS, _P.SEE_DRAWS}
    | {_P.PLAY_DRAWS, _P.SEE_POINTS, _P.SPEND_POINTS, _P.SEE_COUPONS, _P.USE_COUPONS}
    | {_P.SEE_MALL, _P.REDEEM}
    | {_P.SEE_BIRTHDAYS, _P.RECORD_BIRTHDAYS}
    | {_P.SEE_CHECK_INS, _P.LET_MEMBERS_IN}
)

MAY: Mapping[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.OPERATIONS: frozenset(Permission) - {_P.MANAGE_SHOP, _P.MANAGE_PEOPLE, _P.MANAGE_TOKENS, _P.SEE_AUDIT},
    Role.MARKETING: _EVERYONE
    | {_P.EDIT_PLANS, _P.REHEARSE, _P.SEE_BUDGET, _P.SEE_REPORT, _P.SEE_AWARDS, _P.QUOTE, _P.SEE_REFERRALS}
    | {_P.SEE_MALL, _P.UPLOAD_CODES}
    | {_P.SEE_DRAWS, _P.SEE_COUPONS, _P.MAKE_CODES, _P.SEE_CHECK_INS},
    Role.SERVICE_LEAD: _EVERYONE
    | _SERVICE
    | {_P.CLAW_BACK, _P.TAKE_ALARMS, _P.EXPORT, _P.REVIEW_REFERRALS, _P.CORRECT_POINTS},
    Role.SERVICE_AGENT: _EVERYONE | _SERVICE,
    Role.WAREHOUSE: _EVERYONE
    | {_P.TAKE_ALARMS, _P.SEE_AWARDS, _P.SEE_ORDERS, _P.SEE_DRAWS, _P.SHIP_PRIZES}
    | {_P.SEE_MALL, _P.SHIP_REDEMPTIONS},
    Role.FINANCE: _EVERYONE
    | {_P.SEE_BUDGET, _P.SEE_REPORT, _P.SEE_AWARDS, _P.SEE_ORDERS, _P.EXPORT, _P.CLAW_BACK, _P.TAKE_ALARMS}
    | {_P.SEE_REFERRALS, _P.PREPARE_PAYOUTS, _P.APPROVE_PAYOUTS, _P.SEE_DRAWS, _P.SHIP_PRIZES, _P.SEE_POINTS}
    | {_P.SEE_COUPONS, _P.SEE_MALL},
    Role.ANALYST: frozenset({_P.SEE_CAMPAIGNS, _P.REHEARSE, _P.SEE_BUDGET, _P.SEE_REPORT, _P.SEE_AWARDS, _P.EXPORT}),
    Role.AUDITOR: frozenset(
        {_P.SEE_CAMPAIGNS, _P.SEE_BUDGET, _P.SEE_REPORT, _P.SEE_AWARDS, _P.SEE_ORDERS, _P.SEE_AUDIT, _P.EXPORT}
        | {_P.SEE_JOBS, _P.SEE_REFERRALS, _P.SEE_DRAWS, _P.SEE_POINTS, _P.SEE_COUPONS}
        | {_P.SEE_MALL}
        | {_P.SEE_CHECK_INS}
    ),
}
"""The one table of who may do what. Pages, API, exports, search and streams all ask it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who can sign in. `language` is zh, en or empty for the browser's choice."""

    id: int
    email: str
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's role at one shop."""

    shop: Shop
    person: Person
    role: Role

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it."""
        return permission in MAY[self.role]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation to a shop; its secret is shown once and kept only as a hash."""

    id: int
    shop: Shop
    email: str
    role: Role
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A program's key to one shop. The secret is shown once and kept only as a hash; `hint` is its last four."""

    id: int
    shop: Shop
    name: str
    scopes: frozenset[Permission]
    hint: str
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    def may(self, permission: Permission) -> bool:
        """Whether one of its scopes allows it."""
        return permission in self.scopes


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in the clear, to be shown once; printing it by accident shows nothing."""

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"


# --- the audit --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where: `origin` is a way in, with an address where there is one."""

    name: str
    origin: str


COMMAND_LINE = Actor("command line", "command line")


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of a shop's audit: who changed what, when, from where, before and after; chained by hashes.

    `number` counts from 1 within the shop without gaps. `hash` is SHA-256 over the hash before it and the line.
    """

    number: int
    at: datetime
    actor: str
    origin: str
    action: str
    subject: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which lines of the audit are asked for; empty is all. `text` is looked for in every field."""

    text: str = ""
    action: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether a shop's audit is whole: how many lines were checked, and the first that does not fit, if any.

    `head` is the hash of the last line; whoever keeps it elsewhere can tell later that none was cut off the end.
    """

    checked: int
    broken_at: int | None
    head: str


# --- errors -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class ShopUnknown(JiacanError):
    """No shop goes by that name here."""

    slug: str

    def message(self) -> Message:
        return tell(
            "There is no shop {slug} in this database; `jiacan run` creates it with its first plan.",
            slug=self.slug,
        )


@dataclass(eq=False)
class NotAllowed(JiacanError):
    """The role or token does not allow it."""

    permission: Permission

    def message(self) -> Message:
        return tell(
            "This needs the permission {permission}. Ask an owner of the shop for a role or token that has it.",
            permission=self.permission,
        )


@dataclass(eq=False)
class LinkSpent(JiacanError):
    """A one-time link that was used, has expired, or was never given out."""

    def message(self) -> Message:
        return tell("This link was used already or has expired. Ask whoever sent it for a new one.")


@dataclass(eq=False)
class PeopleExist(JiacanError):
    """The first owner is made only where there is no one yet."""

    def message(self) -> Message:
        return tell("There is an owner already. Ask them for an invitation.")


@dataclass(eq=False)
class NoSuchMember(JiacanError):
    """The person has no role at the shop."""

    shop: str

    def message(self) -> Message:
        return tell("This person has no role at {shop} any more. Load the list again.", shop=self.shop)


@dataclass(eq=False)
class MemberAlready(JiacanError):
    """Whoever is invited has a role at the shop already."""

    email: str

    def message(self) -> Message:
        return tell(
            "{email} is at this shop already. Change their role in the list of people.",
            email=self.email,
        )


@dataclass(eq=False)
class BadShopName(JiacanError):
    """A shop's short name that cannot be part of an address."""

    slug: str

    def message(self) -> Message:
        return tell(
            "“{slug}” cannot be a shop's short name. Use lower-case letters, digits and hyphens, 64 at most.",
            slug=self.slug,
        )


@dataclass(eq=False)
class LastOwner(JiacanError):
    """A shop keeps at least one owner."""

    shop: str

    def message(self) -> Message:
        return tell(
            "{shop} would be left without an owner. Make someone else an owner first.",
            shop=self.shop,
        )
