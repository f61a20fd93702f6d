"""`jiacan demo`: a campaign moved to now, a server with it, and orders that keep coming."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from hypothesis import given
from hypothesis import strategies as st

from jiacan.plans import facade as plans
from jiacan.project.demo.moving import ZONE, move_for, moved_plan
from tests.slices.commands import JIACAN
from tests.slices.served import free_port, until

BEGIN, END = datetime(2024, 1, 1), datetime(2040, 1, 1)  # noqa: DTZ001 - the strategy adds the zone


@given(st.datetimes(BEGIN, END, timezones=st.just(ZONE)))
def test_whenever_it_starts_the_run_has_been_under_way_for_three_to_nine_days(at: datetime):
    move = move_for(at)
    assert move.runs_at(at)
    assert timedelta(days=3) <= at.replace(tzinfo=None) - datetime.combine(move.run_from, datetime.min.time())
    assert move.run_from.weekday() == 0


def test_the_moved_plan_passes_its_checks_and_keeps_every_weekday():
    move = move_for(datetime(2026, 11, 20, 12, tzinfo=ZONE))
    checked = plans.check_text(moved_plan(move), "order-bonus.yaml")
    assert checked.errors == ()
    assert checked.document is not None
    assert checked.document.plan_id == "order-bonus-2026"
    run = checked.document.phases["run"]
    assert run.starts_at.astimezone(ZONE).date() == move.run_from
    assert "2011" not in moved_plan(move)


def test_it_shows_the_way_in_takes_orders_one_after_another_and_goes_on_at_its_next_start(tmp_path: Path):
    tmp_path.chmod(0o755)
    first, first_sent = _demo(tmp_path)
    second, second_sent = _demo(tmp_path)
    assert 0 < first_sent < second_sent
    assert first["room"].rpartition("/s/")[2] == second["room"].rpartition("/s/")[2]
    assert first["sign_in_link"] != second["sign_in_link"]


def _demo(home: Path) -> tuple[dict[str, str], int]:
    """Run it until orders were sent, and stop it under an open stream; what it printed, how many were sent."""
    port, already_sent = free_port(), _sent(home)
    process = subprocess.Popen(
        [*JIACAN, "demo", "--home", str(home), "--port", str(port), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "JIACAN_STANDBYS": "0"},
    )
    ways = json.loads(_printed(process))
    with _signed_in(ways) as client:
        assert client.get(ways["room"]).status_code == 200
        assert client.get(ways["public_page"]).status_code == 200
        with client.stream("GET", ways["room"].removesuffix("room") + "live") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            events = stream.iter_text()
            assert next(events)
            until(lambda: _sent(home) > already_sent)
            counted = httpx.get(ways["address"] + "/metrics", trust_env=False).text
            assert "jiacan_open_streams 1.0" in counted
            assert re.search(r'jiacan_campaign_orders{plan="order-bonus-\d{4}",shop="gifts"} [1-9]', counted)
            process.terminate()
            for _ in events:
                continue
    said, log = process.communicate(timeout=30)
    assert process.returncode == 0, said + log
    assert "Traceback" not in log
    return ways, _sent(home)


def _printed(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith("}"):
            break
    return printed[printed.index("{") :]


@contextmanager
def _signed_in(ways: dict[str, str]) -> Iterator[httpx.Client]:
    """Whoever came in by the link."""
    with httpx.Client(trust_env=False, timeout=20, follow_redirects=True) as client:
        page = client.get(ways["sign_in_link"])
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token is not None
        client.post(ways["sign_in_link"], data={"csrfmiddlewaretoken": token[1]})
        yield client


def _sent(home: Path) -> int:
    return sum(int(each.read_text() or 0) for each in home.glob("run-*/sent"))
