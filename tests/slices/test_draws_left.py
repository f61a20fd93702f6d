"""What is left of a draw is asked for by whoever opens its page: it costs the same, however many tickets came."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiacan.draws.facade import drawing, reading
from jiacan.draws.models import Ticket
from tests.slices.drawing_shop import AT, Drawing, go_live, plan_text

pytestmark = pytest.mark.django_db

DECK = """\
    deck: {tickets: 5000}
    prizes:
      - {id: first, gift: kettle, units: 5}
      - {id: second, gift: cup, units: 20}
    claim_within: 7d
    budget: {gift: prizes}
"""


def test_what_is_left_is_two_queries_of_decks_and_winning_tickets_alone():
    shop = Drawing(go_live(plan_text(DECK).replace("quantity: 1}", "quantity: 250}")))
    for number in range(8):
        shop.buy(number)
    issued = list(Ticket.objects.values_list("issued", flat=True))
    drawing.draw_tickets(shop.shop.id, dict.fromkeys(issued[:1_000], "n" * 22), at=AT)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE draws_ticket")
    with CaptureQueriesContext(connection) as asked:
        left = reading.left_of(shop.shop.id, shop.wheel)
    queries = [each["sql"] for each in asked.captured_queries if "draws_draw" not in each["sql"]]
    plans = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"EXPLAIN {query}")
            plans.append(" ".join(line for (line,) in cursor.fetchall()))
    assert len(queries) == 2
    assert "tickets_that_won" in plans[0]
    assert "draws_ticket" not in plans[1]
    won = Counter(Ticket.objects.filter(prize__gt="").values_list("prize", flat=True))
    assert left.cards_left == {"whole": 4_000}
    assert left.prizes_drawn == {("whole", prize): units for prize, units in won.items()}
    assert shop.counts.prizes_drawn == left.prizes_drawn
    assert (shop.counts.given, shop.counts.unused, shop.counts.used) == (2_000, 1_000, 1_000)
