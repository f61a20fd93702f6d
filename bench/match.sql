-- The offers of twenty-offers.yaml as a person would write them for DuckDB: what bench.match holds the product against.
-- Item codes: 0 mug, 1 next-20, 2 hamper, 3 sample, 4 points, 5 wheel, 6 first-10, 7 wrapping, 8 cash, 9 credit, 10 gold.
WITH bought AS (
    SELECT no, sum(spend_minor)::BIGINT AS spend, sum(quantity)::BIGINT AS units,
        sum(CASE WHEN category IN ('类目02', '类目03', '类目04') THEN spend_minor ELSE 0 END)::BIGINT AS aisles,
        sum(CASE WHEN category IN ('类目07', '类目08') THEN spend_minor ELSE 0 END)::BIGINT AS steps,
        sum(CASE WHEN category NOT IN ('类目00', '类目01') AND sku <> 'SKU00005' THEN spend_minor ELSE 0 END)::BIGINT
            AS golden,
        sum(CASE WHEN category IN ('类目11', '类目12', '类目13', '类目14') AND sku <> 'SKU00011' THEN quantity ELSE 0 END)
            ::BIGINT AS of_aisle,
        sum(CASE WHEN sku IN ('SKU00001', 'SKU00002', 'SKU00003') THEN quantity ELSE 0 END)::BIGINT AS set_a,
        sum(CASE WHEN sku IN ('SKU00010', 'SKU00011', 'SKU00012') THEN quantity ELSE 0 END)::BIGINT AS set_b,
        sum(CASE WHEN sku IN ('SKU00020', 'SKU00021') THEN quantity ELSE 0 END)::BIGINT AS pair_a,
        sum(CASE WHEN sku IN ('SKU00021', 'SKU00022') THEN quantity ELSE 0 END)::BIGINT AS pair_b,
        sum(CASE WHEN sku IN ('SKU00020', 'SKU00021', 'SKU00022') THEN quantity ELSE 0 END)::BIGINT AS pair_ab
    FROM lines GROUP BY no
), paid AS (
    SELECT no, number, channel, region, paid_us,
        (paid_us + 28800000000) // 3600000000 % 24 AS hour,
        ((paid_us + 28800000000) // 86400000000 + 3) % 7 AS weekday
    FROM orders
    WHERE customer_id IS NOT NULL AND paid_us >= 1735660800000000 AND paid_us < 1767196800000000
), wide AS MATERIALIZED (SELECT * FROM paid JOIN bought USING (no))
SELECT no, 0::SMALLINT AS offer,
    (CASE WHEN spend >= 80000 THEN 3 WHEN spend >= 30000 THEN 2 ELSE 1 END)::SMALLINT AS rung, spend AS spend_minor,
    (CASE WHEN spend >= 80000 THEN 2 WHEN spend >= 30000 THEN 1 ELSE 0 END)::SMALLINT AS item_0,
    1::BIGINT AS quantity_0,
    (CASE WHEN spend >= 80000 THEN 1400 WHEN spend >= 30000 THEN 2000 ELSE 320 END)::BIGINT AS amount_0,
    (CASE WHEN spend >= 80000 THEN 1 ELSE -1 END)::SMALLINT AS item_1,
    (CASE WHEN spend >= 80000 THEN 1 ELSE 0 END)::BIGINT AS quantity_1,
    (CASE WHEN spend >= 80000 THEN 2000 ELSE 0 END)::BIGINT AS amount_1,
    (-1)::SMALLINT AS item_2, 0::BIGINT AS quantity_2, 0::BIGINT AS amount_2,
    3::SMALLINT AS else_item_0, 1::BIGINT AS else_quantity_0, 60::BIGINT AS else_amount_0
FROM wide WHERE spend >= 15000
UNION ALL SELECT no, 1, 0, spend, 3, 2, 120, -1, 0, 0, -1, 0, 0, -1, 0, 0 FROM wide WHERE set_a >= 1 AND set_b >= 2
UNION ALL SELECT no, 2, 0, spend, 4, spend // 100 * 2, spend // 100 * 2, -1, 0, 0, -1, 0, 0, -1, 0, 0
    FROM wide WHERE weekday >= 5 AND spend >= 100
UNION ALL SELECT no, 3, 0, spend, 4, least(spend // 10000, 5) * 50, least(spend // 10000, 5) * 50,
    -1, 0, 0, -1, 0, 0, -1, 0, 0 FROM wide WHERE spend >= 10000
UNION ALL SELECT no, 4, 0, spend, 5, 1, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0 FROM wide
UNION ALL SELECT no, 5, 0, spend, 6, 1, 1500, 4, 100, 100, -1, 0, 0, -1, 0, 0 FROM wide WHERE number = 1
UNION ALL SELECT no, 6, 0, spend, 4, 30, 30, -1, 0, 0, -1, 0, 0, -1, 0, 0 FROM wide WHERE hour >= 20
UNION ALL SELECT no, 7, 0, spend, 3, 1, 60, -1, 0, 0, -1, 0, 0, -1, 0, 0
    FROM wide WHERE (hour >= 22 OR hour < 6) AND spend >= 5000
UNION ALL SELECT no, 8, 0, spend, 1, 1, 2000, -1, 0, 0, -1, 0, 0, -1, 0, 0
    FROM wide WHERE channel = 'douyin' AND spend >= 9900
UNION ALL SELECT no, 9, 0, spend, 5, 1, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0
    FROM wide WHERE region IN ('浙江', '江苏', '上海')
UNION ALL SELECT no, 10, 0, spend, 0, 1, 320, -1, 0, 0, -1, 0, 0, -1, 0, 0 FROM wide WHERE number = 3
UNION ALL SELECT no, 11, 0, spend, 4, spend // 100, spend // 100, -1, 0, 0, -1, 0, 0, -1, 0, 0
    FROM wide WHERE number BETWEEN 2 AND 4 AND spend >= 15000
UNION ALL SELECT no, 12, 0, aisles, 6, 1, 1500, -1, 0, 0, -1, 0, 0, -1, 0, 0 FROM wide WHERE aisles >= 20000
UNION ALL SELECT no, 13, 0, steps, 4, steps // 5000 * 20, steps // 5000 * 20, -1, 0, 0, -1, 0, 0, -1, 0, 0
    FROM wide WHERE steps >= 5000
UNION ALL SELECT no, 14, 0, spend, 3, 1, 60, -1, 0, 0, -1, 0, 0, -1, 0, 0 FROM wide WHERE units >= 5
UNION ALL SELECT no, 15, 0, spend, 7, 1, 150, 4, 15, 15, -1, 0, 0, -1, 0, 0 FROM wide WHERE of_aisle >= 3
UNION ALL SELECT no, 16, 0, spend, 8, 1, 500, -1, 0, 0, -1, 0, 0, -1, 0, 0
    FROM wide WHERE paid_us >= 1761926400000000 AND paid_us < 1762876800000000 AND spend >= 10000
UNION ALL SELECT no, 17, CASE WHEN spend >= 50000 THEN 3 WHEN spend >= 20000 THEN 2 ELSE 1 END, spend,
    4, CASE WHEN spend >= 50000 THEN 111 ELSE 11 END, CASE WHEN spend >= 50000 THEN 111 ELSE 11 END,
    CASE WHEN spend >= 20000 THEN 9 ELSE -1 END, CASE WHEN spend >= 20000 THEN 1 ELSE 0 END,
    CASE WHEN spend >= 20000 THEN 500 ELSE 0 END,
    CASE WHEN spend >= 50000 THEN 5 ELSE -1 END, CASE WHEN spend >= 50000 THEN 2 ELSE 0 END, 0, -1, 0, 0
    FROM wide WHERE paid_us >= 1762790400000000 AND paid_us < 1762876800000000 AND spend >= 10000
UNION ALL SELECT no, 18, 0, golden, 10, 1, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0 FROM wide WHERE golden >= 30000
UNION ALL SELECT no, 19, 0, spend, 1, 1, 2000, -1, 0, 0, -1, 0, 0, -1, 0, 0
    FROM wide WHERE pair_a >= 1 AND pair_b >= 1 AND pair_ab >= 2
