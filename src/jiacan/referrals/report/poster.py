"""A customer's poster: the code of their link, with the shop's name and a text, as a picture to share or print."""

from __future__ import annotations

from xml.sax.saxutils import escape

import segno
import vl_convert

WIDTH, HEIGHT = 360, 480
_QR = 264
_FACES = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
_MOST = 24
"""So many letters of a name fit a line; 汉字 count two."""


def draw_poster(address: str, *, shop: str, campaign: str, says: str) -> str:
    """The poster as SVG.

    Args:
        address: the link.
        shop: the shop's name, at the top.
        campaign: the campaign's name.
        says: what to do with it.
    """
    qr = segno.make(address, error="m")
    modules = qr.symbol_size(border=0)[0]
    scale = _QR / modules
    path = "".join(
        f"M{column} {row}h1v1h-1z" for row, line in enumerate(qr.matrix) for column, dark in enumerate(line) if dark
    )
    left = (WIDTH - _QR) / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<rect width="{WIDTH}" height="8" fill="#b3361b"/>'
        f"{_text(52, 24, 600, shop)}{_text(84, 16, 400, campaign)}"
        f'<path transform="translate({left:g} 112) scale({scale:.4f})" fill="#16130f" d="{path}"/>'
        f"{_text(418, 16, 400, says)}{_text(448, 12, 400, address, most=56)}</svg>"
    )


def to_png(svg: str) -> bytes:
    """The same as PNG, large enough to print."""
    picture: bytes = vl_convert.svg_to_png(svg, scale=3)
    return picture


def _text(y: int, size: int, weight: int, text: str, *, most: int = _MOST) -> str:
    return (
        f'<text x="{WIDTH / 2:g}" y="{y}" text-anchor="middle" font-family="{_FACES}" font-size="{size}" '
        f'font-weight="{weight}" fill="#16130f">{escape(_cut(text, most))}</text>'
    )


def _cut(text: str, most: int) -> str:
    """As much of the text as fits, with dots where something is left out."""
    room = most
    for place, letter in enumerate(text):
        room -= 2 if ord(letter) > 0x2E7F else 1
        if room < 0:
            return f"{text[:place]}…"
    return text
