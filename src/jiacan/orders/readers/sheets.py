"""Workbooks (XLSX, XLS) as rows of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from jiacan.kernel.errors import FileUnreadable
from jiacan.kernel.messages import tell


def open_sheet(path: Path) -> CalamineSheet:
    """The first visible sheet that holds anything.

    Raises:
        FileUnreadable: the workbook is locked, damaged or empty.
    """
    try:
        workbook = load_workbook(str(path))
        return _first_filled(path, workbook)
    except PasswordError as error:
        raise FileUnreadable(str(path), tell("it is locked with a password; save it without one")) from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileUnreadable(
            str(path), tell("it is not a whole workbook; open it in a spreadsheet and save it again as XLSX")
        ) from error


def sheet_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Every row with its number in the sheet, each cell as exact text."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, [_text(cell) for cell in row]


def _first_filled(path: Path, workbook: CalamineWorkbook) -> CalamineSheet:
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            found = workbook.get_sheet_by_name(sheet.name)
            if found.height:
                return found
    raise FileUnreadable(str(path), tell("its visible sheets are empty; put the rows into the first sheet"))


def _text(cell: object) -> str:
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float():
            # A spreadsheet has no whole numbers: 17850 arrives as 17850.0 and long ids as 4.6e+17.
            return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else repr(cell)
        case datetime():
            return cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
