"""Webhooks and jobs: what is announced, to whom, and what became of it: the values that cross this slice's door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell

# --- what is announced ------------------------------------------------------------------------------------


class EventKind(StrEnum):
    """What a shop can ask to be told of."""

    AWARD_GRANTED = "award.granted"
    AWARD_REFUSED = "award.refused"
    AWARD_CLAWED_BACK = "award.clawed_back"
    STOCK_LOW = "stock.low"
    BUDGET_LOW = "budget.low"
    CAMPAIGN_LIVE = "campaign.live"
    CAMPAIGN_OVER = "campaign.over"
    DRAW_WON = "draw.won"
    PRIZE_UNCLAIMED = "prize.unclaimed"
    POINTS_EXPIRING = "points.expiring"
    TIER_CHANGED = "tier.changed"
    COUPON_RETURNED = "coupon.returned"
    MALL_REDEEMED = "mall.redeemed"
    MALL_PAID = "mall.paid"
    MALL_SHIPPED = "mall.shipped"
    MALL_CANCELLED = "mall.cancelled"


PING = "ping"
"""The kind of a test delivery; nobody subscribes to it."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """Something that happened. Shop, kind, subject and moment are its identity: announced twice, it is one delivery.

    So `subject` must name the one thing that it happened to (an award is `plan/order/offer`, not its order alone).
    `data` is what JSON can say, and names customers by their number only.
    """

    kind: EventKind
    subject: str
    at: datetime
    data: Mapping[str, object]


# --- who is told ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address that is told of the kinds it asked for, while it is active.

    `failing_since` is the first failure after the last success, None while all is well.
    """

    id: int
    url: str
    kinds: frozenset[EventKind]
    active: bool
    created_by: str
    created_at: datetime
    failing_since: datetime | None

    def days_failing(self, at: datetime) -> int:
        """For how many whole days nothing that was sent here has been accepted."""
        return 0 if self.failing_since is None else max(0, (at - self.failing_since).days)


class Trouble(StrEnum):
    """Why there was no answer to a try."""

    NO_ADDRESS = "no_address"
    FORBIDDEN_ADDRESS = "forbidden_address"
    NO_CONNECTION = "no_connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    NOT_HTTP = "not_http"
    HELD_BACK = "held_back"
    SECRET_LOST = "secret_lost"  # noqa: S105


