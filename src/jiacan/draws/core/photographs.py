"""Photographs told by what is in them, and stripped of everything but the picture, without decoding it.

What cameras and programs add (where and when it was taken, by what and whom, thumbnails) is left out; colour profiles
stay, and so does which way up a JPEG is shown.

Sources: JPEG, ITU-T T.81 annex B and Exif 2.32; PNG, W3C PNG (third edition); WebP, RFC 9649.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jiacan.draws.contracts.photographs import MOST_BYTES, MOST_PIXELS, Photograph, PhotoKind, PhotoRefused
from jiacan.kernel.messages import tell

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"IDAT", b"IEND"}
_WEBP_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP"}
_WEBP_ANIMATED, _WEBP_NOTES = 0x02, 0x0C
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_TABLES = {0xC4, 0xCC, 0xDB, 0xDD}
_SCAN, _END, _EXIF, _PROFILE, _JFIF, _ADOBE = 0xDA, 0xD9, 0xE1, 0xE2, 0xE0, 0xEE
_ORIENTATION = 0x0112
_LYING = range(5, 9)
"""Orientations in which the picture is shown with its sides exchanged."""


class _BrokenError(Exception):
    """The bytes are not what their beginning says."""


def read_photograph(data: bytes) -> Photograph:
    """The photograph in these bytes, whatever their file is called.

    Raises:
        PhotoRefused: they are none, or a damaged, moving or too large one.
    """
    if len(data) > MOST_BYTES:
        raise PhotoRefused(tell("it is larger than {most} MB", most=MOST_BYTES // 2**20))
    read = _reader_of(data)
    try:
        photograph = read(data)
    except (_BrokenError, struct.error, IndexError) as error:
        raise PhotoRefused(tell("it is damaged, or not whole")) from error
    if not 0 < photograph.width * photograph.height <= MOST_PIXELS:
        raise PhotoRefused(tell("it has more than {most} million pixels, or none", most=MOST_PIXELS // 10**6))
    return photograph


def _reader_of(data: bytes) -> Callable[[bytes], Photograph]:
    if data.startswith(b"\xff\xd8\xff"):
        return _read_jpeg
    if data.startswith(_PNG):
        return _read_png
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _read_webp
    raise PhotoRefused(tell("it is no JPEG, PNG or WebP"))


# --- PNG --------------------------------------------------------------------------------------------------


def _read_png(data: bytes) -> Photograph:
    chunks = list(_png_chunks(data))
    names = [name for name, _ in chunks]
    _insist(names[0] == b"IHDR" and names[-1] == b"IEND" and b"IDAT" in names)
    width, height = struct.unpack_from(">II", chunks[0][1])
    kept = b"".join(_png_chunk(name, body) for name, body in chunks if name in _PNG_KEPT)
    return Photograph(PhotoKind.PNG, width, height, _PNG + kept)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place, name = len(_PNG), b""
    while name != b"IEND":
        (length,) = struct.unpack_from(">I", data, place)
        name, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        (check,) = struct.unpack_from(">I", data, place + 8 + length)
        _insist(check == zlib.crc32(name + body))
        yield name, body
        place += length + 12


def _png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


# --- WebP -------------------------------------------------------------------------------------------------


def _read_webp(data: bytes) -> Photograph:
    chunks = dict(_webp_chunks(data))
    if b"VP8X" in chunks:
        flags = chunks[b"VP8X"][0]
        if flags & _WEBP_ANIMATED:
            raise PhotoRefused(tell("it moves"))
        chunks[b"VP8X"] = bytes([flags & ~_WEBP_NOTES]) + chunks[b"VP8X"][1:]
    _insist((b"VP8 " in chunks) != (b"VP8L" in chunks))
    width, height = _webp_size(chunks)
    body = b"WEBP" + b"".join(_webp_chunk(name, part) for name, part in chunks.items() if name in _WEBP_KEPT)
    return Photograph(PhotoKind.WEBP, width, height, b"RIFF" + struct.pack("<I", len(body)) + body)


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    (length,) = struct.unpack_from("<I", data, 4)
    _insist(length + 8 <= len(data))
    place = 12
    while place < length + 8:
        name, size = struct.unpack_from("<4sI", data, place)
        part = data[place + 8 : place + 8 + size]
        _insist(len(part) == size)
        yield name, part
        place += 8 + size + size % 2


def _webp_chunk(name: bytes, part: bytes) -> bytes:
    return name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2)


def _webp_size(chunks: dict[bytes, bytes]) -> tuple[int, int]:
    if b"VP8X" in chunks:
        canvas = chunks[b"VP8X"]
        return int.from_bytes(canvas[4:7], "little") + 1, int.from_bytes(canvas[7:10], "little") + 1
    if b"VP8L" in chunks:
        _insist(chunks[b"VP8L"][0] == 0x2F)
        (bits,) = struct.unpack_from("<I", chunks[b"VP8L"], 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    _insist(chunks[b"VP8 "][3:6] == b"\x9d\x01\x2a")
    width, height = struct.unpack_from("<HH", chunks[b"VP8 "], 6)
    return width & 0x3FFF, height & 0x3FFF


# --- JPEG -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of a JPEG: its marker, what it holds, and the picture's own bits where it is a scan."""

    marker: int
    body: bytes
    bits: bytes = b""


