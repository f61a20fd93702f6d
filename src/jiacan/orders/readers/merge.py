"""From rows to orders and refunds: what belongs together, what came twice, what contradicts.

All that one file says of one order is a delivery of it. A delivery with a bad row is handed back whole. Of
several good deliveries one is kept, whichever way round the files were named: a paid one before an unpaid one,
then the earliest paid, then by content.
"""

from __future__ import annotations

import duckdb

_DELIVERIES = """
CREATE TABLE deliveries AS
SELECT kind, order_id, file_no, count(*) AS rows, min(line) FILTER (WHERE fault IS NOT NULL) AS bad_line,
    min(customer_id) AS customer_id, max(customer_id) AS other_customer_id,
    arg_min(line, place) AS first_line, min(line) AS first_row, arg_min(status, place) AS status,
    arg_min(channel, place) AS channel, arg_min(region, place) AS region,
    max(shipping_micros) AS shipping_micros, sum(spend_minor)::BIGINT AS spend_minor
FROM (
    SELECT *, coalesce(epoch_us(paid_at), 9000000000000000000)::HUGEINT * 1099511627776 + line AS place
    FROM parsed WHERE kind IN ('order', 'cancellation') AND order_id IS NOT NULL
)
GROUP BY kind, order_id, file_no;

CREATE TABLE good_deliveries AS
SELECT delivery.*, earliest.placed_at, earliest.paid_at, earliest.received_at
FROM deliveries AS delivery
JOIN parsed AS earliest ON earliest.file_no = delivery.file_no AND earliest.line = delivery.first_line
WHERE delivery.bad_line IS NULL AND delivery.customer_id IS NOT DISTINCT FROM delivery.other_customer_id;
"""

# Only where an order came more than once does it matter what its rows say: `goods_hash` whatever their order,
# `whole_hash` in their order and with all else they say.
_VERDICTS = """
CREATE TABLE verdicts AS
WITH repeated AS (
    SELECT kind, order_id FROM good_deliveries GROUP BY kind, order_id HAVING count(*) > 1
), content AS (
    SELECT kind, order_id, file_no,
        goods_hash(min(customer_id), count(*), sum(goods_row(sku, quantity, unit_price_micros, discount_micros)))
            AS goods_hash,
        md5(string_agg(concat_ws('|', placed_at, paid_at, received_at, status, channel, region, title, category,
            quantity, unit_price_micros, discount_micros, shipping_micros, sku), chr(10) ORDER BY line)) AS whole_hash
    FROM parsed SEMI JOIN repeated USING (kind, order_id) GROUP BY kind, order_id, file_no
), ranked AS (
    SELECT good_deliveries.*, goods_hash, row_number() OVER best AS rank,
        first_value(file_no) OVER best AS kept_file_no, first_value(goods_hash) OVER best AS kept_hash,
        first_value(status) OVER best AS kept_status, first_value(received_at) OVER best AS kept_received_at
    FROM good_deliveries LEFT JOIN content USING (kind, order_id, file_no)
    WINDOW best AS (PARTITION BY kind, order_id ORDER BY paid_at IS NULL, paid_at, goods_hash, whole_hash, file_no)
), judged AS (
    SELECT *, CASE WHEN rank = 1 THEN 'kept' WHEN goods_hash <> kept_hash AND paid_at IS NOT NULL THEN 'conflict'
        ELSE 'repeated' END AS verdict
    FROM ranked
)
SELECT * EXCLUDE (status, received_at),
    coalesce(kept_status, min(status) FILTER (WHERE verdict <> 'conflict') OVER same) AS status,
    coalesce(kept_received_at, min(received_at) FILTER (WHERE verdict <> 'conflict') OVER same) AS received_at
FROM judged WINDOW same AS (PARTITION BY kind, order_id);
"""

