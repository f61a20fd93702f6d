"""Spark gives the pairs that DuckDB and Python give, in one process and on executors of their own."""

from __future__ import annotations

import gc
import os
import shutil
from importlib.util import find_spec
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiacan.offers.readers.spark import pairs_frame, session
from tests.core.plans_for_tables import (
    plans,
    random_orders,
    rows_of_python,
)
from tests.slices.commands import jiacan_json
from tests.slices.test_match_tables_command import CHECKED, PLAN, prepare, random_history, rows_in

SPARK_IS_HERE = find_spec("pyspark") is not None and (shutil.which("java") or os.environ.get("JAVA_HOME"))
REQUIRED = os.environ.get("JIACAN_REQUIRE_SPARK") == "1"
pytestmark = [
    pytest.mark.skipif(
        not SPARK_IS_HERE and not REQUIRED, reason="pyspark or Java is not installed; JIACAN_REQUIRE_SPARK=1 insists"
    ),
    # PySpark closes some of its sockets only when they are collected.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]
EXAMPLES = int(os.environ.get("JIACAN_SPARK_EXAMPLES", "2"))
HERE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.log.level": "ERROR"}
# For so few rows Spark would spend its time on compiling what it does and on planning it anew.
SMALL = {
    **HERE,
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
}


def submit(options):
    """What a session is started with."""
    return " ".join(f"--conf {name}={value}" for name, value in options.items()) + " pyspark-shell"


@pytest.fixture(scope="module")
def spark():
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("PYSPARK_SUBMIT_ARGS", submit(SMALL))
        with session("local[2]") as found:
            yield found
    gc.collect()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(least_offers=5, most_offers=6), st.randoms(use_true_random=False))
def test_spark_says_what_python_says(spark, tmp_path_factory, rules, random):
    orders = random_orders(Random(random.random()), rules, 60)
    folder = prepare(tmp_path_factory.mktemp("spark") / "orders", orders, rules.currency)
    for name in ("orders", "lines"):
        spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    pairs = pairs_frame(spark, rules).drop("order_id")
    assert sorted(tuple(row) for row in pairs.collect()) == rows_of_python(orders, rules)


def test_two_executors_write_the_pairs_that_duckdb_writes(tmp_path, monkeypatch):
    orders = random_history()
    prepared = prepare(tmp_path / "orders", orders)
    match = ["match", PLAN, "--orders", prepared]
    by_duckdb = jiacan_json(*match, "--to", tmp_path / "duckdb")
    options = {**HERE, "spark.executor.memory": "1g", "spark.sql.shuffle.partitions": "2"}
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", submit(options))
    by_spark = jiacan_json(*match, "--to", tmp_path / "spark", "--spark", "local-cluster[2,1,1024]")
    assert by_spark["pairs"] == by_duckdb["pairs"] > 100
    rows = rows_in(tmp_path / "spark" / "pairs" / "*.parquet")
    assert rows == rows_in(tmp_path / "duckdb" / "pairs" / "*.parquet") == rows_of_python(orders, CHECKED.rules)
    settled = [
        jiacan_json("simulate", PLAN, "--orders", prepared, "--matched", tmp_path / engine)
        for engine in ("spark", "duckdb")
    ]
    assert settled[0] == settled[1]
    assert sum(sum(events.values()) for events in settled[0]["events_by_offer"].values()) > 100
