"""Every query on the decks of instant draws, and on what customers' tickets of a draw have come to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from jiacan.draws.contracts.terms import Standing
from jiacan.draws.models import Deck, MovedCard
from jiacan.draws.models import Standing as StandingRow


def cards_left(shop_id: int, draw_row: int) -> dict[str, int]:
    """How many cards are left, by deck."""
    return dict(Deck.objects.filter(shop_id=shop_id, draw_id=draw_row).values_list("deck_id", "left"))


def lock_deck(shop_id: int, draw_row: int, deck_id: str) -> tuple[int, int]:
    """The deck's row and how many cards are left; nobody else takes one until the transaction ends."""
    deck = Deck.objects.select_for_update(no_key=True).get(shop_id=shop_id, draw_id=draw_row, deck_id=deck_id)
    return deck.pk, deck.left


def moved_cards(shop_id: int, deck_row: int, slots: Collection[int]) -> dict[int, int]:
    """The cards in those of the slots that no longer hold the card of their own number."""
    rows = MovedCard.objects.filter(shop_id=shop_id, deck_row=deck_row, slot__in=slots)
    return dict(rows.values_list("slot", "card"))


def save_deck(shop_id: int, deck_row: int, *, left: int, moved: Mapping[int, int]) -> None:
    """So many cards are left, in the slots before that number; these slots have these cards now."""
    MovedCard.objects.filter(shop_id=shop_id, deck_row=deck_row, slot__gte=left).delete()
    MovedCard.objects.bulk_create(
        [MovedCard(shop_id=shop_id, deck_row=deck_row, slot=slot, card=card) for slot, card in moved.items()],
        update_conflicts=True,
        update_fields=["card"],
        unique_fields=["deck_row", "slot"],
    )
    Deck.objects.filter(shop_id=shop_id, pk=deck_row).update(left=left)


def standings_of(shop_id: int, draw_row: int, customers: Collection[str]) -> dict[str, Standing]:
    """What these customers' tickets of the draw have come to; whoever has none that was drawn has a new one."""
    rows = StandingRow.objects.filter(shop_id=shop_id, draw_row=draw_row, customer__in=customers)
    known = {row.customer: Standing(row.wins, row.misses) for row in rows}
    return {customer: known.get(customer, Standing()) for customer in customers}


def save_standings(shop_id: int, draw_row: int, standings: Mapping[str, Standing]) -> None:
    """Keep what these customers' tickets have come to now."""
    StandingRow.objects.bulk_create(
        [
            StandingRow(shop_id=shop_id, draw_row=draw_row, customer=customer, wins=each.wins, misses=each.misses)
            for customer, each in standings.items()
        ],
        update_conflicts=True,
        update_fields=["wins", "misses"],
        unique_fields=["draw_row", "customer"],
    )
