"""Shops, their people and what each may do, tokens, and the audit of every change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction

from jiacan.kernel.places import at_place
from jiacan.tenancy.contracts import (
    MAY,
    Actor,
    AuditQuery,
    AuditRecord,
    AuditVerdict,
    LastOwner,
    Membership,
    NoSuchMember,
    NotAllowed,
    Permission,
    Person,
    Role,
    Secret,
    Shop,
    ShopUnknown,
    Token,
)
from jiacan.tenancy.core import chain
from jiacan.tenancy.core.names import to_address
from jiacan.tenancy.store import audit as audit_store
from jiacan.tenancy.store import keys, lately, people, shops

Values = Mapping[str, object]
Scopes = Collection[Permission]
Done = TypeVar("Done")
TOUCH_EVERY = timedelta(minutes=1)
"""How exactly it is known when a token was last used."""


def open_shop(slug: str, *, zone: ZoneInfo | None = None, currency: str | None = None) -> Shop:
    """The shop of that name, created if it is new; a zone or currency that it lacks is filled in."""
    return shops.add_shop(slug, zone=zone.key if zone else "", currency=currency or "")


def find_shops() -> tuple[Shop, ...]:
    """Every shop here, by name."""
    return shops.load_shops()


def at_each_shop(
    work: Callable[[int], Done], *, at: Callable[[int], AbstractContextManager[None]] = at_place
) -> list[Done]:
    """Do the work for every shop, where its rows are; what goes wrong at one keeps it from no other.

    Args:
        work: is given the shop's number.
        at: `long_at_place` for work that may take minutes.

    Raises:
        ExceptionGroup: what went wrong, once the work was tried for all of them.
    """
    done, wrong = [], []
    for shop in find_shops():
        try:
            with at(shop.id):
                done.append(work(shop.id))
        except Exception as error:
            error.add_note(f"shop {shop.slug}")
            wrong.append(error)
    if wrong:
        raise ExceptionGroup(f"at {len(wrong)} of {len(wrong) + len(done)} shops", wrong)
    return done


def find_shop(shop_id: int) -> Shop | None:
    """The shop of that number, if it is here."""
    return shops.find_shop_of_id(shop_id)


def get_shop(slug: str) -> Shop:
    """The shop of that name.

    Raises:
        ShopUnknown: there is none.
    """
    shop = shops.find_shop(slug)
    if shop is None:
        raise ShopUnknown(slug=slug)
    return shop


def update_shop(shop_id: int, *, name: str, zone: ZoneInfo, actor: Actor) -> Shop:
    """Give the shop the name and the zone in which its pages tell the time."""
    with shops.atomic():
        before = shops.lock_shop(shop_id)
        shops.save_shop(shop_id, name=name, zone=zone.key)
        after = shops.lock_shop(shop_id)
        if after != before:
            was, now = ({"name": shop.name, "zone": shop.zone.key} for shop in (before, after))
            audit(shop_id, actor=actor, action="shop changed", subject=after.slug, before=was, after=now)
    return after


def audit(
    shop_id: int,
    *,
    actor: Actor,
    action: str,
    subject: str,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Write down who changed what; part of the caller's transaction, so it stands or falls with the change."""
    with at_place(shop_id), transaction.atomic():
        audit_store.add_line(shop_id, actor=actor, action=action, subject=subject, before=before, after=after)


def search_audit(
    shop_id: int, query: AuditQuery, *, before_number: int | None = None, limit: int = 50
) -> tuple[AuditRecord, ...]:
    """At most `limit` lines that are asked for, newest first; those older than `before_number` where one is given."""
    return audit_store.search(shop_id, query, before_number=before_number, limit=limit)


def walk_audit(shop_id: int, query: AuditQuery) -> Iterator[AuditRecord]:
    """Every line that is asked for, newest first, without holding them all."""
    return audit_store.walk(shop_id, query)


def audited_actions(shop_id: int) -> tuple[str, ...]:
    """Every action that the shop's audit has, by name."""
    return audit_store.actions_of(shop_id)


def verify_audit(shop_id: int) -> AuditVerdict:
    """Whether the shop's audit is whole: every hash computed again, every number there."""
    return chain.verify(audit_store.walk_chain(shop_id))


def has_people() -> bool:
    """Whether anyone can sign in at all."""
    return people.has_people()


def get_person(person_id: int) -> Person:
    """The person with that number."""
    return people.get_person(person_id)


def find_person(email: str) -> Person | None:
    """Whoever signs in with that address."""
    return people.find_person(to_address(email))


def set_language(person_id: int, language: str) -> None:
    """Speak that language to the person: zh, en, or empty for the browser's choice."""
    people.save_language(person_id, language)


def rename_person(person_id: int, name: str, *, actor: Actor) -> None:
    """Call the person by that name; every shop of theirs has it in its audit."""
    with shops.atomic():
        person = people.get_person(person_id)
        people.save_name(person_id, name)
        audit_person(
            person_id, actor=actor, action="person renamed", before={"name": person.name}, after={"name": name}
        )


