"""What a server holds of a shop."""

from __future__ import annotations

import psycopg

from jiacan.project.places.contracts import Server


def rows_of(server: Server, shop_id: int) -> dict[str, int]:
    """How many rows of the shop each table has there that names shops; tables without one are left out."""
    with psycopg.connect(server.url) as session:
        tables = session.execute(
            "SELECT class.relname FROM pg_class class JOIN pg_attribute ON attrelid = class.oid "
            "WHERE relkind IN ('r', 'p') AND NOT relispartition AND attname = 'shop_id' AND NOT attisdropped"
        ).fetchall()
        counts = {
            table: session.execute(f"SELECT count(*) FROM {table} WHERE shop_id = %s", [shop_id]).fetchone()[0]
            for (table,) in tables
        }
        of_jobs = "SELECT count(*) FROM procrastinate_jobs WHERE (args ->> 'shop_id')::bigint = %s"
        counts["procrastinate_jobs"] = session.execute(of_jobs, [shop_id]).fetchone()[0]
        own = "SELECT count(*) FROM tenancy_shop WHERE id = %s"
        counts["tenancy_shop"] = session.execute(own, [shop_id]).fetchone()[0]
    return {table: count for table, count in counts.items() if count}
