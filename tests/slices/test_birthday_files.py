"""Birthdays from files: good rows are taken, bad ones handed back with line and reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from jiacan.customers import facade as customers
from jiacan.tenancy import facade as tenancy
from tests.slices.commands import jiacan, jiacan_json

pytestmark = pytest.mark.django_db(transaction=True)

CSV = """\
customer_id,name,birthday
17850,Anna,1990-02-14
bo,Bo,02-29
chen,陈,1990-02-29
dana,Dana,
,Nobody,1990-02-14
eve,Eve,2月30日
bo,Bo,03-01
17850,Anna,1990-02-14
fay,Fay
gus,"Gus, too",1988年5月1日
"""


def known(shop_id: int, *customer_ids: str) -> list[tuple[int, int, int | None]]:
    found = customers.birthdays_of(shop_id, customer_ids)
    return [(found[each].month, found[each].day, found[each].year) for each in customer_ids]


def test_good_rows_are_taken_and_bad_ones_handed_back(tmp_path: Path, test_database_url: str):
    shop_id = tenancy.open_shop("gifts").id
    file, bad = tmp_path / "customers.csv", tmp_path / "bad.csv"
    file.write_text(CSV)
    asked = ("customers", "import", file, "--shop", "gifts")
    done = jiacan_json(*asked, "--bad-rows", bad, database_url=test_database_url)
    assert [done[name] for name in ("rows", "new", "changed", "same")] == [10, 3, 0, 0]
    assert [(row["line"], row["field"]) for row in done["bad_rows"]] == [
        *((4, "birthday"), (5, "birthday"), (6, "customer_id"), (7, "birthday"), (8, "birthday"), (10, ""))
    ]
    reasons = {row["line"]: row["reason"] for row in done["bad_rows"]}
    assert reasons[4] == "1990-02-29 is no day of the calendar; correct it"
    assert reasons[5] == "'' is not a day; write it as 1990-02-14, or 02-14 without the year"
    assert reasons[7] == "02-30 is no day of the calendar; correct it"
    assert reasons[8] == "line 3 says another day for this customer, and that one was taken; delete one"
    assert known(shop_id, "17850", "bo", "gus") == [(2, 14, 1990), (2, 29, None), (5, 1, 1988)]
    assert len(bad.read_text(encoding="utf-8-sig").splitlines()) == 7
    again = jiacan(*asked, database_url=test_database_url)
    assert "10 rows: 0 birthdays new, 0 changed, 3 known; 6 bad rows." in " ".join(again.split())


def test_the_same_comes_from_a_sheet_and_from_parquet(tmp_path: Path, test_database_url: str):
    shop_id = tenancy.open_shop("gifts").id
    with xlsxwriter.Workbook(tmp_path / "customers.xlsx") as book:
        sheet, as_date = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["customer_id", "birthday"])
        sheet.write_row(1, 0, [17850])
        sheet.write_datetime(1, 1, date(1990, 2, 14), as_date)
        sheet.write_row(2, 0, ["bo", "02-29"])
    table = pa.table({"customer_id": [17850.0, 17851.0], "birthday": [date(1990, 2, 14), date(2001, 5, 6)]})
    pq.write_table(table, tmp_path / "customers.parquet")
    for name, new in (("customers.xlsx", 2), ("customers.parquet", 1)):
        done = jiacan_json("customers", "import", tmp_path / name, "--shop", "gifts", database_url=test_database_url)
        assert (done["new"], done["bad_rows"]) == (new, [])
    assert known(shop_id, "17850", "bo", "17851") == [(2, 14, 1990), (2, 29, None), (5, 6, 2001)]


def test_a_file_without_the_columns_is_refused_in_words(tmp_path: Path, test_database_url: str):
    tenancy.open_shop("gifts")
    file = tmp_path / "orders.csv"
    file.write_text("customer_id,born\n1,02-14\n")
    said = jiacan("customers", "import", file, "--shop", "gifts", database_url=test_database_url, code=2)
    assert "has no column birthday" in " ".join(said.split())
    missing = jiacan("customers", "import", file, "--shop", "nowhere", database_url=test_database_url, code=2)
    assert "nowhere" in missing