def audit_person(
    person_id: int, *, actor: Actor, action: str, before: Values | None = None, after: Values | None = None
) -> None:
    """Write down, at every shop of theirs, a change that concerns the person and no one shop."""
    with shops.atomic():
        for membership in sorted(people.memberships_of(person_id), key=lambda one: one.shop.id):
            email = membership.person.email
            audit(membership.shop.id, actor=actor, action=action, subject=email, before=before, after=after)


def find_membership(person_id: int, shop_slug: str) -> Membership | None:
    """The person's role at the shop of that name, if both are there."""
    return people.find_membership(person_id, shop_slug)


def memberships_of(person_id: int) -> tuple[Membership, ...]:
    """The person's roles, by the shops' short names."""
    return people.memberships_of(person_id)


def members_of(shop_id: int) -> tuple[Membership, ...]:
    """The shop's people, by their addresses."""
    return people.members_of(shop_id)


def those_who_may(shop_id: int, permission: Permission) -> tuple[Membership, ...]:
    """The shop's people whose role allows it, by their addresses."""
    return tuple(member for member in people.members_of(shop_id) if member.may(permission))


def set_role(shop_id: int, person_id: int, role: Role, *, actor: Actor) -> None:
    """Change what a member is at the shop.

    Raises:
        NoSuchMember: the person has no role there.
        LastOwner: the shop would be left without an owner.
    """
    with shops.atomic():
        shop, before = _lock_member(shop_id, person_id)
        if before is role:
            return
        people.save_role(shop_id, person_id, role)
        _keep_an_owner(shop)
        audit_role(shop_id, person_id, "role changed", actor=actor, before=before, after=role)


def remove_member(shop_id: int, person_id: int, *, actor: Actor) -> None:
    """Take the person's role at the shop away.

    Raises:
        NoSuchMember: the person has no role there.
        LastOwner: the shop would be left without an owner.
    """
    with shops.atomic():
        shop, before = _lock_member(shop_id, person_id)
        people.remove_role(shop_id, person_id)
        _keep_an_owner(shop)
        audit_role(shop_id, person_id, "member removed", actor=actor, before=before, after=None)


def add_token(
    shop_id: int, *, name: str, scopes: Scopes, actor: Actor, at: datetime, may: Scopes = MAY[Role.OWNER]
) -> tuple[Token, Secret]:
    """A program's key to the shop. `may` is what whoever makes it may do: a token cannot do more.

    Raises:
        NotAllowed: a scope is beyond that.
    """
    beyond = sorted(set(scopes) - set(may))
    if beyond:
        raise NotAllowed(beyond[0])
    secret = keys.new_secret()
    with shops.atomic():
        token = keys.add_token(shop_id, name=name, scopes=scopes, secret=secret, created_by=actor.name, at=at)
        after = {"name": name, "scopes": sorted(scopes), "hint": token.hint}
        audit(shop_id, actor=actor, action="token made", subject=f"token {token.id}", after=after)
    return token, secret


def tokens_of(shop_id: int) -> tuple[Token, ...]:
    """The shop's tokens, those in use first, each group from the latest."""
    return keys.tokens_of(shop_id)


def find_token(secret: str, at: datetime, *, asking: lately.Asking = lately.at_once) -> Token | None:
    """The token with that secret, unless it was revoked; that it was used is noted to the minute.

    One that another process revoked may be taken here for another second. `asking` asks the database.
    """
    return lately.find_token(secret, at, noted_every=TOUCH_EVERY, asking=asking)


def revoke_token(shop_id: int, token_id: int, *, actor: Actor, at: datetime) -> None:
    """End the token at once; one that is not in use stays as it is."""
    with shops.atomic():
        token = keys.revoke_token(shop_id, token_id, at)
        if token is not None:
            before = {"name": token.name, "scopes": sorted(token.scopes), "hint": token.hint}
            audit(shop_id, actor=actor, action="token revoked", subject=f"token {token.id}", before=before)
    lately.forget_token(token_id)


def audit_role(
    shop_id: int, person_id: int, action: str, *, actor: Actor, before: Role | None, after: Role | None
) -> None:
    """Write down that the person's role at the shop is another one now, or none."""
    subject = people.get_person(person_id).email
    was, now = ({"role": role} if role else None for role in (before, after))
    audit(shop_id, actor=actor, action=action, subject=subject, before=was, after=now)


def _lock_member(shop_id: int, person_id: int) -> tuple[Shop, Role]:
    shop = shops.lock_shop(shop_id)
    role = people.find_role(shop_id, person_id)
    if role is None:
        raise NoSuchMember(shop=shop.name)
    return shop, role


def _keep_an_owner(shop: Shop) -> None:
    if people.count_owners(shop.id) == 0:
        raise LastOwner(shop=shop.name)
