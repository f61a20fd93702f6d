"""What programs are told when a call itself is wrong, and the values that keep a call from working twice.

JiacanError
├── TokenMissing, TokenUnknown     who calls is not known
├── ScopeMissing                   the token may not do this
├── NoSuchPage, MethodUnknown      there is nothing at the address, or nothing by that method
├── NotAcceptable                  the caller takes no JSON
├── BodyUnreadable, BodyTooLarge, BodyNotJson
├── FieldsWrong                    the body, or a parameter, is not what the operation takes
├── CursorUnknown                  a cursor that was not given out for this list
├── KeyBusy, KeyReused             an Idempotency-Key that is at work, or belonged to another request
├── TooManyRequests                the token has used up its rate
├── Fault                          ours; the request id finds it in the logs
├── OrderUnknown                   no order of that number was recorded
└── NoCurrency, OtherCurrency      money that is not the shop's
"""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell
from jiacan.kernel.rates import Rate
from jiacan.tenancy.contracts import Permission

MOST_KEY_CHARACTERS = 200
"""The longest Idempotency-Key."""

KEPT_HOURS = 24
"""How long the answer to an Idempotency-Key is kept."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was given: its status and its JSON."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """A request that may pass: how many more may at once, and in how many seconds all of the burst is there again."""

    left: int
    full_in_seconds: int


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that is wrong: where it stands (a JSON pointer into the body, or a parameter), and why."""

    where: str
    name: str
    code: str
    message: Message


# --- errors -----------------------------------------------------------------------------------------------


@dataclass(eq=False)
class TokenMissing(JiacanError):
    """The call carries no token."""

    def message(self) -> Message:
        return tell(
            "Send a token of the shop as `Authorization: Bearer jia_…`. Whoever may manage tokens makes one in the "
            "shop's settings."
        )


@dataclass(eq=False)
class TokenUnknown(JiacanError):
    """The token was revoked or never given out."""

    def message(self) -> Message:
        return tell("This token is not known here, or was revoked. Make a new one in the shop's settings.")


@dataclass(eq=False)
class ScopeMissing(JiacanError):
    """The token may not do this."""

    scope: Permission
    held: tuple[Permission, ...]

    def message(self) -> Message:
        return tell(
            "This needs a token with the scope {scope}; yours has: {held}. Make another in the shop's settings.",
            scope=str(self.scope),
            held=tuple(str(each) for each in self.held),
        )


@dataclass(eq=False)
class NoSuchPage(JiacanError):
    """There is nothing at the address."""

    path: str

    def message(self) -> Message:
        return tell("There is nothing at {path}. /api/v1/docs lists every address.", path=self.path)


@dataclass(eq=False)
class MethodUnknown(JiacanError):
    """The address does not answer that method."""

    method: str
    allowed: str

    def message(self) -> Message:
        return tell(
            "This address does not take {method}; it takes: {allowed}.", method=self.method, allowed=self.allowed
        )


@dataclass(eq=False)
class NotAcceptable(JiacanError):
    """The caller takes no JSON."""

    accepts: str

    def message(self) -> Message:
        return tell(
            "Answers are application/json, and the header Accept ({accepts}) does not take it. Leave the header out.",
            accepts=self.accepts,
        )


@dataclass(eq=False)
class NotInJson(JiacanError):
    """The body says that it is something else than JSON."""

    said: str

    def message(self) -> Message:
        return tell(
            "The body must be JSON with the header Content-Type: application/json; it says {said}.",
            said=self.said or "–",
        )


@dataclass(eq=False)
class BodyTooLarge(JiacanError):
    """The body is larger than is taken."""

    most_bytes: int

    def message(self) -> Message:
        return tell(
            "The body is larger than {most} MB. Send fewer orders at a time; a batch of 1,000 fits.",
            most=self.most_bytes // 1024 // 1024,
        )


@dataclass(eq=False)
class BodyUnreadable(JiacanError):
    """The body is not JSON, or did not arrive whole."""

    reason: str

    def message(self) -> Message:
        return tell("The body cannot be read as JSON ({reason}). Check it and send it again.", reason=self.reason)


@dataclass(eq=False)
class RequestRefused(JiacanError):
    """The request is malformed before any operation looked at it."""

    def message(self) -> Message:
        return tell("The server cannot make sense of this request. Check its address, host and headers.")


@dataclass(eq=False)
class FieldsWrong(JiacanError):
    """The body, or a parameter, is not what the operation takes."""

    problems: tuple[FieldProblem, ...]

    def message(self) -> Message:
        return tell(
            "{count} field(s) are not right; `errors` says which and why. Nothing was done.", count=len(self.problems)
        )


@dataclass(eq=False)
class CursorUnknown(JiacanError):
    """A cursor that was not given out for this list."""

    def message(self) -> Message:
        return tell("This cursor was not given out for this list. Begin without a cursor and follow `next`.")


@dataclass(eq=False)
class KeyBusy(JiacanError):
    """The first request with this Idempotency-Key is still at work."""

    key: str

    def message(self) -> Message:
        return tell(
            "The first request with the Idempotency-Key {key} is still at work. Wait a second and send it again.",
            key=self.key,
        )


@dataclass(eq=False)
class KeyReused(JiacanError):
    """The Idempotency-Key belonged to another request."""

    key: str

    def message(self) -> Message:
        return tell(
            "The Idempotency-Key {key} was used for another request in the last {hours} hours. Use a new key for a "
            "new request, and the same body to repeat one.",
            key=self.key,
            hours=KEPT_HOURS,
        )


@dataclass(eq=False)
class TooManyRequests(JiacanError):
    """The token has used up its rate."""

    rate: Rate
    wait_seconds: int

    def message(self) -> Message:
        return tell(
            "This token may send {per_minute} requests a minute. Wait {wait} s; a batch takes up to 1,000 orders in "
            "one request.",
            per_minute=self.rate.per_minute,
            wait=self.wait_seconds,
        )


@dataclass(eq=False)
class Fault(JiacanError):
    """Ours; the request id finds it in the logs."""

    request_id: str

    def message(self) -> Message:
        return tell(
            "Something went wrong here. Nothing of this request was kept; it is safe to send it again. If it stays, "
            "tell whoever runs this server the request id {request_id}.",
            request_id=self.request_id,
        )


@dataclass(eq=False)
class OrderUnknown(JiacanError):
    """No order of that number was recorded at this shop."""

    order_id: str

    def message(self) -> Message:
        return tell("There is no order {order} here. Check the number, or send the order first.", order=self.order_id)


@dataclass(eq=False)
class NoCurrency(JiacanError):
    """The shop has no plan yet, so nobody can say what its orders are in."""

    shop: str

    def message(self) -> Message:
        return tell(
            "{shop} has no currency yet: its first plan that goes live says it. Make a plan go live, then send this "
            "again.",
            shop=self.shop,
        )


@dataclass(eq=False)
class OtherCurrency(JiacanError):
    """Money in another currency than the shop's."""

    said: str
    currency: str

    def message(self) -> Message:
        return tell(
            "The shop's orders are in {currency}, not {said}. Nothing was taken; send amounts in {currency}.",
            currency=self.currency,
            said=self.said,
        )
