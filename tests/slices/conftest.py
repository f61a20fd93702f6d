"""A shop whose plan file is edited between runs of the command line, and processes that do things at once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.slices.commands import jiacan, jiacan_json
from tests.slices.histories import PLAN
from tests.slices.processes import Processes


@dataclass
class Shop:
    """A folder with a plan and order files, and the database they are run in."""

    folder: Path
    database_url: str

    @property
    def plan(self) -> Path:
        return self.folder / "plan.yaml"

    @property
    def awards(self) -> Path:
        return self.folder / "awards.csv"

    def write(self, name: str, text: str) -> Path:
        """A file in the shop's folder."""
        (self.folder / name).write_text(text)
        return self.folder / name

    def edit(self, old: str, new: str) -> None:
        """Change the plan's text."""
        text = self.plan.read_text()
        assert old in text
        self.plan.write_text(text.replace(old, new))

    def run(self, *arguments: object) -> dict:
        """Run the plan; what it printed, read."""
        written = ("--awards", self.awards)
        return jiacan_json("run", self.plan, *arguments, *written, database_url=self.database_url)

    def refused(self, *arguments: object) -> str:
        """Run the plan, which must end with an error; what it said, on one line."""
        return " ".join(jiacan("run", self.plan, *arguments, database_url=self.database_url, code=2).split())

    def simulated(self, *arguments: object) -> str:
        """The awards file of a rehearsal."""
        path = self.folder / "simulated.csv"
        jiacan("simulate", self.plan, *arguments, "--awards", path)
        return path.read_text()

    def rows(self, order: str, offer: str) -> Sequence[str]:
        """The rows of the awards file for one order and offer."""
        lines = self.awards.read_text().splitlines()
        return [line for line in lines if line.startswith(f"{order},") and f",{offer}," in line]

    def receipt(self, order: str) -> str:
        """An order's receipt on one line."""
        return " ".join(jiacan("receipt", self.plan, order, database_url=self.database_url).split())

    def audit_is_clean(self) -> bool:
        """Whether the ledger adds up."""
        (report,) = jiacan_json("ledger", "audit", database_url=self.database_url)
        return report["clean"]


@pytest.fixture
def shop(tmp_path: Path, test_database_url: str) -> Shop:
    """A shop with the reference plan and a single mug in stock."""
    made = Shop(tmp_path, test_database_url)
    made.plan.write_text(PLAN.read_text().replace("units: 150", "units: 1"))
    return made


@pytest.fixture(scope="module")
def processes(request: pytest.FixtureRequest) -> Iterator[Processes]:
    """As many processes as the module's PROCESSES says, and what makes them begin together."""
    fresh = multiprocessing.get_context("forkserver")  # nothing of this process is theirs, least a connection
    fresh.set_forkserver_preload([request.module.__name__])
    count = request.module.PROCESSES
    with fresh.Manager() as manager, fresh.Pool(count) as pool:
        yield pool, manager.Barrier(count)
