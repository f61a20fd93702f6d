"""Links, the clicks on them, and whose clicks they were."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction

from jiacan.kernel.places import at_place, each_server
from jiacan.kernel.rates import Bucket, Rate, refill, take
from jiacan.orders import facade as orders
from jiacan.referrals.contracts.errors import LinkUnknown, VisitorUnknown
from jiacan.referrals.contracts.referrals import Bound, Link
from jiacan.referrals.contracts.terms import Programme
from jiacan.referrals.core.marks import Mark, to_address, to_network, to_phone
from jiacan.referrals.facade.programmes import get_programme
from jiacan.referrals.store import links as store
from jiacan.referrals.store import networks, programmes
from jiacan.referrals.store import referrals as referral_store
from jiacan.referrals.store.hashes import digest, digests
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Shop
from jiacan.tenancy.sealing import new_code

VISITOR = "jiacan_visitor"
"""The cookie, and the part of the landing address, by which a visitor is known until they buy."""

AGAIN = timedelta(minutes=30)
"""A visitor who clicks the same link again within it is counted once."""

KEEP_UNBOUND = timedelta(days=366)
"""How long a click is kept that turns out to be nobody's: no plan's window is longer."""

CLICKS = Rate(per_minute=10, burst=60)
"""How many clicks of one network count: a café's or a carrier's customers share one, whoever invents clicks too."""

_VISITOR = re.compile(r"[A-Za-z0-9_-]{24}")


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click that was noted: where it leads, and by what its visitor is known for how long."""

    shop: Shop
    programme: Programme
    visitor: str
    landing: str

    @property
    def seconds(self) -> int:
        """How long the click counts."""
        return int(self.programme.terms.window.total_seconds())


def make_link(shop_id: int, plan_id: str, customer_id: str, *, at: datetime) -> Link:
    """The customer's link for the plan; the same one however often it is asked for.

    Raises:
        NoReferrals: the plan has none in force.
    """
    get_programme(shop_id, plan_id)
    return store.add_link(shop_id, plan_id, customer_id, new_code(), at=at)


def get_link(shop_id: int, code: str) -> Link:
    """The shop's link of that code.

    Raises:
        LinkUnknown: it has none.
    """
    found = store.find_link_of_shop(shop_id, code)
    if found is None:
        raise LinkUnknown(code=code)
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """A link of some shop, with what it is for."""

    shop: Shop
    link: Link
    programme: Programme


def look(code: str) -> Found | None:
    """The link of that code, whichever shop's; None where there is none, or its plan has no referrals any more."""
    found = _find_link(code)
    shop = None if found is None else tenancy.find_shop(found.shop_id)
    if found is None or shop is None:
        return None
    with at_place(shop.id):
        programme = programmes.find_programme(shop.id, found.link.plan_id)
    return None if programme is None else Found(shop, found.link, programme)


def click(code: str, *, visitor: str, address: str, at: datetime) -> Clicked | None:
    """Note a click on a link of any shop; None where there is no such link.

    Beyond the rate of its network a click leads on as any other, and is not noted.

    Args:
        code: the link's.
        visitor: by what the browser says that it is known; anything else than what was given out is no visitor.
        address: the browser's network address.
        at: now.
    """
    found = look(code)
    if found is None:
        return None
    shop_id, link_id = found.shop.id, found.link.id
    known = visitor if _VISITOR.fullmatch(visitor) else secrets.token_urlsafe(18)
    with at_place(shop_id), transaction.atomic():
        hashed = digest(shop_id, "visitor", known)
        network = digest(shop_id, "network", to_network(address))
        known_before = store.clicked_since(shop_id, link_id, hashed, at - AGAIN)
        if not known_before and _within_rate(shop_id, network, at):
            store.add_click(shop_id, link_id, at=at, visitor=hashed, network=network)
    landing = _landing(found.programme.terms.landing, visitor=known, code=code)
    return Clicked(found.shop, found.programme, known, landing)


