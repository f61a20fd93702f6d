"""The awards file: the same rows in every format, whole or not at all."""

import csv

import pyarrow as pa
import pytest
from pyarrow import parquet
from python_calamine import CalamineWorkbook

from jiacan.campaigns.report.awards_file import COLUMNS, AwardsFile, AwardsFileKindUnknown, opened, to_tables
from jiacan.offers.contracts.awards import AwardRow

PLAIN = AwardRow("1", "anna", "ladder", 1, "gift", "mug", 2, 640, "granted", "")
ODD = AwardRow('2,"x"', "line\nbreak", "ladder", 0, "points", "", 5, 5, "refused", "budget:points")


def cells(row):
    return [getattr(row, name) for name in COLUMNS]


def write(path, *several):
    with AwardsFile(path) as file:
        for rows in several:
            for table in to_tables(rows):
                file.write(table)
    return file


def test_a_csv_file_quotes_only_what_must_be_and_reads_back(tmp_path):
    path = tmp_path / "awards.csv"
    assert write(path, [PLAIN], [PLAIN, ODD]).rows == 3
    lines = path.read_bytes().split(b"\r\n")
    assert lines[:2] == [",".join(COLUMNS).encode(), b"1,anna,ladder,1,gift,mug,2,640,granted,"]
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    assert found[1:] == [[str(cell) for cell in cells(row)] for row in (PLAIN, PLAIN, ODD)]


def test_parquet_and_sheets_hold_the_same_rows(tmp_path):
    write(tmp_path / "awards.parquet", [PLAIN], [ODD])
    found = parquet.read_table(tmp_path / "awards.parquet")
    assert [list(row.values()) for row in found.to_pylist()] == [cells(PLAIN), cells(ODD)]
    write(tmp_path / "awards.xlsx", [PLAIN], [ODD])
    sheet = CalamineWorkbook.from_path(tmp_path / "awards.xlsx").get_sheet_by_name("awards").to_python()
    assert sheet == [list(COLUMNS), cells(PLAIN), cells(ODD)]


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_without_rows_there_is_a_file_of_nothing(tmp_path, ending):
    path = tmp_path / f"awards.{ending}"
    assert write(path).rows == 0
    assert path.stat().st_size > 0


def test_a_file_that_was_not_finished_is_not_there(tmp_path):
    path = tmp_path / "awards.csv"
    path.write_text("before")
    file = AwardsFile(path)
    with pytest.raises(pa.ArrowInvalid), file:
        file.write(pa.table({"quantity": ["many"]}).cast(pa.schema([("quantity", pa.int64())])))
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["awards.csv"]


def test_no_path_is_no_file_and_another_ending_is_refused(tmp_path):
    with opened(None) as nothing:
        assert nothing is None
    with pytest.raises(AwardsFileKindUnknown):
        AwardsFile(tmp_path / "awards.docx")
