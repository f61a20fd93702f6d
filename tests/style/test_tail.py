"""Medians are small everywhere; the tail is what hurts. So the tail is watched, and nothing new may join it."""

import ast

from tests.style.sources import PACKAGE, functions, sources

MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 60

# What is longer and may stay so, each with its reason. Nothing is.
LONG_AND_KNOWN: set[str] = set()


def long_files() -> dict[str, int]:
    lengths = {
        source.name: source.text.count("\n") for folder in ("src", "tests", "bench") for source in sources(folder)
    }
    return {name: lines for name, lines in lengths.items() if lines > MOST_LINES_IN_A_FILE}


def long_functions() -> dict[str, int]:
    return {
        f"{source.name}:{function.name}": lines
        for folder in ("src", "bench")
        for source in sources(folder)
        for function in functions(source)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > MOST_LINES_IN_A_FUNCTION
    }


def test_no_file_and_no_function_grows_beyond_a_sitting():
    tail = {**long_files(), **long_functions()}
    print(  # noqa: T201 - who watches the tail wants to see it
        "\n".join(f"{lines:5} {name}" for name, lines in sorted(tail.items(), key=lambda each: -each[1]))
    )
    assert set(tail) - LONG_AND_KNOWN == set()


def test_imports_stand_at_the_top():
    inside = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        for function in functions(source)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_init_files_are_empty():
    assert [
        str(path) for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE and path.read_text().strip()
    ] == []


def test_every_public_function_says_what_it_promises():
    silent = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources()
        for node in source.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert silent == []


def test_no_file_is_named_after_nothing():
    nameless = {"utils", "util", "helpers", "helper", "manager", "service", "services", "common", "misc"}
    assert [source.name for source in sources() if set(source.name.removesuffix(".py").split("/")) & nameless] == []
