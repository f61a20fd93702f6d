"""Every query on people, their roles and the invitations to have one."""

from __future__ import annotations

from datetime import datetime

from django.db import connections
from django.db.models import QuerySet

from jiacan.kernel.places import directory
from jiacan.tenancy.contracts import Invitation, Membership, Person, Role, Secret
from jiacan.tenancy.core.secrets import secret_hash
from jiacan.tenancy.models import Invitation as InvitationRow
from jiacan.tenancy.models import Member as MemberRow
from jiacan.tenancy.models import Person as PersonRow
from jiacan.tenancy.store.shops import to_shop

_LOCK_FIRST = "SELECT pg_advisory_xact_lock(hashtextextended('jiacan first person', 0))"


def has_people() -> bool:
    """Whether anyone can sign in at all."""
    return PersonRow.objects.exists()


def lock_first_person() -> None:
    """Whoever else would make the first person waits until this transaction ends."""
    with connections[directory()].cursor() as cursor:
        cursor.execute(_LOCK_FIRST)


def find_person(email: str) -> Person | None:
    """Whoever signs in with that address, in lower case."""
    row = PersonRow.objects.filter(email=email).first()
    return None if row is None else to_person(row)


def get_person(person_id: int) -> Person:
    """The person with that number."""
    return to_person(PersonRow.objects.get(pk=person_id))


def add_person(*, email: str, name: str, password_hash: str) -> Person:
    """Someone new, with the hash of their password."""
    return to_person(PersonRow.objects.create(email=email, name=name, password=password_hash))


def save_name(person_id: int, name: str) -> None:
    """Call the person by that name."""
    PersonRow.objects.filter(pk=person_id).update(name=name)


def save_language(person_id: int, language: str) -> None:
    """Speak that language to the person: zh, en, or empty for the browser's choice."""
    PersonRow.objects.filter(pk=person_id).update(language=language)


def find_membership(person_id: int, shop_slug: str) -> Membership | None:
    """The person's role at the shop of that name, if both are there."""
    row = _members().filter(person_id=person_id, shop__slug=shop_slug, person__is_active=True).first()
    return None if row is None else _to_membership(row)


def memberships_of(person_id: int) -> tuple[Membership, ...]:
    """The person's roles, by the shops' names."""
    return tuple(map(_to_membership, _members().filter(person_id=person_id).order_by("shop__slug")))


def members_of(shop_id: int) -> tuple[Membership, ...]:
    """The shop's people, by their addresses."""
    rows = _members().filter(shop_id=shop_id, person__is_active=True).order_by("person__email")
    return tuple(map(_to_membership, rows))


def find_role(shop_id: int, person_id: int) -> Role | None:
    """What the person is at the shop."""
    role = MemberRow.objects.filter(shop_id=shop_id, person_id=person_id).values_list("role", flat=True).first()
    return None if role is None else Role(role)


def count_owners(shop_id: int) -> int:
    """How many owners the shop has who can sign in."""
    return MemberRow.objects.filter(shop_id=shop_id, role=Role.OWNER, person__is_active=True).count()


def save_role(shop_id: int, person_id: int, role: Role) -> None:
    """Give the person the role, whether or not they had one."""
    MemberRow.objects.update_or_create(shop_id=shop_id, person_id=person_id, defaults={"role": role})


def remove_role(shop_id: int, person_id: int) -> None:
    """Take the person's role at the shop away."""
    MemberRow.objects.filter(shop_id=shop_id, person_id=person_id).delete()


def add_invitation(
    shop_id: int, *, email: str, role: Role, invited_by: str, secret: Secret, expires_at: datetime
) -> Invitation:
    """An open invitation."""
    row = InvitationRow.objects.create(
        shop_id=shop_id,
        email=email,
        role=role,
        invited_by=invited_by,
        secret_hash=secret_hash(secret.value),
        expires_at=expires_at,
    )
    return _to_invitation(row)


def open_invitations(shop_id: int, at: datetime) -> tuple[Invitation, ...]:
    """The shop's invitations that can still be accepted, the latest first."""
    rows = InvitationRow.objects.select_related("shop").filter(
        shop_id=shop_id, ended_at__isnull=True, expires_at__gt=at
    )
    return tuple(map(_to_invitation, rows.order_by("-id")))


def find_invitation(secret: str, at: datetime) -> Invitation | None:
    """The open invitation with that secret."""
    row = (
        InvitationRow.objects.select_related("shop")
        .filter(secret_hash=secret_hash(secret), ended_at__isnull=True, expires_at__gt=at)
        .first()
    )
    return None if row is None else _to_invitation(row)


def end_invitation(shop_id: int, invitation_id: int, at: datetime) -> bool:
    """Close the invitation; of those who do so at once one is told that it was open."""
    rows = InvitationRow.objects.filter(shop_id=shop_id, pk=invitation_id, ended_at__isnull=True)
    return rows.update(ended_at=at) == 1


def end_invitations_of(shop_id: int, email: str, at: datetime) -> None:
    """Close every open invitation to that address."""
    InvitationRow.objects.filter(shop_id=shop_id, email=email, ended_at__isnull=True).update(ended_at=at)


def to_person(row: PersonRow) -> Person:
    """The row as a value."""
    return Person(row.pk, row.email, row.name, row.language)


def _members() -> QuerySet[MemberRow]:
    return MemberRow.objects.select_related("shop", "person")


def _to_membership(row: MemberRow) -> Membership:
    return Membership(to_shop(row.shop), to_person(row.person), Role(row.role))


def _to_invitation(row: InvitationRow) -> Invitation:
    return Invitation(row.pk, to_shop(row.shop), row.email, Role(row.role), row.invited_by, row.expires_at)
