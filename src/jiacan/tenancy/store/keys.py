"""Every query on one-time links and tokens. They are kept and found by the hash of their secret, and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from jiacan.tenancy.contracts import Permission, Secret, Token
from jiacan.tenancy.core.secrets import HINT_LENGTH, PREFIX, secret_hash
from jiacan.tenancy.models import SignInLink as LinkRow
from jiacan.tenancy.models import Token as TokenRow
from jiacan.tenancy.store.shops import to_shop


def new_secret() -> Secret:
    """A secret that no one can guess."""
    return Secret(PREFIX + secrets.token_urlsafe(32))


def add_link(person_id: int | None, *, secret: Secret, expires_at: datetime) -> None:
    """A link that signs the person in, or makes the first owner."""
    LinkRow.objects.create(person_id=person_id, secret_hash=secret_hash(secret.value), expires_at=expires_at)


def link_is_open(secret: str, at: datetime, *, for_a_person: bool) -> bool:
    """Whether such a link can still be used."""
    return _open_links(secret, at, for_a_person=for_a_person).exists()


def spend_link(secret: str, at: datetime) -> int | None:
    """Use a link that signs someone in, once: the person's number, or None when it cannot be used."""
    rows = _open_links(secret, at, for_a_person=True)
    person_id = rows.values_list("person_id", flat=True).first()
    return person_id if rows.update(used_at=at) == 1 else None


def spend_owner_link(secret: str, at: datetime) -> bool:
    """Use a link that makes the first owner, once."""
    return _open_links(secret, at, for_a_person=False).update(used_at=at) == 1


def add_token(
    shop_id: int,
    *,
    name: str,
    scopes: Iterable[Permission],
    secret: Secret,
    created_by: str,
    at: datetime,
) -> Token:
    """A new token of the shop."""
    row = TokenRow.objects.create(
        shop_id=shop_id,
        name=name,
        scopes=sorted(set(scopes)),
        secret_hash=secret_hash(secret.value),
        hint=secret.value[-HINT_LENGTH:],
        created_by=created_by,
        created_at=at,
    )
    return _to_token(row)


def tokens_of(shop_id: int) -> tuple[Token, ...]:
    """The shop's tokens, those in use first, each group from the latest."""
    rows = TokenRow.objects.select_related("shop").filter(shop_id=shop_id)
    return tuple(map(_to_token, sorted(rows, key=lambda row: (row.revoked_at is not None, -row.pk))))


def find_token(secret: str) -> Token | None:
    """The token with that secret, unless it was revoked."""
    row = (
        TokenRow.objects.select_related("shop")
        .filter(secret_hash=secret_hash(secret), revoked_at__isnull=True)
        .first()
    )
    return None if row is None else _to_token(row)


def touch_token(shop_id: int, token_id: int, at: datetime, *, unless_since: datetime) -> None:
    """Note that the token was used, unless that was noted since."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=unless_since)
    TokenRow.objects.filter(stale, shop_id=shop_id, pk=token_id).update(last_used_at=at)


def revoke_token(shop_id: int, token_id: int, at: datetime) -> Token | None:
    """End the token; None when the shop has none in use with that number."""
    rows = TokenRow.objects.filter(shop_id=shop_id, pk=token_id, revoked_at__isnull=True)
    if rows.update(revoked_at=at) == 0:
        return None
    return _to_token(TokenRow.objects.select_related("shop").get(pk=token_id))


def _open_links(secret: str, at: datetime, *, for_a_person: bool) -> QuerySet[LinkRow]:
    return LinkRow.objects.filter(
        secret_hash=secret_hash(secret), used_at__isnull=True, expires_at__gt=at, person__isnull=not for_a_person
    )


def _to_token(row: TokenRow) -> Token:
    return Token(
        id=row.pk,
        shop=to_shop(row.shop),
        name=row.name,
        scopes=frozenset(scope for scope in Permission if scope in row.scopes),
        hint=row.hint,
        created_by=row.created_by,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
