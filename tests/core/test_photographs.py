"""Photographs are told by what is in them, and nothing but the picture is kept of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiacan.draws.contracts.photographs import MOST_BYTES, PhotoKind, PhotoRefused
from jiacan.draws.core.photographs import read_photograph
from tests.core.small_photographs import SECRET, exif, jpeg, png, segment, webp

NOTED = (
    png(3, 2, (b"tEXt", b"Comment\0" + SECRET), (b"eXIf", SECRET), (b"tIME", b"\0" * 7)),
    jpeg(
        40, 30, segment(0xE1, exif(1)), segment(0xFE, SECRET), segment(0xED, SECRET), segment(0xE2, b"MPF\0" + SECRET)
    ),
    webp(40, 30, (b"EXIF", SECRET), (b"XMP ", SECRET)),
)
BARE = (png(3, 2), jpeg(40, 30), webp(40, 30, flags=0))


@pytest.mark.parametrize(("noted", "bare"), [*zip(NOTED, BARE, strict=True)], ids=("png", "jpeg", "webp"))
def test_what_a_camera_adds_is_left_out_and_the_picture_stays_as_it_is(noted, bare):
    assert SECRET in noted
    assert read_photograph(noted).data == bare
    assert read_photograph(bare).data == bare
    assert read_photograph(noted + SECRET).data == bare


def test_kind_and_size_are_those_of_the_picture():
    found = [read_photograph(each) for each in NOTED]
    assert [(each.kind, each.width, each.height) for each in found] == [
        (PhotoKind.PNG, 3, 2),
        (PhotoKind.JPEG, 40, 30),
        (PhotoKind.WEBP, 40, 30),
    ]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_jpeg_that_is_shown_on_its_side_still_is_and_has_its_sides_exchanged(order):
    lying = read_photograph(jpeg(40, 30, segment(0xE1, exif(6, order=order))))
    assert (lying.width, lying.height) == (30, 40)
    assert SECRET not in lying.data
    assert read_photograph(lying.data) == lying
    turned = read_photograph(jpeg(40, 30, segment(0xE1, exif(3, order=order))))
    assert (turned.width, turned.height) == (40, 30)


def test_a_script_or_a_page_under_a_pictures_name_is_none():
    for data in (b"", b"<svg onload=alert(1)>", b"GIF89a\x01\0\x01\0", b"%PDF-1.7", b"RIFF\0\0\0\0AVI "):
        with pytest.raises(PhotoRefused, match="no JPEG, PNG or WebP"):
            read_photograph(data)


def test_a_picture_that_moves_or_is_too_large_is_refused():
    with pytest.raises(PhotoRefused, match="it moves"):
        read_photograph(webp(flags=0x02))
    with pytest.raises(PhotoRefused, match="more than 40 million pixels"):
        read_photograph(webp(16_000, 16_000))
    with pytest.raises(PhotoRefused, match="larger than 2 MB"):
        read_photograph(png() + b"\0" * MOST_BYTES)


@given(st.sampled_from(NOTED), st.data())
def test_a_picture_that_is_cut_short_is_refused(whole, data):
    cut = whole[: data.draw(st.integers(12, len(whole) - 1))]
    with pytest.raises(PhotoRefused):
        read_photograph(cut)


@given(st.one_of(st.binary(max_size=200), st.sampled_from(NOTED)), st.binary(max_size=8), st.integers(0, 300))
def test_whatever_the_bytes_are_there_is_a_photograph_or_a_reason(whole, put, place):
    changed = whole[:place] + put + whole[place + len(put) :]
    try:
        found = read_photograph(changed)
    except PhotoRefused:
        return
    assert read_photograph(found.data) == found
