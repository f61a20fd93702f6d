"""The recipes of docs/guide/members.md make what the doors take."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from jiacan.members.facade import sign_in
from jiacan.tenancy.contracts import Actor, Permission
from tests.web.api_caller import caller, gifts_shop

pytestmark = pytest.mark.django_db

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "members.md").read_text()


def recipe(language: str) -> str:
    """The one block in that language."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return block


def new_secret() -> str:
    return sign_in.make_secret(gifts_shop().id, actor=Actor("lead", "test"), at=timezone.now())[1].value


def lets_in(token: str, customer: str) -> bool:
    client = Client()
    entered = client.get("/m/gifts/enter", {"token": token})
    return entered.status_code == 302 and f"customer {customer}." in client.get("/m/gifts/").content.decode()


def test_the_python_recipe_lets_in_once():
    names: dict = {}
    exec(recipe("python"), names)
    token = names["token"]("客-17", new_secret())
    assert lets_in(token, "客-17")
    assert not lets_in(token, "客-17")


@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed")
def test_the_php_recipe_lets_in():
    program = f"{recipe('php')}\necho token('c-17', {json.dumps(new_secret())});"
    done = subprocess.run(["php", "-r", program], capture_output=True, text=True, check=True, timeout=60)
    assert lets_in(done.stdout, "c-17")


def test_the_recipe_with_curl_is_answered_with_an_address():
    (path,) = re.findall(r"curl -s -X POST \$JIACAN/(\S+)", recipe("sh"))
    answer = caller(gifts_shop(), Permission.LET_MEMBERS_IN).post(path)
    assert answer.status_code == 201
    assert Client().get(answer.json()["address"].removeprefix("http://testserver")).status_code == 200
