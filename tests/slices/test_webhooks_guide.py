"""The recipes of docs/guide/webhooks.md accept what Jiacan signs, and nothing else."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from jiacan.webhooks.core.letters import Letter, Parcel, write_letter
from jiacan.webhooks.core.schedule import wait_after

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "webhooks.md").read_text()
SECRET = "whsec_example"
PARCEL = Parcel(1, "dlv_1", "evt_1", "award.granted", datetime(2026, 11, 11, tzinfo=UTC), {"赠品": "马克杯"}, tries=0)


def recipe(language: str) -> str:
    """The one block in that language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return block


def letter(at: datetime | None = None) -> Letter:
    return write_letter(PARCEL, url="https://shop.example/", shop="gifts", secret=SECRET, at=at or timezone.now())


def forgeries() -> list[tuple[dict, bytes, str]]:
    """What must be refused: headers, body and secret."""
    good = letter()
    late = letter(timezone.now() - timedelta(minutes=6))
    early = letter(timezone.now() + timedelta(minutes=6))
    newer = {**late.headers, "Jiacan-Timestamp": good.headers["Jiacan-Timestamp"]}
    unsigned = {name: value for name, value in good.headers.items() if name != "Jiacan-Signature"}
    return [
        (good.headers, good.body + b" ", SECRET),
        (good.headers, good.body, "whsec_other"),
        (late.headers, late.body, SECRET),
        (early.headers, early.body, SECRET),
        (newer, late.body, SECRET),
        (unsigned, good.body, SECRET),
        ({}, good.body, SECRET),
    ]


def test_the_python_recipe_accepts_ours_and_refuses_the_rest():
    names: dict = {}
    exec(recipe("python"), names)
    is_from_jiacan, good = names["is_from_jiacan"], letter()
    assert is_from_jiacan(good.headers, good.body, SECRET)
    assert [is_from_jiacan(*forgery) for forgery in forgeries()] == [False] * 7


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_the_node_recipe_accepts_ours_and_refuses_the_rest():
    good = letter()
    asked = [
        [{name.lower(): value for name, value in headers.items()}, body.decode(), secret]
        for headers, body, secret in [(good.headers, good.body, SECRET), *forgeries()]
    ]
    program = f"{recipe('js')}\nconsole.log(JSON.stringify({json.dumps(asked)}.map((each) => isFromJiacan(...each))))"
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [True, *[False] * 7]


def test_the_guide_tells_the_schedule_as_it_is():
    waits = [wait_after(tries) for tries in range(1, 12)]
    minutes = [sum(waits[:number], timedelta(0)) // timedelta(minutes=1) for number in range(1, 12)]
    told = re.search(r"tried again (.*?) minutes\s+after", GUIDE, re.DOTALL)
    assert [
        int(each) for each in re.findall(r"\d+", told[1].replace("1,023", "1023").replace("1,440", "1440"))
    ] == minutes
