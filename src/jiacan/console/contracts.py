"""Who looks at a page, and what a page asks of them: the values that cross this slice's door."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.tenancy.contracts import Actor, Membership, Permission, Person, Role, Shop


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person at one shop, and where they come from."""

    membership: Membership
    address: str

    @property
    def shop(self) -> Shop:
        """The shop whose page it is."""
        return self.membership.shop

    @property
    def person(self) -> Person:
        """Who looks."""
        return self.membership.person

    @property
    def role(self) -> Role:
        """What they are at this shop."""
        return self.membership.role

    @property
    def actor(self) -> Actor:
        """What the audit writes down of them."""
        return Actor(self.person.email, f"console {self.address}")

    def may(self, permission: Permission) -> bool:
        """Whether their role allows it."""
        return self.membership.may(permission)


@dataclass(frozen=True, slots=True)
class MemberVisit:
    """A customer of one shop who has signed in to their own page; `renews` where their session is to be renewed."""

    shop: Shop
    customer_id: str
    renews: bool = False


# What a view asks of whoever calls it; every view carries one of these as `access`.


@dataclass(frozen=True, slots=True)
class Needs:
    """A member of the shop whose role has the permission."""

    permission: Permission


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Anyone who has signed in."""


@dataclass(frozen=True, slots=True)
class Open:
    """Everyone; `why` says why that is right."""

    why: str


@dataclass(frozen=True, slots=True)
class OfMember:
    """A customer of the shop who has signed in to their own page; nobody of the staff is one by being that."""


Access = Needs | SignedIn | Open | OfMember