def _within_rate(shop_id: int, network: str, at: datetime) -> bool:
    """Take one click out of the network's bucket, if there is one left."""
    now = at.timestamp()
    bucket = networks.lock_bucket(shop_id, network, Bucket(CLICKS.burst, now))
    left, taken = take(refill(bucket, CLICKS, now), 1)
    networks.put_bucket(shop_id, network, left)
    return taken == 1


def _find_link(code: str) -> store.LinkAtShop | None:
    """The link, which lies with its shop; its code does not say with which."""
    for here in each_server():
        with here:
            found = store.find_link(code)
        if found is not None:
            return found
    return None


def _landing(address: str, *, visitor: str, code: str) -> str:
    """The shop's address with what its page hands back; empty where the plan names none."""
    if not address:
        return ""
    parts = urlsplit(address)
    query = [*parse_qsl(parts.query, keep_blank_values=True), (VISITOR, visitor), ("jiacan_link", code)]
    return urlunsplit(parts._replace(query=urlencode(query)))


# --- whose a click was ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Household:
    """What the shop knows of a customer that tells a household; it is hashed and forgotten."""

    phone: str = ""
    address: str = ""

    def __repr__(self) -> str:
        return "Household(…)"


def note_household(shop_id: int, customer_id: str, household: Household) -> None:
    """Keep the keyed hashes of a customer's telephone number and address."""
    said = ((Mark.PHONE, to_phone(household.phone)), (Mark.ADDRESS, to_address(household.address)))
    marks = [(str(kind), found) for kind, text in said for found in digests(shop_id, kind, text)]
    referral_store.add_marks(shop_id, customer_id, marks)


def bind_visitor(shop_id: int, visitor: str, customer_id: str) -> Bound:
    """Say that a visitor who clicked was this customer.

    Raises:
        VisitorUnknown: nobody clicked as that visitor.
    """
    with transaction.atomic():
        person = _person(shop_id, customer_id)
        known = digests(shop_id, "visitor", visitor)
        if not store.visitor_is_known(shop_id, known):
            raise VisitorUnknown(visitor=visitor[:40])
        bound = store.bind_clicks(shop_id, known, person)
        return _state(shop_id, person) if bound else Bound.KNOWN


def bind_code(shop_id: int, code: str, customer_id: str, *, clicked_at: datetime, address: str = "") -> Bound:
    """Note a click that the shop's own page saw, of a customer whom it knows.

    Raises:
        LinkUnknown: no link of the shop has that code.
    """
    link = get_link(shop_id, code)
    with transaction.atomic():
        person = _person(shop_id, customer_id)
        visitor = digest(shop_id, "visitor", f"customer/{person}")
        if store.clicked_since(shop_id, link.id, visitor, clicked_at - AGAIN):
            return Bound.KNOWN
        network = digest(shop_id, "network", to_network(address))
        store.add_click(shop_id, link.id, at=clicked_at, visitor=visitor, network=network, customer_id=person)
        return _state(shop_id, person)


def _person(shop_id: int, customer_id: str) -> str:
    return store.canonical(shop_id, [customer_id]).get(customer_id, customer_id)


def _state(shop_id: int, person: str) -> Bound:
    """What the shop's page may say at once; what counts is decided with the first order."""
    touch = store.touches_of(shop_id, [person])[person][-1]
    if touch.referrer_id == person:
        return Bound.SELF
    if bought_before(shop_id, person, touch.at):
        return Bound.EXISTING_CUSTOMER
    return Bound.BOUND


def bought_before(shop_id: int, person: str, at: datetime) -> bool:
    """Whether the person paid an order before then, under whichever number."""
    return any(orders.next_number(shop_id, number, "", at) > 1 for number in store.numbers_of(shop_id, person))


def forget_clicks(at: datetime) -> int:
    """Delete clicks that were nobody's for so long that no plan can count them, and networks' full buckets.

    Counts the clicks.
    """
    networks.delete_buckets((at - timedelta(seconds=CLICKS.full_seconds)).timestamp())
    return store.delete_clicks(at - KEEP_UNBOUND)
