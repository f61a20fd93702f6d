"""The books of a campaign: every budget line and stock item, each figure with the account it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.campaigns.contracts.room import Burn
from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, Name, tell
from jiacan.plans.contracts.document import WorstCase


@dataclass(frozen=True, slots=True)
class Line:
    """One budget line in minor units, or one stock item in pieces.

    Planned = spent + promised + left. `account` names the account in an address. `worst` and `burn` are there for
    what benefits draw on.
    """

    account: str
    id: str
    name: Name
    planned: int
    promised: int
    spent: int
    left: int
    worst: WorstCase | None
    burn: Burn | None


@dataclass(frozen=True, slots=True)
class Books:
    """A campaign's money and goods at one moment."""

    budget: tuple[Line, ...]
    reserve: Line
    stock: tuple[Line, ...]

    @property
    def all_lines(self) -> Line:
        """The budget lines together, without the reserve."""
        return Line(
            account="",
            id="",
            name=Name("", ""),
            planned=sum(line.planned for line in self.budget),
            promised=sum(line.promised for line in self.budget),
            spent=sum(line.spent for line in self.budget),
            left=sum(line.left for line in self.budget),
            worst=None,
            burn=None,
        )


@dataclass(eq=False)
class AccountUnknown(JiacanError):
    """The plan has no such account."""

    plan_id: str
    account: str

    def message(self) -> Message:
        return tell(
            "Plan {plan_id} has no account {account}; choose one on its budget page.",
            plan_id=self.plan_id,
            account=self.account,
        )
