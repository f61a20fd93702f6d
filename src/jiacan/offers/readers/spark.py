"""Matching on Spark, where one machine is not enough: the same expressions as on DuckDB, over the same folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis

from jiacan.offers.contracts.matching import EngineFailed, EngineMissing
from jiacan.offers.contracts.rules import PlanRules
from jiacan.offers.measures.figures import order_figures
from jiacan.offers.measures.match import pairs_of
from jiacan.offers.readers.prepared import Prepared, columns_for, named

# What is not asked for need not be installed.
_sessions: Any = None
_refusals: tuple[type[Exception], ...] = ()
try:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    _sessions, _refusals = SparkSession, (Py4JError, PySparkException)
except ModuleNotFoundError:
    pass

_TYPES = {"int64": "BIGINT", "string": "STRING"}


def match_with_spark(prepared: Prepared, rules: PlanRules, to: Path, *, master: str) -> None:
    """Match the orders on the Spark cluster of this master, and write the pairs into a new folder.

    Every machine of the cluster must see both folders by the same path.

    Raises:
        EngineMissing: Spark is not installed here.
        EngineFailed: it could not.
    """
    with session(master) as spark:
        for name, path in prepared.tables.items():
            columns = [f"CAST({column} AS {_TYPES[of]}) AS {column}" for column, of in prepared.columns[name].items()]
            spark.read.parquet(path.resolve().as_uri()).selectExpr(*columns).createOrReplaceTempView(name)
        pairs_frame(spark, rules).write.parquet(to.as_uri())


def pairs_frame(spark: Any, rules: PlanRules) -> Any:
    """Spark's frame of named pairs over its views `orders` and `lines`.

    The figures are kept between the two steps: Spark would else reckon them once for each rung of each offer.
    """
    orders, lines = (ibis.table(columns, name=name) for name, columns in columns_for(rules).items())
    figures = order_figures(orders, lines, rules)
    spark.sql(ibis.to_sql(figures, dialect="pyspark")).persist().createOrReplaceTempView("figures")
    pairs = named(pairs_of(ibis.table(figures.schema(), name="figures"), rules), orders)
    return spark.sql(ibis.to_sql(pairs, dialect="pyspark"))


@contextmanager
def session(master: str) -> Iterator[Any]:
    """A session on the cluster of this master, which ends with the block.

    Raises:
        EngineMissing: Spark is not installed here.
        EngineFailed: it could not start, or could not do what it was asked.
    """
    if _sessions is None:
        raise EngineMissing
    try:
        # Nobody looks at Spark's own pages of a session that ends with its one task.
        spark = (
            SparkSession.builder.master(master)
            .appName("jiacan match")
            .config("spark.ui.enabled", "false")
            .getOrCreate()
        )
        try:
            yield spark
        finally:
            spark.stop()
    except _refusals as error:
        raise EngineFailed("Spark", str(error)) from error
