"""Small photographs, byte by byte, with what cameras add to them."""

from __future__ import annotations

import struct
import zlib

SECRET = b"GPS 31.2304N 121.4737E"
"""What nobody shall read in a published photograph."""


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 3, height: int = 2, *notes: tuple[bytes, bytes], colour: bytes = b"\xc0\x30\x20") -> bytes:
    """A PNG of one colour, with further chunks before its picture."""
    rows = b"".join(b"\0" + colour * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *notes, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, body) for name, body in parts)


def exif(orientation: int, *, order: str = "<") -> bytes:
    """Exif with a maker's note, then the orientation, then what nobody shall read."""
    entries = [(0x010F, 2, len(SECRET), 0), (0x0112, 3, 1, orientation)]
    packed = b"".join(
        struct.pack(f"{order}HHI", tag, kind, count) + struct.pack(f"{order}HH", value, 0)
        for tag, kind, count, value in entries
    )
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HIH", 42, 8, len(entries))
    return b"Exif\0\0" + head + packed + b"\0\0\0\0" + SECRET


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


JFIF = segment(0xE0, b"JFIF\0" + b"\x01\x01\0\0\x01\0\x01\0\0")
PROFILE = segment(0xE2, b"ICC_PROFILE\0\x01\x01colours")


def jpeg(width: int = 40, height: int = 30, *notes: bytes) -> bytes:
    """The parts of a progressive JPEG with two scans, with further segments behind its first."""
    frame = segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0")
    tables = segment(0xDB, b"\0" * 65) + segment(0xC4, b"\0" * 20)
    scan = segment(0xDA, b"\x01\x01\0\0\0\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + JFIF + b"".join(notes) + PROFILE + tables + frame + scan + tables + scan + b"\xff\xd9"


def webp(width: int = 40, height: int = 30, *notes: tuple[bytes, bytes], flags: int = 0x0C) -> bytes:
    """The parts of a WebP with notes behind its picture."""
    canvas = bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    picture = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height) + b"bits!"
    parts = [(b"VP8X", canvas), (b"VP8 ", picture), *notes]
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body
