"""Match, whatever the order: more spend never loses a rung, lines may stand in any order, bundles are found."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from jiacan.offers.contracts.benefits import GiftBenefit, PointsBenefit
from jiacan.offers.contracts.conditions import Bundle, BundlePart, Scope, SpendAtLeast, SpendEvery
from jiacan.offers.contracts.rules import Ladder, Rung
from jiacan.offers.core.basket import Basket
from jiacan.offers.core.conditions import holds_bundle
from jiacan.offers.core.match import ask_every_offer, explain_order, match_order
from tests.core.histories_of_offers import OFFERS, lines, scarce_plans
from tests.core.small_plans import goods, offer, order, plan

quick = settings(max_examples=60, deadline=None)
MUG = GiftBenefit("mug", 1)
scopes = st.sampled_from([Scope(), Scope(skus=frozenset({"tea"})), Scope(except_skus=frozenset({"pot"}))])


@st.composite
def spend_ladders(draw):
    """A plan with one ladder of rising thresholds over one scope."""
    scope = draw(scopes)
    thresholds = sorted(draw(st.sets(st.integers(1, 20_000), min_size=1, max_size=4)))
    rungs = [Rung(n, (SpendAtLeast(minor, scope),), (MUG,)) for n, minor in enumerate(thresholds, start=1)]
    return plan(offer("ladder", rungs=rungs, ladder=draw(st.sampled_from(Ladder))))


def rung_of(rules, bought):
    found = match_order(order("1", *bought), rules)
    return found[0].rung if found else 0


@quick
@given(spend_ladders(), lines, lines)
def test_one_line_more_never_loses_a_rung(rules, bought, more):
    assert rung_of(rules, bought) <= rung_of(rules, [*bought, *more])


@quick
@given(st.integers(1, 5000), lines, lines)
def test_one_line_more_never_gives_fewer_of_what_every_multiplies(minor, bought, more):
    rules = plan(offer("steps", rungs=[Rung(0, (SpendEvery(minor),), (PointsBenefit(3),))]))
    few, many = (match_order(order("1", *of), rules) for of in (bought, [*bought, *more]))
    points_few, points_many = (match[0].items[0].quantity if match else 0 for match in (few, many))
    assert points_few <= points_many
    assert points_few == 3 * (order("1", *bought).spend_minor("CNY") // minor)


@quick
@given(scarce_plans(), lines, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(rules, bought, random):
    shuffled = random.sample(bought, len(bought))
    one, other = (match_order(order("1", *lines), rules) for lines in (bought, shuffled))
    assert [_given(match) for match in one] == [_given(match) for match in other]


def _given(match):
    return match.offer_id, match.rung, match.spend_minor, match.items, match.otherwise


@quick
@given(lines)
def test_each_offer_is_either_met_or_explained(bought):
    of, rules = order("1", *bought), plan(*OFFERS, budget=dict.fromkeys(["gifts", "coupons", "points", "money"], 0))
    answers = ask_every_offer(of, rules)
    assert [answer.offer_id for answer in answers] == [one.id for one in OFFERS]
    assert [*match_order(of, rules), *explain_order(of, rules)] == sorted(
        answers, key=lambda answer: answer not in match_order(of, rules)
    )


@quick
@given(lines, lines)
def test_the_best_rung_is_among_all_rungs(bought, more):
    rungs = [Rung(n, (SpendAtLeast(2000 * n),), (MUG,)) for n in (1, 2, 3)]
    best, every = (plan(offer("ladder", rungs=rungs, ladder=ladder)) for ladder in (Ladder.BEST, Ladder.ALL))
    of = order("1", *bought, *more)
    found = [match_order(of, rules) for rules in (best, every)]
    assert [bool(one) for one in found] == [found[0] != ()] * 2
    if found[0]:
        assert found[0][0].rung == found[1][0].rung == found[1][0].items[0].quantity


bundles = st.lists(
    st.builds(BundlePart, st.sets(st.sampled_from("abc"), min_size=1).map(frozenset), st.integers(1, 2)),
    min_size=1,
    max_size=3,
).map(lambda parts: Bundle(tuple(parts)))


@quick
@given(bundles, st.lists(st.sampled_from("abc"), max_size=6))
def test_a_bundle_is_found_exactly_where_trying_every_way_finds_one(bundle, units):
    wanted = [part.skus for part in bundle.parts for _ in range(part.quantity)]
    some_way = any(
        all(sku in skus for sku, skus in zip(chosen, wanted, strict=True))
        for chosen in set(permutations(units, len(wanted)))
    )
    basket = Basket(order("1", *(goods(sku, 1) for sku in units)), plan())
    assert holds_bundle(bundle, basket) == some_way
