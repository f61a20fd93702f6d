"""Spark gives the pairs that DuckDB and Python give, in one process and on executors of their own."""

from __future__ import annotations

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
pytestmark = pytest.mark.skipif(
    not SPARK_IS_HERE and not REQUIRED, reason="pyspark or Java is not installed; JIACAN_REQUIRE_SPARK=1 insists"
)
QUIET = {
    "spark.sql.shuffle.partitions": "1",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
EXAMPLES = int(os.environ.get("JIACAN_SPARK_EXAMPLES", "4"))


@pytest.fixture(scope="module")
def spark():
    os.environ["PYSPARK_SUBMIT_ARGS"] = (
        " ".join(f"--conf {name}={value}" for name, value in QUIET.items()) + " pyspark-shell"
    )
    with session("local[2]") as found:
        yield found
    del os.environ["PYSPARK_SUBMIT_ARGS"]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(least_offers=6, most_offers=8), st.randoms(use_true_random=False))
def test_spark_says_what_python_says(spark, tmp_path_factory, rules, random):
    orders = random_orders(Random(random.random()), rules, 60)
    folder = prepare(tmp_path_factory.mktemp("spark") / "orders", orders, rules.currency)
    for name in ("orders", "lines"):
        spark.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    pairs = pairs_frame(spark, rules).drop("order_id")
    assert sorted(tuple(row) for row in pairs.collect()) == rows_of_python(orders, rules)


def test_two_executors_write_the_pairs_that_duckdb_writes(tmp_path):
    orders = random_history()
    prepared = prepare(tmp_path / "orders", orders)
    options = {**QUIET, "spark.executor.memory": "512m", "spark.sql.shuffle.partitions": "2"}
    submit = " ".join(f"--conf {name}={value}" for name, value in options.items())
    match = ["match", PLAN, "--orders", prepared]
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"{submit} pyspark-shell"
    try:
        by_spark = jiacan_json(*match, "--to", tmp_path / "spark", "--spark", "local-cluster[2,1,1024]")
    finally:
        del os.environ["PYSPARK_SUBMIT_ARGS"]
    by_duckdb = jiacan_json(*match, "--to", tmp_path / "duckdb")
    assert by_spark["pairs"] == by_duckdb["pairs"] > 100
    rows = rows_in(tmp_path / "spark" / "pairs" / "*.parquet")
    assert rows == rows_in(tmp_path / "duckdb" / "pairs" / "*.parquet") == rows_of_python(orders, CHECKED.rules)
