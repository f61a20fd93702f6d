"""Matching away from the database: prepared orders in a folder, matched pairs in another.

JiacanError
├── PricesNotInTables    the plan has offers on prices, which only whole orders can tell the worth of
├── EngineMissing        Spark is asked for and not installed
├── EngineFailed         the engine that matches could not do it
└── MatchOfOtherPlan     the pairs were matched for another text of the plan
"""

from __future__ import annotations

from dataclasses import dataclass

from jiacan.kernel.errors import JiacanError
from jiacan.kernel.messages import Message, tell

PAIRS_FORMAT = "jiacan.match/1"


@dataclass(frozen=True, slots=True)
class WrittenPairs:
    """Matched pairs in Parquet: for which text of which plan, how many, and the pattern of their files' paths.

    The files have the columns of `measures.match.matched_pairs`, and `order_id`.
    """

    plan_id: str
    plan_sha256: str
    orders: int
    pairs: int
    files: str


@dataclass(eq=False)
class PricesNotInTables(JiacanError):
    """The plan has offers on prices, which are reckoned on whole orders."""

    offers: tuple[str, ...]

    def message(self) -> Message:
        return tell(
            "Offers on prices ({offers}) are reckoned on whole orders, not in tables; `jiacan simulate` and "
            "`jiacan run` match this plan as it is.",
            offers=self.offers,
        )


@dataclass(eq=False)
class EngineMissing(JiacanError):
    """Spark is asked for and not installed."""

    def message(self) -> Message:
        return tell(
            "Spark is not installed here. Install jiacan[spark] and Java 17 or 21, or leave --spark out: "
            "one machine matches with DuckDB."
        )


@dataclass(eq=False)
class EngineFailed(JiacanError):
    """The engine that matches could not do it."""

    engine: str
    said: str

    def message(self) -> Message:
        return tell("{engine} could not match these orders: {said}", engine=self.engine, said=self.said)


@dataclass(eq=False)
class MatchOfOtherPlan(JiacanError):
    """The pairs were matched for another plan, or another text of it."""

    path: str
    plan_id: str

    def message(self) -> Message:
        return tell(
            "{path} was matched for {plan} as it stood then, and the plan is another now. Run `jiacan match` again.",
            path=self.path,
            plan=self.plan_id,
        )
