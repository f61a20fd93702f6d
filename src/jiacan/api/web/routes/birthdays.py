"""Customers' birthdays: told, deleted, and what became of them."""

from __future__ import annotations

from django.utils import timezone
from ninja import Path, Router

from jiacan.api.web.auth import Call, actor_of
from jiacan.api.web.kinds import Kind
from jiacan.api.web.operation import operation
from jiacan.api.web.shapes.birthdays import BirthdayIn, BirthdayShape, ForgottenShape, to_birthday
from jiacan.api.web.shapes.values import Id
from jiacan.campaigns.facade import birthdays
from jiacan.console.facade import words
from jiacan.customers import facade as customers
from jiacan.customers.contracts import BirthDate, BirthdayUnknown, BirthdayWrong
from jiacan.kernel.messages import tell
from jiacan.tenancy.contracts import Permission

router = Router(tags=["birthdays"])

WRONG = Kind(BirthdayWrong, 422, tell("No birthday"))
UNKNOWN = Kind(BirthdayUnknown, 404, tell("Birthday not known"))
ADDRESS = "/birthdays/customers/{path:customer_id}"


@operation(
    router,
    "PUT",
    ADDRESS,
    asks=Permission.RECORD_BIRTHDAYS,
    answers={200: BirthdayShape},
    problems=(WRONG,),
)
def record_birthday(request: Call, customer_id: Path[Id], body: BirthdayIn) -> BirthdayShape:
    """Record a customer's birthday.

    The year may be left out. The same day again changes nothing; another day counts as known from now on, so that a
    plan which asks for a birthday to be known for some days gives nothing for it before.
    """
    shop, born = request.auth.shop, BirthDate(body.month, body.day, body.year)
    known = customers.record_birthday(shop.id, customer_id, born, by=actor_of(request), at=timezone.now())
    return to_birthday(customer_id, known, birthdays.turns_of(shop.id, customer_id), words(shop.zone))


@operation(
    router,
    "DELETE",
    ADDRESS,
    asks=Permission.RECORD_BIRTHDAYS,
    answers={200: ForgottenShape},
)
def delete_birthday(request: Call, customer_id: Path[Id]) -> ForgottenShape:
    """Delete a customer's birthday.

    What was given for it stays. Told again, it counts as known from then on, and still once a year.
    """
    was_known = customers.forget_birthday(request.auth.shop.id, customer_id, by=actor_of(request))
    return ForgottenShape(customer_id=customer_id, was_known=was_known)


@operation(
    router,
    "GET",
    ADDRESS,
    asks=Permission.SEE_BIRTHDAYS,
    answers={200: BirthdayShape},
    problems=(UNKNOWN,),
)
def get_birthday(request: Call, customer_id: Path[Id]) -> BirthdayShape:
    """What is known of a customer's birthday.

    Since when, and what became of it each year: what was given, or why nothing was.
    """
    shop = request.auth.shop
    known = customers.birthdays_of(shop.id, [customer_id]).get(customer_id)
    if known is None:
        raise BirthdayUnknown(customer_id=customer_id)
    return to_birthday(customer_id, known, birthdays.turns_of(shop.id, customer_id), words(shop.zone))
