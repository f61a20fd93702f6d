"""`run` gives what `simulate` gives, once, whatever is repeated, shuffled or killed on the way."""

from __future__ import annotations

import random
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.slices.commands import jiacan, jiacan_json, start
from tests.slices.histories import ONLINE_RETAIL, PLAN, Dealt, TwoWeeks, two_weeks

KILLS = 10


@pytest.fixture(scope="module")
def fortnight() -> TwoWeeks:
    return two_weeks()


@pytest.fixture(scope="module")
def straight(fortnight, tmp_path_factory) -> Dealt:
    return fortnight.write(tmp_path_factory.mktemp("straight"))


@pytest.fixture(scope="module")
def rehearsed(straight, tmp_path_factory) -> str:
    """The awards file of a rehearsal on the two weeks in order, by a process with a seed of hashes of its own."""
    awards = tmp_path_factory.mktemp("rehearsed") / "awards.csv"
    jiacan("simulate", PLAN, *straight.arguments(), "--awards", awards, anew=True)
    return awards.read_text()


def run_awards(files: Dealt, database_url: str, folder: Path) -> str:
    awards = folder / "run-awards.csv"
    jiacan("run", PLAN, *files.arguments(), "--awards", awards, database_url=database_url)
    return awards.read_text()


def assert_books_add_up(database_url: str) -> None:
    (report,) = jiacan_json("ledger", "audit", database_url=database_url)
    assert (report["clean"], report["first_difference"]) == (True, None)


def test_run_gives_the_rows_of_simulate_and_run_again_changes_nothing(
    straight, rehearsed, test_database_url, tmp_path
):
    assert run_awards(straight, test_database_url, tmp_path) == rehearsed
    again = jiacan_json("run", PLAN, *straight.arguments(), database_url=test_database_url)
    assert (again["orders_new"], again["events_settled"], again["plan_version"]) == (0, 0, 1)
    assert run_awards(straight, test_database_url, tmp_path) == rehearsed
    assert_books_add_up(test_database_url)


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_and_delivered_up_to_three_times_ends_the_same(
    fortnight, rehearsed, test_database_url, tmp_path, seed
):
    dealt = fortnight.deal(tmp_path / "dealt", random.Random(seed))
    assert run_awards(dealt, test_database_url, tmp_path) == rehearsed
    assert_books_add_up(test_database_url)


def test_a_rehearsal_of_shuffled_deliveries_is_the_same_rehearsal(fortnight, rehearsed, tmp_path):
    dealt = fortnight.deal(tmp_path / "dealt", random.Random(3))
    awards = tmp_path / "awards.csv"
    jiacan("simulate", PLAN, *dealt.arguments(), "--awards", awards)
    assert awards.read_text() == rehearsed


def test_killed_at_random_moments_and_repeated_it_ends_the_same(straight, rehearsed, test_database_url, tmp_path):
    chance = random.Random(4)
    killed, latest = 0, 4.0
    for _ in range(4 * KILLS):
        process = start("run", PLAN, *straight.arguments(), database_url=test_database_url)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0.2, latest))
        process.kill()
        process.communicate()
        if process.returncode == -signal.SIGKILL:
            killed += 1
        else:
            latest = max(0.8 * latest, 0.4)  # it was done before: the next is killed earlier
        if killed == KILLS:
            break
    assert killed == KILLS
    assert run_awards(straight, test_database_url, tmp_path) == rehearsed
    assert_books_add_up(test_database_url)


def test_four_runs_at_once_end_the_same(straight, rehearsed, test_database_url, tmp_path):
    processes = [start("run", PLAN, *straight.arguments(), database_url=test_database_url) for _ in range(4)]
    for process in processes:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, out + err
    assert run_awards(straight, test_database_url, tmp_path) == rehearsed
    assert_books_add_up(test_database_url)


def test_every_file_kind_of_awards_holds_the_same_rows(straight, rehearsed, tmp_path):
    rows = rehearsed.count("\n") - 1
    for kind in ("parquet", "xlsx"):
        awards = tmp_path / f"awards.{kind}"
        said = jiacan("simulate", PLAN, *straight.arguments(), "--awards", awards)
        assert f"Wrote {rows:,} rows to " in said.replace("\n", "")
        assert awards.stat().st_size > 10_000


def test_the_shipped_history_gives_the_reference_figures(test_database_url):
    data = jiacan_json("run", PLAN, "--orders", ONLINE_RETAIL, database_url=test_database_url)
    assert data["events_by_offer"]["tea-set"] == {"granted": 9, "held_out": 7, "refused:stock_or_budget": 4}
    assert data["stock_left"] == {"mug": 0, "hamper": 4, "sample": 74, "tablet": 4, "topup": 40}
