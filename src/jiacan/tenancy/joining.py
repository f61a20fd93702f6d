"""How people come in: invitations to a shop, links that sign someone in once, and the first owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jiacan.tenancy import facade as tenancy
from jiacan.tenancy.contracts import (
    Actor,
    BadShopName,
    Invitation,
    LinkSpent,
    MemberAlready,
    PeopleExist,
    Person,
    Role,
    Secret,
)
from jiacan.tenancy.core.names import is_shop_name, to_address
from jiacan.tenancy.store import keys, people, shops

INVITATION_DAYS = 7


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
        tenancy.audit(shop_id, actor=actor, action="person invited", subject=address, after={"role": role})
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
            tenancy.audit(
                shop_id, actor=actor, action="invitation withdrawn", subject=one.email, before={"role": one.role}
            )


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
            tenancy.audit_role(
                shop.id, person.id, "invitation accepted", actor=actor, before=None, after=invitation.role
            )
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
        tenancy.open_shop(shop_slug, zone=zone)
        for shop in tenancy.find_shops():
            people.save_role(shop.id, person.id, Role.OWNER)
            actor = Actor(person.email, origin)
            tenancy.audit_role(shop.id, person.id, "first owner made", actor=actor, before=None, after=Role.OWNER)
    return person
