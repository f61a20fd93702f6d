"""The API of a running server under many clients: never too much, exactly once, and nothing held for the dead."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from jiacan.offers.facade import reading as offers
from jiacan.plans import facade as plans
from jiacan.tenancy.contracts import Shop
from tests.conftest import database_address
from tests.slices.served import Served, serving, until
from tests.web.api_caller import PLAN_ID, PLAN_TEXT, live_shop, order, token_of

CLIENTS = 8
NUMBERS = itertools.count(1)

RESERVE_AND_DIE = """
import httpx, os, signal, sys
url, secret, body = sys.argv[1:]
headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
answer = httpx.post(url, content=body, headers=headers, trust_env=False)
assert answer.status_code == 201, answer.text
print(answer.json()["id"], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@dataclass
class Open:
    """A shop with so many mugs whose campaign runs now, and a server that takes its orders."""

    shop: Shop
    secret: str
    served: Served

    def client(self) -> httpx.Client:
        """A client that keeps its connection."""
        return httpx.Client(
            base_url=f"{self.served.url}/api/v1/",
            headers={"Authorization": f"Bearer {self.secret}"},
            trust_env=False,
            timeout=60,
        )

    def mugs_left(self) -> int:
        """What the books say."""
        return offers.stock_left(self.shop.id, plans.load_rules(self.shop.id, PLAN_ID, 1))["mug"]


def running_now(plan: str, stock: int) -> str:
    """The plan, its dates moved by whole weeks so that it runs now, with so many mugs."""
    weeks = (timezone.now() - datetime(2011, 11, 16, tzinfo=UTC)).days // 7

    def moved(found: re.Match[str]) -> str:
        return (datetime.fromisoformat(found[0]) + timedelta(weeks=weeks)).date().isoformat()

    return re.sub(r"2011-\d\d-\d\d", moved, plan).replace("units: 150", f"units: {stock}")


@pytest.fixture(scope="module")
def served(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    database_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """One server for every test, on the test database; the tables are emptied when it has stopped."""
    with django_db_blocker.unblock():
        url = database_address(database_url)
        with serving(tmp_path_factory.mktemp("home"), database_url=url, JIACAN_API_RATE="6000000") as running:
            yield running
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def open_shop(served: Served, request: pytest.FixtureRequest) -> Open:
    """A shop of the test's own."""
    slug = f"gifts-{next(NUMBERS)}"
    plan = PLAN_TEXT.replace("shop: gifts", f"shop: {slug}")
    text = running_now(plan, request.param).replace(
        "{id: gifts,   name: {zh: 赠品, en: Gifts},          amount: 900}",
        "{id: gifts,   name: {zh: 赠品, en: Gifts},          amount: 90000}",
    )
    shop = live_shop((plan, text), slug=slug)
    return Open(shop, token_of(shop), served)


def gift_of(answer: dict) -> str:
    (award,) = [award for award in answer["awards"] if award["offer_id"] == "spend-ladder"]
    return ",".join(item["id"] for item in award["items"])


def now() -> str:
    return timezone.now().isoformat()


@pytest.mark.parametrize("open_shop", [500], indirect=True)
def test_eight_clients_against_a_stock_of_five_hundred_get_exactly_five_hundred(open_shop: Open):
    def send(number: int) -> Counter[str]:
        got: Counter[str] = Counter()
        with open_shop.client() as client:
            for each in range(75):
                sent = order(f"{number}-{each}", paid_at=now())
                if each % 3:
                    got[gift_of(client.post("orders", json=sent).raise_for_status().json())] += 1
                else:
                    got[gift_of(reserve_and_commit(client, sent))] += 1
        return got

    with ThreadPoolExecutor(CLIENTS) as threads:
        got = sum(threads.map(send, range(CLIENTS)), Counter())
    assert got["mug"] == 500
    assert sum(got.values()) == 600
    assert open_shop.mugs_left() == 0


def reserve_and_commit(client: httpx.Client, sent: dict) -> dict:
    cart = {name: value for name, value in sent.items() if name != "paid_at"}
    held = client.post("reservations", json=cart).raise_for_status().json()
    return client.post(f"reservations/{held['id']}/commit", json={"paid_at": now()}).raise_for_status().json()


@pytest.mark.parametrize("open_shop", [500], indirect=True)
def test_a_hundred_deliveries_of_one_order_earn_one_award(open_shop: Open):
    sent = order(paid_at=now())

    def send(number: int) -> list[tuple[str, list]]:
        with open_shop.client() as client:
            answers = [client.post("orders", json=sent).raise_for_status().json() for _ in range(100 // CLIENTS + 1)]
        return [(answer["state"], answer["awards"]) for answer in answers]

    with ThreadPoolExecutor(CLIENTS) as threads:
        answers = [each for of_client in threads.map(send, range(CLIENTS)) for each in of_client]
    assert len(answers) >= 100
    assert Counter(state for state, _ in answers) == {"new": 1, "known": len(answers) - 1}
    assert all(awards == answers[0][1] for _, awards in answers)
    assert open_shop.mugs_left() == 499


@pytest.mark.parametrize("open_shop", [1], indirect=True)
def test_what_a_dead_client_had_reserved_is_released_on_time(open_shop: Open):
    cart = {name: value for name, value in order("dead").items() if name != "paid_at"} | {"hold_seconds": 10}
    with open_shop.client() as client:
        body = client.build_request("POST", "reservations", json=cart).content.decode()
        dead = subprocess.run(
            [
                sys.executable,
                "-c",
                RESERVE_AND_DIE,
                f"{open_shop.served.url}/api/v1/reservations",
                open_shop.secret,
                body,
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert dead.returncode < 0
        held = f"reservations/{dead.stdout.strip()}"
        assert gift_of(client.post("orders", json=order("early", paid_at=now())).json()) == "sample"
        until(lambda: client.get(held).json()["state"] == "expired", seconds=30)
        expires_at = datetime.fromisoformat(client.get(held).json()["expires_at"])
        assert timezone.now() >= expires_at
        assert gift_of(client.post("orders", json=order("late", paid_at=now())).json()) == "mug"
        late = client.post(f"{held}/commit", json={"paid_at": now()})
        assert (late.status_code, late.json()["code"]) == (409, "reservation_over")
