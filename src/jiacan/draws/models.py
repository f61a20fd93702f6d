"""Draws, their decks and logs, and what became of their prizes.

What would tell a result before it is drawn (the seed, and who is shown next on a stage) is sealed under a key that is
not in the database. Triggers refuse to change what was promised or drawn, and to delete any of it for two years.
"""

from django.db import models
from django.db.models import F, Q


def _name(length: int = 64) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C")


class Draw(models.Model):
    """A draw from its announcement on. `head` seals the log so far; `seed` is empty until it is revealed."""

    shop_id = models.BigIntegerField()
    plan_id = _name()
    draw_id = _name()
    code = models.CharField(max_length=16, unique=True, db_collation="C")
    mode = models.CharField(max_length=12)
    promise = models.TextField()
    facts = models.TextField()
    terms = models.TextField()
    commitment = _name()
    rules = models.TextField()
    sealed_seed = models.TextField()
    sealed_key = models.TextField()
    announced_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=12)
    head = _name()
    tickets = models.IntegerField(default=0)
    guaranteed = models.IntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    public_value = models.TextField()
    valued_at = models.DateTimeField(null=True)
    valued_by = models.CharField(max_length=200)
    value_note = models.TextField()
    sealed_stage = models.TextField()
    over_at = models.DateTimeField(null=True)
    seed = _name()
    revealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop_id", "plan_id", "draw_id"), name="a_draw_is_announced_once"),
            models.CheckConstraint(
                condition=Q(state__in=("open", "closed", "drawing", "over")), name="a_draw_goes_its_way"
            ),
            models.CheckConstraint(condition=Q(seed="") | Q(state="over"), name="a_seed_is_revealed_at_the_end"),
            models.CheckConstraint(
                condition=Q(public_value="") | Q(closed_at__isnull=False, valued_at__gte=F("closed_at")),
                name="a_value_comes_after_closing",
            ),
        )


class Photograph(models.Model):
    """A prize's photograph; it is no part of what was promised."""

    shop_id = models.BigIntegerField()
    draw = models.ForeignKey(Draw, models.PROTECT)
    prize = _name()
    sha256 = _name()
    kind = models.CharField(max_length=16)
    width = models.IntegerField()
    height = models.IntegerField()
    data = models.BinaryField()
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=200)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("draw", "prize"), name="a_prize_has_one_photograph"),)


class Deck(models.Model):
    """What is left of an instant draw's deck."""

    shop_id = models.BigIntegerField()
    draw = models.ForeignKey(Draw, models.PROTECT)
    deck_id = _name(128)
    cards = models.IntegerField()
    left = models.IntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("draw", "deck_id"), name="a_deck_is_laid_once"),
            models.CheckConstraint(condition=Q(left__gte=0, left__lte=F("cards")), name="a_deck_has_its_cards"),
        )


class MovedCard(models.Model):
    """A slot of a deck that no longer holds the card of its own number."""

    pk = models.CompositePrimaryKey("deck_row", "slot")
    shop_id = models.BigIntegerField()
    deck_row = models.BigIntegerField()
    slot = models.IntegerField()
    card = models.IntegerField()


class Standing(models.Model):
    """What one customer's tickets of an instant draw have come to, under the word that stands for them."""

    pk = models.CompositePrimaryKey("draw_row", "customer")
    shop_id = models.BigIntegerField()
    draw_row = models.BigIntegerField()
    customer = _name(32)
    wins = models.IntegerField()
    misses = models.IntegerField()


class Ticket(models.Model):
    """One chance: a piece of an award. It has a number and heads once it is in the log, and a result once drawn."""

    shop_id = models.BigIntegerField()
    draw = models.ForeignKey(Draw, models.PROTECT, db_index=False)
    order_id = _name(200)
    offer_id = _name()
    piece = models.IntegerField()
    customer_id = _name(200)
    issued = _name(32)
    earned_at = models.DateTimeField()
    deck_id = _name(128)
    state = models.CharField(max_length=12)
    number = models.IntegerField(null=True)
    ticket_id = _name(128)
    customer = _name(32)
    before = _name()
    head = _name()
    card = models.IntegerField(null=True)
    guaranteed = models.IntegerField(null=True)
    prize = _name()
    drawn_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("issued",), name="a_ticket_is_issued_once"),
            models.UniqueConstraint(fields=("draw", "order_id", "offer_id", "piece"), name="a_piece_is_one_ticket"),
            models.UniqueConstraint(
                fields=("draw", "number"), condition=Q(number__isnull=False), name="a_place_in_the_log_is_one_ticket"
            ),
            models.UniqueConstraint(
                fields=("draw", "deck_id", "card"), condition=Q(card__isnull=False), name="a_card_is_drawn_once"
            ),
            models.UniqueConstraint(
                fields=("draw", "guaranteed"),
                condition=Q(guaranteed__isnull=False),
                name="a_guaranteed_card_is_drawn_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("unused", "expired"), number__isnull=True)
                | Q(state__in=("logged", "drawn"), number__isnull=False),
                name="what_is_drawn_is_in_the_log",
            ),
        )
        indexes = (
            models.Index(fields=("shop_id", "customer_id", "-id"), name="tickets_of_customer"),
            models.Index(fields=("draw", "state", "earned_at", "id"), name="tickets_by_state"),
            models.Index(
                fields=("shop_id", "draw", "deck_id", "prize", "guaranteed"),
                condition=Q(prize__gt=""),
                name="tickets_that_won",
            ),
        )


class Win(models.Model):
    """A prize that a ticket won, and when each thing happened to it."""

    shop_id = models.BigIntegerField()
    draw = models.ForeignKey(Draw, models.PROTECT)
    ticket = models.OneToOneField(Ticket, models.PROTECT)
    prize = _name()
    rung = models.IntegerField()
    customer_id = _name(200)
    state = models.CharField(max_length=12)
    attempt = models.IntegerField()
    won_at = models.DateTimeField()
    claim_by = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    note = models.TextField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("won", "owed", "claimed", "shipped", "settled", "given_up", "lost")),
                name="a_win_goes_its_way",
            ),
        )
        indexes = (
            models.Index(fields=("shop_id", "-id"), name="wins_of_shop"),
            models.Index(fields=("draw", "state"), name="wins_by_state"),
            models.Index(fields=("claim_by",), condition=Q(state="won"), name="wins_to_claim"),
        )
