"""The reference plan on the whole Online Retail history, against figures computed independently."""

import json

from tests.conftest import SHARED, needs_shared
from tests.slices.commands import jiacan_json
from tests.slices.histories import PLAN as SHIPPED_PLAN

ORDERS = SHARED / "data" / "online_retail.parquet"
PLAN = SHARED / "examples" / "order-bonus.yaml"
EXPECTED = SHARED / "examples" / "order-bonus.expected.json"


@needs_shared
def test_simulate_gives_exactly_the_expected_figures():
    expected = json.loads(EXPECTED.read_text())
    data = jiacan_json("simulate", PLAN, "--orders", ORDERS)
    assert (data["orders"], data["lines"]) == (expected["orders"], expected["lines"])
    assert data["events_by_offer"] == expected["events_by_offer"]
    assert data["stock_left"] == expected["stock_left"]
    assert data["budget_left_minor"] == expected["budget_left_minor"]


@needs_shared
def test_the_shipped_plan_is_the_reference_plan():
    assert SHIPPED_PLAN.read_text() == PLAN.read_text()