def _read_jpeg(data: bytes) -> Photograph:
    segments = list(_jpeg_segments(data))
    frame = next((each for each in segments if each.marker in _FRAMES), None)
    if frame is None or not any(each.bits for each in segments):
        raise _BrokenError
    height, width = struct.unpack_from(">HH", frame.body, 1)
    upright = next((turned for each in segments if (turned := _orientation(each)) is not None), 1)
    kept = [_jpeg_segment(each) for each in segments if _is_picture(each)]
    first = [_jpeg_segment(_Segment(_EXIF, _exif(upright)))] if upright != 1 else []
    if upright in _LYING:
        width, height = height, width
    return Photograph(PhotoKind.JPEG, width, height, b"".join([b"\xff\xd8", *first, *kept, b"\xff\xd9"]))


def _jpeg_segments(data: bytes) -> Iterator[_Segment]:
    place = 2
    while True:
        _insist(data[place] == 0xFF)
        while data[place] == 0xFF:
            place += 1
        marker = data[place]
        if marker == _END:
            return
        (length,) = struct.unpack_from(">H", data, place + 1)
        _insist(length >= 2 and place + 1 + length <= len(data))
        body, place = data[place + 3 : place + 1 + length], place + 1 + length
        end = _scan_end(data, place) if marker == _SCAN else place
        yield _Segment(marker, body, data[place:end])
        place = end


def _scan_end(data: bytes, place: int) -> int:
    """Where the bits of a scan end: at a marker that is no restart, and no 0xFF of the picture itself."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise _BrokenError
        if data[place + 1] != 0 and not 0xD0 <= data[place + 1] <= 0xD7:
            return place
        place += 2


def _is_picture(segment: _Segment) -> bool:
    if segment.marker == _PROFILE:
        return segment.body.startswith(b"ICC_PROFILE\0")
    if segment.marker == _JFIF:
        return segment.body.startswith(b"JFIF\0") and len(segment.body) == 14
    return segment.marker in _FRAMES | _TABLES | {_SCAN, _ADOBE}


def _jpeg_segment(segment: _Segment) -> bytes:
    return bytes([0xFF, segment.marker]) + struct.pack(">H", len(segment.body) + 2) + segment.body + segment.bits


def _orientation(segment: _Segment) -> int | None:
    """Which way up the picture is shown, as Exif says it; None where this is no Exif, or says nothing of it."""
    tiff = segment.body[6:]
    if segment.marker != _EXIF or not segment.body.startswith(b"Exif\0\0") or tiff[:2] not in (b"II", b"MM"):
        return None
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for place in range(first + 2, first + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, place)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else None
    except struct.error:
        return None
    return None


def _exif(orientation: int) -> bytes:
    """Exif that says which way up, and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    return b"Exif\0\0MM" + struct.pack(">HIH", 42, 8, 1) + entry + struct.pack(">I", 0)


def _insist(holds: bool) -> None:
    if not holds:
        raise _BrokenError
