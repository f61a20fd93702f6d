"""Every query on links, secrets, used tokens, sessions and tries. Links and nonces are found by their hash only."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from jiacan.members.contracts.sign_in import EntrySecret
from jiacan.members.models.sign_in import EntrySecret as SecretRow
from jiacan.members.models.sign_in import SignedOut, SignInLink, UsedToken
from jiacan.tenancy.sealing import Purpose, find_sealed_text, keys_of, seal_text

PLACES = (0, 1)
HINT = 4


# --- links ------------------------------------------------------------------------------------------------


def add_link(
    shop_id: int, customer_id: str, *, secret: str, made_by: str, made_at: datetime, expires_at: datetime
) -> None:
    """A link that lets the customer in."""
    SignInLink.objects.create(
        shop_id=shop_id,
        customer_id=customer_id,
        secret_hash=_hash(secret),
        made_by=made_by,
        made_at=made_at,
        expires_at=expires_at,
    )


def link_is_open(shop_id: int, secret: str, at: datetime) -> bool:
    """Whether the link would let someone in."""
    return SignInLink.objects.filter(
        shop_id=shop_id, secret_hash=_hash(secret), used_at=None, expires_at__gt=at
    ).exists()


def spend_link(shop_id: int, secret: str, at: datetime) -> str | None:
    """Use the link, once: whom it lets in, or None where it cannot be used."""
    rows = SignInLink.objects.filter(shop_id=shop_id, secret_hash=_hash(secret))
    customer_id = rows.values_list("customer_id", flat=True).first()
    return customer_id if rows.filter(used_at=None, expires_at__gt=at).update(used_at=at) == 1 else None


def delete_links(before: datetime) -> int:
    """Forget links that were over by then, of every shop here."""
    return SignInLink.objects.filter(expires_at__lte=before).delete()[0]


# --- secrets ----------------------------------------------------------------------------------------------


def lock_secrets(shop_id: int) -> None:
    """One transaction at a time changes the shop's secrets."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('member secrets', %s))", [shop_id])


def add_secret(shop_id: int, secret: str, *, made_by: str, at: datetime) -> EntrySecret:
    """A new secret in a place that is free, of which there must be one."""
    taken = set(_in_force(shop_id).values_list("place", flat=True))
    row = SecretRow.objects.create(
        shop_id=shop_id,
        place=next(place for place in PLACES if place not in taken),
        sealed=seal_text(Purpose.MEMBERS, secret),
        hint=secret[-HINT:],
        made_by=made_by,
        made_at=at,
    )
    return _to_secret(row)


def secrets_of(shop_id: int) -> tuple[EntrySecret, ...]:
    """The shop's secrets in force, the last made first."""
    return tuple(map(_to_secret, _in_force(shop_id).order_by("-id")))


def open_secrets(shop_id: int) -> tuple[str, ...]:
    """The same in the clear; one that was sealed under a key that the server no longer has is left out."""
    sealed = _in_force(shop_id).values_list("sealed", flat=True)
    return tuple(secret for each in sealed if (secret := find_sealed_text(Purpose.MEMBERS, each)) is not None)


def end_secret(shop_id: int, secret_id: int, at: datetime) -> EntrySecret | None:
    """Take a secret out of force; None where it is not in force."""
    found = _in_force(shop_id).filter(pk=secret_id).first()
    if found is None or _in_force(shop_id).filter(pk=secret_id).update(ended_at=at) == 0:
        return None
    return _to_secret(found)


def delete_ended_secrets(before: datetime) -> int:
    """Forget secrets that were out of force by then, of every shop here."""
    return SecretRow.objects.filter(ended_at__lte=before).delete()[0]


def _in_force(shop_id: int) -> QuerySet[SecretRow]:
    return SecretRow.objects.filter(shop_id=shop_id, ended_at=None)


def _to_secret(row: SecretRow) -> EntrySecret:
    return EntrySecret(row.pk, row.hint, row.made_at, row.made_by)


# --- tokens -----------------------------------------------------------------------------------------------


def use_nonce(shop_id: int, nonce: str, expires_at: datetime) -> bool:
    """Whether the nonce was not used before; from now on it was."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_usedtoken (shop_id, nonce_hash, expires_at) VALUES (%s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [shop_id, _hash(nonce), expires_at],
        )
        return cursor.rowcount == 1


def delete_nonces(before: datetime) -> int:
    """Forget tokens that are too old to be taken again, of every shop here."""
    return UsedToken.objects.filter(expires_at__lte=before).delete()[0]


# --- sessions ---------------------------------------------------------------------------------------------


def times_signed_out(shop_id: int, customer_id: str) -> int:
    """How often the customer signed out everywhere."""
    found = SignedOut.objects.filter(shop_id=shop_id, customer_id=customer_id)
    return found.values_list("times", flat=True).first() or 0


def sign_out(shop_id: int, customer_id: str) -> None:
    """Count one time more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_signedout AS known (shop_id, customer_id, times) VALUES (%s, %s, 1) "
            "ON CONFLICT (shop_id, customer_id) DO UPDATE SET times = known.times + 1",
            [shop_id, customer_id],
        )


# --- tries ------------------------------------------------------------------------------------------------


def count_try(shop_id: int, network: str, minute: datetime) -> int:
    """Count a try of the network in that minute: how many these are now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_entrytry AS known (shop_id, network, minute, tries) VALUES (%s, %s, %s, 1) "
            "ON CONFLICT (shop_id, network, minute) DO UPDATE SET tries = known.tries + 1 RETURNING tries",
            [shop_id, _network(shop_id, network), minute],
        )
        return int(cursor.fetchone()[0])


def forgive_try(shop_id: int, network: str, minute: datetime) -> None:
    """The try was none that failed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_entrytry SET tries = tries - 1 WHERE shop_id = %s AND network = %s AND minute = %s",
            [shop_id, _network(shop_id, network), minute],
        )


def delete_tries(before: datetime) -> None:
    """Forget tries from before then, of every shop here."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM members_entrytry WHERE minute < %s", [before])


def _hash(secret: str) -> str:
    """What is kept of a secret. They are long and random, so a plain SHA-256 cannot be searched backwards."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _network(shop_id: int, network: str) -> str:
    """A network as tries are counted for it; it cannot be read back."""
    return hmac.new(keys_of(Purpose.MEMBERS)[0], f"{shop_id}/{network}".encode(), hashlib.sha256).hexdigest()