# `order_facts` and `line_facts` keep repeated words as ENUMs; the views give them as text.
_ORDERS = """
CREATE TABLE order_facts AS
WITH paid_shipping AS (
    SELECT file_no, order_id, sum(spend_minor)::BIGINT AS minor FROM parsed WHERE kind = 'shipping'
    GROUP BY file_no, order_id
), together AS (
    SELECT no, order_id, customer_id, placed_at, paid_at, received_at, status, channel, region,
        coalesce(to_minor(shipping_micros), 0) AS shipping_minor, spend_minor, lines, file_no, true AS is_plain
    FROM plain
    UNION ALL
    SELECT file_no::BIGINT << 40 | first_row, order_id, customer_id, placed_at, paid_at, received_at,
        status::status_word, channel::channel_word, region::region_word,
        coalesce(to_minor(shipping_micros), 0) + coalesce(paid_shipping.minor, 0), spend_minor, rows::INTEGER,
        file_no, false
    FROM verdicts LEFT JOIN paid_shipping USING (file_no, order_id)
    WHERE kind = 'order' AND verdict = 'kept'
)
SELECT no, order_id, customer_id,
    CASE WHEN customer_id IS NOT NULL THEN first_value(no) OVER of_customer END AS customer_no,
    CASE WHEN customer_id IS NULL OR paid_at IS NULL THEN 0 ELSE row_number() OVER of_customer END AS number,
    placed_at, paid_at, received_at, status, channel, region, shipping_minor, spend_minor, lines, file_no, is_plain
FROM together WINDOW of_customer AS (PARTITION BY customer_id ORDER BY paid_at NULLS LAST, order_id);

CREATE VIEW orders AS
SELECT * EXCLUDE (is_plain) REPLACE (
    status::VARCHAR AS status, channel::VARCHAR AS channel, region::VARCHAR AS region)
FROM order_facts;
"""

_LINES = """
INSERT INTO line_facts
SELECT order_facts.no, parsed.line AS position, parsed.sku::sku_word AS sku, parsed.title::title_word AS title,
    parsed.category::category_word AS category, parsed.quantity, parsed.unit_price_micros, parsed.discount_micros,
    parsed.spend_minor
FROM parsed JOIN order_facts USING (file_no, order_id) WHERE parsed.kind = 'order';

CREATE VIEW lines AS
SELECT * REPLACE (sku::VARCHAR AS sku, title::VARCHAR AS title, category::VARCHAR AS category) FROM line_facts;
"""

_BAD_ORDER_ROWS = """
INSERT INTO bad_rows
SELECT file_no, line, fault,
    CASE WHEN fault IN ('quote', 'bytes', 'many', 'few') THEN fault ELSE 'cell' END, NULL, NULL
FROM parsed WHERE fault IS NOT NULL;

INSERT INTO bad_rows
SELECT parsed.file_no, parsed.line, 'order_id', 'order', bad_line, NULL
FROM parsed JOIN deliveries USING (kind, order_id, file_no) WHERE bad_line IS NOT NULL AND fault IS NULL;

INSERT INTO bad_rows
SELECT parsed.file_no, parsed.line, 'customer_id', 'customers', NULL,
    deliveries.customer_id || ', ' || other_customer_id
FROM parsed JOIN deliveries USING (kind, order_id, file_no)
WHERE bad_line IS NULL AND deliveries.customer_id <> other_customer_id;

INSERT INTO bad_rows
SELECT parsed.file_no, parsed.line, 'order_id', 'conflict', kept_file_no, NULL
FROM parsed JOIN verdicts USING (kind, order_id, file_no) WHERE verdict = 'conflict';
"""

