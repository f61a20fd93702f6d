"""`make bench` runs every bench, and its table shows what each line says is to be shown."""

import ast
from pathlib import Path

from bench.table import BENCHES, table

FOLDER = Path(__file__).resolve().parents[2] / "bench"


def modules_that_print_a_line() -> set[str]:
    return {
        path.stem
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print_line"
    }


def test_every_bench_is_in_the_table_once():
    names = [bench.name for bench in BENCHES]
    assert set(names) == modules_that_print_a_line()
    assert len(names) == len(set(names))


def test_a_row_shows_the_size_the_figures_and_the_ratio_to_the_yardstick():
    figures = {"seconds": 1.5, "pairs": 7, "hidden": 3, "shown": ["seconds", "pairs"]}
    line = {"bench": "match", "size": "1,000 orders", **figures, "yardstick": "SQL by hand", "ratio": 1.18}
    bare = {"bench": "kill", "size": "1 of each part", "late": 0, "shown": ["late"], "yardstick": "", "ratio": None}
    assert table([line, bare]).splitlines() == [
        "bench  size            figures               ratio  of",
        "match  1,000 orders    seconds 1.5, pairs 7  1.18   SQL by hand",
        "kill   1 of each part  late 0",
    ]
