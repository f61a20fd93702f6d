"""Orders and their lines lie in partitions by quarter; that an order is known is kept beside them, for ever."""

from django.db import migrations, models

# A table's partitions are its name with the quarter, and `_rest` for whatever no other takes. What lies there of a
# quarter moves into it. Rows that are only added to may move so, since they stay what they are.
ADD_QUARTER = """
CREATE FUNCTION jiacan_add_quarter(parent text, day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    starts date := date_trunc('quarter', day);
    since timestamptz := starts::timestamp AT TIME ZONE 'UTC';
    until timestamptz := (starts + interval '3 months') AT TIME ZONE 'UTC';
    part text := parent || to_char(starts, '_YYYY"q"Q');
    rest text := parent || '_rest';
    by_when name := (SELECT attname FROM pg_partitioned_table
                     JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
                     WHERE partrelid = parent::regclass);
    moves boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('jiacan quarters'));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', rest);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= $1 AND %I < $2)', rest, by_when, by_when)
        INTO moves USING since, until;
    IF moves THEN
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', rest);
        EXECUTE format('WITH gone AS (DELETE FROM %I WHERE %I >= $1 AND %I < $2 RETURNING *) '
                       'INSERT INTO %I SELECT * FROM gone', rest, by_when, by_when, part) USING since, until;
        EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', rest);
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, since, until);
    RETURN true;
END $$;
"""

# The quarters that there are orders of, this one and the two after it.
ADD_QUARTERS = """
SELECT jiacan_add_quarter(parent, day) FROM unnest(ARRAY['orders_order', 'orders_orderline']) AS parent, (
    SELECT DISTINCT date_trunc('quarter', counted_at AT TIME ZONE 'UTC')::date AS day FROM orders_knownorder
    UNION
    SELECT (date_trunc('quarter', now() AT TIME ZONE 'UTC') + ahead * interval '3 months')::date
    FROM generate_series(0, 2) AS ahead
) AS needed ORDER BY parent, day
"""

FORWARD = (
    """
INSERT INTO orders_knownorder (shop_id, order_id, customer_id, paid_at, counted_at, spend_minor)
SELECT shop_id, order_id, customer_id, paid_at, coalesce(paid_at, placed_at, now()), spend_minor FROM orders_order;

ALTER TABLE orders_order RENAME TO orders_order_whole;
ALTER TABLE orders_orderline RENAME TO orders_orderline_whole;
CREATE TABLE orders_order (
    LIKE orders_order_whole INCLUDING CONSTRAINTS, counted_at timestamptz NOT NULL,
    CONSTRAINT order_is_counted_when_paid CHECK (paid_at IS NULL OR counted_at = paid_at)
) PARTITION BY RANGE (counted_at);
CREATE TABLE orders_orderline (
    LIKE orders_orderline_whole INCLUDING CONSTRAINTS, counted_at timestamptz NOT NULL
) PARTITION BY RANGE (counted_at);
CREATE TABLE orders_order_rest PARTITION OF orders_order DEFAULT;
CREATE TABLE orders_orderline_rest PARTITION OF orders_orderline DEFAULT;
"""
    + ADD_QUARTERS
    + """;
INSERT INTO orders_order
SELECT whole.*, known.counted_at FROM orders_order_whole AS whole JOIN orders_knownorder AS known
    USING (shop_id, order_id);
INSERT INTO orders_orderline
SELECT whole.*, known.counted_at FROM orders_orderline_whole AS whole JOIN orders_knownorder AS known
    USING (shop_id, order_id);
DROP TABLE orders_order_whole, orders_orderline_whole;
ALTER TABLE orders_order ADD CONSTRAINT orders_order_pkey PRIMARY KEY (shop_id, order_id, counted_at);
ALTER TABLE orders_orderline ADD CONSTRAINT orders_orderline_pkey
    PRIMARY KEY (shop_id, order_id, "position", counted_at);
"""
)

BACK = """
CREATE TABLE whole_order (LIKE orders_order INCLUDING CONSTRAINTS);
CREATE TABLE whole_line (LIKE orders_orderline INCLUDING CONSTRAINTS);
INSERT INTO whole_order SELECT * FROM orders_order;
INSERT INTO whole_line SELECT * FROM orders_orderline;
DROP TABLE orders_order, orders_orderline;
ALTER TABLE whole_order DROP COLUMN counted_at;
ALTER TABLE whole_line DROP COLUMN counted_at;
ALTER TABLE whole_order RENAME TO orders_order;
ALTER TABLE whole_line RENAME TO orders_orderline;
ALTER TABLE orders_order ADD CONSTRAINT orders_order_pkey PRIMARY KEY (shop_id, order_id);
ALTER TABLE orders_orderline ADD CONSTRAINT orders_orderline_pkey PRIMARY KEY (shop_id, order_id, "position");
CREATE INDEX orders_by_time ON orders_order (shop_id, paid_at, order_id);
CREATE INDEX orders_by_customer ON orders_order (shop_id, customer_id, paid_at, order_id);
DROP FUNCTION jiacan_add_quarter(text, date);
"""


def _key(*columns: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(*columns, blank=True, editable=False, primary_key=True, serialize=False)


def _counted_when_paid(name: str) -> models.CheckConstraint:
    paid_then = models.Q(paid_at__isnull=True) | models.Q(counted_at=models.F("paid_at"))
    return models.CheckConstraint(condition=paid_then, name=name)


KNOWN = migrations.CreateModel(
    name="KnownOrder",
    fields=[
        ("pk", _key("shop_id", "order_id")),
        ("shop_id", models.BigIntegerField()),
        ("order_id", models.TextField(db_collation="C")),
        ("customer_id", models.TextField(db_collation="C", null=True)),
        ("paid_at", models.DateTimeField(null=True)),
        ("counted_at", models.DateTimeField()),
        ("spend_minor", models.BigIntegerField()),
    ],
    options={
        "indexes": [
            models.Index(fields=["shop_id", "paid_at", "order_id"], name="known_by_time"),
            models.Index(fields=["shop_id", "customer_id", "paid_at", "order_id"], name="known_by_customer"),
        ],
        "constraints": [_counted_when_paid("known_order_is_counted_when_paid")],
    },
)

IN_QUARTERS = [
    migrations.AddField("order", "counted_at", models.DateTimeField(), preserve_default=False),
    migrations.AddField("orderline", "counted_at", models.DateTimeField(), preserve_default=False),
    migrations.AlterField("order", "pk", _key("shop_id", "order_id", "counted_at")),
    migrations.AlterField("orderline", "pk", _key("shop_id", "order_id", "position", "counted_at")),
    migrations.RemoveIndex("order", "orders_by_time"),
    migrations.RemoveIndex("order", "orders_by_customer"),
    migrations.AddConstraint("order", _counted_when_paid("order_is_counted_when_paid")),
]


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]

    operations = [
        KNOWN,
        migrations.RunSQL(ADD_QUARTER, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FORWARD, BACK)], state_operations=IN_QUARTERS
        ),
    ]