_TROUBLE = {
    Trouble.NO_ADDRESS: tell("its name has no address; check the spelling and its DNS"),
    Trouble.FORBIDDEN_ADDRESS: tell("its name leads to an address that webhooks may not go to"),
    Trouble.NO_CONNECTION: tell("nothing accepts connections there"),
    Trouble.TLS: tell("its certificate is not one to trust; check its name, chain and expiry"),
    Trouble.TIMEOUT: tell("no answer within ten seconds; answer first and do the work after"),
    Trouble.NOT_HTTP: tell("what answers there does not speak HTTP"),
    Trouble.HELD_BACK: tell("not tried: the address had just failed to answer another delivery"),
    Trouble.SECRET_LOST: tell("its secret cannot be read since the server's own key changed; make a new secret"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the address said: the HTTP status, and at most the first thousand bytes as text."""

    status: int
    text: str

    @property
    def is_success(self) -> bool:
        """Whether the delivery was accepted."""
        return 200 <= self.status < 300

    @property
    def is_farewell(self) -> bool:
        """Whether nothing more is to be sent there: 410 Gone."""
        return self.status == 410


Outcome = Answer | Trouble


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery."""

    number: int
    at: datetime
    outcome: Outcome
    milliseconds: int

    def message(self) -> Message:
        """What came of it, in words."""
        match self.outcome:
            case Trouble() as trouble:
                return _TROUBLE[trouble]
            case Answer(is_success=True, status=status):
                return tell("accepted with {status}", status=str(status))
            case Answer(is_farewell=True):
                return tell("answered 410 Gone: the address does not want to be told any more and was switched off")
            case Answer(status=status) if 300 <= status < 400:
                return tell(
                    "answered {status}, a redirect, which is not followed; give the final address", status=str(status)
                )
            case Answer(status=status):
                return tell("answered {status}; only 200 to 299 count as accepted", status=str(status))


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint. `id` stays the same over retries and replays.

    `next_try_at` is None once it is delivered or given up. `attempts` is of all rounds; `last` is the latest.
    """

    id: str
    endpoint_id: int
    event_id: str
    kind: str
    subject: str
    at: datetime
    state: DeliveryState
    attempts: int
    next_try_at: datetime | None
    last: Attempt | None


# --- jobs -------------------------------------------------------------------------------------------------


class JobState(StrEnum):
    """Where a job of the queue stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work in the queue. `at` is when it came to this state; `reason` is why it failed, if it did.

    `of_shop` says whether it works for the shop alone; else it is the server's own, such as the daily tidying.
    """

    id: int
    queue: str
    task: str
    state: JobState
    attempts: int
    due_at: datetime | None
    at: datetime | None
    reason: str
    of_shop: bool


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """How the queue stands: `waiting` are due, `scheduled` are not yet; `lag_seconds` is the longest wait."""

    waiting: int
    scheduled: int
    running: int
    failed: int
    lag_seconds: int
    worker_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Deliveries on their way: how many, how old the oldest is, and endpoints that have failed for long."""

    waiting: int
    oldest_seconds: int
    failing_endpoints: int


# --- errors -----------------------------------------------------------------------------------------------


class Refusal(StrEnum):
    """Why an address cannot be an endpoint's."""

    MALFORMED = "malformed"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    TOO_LONG = "too_long"
    PRIVATE = "private"
    RESERVED = "reserved"


_REFUSAL = {
    Refusal.MALFORMED: tell("it is not a web address such as https://shop.example/hooks"),
    Refusal.SCHEME: tell("it must begin with https:// or http://"),
    Refusal.CREDENTIALS: tell("it carries a user or password; leave them out, and check the signature instead"),
    Refusal.TOO_LONG: tell("it is longer than 2,000 letters"),
    Refusal.PRIVATE: tell(
        "it leads into a private network or to this machine; give an address on the internet, "
        "or have whoever runs the server set JIACAN_PRIVATE_WEBHOOKS=1"
    ),
    Refusal.RESERVED: tell("it leads to an address that is kept for machines' own affairs; give an ordinary one"),
}


@dataclass(eq=False)
class UrlRefused(JiacanError):
    """The address cannot be an endpoint's."""

    url: str
    reason: Refusal

    def message(self) -> Message:
        return tell("{url} cannot be told: {reason}.", url=self.url, reason=_REFUSAL[self.reason])


@dataclass(eq=False)
class NothingWanted(JiacanError):
    """An endpoint that asks for nothing."""

    def message(self) -> Message:
        return tell("Choose at least one kind of event that the address is told of.")


@dataclass(eq=False)
class TooManyEndpoints(JiacanError):
    """A shop has as many endpoints as it may."""

    limit: int

    def message(self) -> Message:
        return tell("The shop has {limit} addresses, which is the most; remove one first.", limit=self.limit)


@dataclass(eq=False)
class EndpointUnknown(JiacanError):
    """The shop has no endpoint of that number."""

    endpoint_id: int

    def message(self) -> Message:
        return tell("The shop has no webhook {id}; it may have been removed.", id=str(self.endpoint_id))


@dataclass(eq=False)
class EndpointOff(JiacanError):
    """The endpoint is switched off, so nothing is sent to it."""

    url: str

    def message(self) -> Message:
        return tell("{url} is switched off. Switch it on first.", url=self.url)


@dataclass(eq=False)
class DeliveryUnknown(JiacanError):
    """The shop has no delivery of that id."""

    delivery_id: str

    def message(self) -> Message:
        return tell("The shop has no delivery {id}; they are kept for thirty days.", id=self.delivery_id)


@dataclass(eq=False)
class JobNotFailed(JiacanError):
    """The shop has no failed job of that number."""

    job_id: int

    def message(self) -> Message:
        return tell("The shop has no failed job {id}; it may have been retried already.", id=str(self.job_id))
