"""Shops, their people and what each may do, one-time links, tokens, and the audit of every change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from jiacan.kernel.places import at_place
from jiacan.tenancy.contracts import (
    MAY,
    Actor,
    AuditQuery,
    AuditRecord,
    AuditVerdict,
    BadShopName,
    Invitation,
    LastOwner,
    LinkSpent,
    MemberAlready,
    Membership,
    NoSuchMember,
    NotAllowed,
    PeopleExist,
    Permission,
    Person,
    Role,
    Secret,
    Shop,
    ShopUnknown,
    Token,
)
from jiacan.tenancy.core import chain
from jiacan.tenancy.core.names import is_shop_name, to_address
from jiacan.tenancy.store import audit as audit_store
from jiacan.tenancy.store import keys, lately, people, shops

Values = Mapping[str, object]
Scopes = Collection[Permission]
INVITATION_DAYS = 7
TOUCH_EVERY = timedelta(minutes=1)
"""How exactly it is known when a token was last used."""


def open_shop(slug: str, *, zone: ZoneInfo | None = None, currency: str | None = None) -> Shop:
    """The shop of that name, created if it is new; a zone or currency that it lacks is filled in."""
    return shops.add_shop(slug, zone=zone.key if zone else "", currency=currency or "")


def find_shops() -> tuple[Shop, ...]:
    """Every shop here, by name."""
    return shops.load_shops()


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
        _audit_role(shop_id, person_id, "role changed", actor=actor, before=before, after=role)


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
        _audit_role(shop_id, person_id, "member removed", actor=actor, before=before, after=None)


def invite(shop_id: int, *, email: str, role: Role, actor: Actor, at: datetime) -> tuple[Invitation, Secret]:
    """Invite someone for seven days; an earlier invitation of theirs that is still open ends.

    Raises:
        MemberAlready: they have a role at the shop.
    """
    address, secret, until = to_address(email), keys.new_secret(), at + timedelta(days=INVITATION_DAYS)
    with shops.atomic():
        shops.lock_shop(shop_id)
        person = people.find_person(address)
        if person is not None and people.find_role(shop_id, person.id) is not None:
            raise MemberAlready(email=address)
        people.end_invitations_of(shop_id, address, at)
        invitation = people.add_invitation(
            shop_id, email=address, role=role, invited_by=actor.name, secret=secret, expires_at=until
        )
        audit(shop_id, actor=actor, action="person invited", subject=address, after={"role": role})
    return invitation, secret


def open_invitations(shop_id: int, at: datetime) -> tuple[Invitation, ...]:
    """The shop's invitations that can still be accepted, the latest first."""
    return people.open_invitations(shop_id, at)


def withdraw_invitation(shop_id: int, invitation_id: int, *, actor: Actor, at: datetime) -> None:
    """Close an open invitation; one that is not open stays as it is."""
    with shops.atomic():
        open_ones = {one.id: one for one in people.open_invitations(shop_id, at)}
        if invitation_id in open_ones and people.end_invitation(shop_id, invitation_id, at):
            one = open_ones[invitation_id]
            audit(shop_id, actor=actor, action="invitation withdrawn", subject=one.email, before={"role": one.role})


def look_at_invitation(secret: str, at: datetime) -> Invitation:
    """The open invitation with that secret, which stays open.

    Raises:
        LinkSpent: there is none.
    """
    invitation = people.find_invitation(secret, at)
    if invitation is None:
        raise LinkSpent
    return invitation


def accept_invitation(secret: str, *, name: str, password_hash: str, at: datetime, origin: str) -> Person:
    """Take up an invitation, once. Someone new gets the name and password; whoever is known already just joins.

    Raises:
        LinkSpent: it was used, withdrawn or has expired.
    """
    with shops.atomic():
        invitation = look_at_invitation(secret, at)
        shop = shops.lock_shop(invitation.shop.id)
        if not people.end_invitation(shop.id, invitation.id, at):
            raise LinkSpent
        person = people.find_person(invitation.email) or people.add_person(
            email=invitation.email, name=name, password_hash=password_hash
        )
        if people.find_role(shop.id, person.id) is None:
            people.save_role(shop.id, person.id, invitation.role)
            actor = Actor(person.email, origin)
            _audit_role(shop.id, person.id, "invitation accepted", actor=actor, before=None, after=invitation.role)
    return person


def new_sign_in_link(person_id: int | None, *, at: datetime, minutes: int) -> Secret:
    """The secret of a link that signs the person in once; without a person it makes the first owner.

    Raises:
        PeopleExist: there is someone already, so there is no first owner to be made.
    """
    if person_id is None and people.has_people():
        raise PeopleExist
    secret = keys.new_secret()
    keys.add_link(person_id, secret=secret, expires_at=at + timedelta(minutes=minutes))
    return secret


def sign_in_link_is_open(secret: str, at: datetime) -> bool:
    """Whether the link would sign someone in."""
    return keys.link_is_open(secret, at, for_a_person=True)


def owner_link_is_open(secret: str, at: datetime) -> bool:
    """Whether the link would make the first owner."""
    return not people.has_people() and keys.link_is_open(secret, at, for_a_person=False)


def redeem_sign_in_link(secret: str, at: datetime) -> Person | None:
    """Whom the link signs in; it can do so once. None when it was used, has expired or was never given out."""
    person_id = keys.spend_link(secret, at)
    return None if person_id is None else people.get_person(person_id)


def make_owner(
    secret: str,
    *,
    email: str,
    name: str,
    password_hash: str,
    shop_slug: str,
    zone: ZoneInfo,
    at: datetime,
    origin: str,
) -> Person:
    """Make the first person: the owner of the named shop, and of every shop that is there already.

    Raises:
        BadShopName: the short name cannot be part of an address.
        LinkSpent: the link was used or has expired.
        PeopleExist: someone was first.
    """
    if not is_shop_name(shop_slug):
        raise BadShopName(slug=shop_slug)
    with shops.atomic():
        people.lock_first_person()
        if people.has_people():
            raise PeopleExist
        if not keys.spend_owner_link(secret, at):
            raise LinkSpent
        person = people.add_person(email=to_address(email), name=name, password_hash=password_hash)
        open_shop(shop_slug, zone=zone)
        for shop in find_shops():
            people.save_role(shop.id, person.id, Role.OWNER)
            actor = Actor(person.email, origin)
            _audit_role(shop.id, person.id, "first owner made", actor=actor, before=None, after=Role.OWNER)
    return person


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


def _lock_member(shop_id: int, person_id: int) -> tuple[Shop, Role]:
    shop = shops.lock_shop(shop_id)
    role = people.find_role(shop_id, person_id)
    if role is None:
        raise NoSuchMember(shop=shop.name)
    return shop, role


def _keep_an_owner(shop: Shop) -> None:
    if people.count_owners(shop.id) == 0:
        raise LastOwner(shop=shop.name)


def _audit_role(
    shop_id: int, person_id: int, action: str, *, actor: Actor, before: Role | None, after: Role | None
) -> None:
    subject = people.get_person(person_id).email
    was, now = ({"role": role} if role else None for role in (before, after))
    audit(shop_id, actor=actor, action=action, subject=subject, before=was, after=now)
