"""What changed between two texts of a plan, in its own terms."""

from __future__ import annotations

from jiacan.plans.contracts.versions import Difference
from jiacan.plans.core.differences import differences
from tests.slices.histories import PLAN

TEXT = PLAN.read_text()


def test_the_same_text_has_no_differences():
    assert differences(TEXT, TEXT) == ()


def test_a_changed_number_is_named_by_its_path():
    assert differences(TEXT, TEXT.replace("units: 150", "units: 200")) == (
        Difference(("stock", "mug", "units"), "150", "200"),
    )


def test_comments_and_the_order_of_items_do_not_count():
    lines = TEXT.splitlines(keepends=True)
    mug = next(i for i, line in enumerate(lines) if "id: mug" in line)
    swapped = [*lines[:mug], lines[mug + 1], lines[mug], *lines[mug + 2 :]]
    assert differences(TEXT, "# another comment\n" + "".join(swapped)) == ()


def test_an_item_that_went_away_and_one_that_came_are_told_field_by_field():
    changed = TEXT.replace("id: topup", "id: voucher").replace("gift: topup", "gift: voucher")
    found = differences(TEXT, changed)
    assert Difference(("stock", "voucher", "units"), None, "40") in found
    assert Difference(("stock", "topup", "units"), "40", None) in found
    assert Difference(("draws", "lucky-draw", "prizes", "second", "gift"), "topup", "voucher") in found


def test_a_list_without_ids_is_compared_whole():
    (found,) = differences(TEXT, TEXT.replace("weekdays: [sat, sun]", "weekdays: [sat]"))
    assert (found.path, found.before, found.after) == (
        ("offers", "weekend-points", "when", "weekdays"),
        "[sat, sun]",
        "[sat]",
    )


def test_a_text_that_is_no_plan_has_no_fields():
    assert {one.before for one in differences(": [", TEXT)} == {None}
