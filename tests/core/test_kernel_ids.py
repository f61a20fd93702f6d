"""Ids that plans may use, and the fraction that an identity stands for."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.kernel.ids import fraction_of, is_slug


@pytest.mark.parametrize("text", ["a", "7", "order-bonus-2011", "a_b.c-d", "a" * 64])
def test_slugs(text):
    assert is_slug(text)


@pytest.mark.parametrize("text", ["", "-a", "a-", ".", "A", "a b", "a/b", "é", "订单", "a\n", "a" * 65])
def test_what_is_no_slug(text):
    assert not is_slug(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_fraction_of_an_identity_is_that_of_its_hash(identity):
    digest = hashlib.sha256(identity.encode()).hexdigest()
    assert fraction_of(identity) == int(digest[:16], 16) / 2**64
    assert 0 <= fraction_of(identity) < 1


def test_a_known_fraction():
    # SHA-256 of the empty text begins with e3b0c44298fc1c14.
    assert fraction_of("") == 0xE3B0C44298FC1C14 / 2**64
