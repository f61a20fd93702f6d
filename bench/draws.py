"""How many tickets a second are drawn, ranked and verified, beside the bare hashes that drawing needs.

`python -m bench.draws [TICKETS] [--stored TICKETS]` draws so many tickets from ten decks with as many cards together,
with win limits and a guarantee; ranks as many for 1,000 prizes; writes the file of the first and verifies it. One
process, without a database. As many as `--stored` says are then drawn through one, as `bench.stored_draws` tells.
The yardstick is one SHA-256 and one HMAC for each ticket and nothing else. Each is measured once: it is long.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from bench import stored_draws
from bench.measure import print_line
from jiacan.draws.contracts.terms import Announced, Deck, DrawFile, Drawn, Mode, PrizeUnits, Result, Terms, Ticket
from jiacan.draws.core.announcing import announce
from jiacan.draws.core.file import to_bytes, verify
from jiacan.draws.core.hashing import mac, sha256
from jiacan.draws.core.instant import deal
from jiacan.draws.core.log import heads_of
from jiacan.draws.core.ranking import deal_by_rank
from jiacan.draws.core.terms import commitment_of

SEED = bytes(range(32))
DAYS = 10
RULES = "One ticket for each order."
Made = TypeVar("Made")


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description="Tickets a second, drawn and verified.")
    parser.add_argument("tickets", type=int, nargs="?", default=20_000)
    parser.add_argument("--stored", type=int, default=900)
    arguments = parser.parse_args()
    asked = arguments.tickets
    log = [Ticket(f"t{n}.n", f"c{n % (asked // 2)}", f"day-{n * DAYS // asked}") for n in range(asked)]
    sealing, terms = timed(lambda: announce(instant(asked // DAYS), SEED))
    drawing, (heads, results) = timed(lambda: draw(terms, log))
    file = DrawFile(terms, RULES, SEED, tuple(map(Drawn, log, heads, results)), "")
    promised = Counter({prize.id: prize.units * DAYS for prize in terms.decks[0].deck.prizes})
    given = Counter(result.prize for result in results if result.prize and result.guaranteed is None)
    assert given <= promised, "more prizes than were promised"
    data = to_bytes(file)
    verifying, verdict = timed(lambda: verify(data))
    assert verdict.ok, verdict
    assert verdict.checked == asked
    ranking = rank(log)
    bare, _ = timed(lambda: bare_hashes(asked))
    stored = stored_draws.measure(arguments.stored)
    print_line(
        "draws",
        size=f"{asked:,} tickets",
        shown=("drawn_per_second", "ranked_per_second", "verified_per_second", *stored),
        yardstick="one SHA-256 and one HMAC a ticket",
        ratio=round(drawing / bare, 2),
        drawn_per_second=round(asked / drawing),
        ranked_per_second=round(asked / ranking),
        verified_per_second=round(asked / verifying),
        cards_sealed_per_second=round(asked / sealing),
        file_megabytes=round(len(data) / 2**20, 1),
        bare_hashes_per_second=round(asked / bare),
        **stored,
    )


def instant(cards: int) -> Announced:
    """A deck a day, one card in a hundred with a prize; two wins a customer, a cup after the second miss."""
    prizes = (PrizeUnits("first", 1), PrizeUnits("second", max(1, cards // 100 - 1)))
    decks = tuple(Deck(f"day-{day}", cards, prizes) for day in range(DAYS))
    return Announced("lucky", Mode.INSTANT, "spring", 1, RULES, "", 2, 2, (PrizeUnits("cup", 100),), decks)


def draw(terms: Terms, log: list[Ticket]) -> tuple[list[str], list[Result]]:
    """The log sealed, and every ticket's result."""
    heads = list(heads_of(commitment_of(terms), log))
    return heads, list(deal(SEED, terms, zip(log, heads, strict=True)))


def rank(log: list[Ticket]) -> float:
    """Seconds to seal the log and draw 1,000 prizes from it by a public value."""
    deck = Deck("whole", 1000, (PrizeUnits("cup", 1000),))
    terms = announce(
        Announced("lucky", Mode.SCHEDULED, "spring", 1, RULES, "drand, round 1", 1, None, (), (deck,)), SEED
    )

    def once() -> list[Result]:
        heads = list(heads_of(commitment_of(terms), log))
        customers = [ticket.customer for ticket in log]
        return deal_by_rank(SEED, terms, customers=customers, heads=heads, closed=heads[-1], value="5f0c")

    seconds, results = timed(once)
    assert sum(bool(result.prize) for result in results) == 1000
    return seconds


def bare_hashes(count: int) -> str:
    """So many hashes of each kind, each of a text as long as a ticket's."""
    text, found = "x" * 100, ""
    for _ in range(count):
        found = sha256(text.encode())
        mac(SEED, found)
    return found


def timed(work: Callable[[], Made]) -> tuple[float, Made]:
    """Seconds, and what was made."""
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


if __name__ == "__main__":
    main()