_REFUND_DELIVERIES = """
CREATE TABLE bad_refunds AS
SELECT file_no, refund_id, order_id, min(line) AS bad_line
FROM parsed_refunds WHERE fault IS NOT NULL GROUP BY file_no, refund_id, order_id;

CREATE TABLE refund_verdicts AS
WITH returned AS (
    SELECT file_no, refund_id, order_id, sku, count(*) AS rows, sum(quantity)::BIGINT AS quantity,
        sum(amount_minor)::BIGINT AS amount_minor, min(refunded_at) AS refunded_at
    FROM (FROM parsed_refunds WHERE fault IS NULL) ANTI JOIN bad_refunds USING (file_no, refund_id, order_id)
    GROUP BY file_no, refund_id, order_id, sku
)
SELECT *, first_value(file_no) OVER best AS kept_file_no,
    CASE WHEN row_number() OVER best = 1 THEN 'kept' WHEN quantity <> first_value(quantity) OVER best THEN 'conflict'
        ELSE 'repeated' END AS verdict
FROM returned
WINDOW best AS (PARTITION BY refund_id, order_id, sku ORDER BY refunded_at, quantity, amount_minor, file_no);

INSERT INTO bad_rows
SELECT file_no, line, fault,
    CASE WHEN fault IN ('quote', 'bytes', 'many', 'few') THEN fault ELSE 'cell' END, NULL, NULL
FROM parsed_refunds WHERE fault IS NOT NULL;

INSERT INTO bad_rows
SELECT parsed_refunds.file_no, line, 'refund_id', 'refund', bad_line, NULL
FROM parsed_refunds JOIN bad_refunds USING (file_no, refund_id, order_id) WHERE fault IS NULL;

INSERT INTO bad_rows
SELECT parsed_refunds.file_no, line, 'refund_id', 'refund_conflict', kept_file_no, NULL
FROM parsed_refunds JOIN refund_verdicts USING (file_no, refund_id, order_id, sku) WHERE verdict = 'conflict';
"""

_REFUNDS = """
CREATE TABLE refunds AS
WITH refund_rows AS (
    SELECT refund_id, order_id, refunded_at, sku, parsed_refunds.quantity, parsed_refunds.amount_minor
    FROM parsed_refunds SEMI JOIN (FROM refund_verdicts WHERE verdict = 'kept')
        USING (file_no, refund_id, order_id, sku)
    UNION ALL
    SELECT refund_id, order_id, refunded_at, sku, quantity, NULL FROM taken
), dated AS (
    SELECT refund_id, order_id, sku, quantity, amount_minor,
        min(refunded_at) OVER (PARTITION BY refund_id, order_id) AS refunded_at
    FROM refund_rows
), refunded AS (
    SELECT no, order_id FROM order_facts SEMI JOIN refund_rows USING (order_id)
)
SELECT refund_id, no, order_id, refunded_at, sku, sum(quantity)::BIGINT AS quantity,
    sum(amount_minor)::BIGINT AS amount_minor
FROM dated LEFT JOIN refunded USING (order_id) GROUP BY refund_id, no, order_id, refunded_at, sku;
"""

# The same in every version of DuckDB, because the database keeps it.
_HASHES = """
CREATE MACRO goods_row(sku, quantity, price, discount) AS
    md5_number_lower(concat_ws('|', quantity, price, discount, sku));
CREATE MACRO goods_hash(customer, rows, total) AS md5(concat_ws('|', rows, total, customer))::UUID;
"""


def define_bad_rows(duck: duckdb.DuckDBPyConnection) -> None:
    """Make the table of rows to hand back and the rules by which goods are compared.

    `other` is a line or the number of a file, as `code` needs it.
    """
    duck.execute(_HASHES)
    duck.execute("""
    CREATE TABLE bad_rows (
        file_no INTEGER, line BIGINT, field VARCHAR, code VARCHAR, other BIGINT, other_text VARCHAR)
    """)


def merge_orders(duck: duckdb.DuckDBPyConnection) -> None:
    """Make `orders` of `plain`, which is used up, and of `parsed`, and add the latter's lines; adds to `bad_rows`."""
    duck.execute(_DELIVERIES)
    duck.execute(_VERDICTS)
    duck.execute(_BAD_ORDER_ROWS)
    duck.execute(_ORDERS)
    duck.execute("DROP TABLE plain")
    duck.execute(_LINES)


def merge_refunds(duck: duckdb.DuckDBPyConnection) -> None:
    """Make `refunds` of `parsed_refunds` and of what cancellations took (`taken`); adds to `bad_rows`."""
    duck.execute(_REFUND_DELIVERIES)
    duck.execute(_REFUNDS)
