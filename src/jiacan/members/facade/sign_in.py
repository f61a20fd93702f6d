"""Customers come in to their own page by a one-time link or by the shop's signed token, stay signed in, and leave."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import transaction

from jiacan.kernel.places import each_server
from jiacan.members.contracts.sign_in import (
    LINK_LASTS,
    SESSION_LASTS,
    SESSION_RENEWED,
    TRIES_A_MINUTE,
    EntrySecret,
    Session,
    TokenRefused,
    TooManyTries,
    WhyRefused,
)
from jiacan.members.core.entry_tokens import check_times, is_signed, read_claims, take_apart, to_network
from jiacan.members.store import sign_in as store
from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import Actor, LinkSpent, Secret

PREFIX = "jim_"
"""What a shop's secret begins with, so that scanners of leaked keys can tell ours."""

FORGET_AFTER = timedelta(days=1)
"""How long links, tokens and tries are kept once they mean nothing any more."""

FORGET_SECRETS_AFTER = timedelta(days=30)
"""The same of the shop's secrets, of which someone may ask when one ended; the audit says it for longer."""


# --- one-time links ---------------------------------------------------------------------------------------


def make_link(shop_id: int, customer_id: str, *, made_by: str, at: datetime) -> Secret:
    """The secret of a link that lets the customer in once, within a quarter of an hour."""
    secret = Secret(secrets.token_urlsafe(32))
    until = at + LINK_LASTS
    store.add_link(shop_id, customer_id, secret=secret.value, made_by=made_by, made_at=at, expires_at=until)
    return secret


def make_link_by_hand(shop_id: int, customer_id: str, *, actor: Actor, at: datetime) -> Secret:
    """The same by one of the staff, for a customer who stands before them; audited."""
    with transaction.atomic():
        secret = make_link(shop_id, customer_id, made_by=actor.name, at=at)
        tenancy.audit(shop_id, actor=actor, action="member's link made", subject=customer_id)
        return secret


def check_link(shop_id: int, secret: str, *, address: str, at: datetime) -> None:
    """See that the link is open, and leave it so.

    Raises:
        LinkSpent: it is not.
        TooManyTries: too many failed from that network address.
    """
    with _counted(shop_id, address, at):
        if not store.link_is_open(shop_id, secret, at):
            raise LinkSpent


def enter_by_link(shop_id: int, secret: str, *, address: str, at: datetime) -> str:
    """Whom the link lets in, once.

    Raises:
        LinkSpent: it was used, is over, or is none of this shop.
        TooManyTries: too many failed from that network address.
    """
    with _counted(shop_id, address, at):
        customer_id = store.spend_link(shop_id, secret, at)
        if customer_id is None:
            raise LinkSpent
        return customer_id


# --- signed tokens ----------------------------------------------------------------------------------------


def enter_by_token(shop_id: int, token: str, *, address: str, at: datetime) -> str:
    """Whom the shop's signed token lets in, once.

    Raises:
        TokenRefused: it was not signed by this shop, is over, or was used.
        TooManyTries: too many failed from that network address.
    """
    with _counted(shop_id, address, at):
        known = store.open_secrets(shop_id)
        if not known:
            raise TokenRefused(WhyRefused.NO_KEY)
        taken = take_apart(token)
        if not is_signed(taken, known):
            raise TokenRefused(WhyRefused.FORGED)
        claims = read_claims(taken)
        check_times(claims, at)
        if not store.use_nonce(shop_id, claims.nonce, claims.expires_at):
            raise TokenRefused(WhyRefused.USED)
        return claims.customer_id


def secrets_of(shop_id: int) -> tuple[EntrySecret, ...]:
    """The shop's secrets in force, two at most, the last made first."""
    return store.secrets_of(shop_id)


def make_secret(shop_id: int, *, actor: Actor, at: datetime) -> tuple[EntrySecret, Secret]:
    """A new secret, to be shown this once. The one before stays in force beside it; an older one ends."""
    value = Secret(PREFIX + secrets.token_urlsafe(32))
    with transaction.atomic():
        store.lock_secrets(shop_id)
        for older in store.secrets_of(shop_id)[1:]:
            store.end_secret(shop_id, older.id, at)
        made = store.add_secret(shop_id, value.value, made_by=actor.name, at=at)
        told = {"hint": made.hint}
        tenancy.audit(shop_id, actor=actor, action="member secret made", subject=f"secret {made.id}", after=told)
    return made, value


def end_secret(shop_id: int, secret_id: int, *, actor: Actor, at: datetime) -> bool:
    """Take a secret out of force; whether it was in force. Without any, no token lets anyone in."""
    with transaction.atomic():
        store.lock_secrets(shop_id)
        ended = store.end_secret(shop_id, secret_id, at)
        if ended is not None:
            told = {"hint": ended.hint}
            tenancy.audit(
                shop_id, actor=actor, action="member secret ended", subject=f"secret {secret_id}", before=told
            )
    return ended is not None


# --- sessions ---------------------------------------------------------------------------------------------


def open_session(shop_id: int, customer_id: str, *, at: datetime) -> str:
    """What the customer's browser keeps while they are signed in at the shop: signed, and of no use at another."""
    times = store.times_signed_out(shop_id, customer_id)
    return _signer(shop_id).sign_object({"c": customer_id, "n": times, "t": int(at.timestamp())})


def find_session(shop_id: int, kept: str, *, at: datetime) -> Session | None:
    """Who is signed in by what a browser kept; None where it is not ours, too old, or they signed out everywhere."""
    try:
        said = _signer(shop_id).unsign_object(kept)
    except (BadSignature, ValueError):
        return None
    age = at - datetime.fromtimestamp(said["t"], at.tzinfo)
    if age > SESSION_LASTS or said["n"] != store.times_signed_out(shop_id, said["c"]):
        return None
    return Session(said["c"], is_old=age > SESSION_RENEWED)


def sign_out_everywhere(shop_id: int, customer_id: str) -> None:
    """End every session of the customer at the shop."""
    store.sign_out(shop_id, customer_id)


def forget_old(at: datetime) -> None:
    """Forget links, tokens, tries and ended secrets that mean nothing any more; the clock asks for it."""
    for here in each_server():
        with here:
            store.delete_links(at - FORGET_AFTER)
            store.delete_nonces(at - FORGET_AFTER)
            store.delete_tries(at - FORGET_AFTER)
            store.delete_ended_secrets(at - FORGET_SECRETS_AFTER)


def _signer(shop_id: int) -> Signer:
    return Signer(salt=f"jiacan member of shop {shop_id}")


@contextmanager
def _counted(shop_id: int, address: str, at: datetime) -> Iterator[None]:
    """Count what fails in it against the network; counted beforehand, so that many at once are no way around."""
    network, minute = to_network(address), at.replace(second=0, microsecond=0)
    if store.count_try(shop_id, network, minute) > TRIES_A_MINUTE:
        raise TooManyTries
    yield
    store.forgive_try(shop_id, network, minute)
