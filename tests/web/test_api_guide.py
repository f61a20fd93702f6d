"""Every curl of docs/guide/api.md, sent to a server as it stands there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.web.api_caller import live_shop, token_of

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "guide" / "api.md"

pytestmark = pytest.mark.django_db(transaction=True)


def commands() -> list[str]:
    return re.findall(r"^curl .*?(?=\n(?:curl|```))", GUIDE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_command_of_the_guide_works_as_it_stands(live_server: LiveServer):
    environment = {"JIACAN": f"{live_server.url}/api/v1", "TOKEN": token_of(live_shop()), "PATH": "/usr/bin:/bin"}
    answers = []
    for command in commands():
        done = subprocess.run(
            ["sh", "-c", f"{command} --noproxy '*' --fail-with-body"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        answers.append(json.loads(done.stdout))
    me, order, receipts, refund, quote = answers
    assert me["shop"] == "gifts"
    assert order["awards"][0]["items"][0]["id"] == "mug"
    assert receipts["receipts"][0]["lines"][0]["offer"] == "订单满额加餐"
    assert refund["claw_backs"]
    assert quote["quotes"] == []  # the plan of 2011 is over
