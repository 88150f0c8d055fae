"""A PNG with a palette from a PNG of true colour, so that the pictures of the page stay small. Needs numpy."""
import struct
import zlib

import numpy as np


def _unfilter(rows, step):
    """The five filters of PNG (RFC 2083, 6), row by row."""
    before = np.zeros(rows.shape[1] - 1, np.uint8)
    out = []
    for row in rows:
        kind, line = row[0], row[1:].copy()
        if kind == 2:
            line += before
        elif kind == 1:
            for c in range(step):
                line[c::step] = np.cumsum(line[c::step], dtype=np.uint64).astype(np.uint8)
        elif kind:
            left_of, up_of = line.tolist(), before.tolist()
            for i in range(len(left_of)):
                a = left_of[i - step] if i >= step else 0
                b, c = up_of[i], up_of[i - step] if i >= step else 0
                if kind == 3:
                    guess = (a + b) // 2
                else:
                    pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                    guess = a if pa <= pb and pa <= pc else b if pb <= pc else c
                left_of[i] = (left_of[i] + guess) & 255
            line = np.array(left_of, np.uint8)
        out.append(line)
        before = line
    return np.array(out)


def _chunks(data):
    at = 8
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at:at + 8])
        yield name, data[at + 8:at + 8 + size]
        at += 12 + size


def _chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def shrink(data):
    """The bytes of a picture with at most 256 colours: the most frequent ones, every other by the nearest."""
    head, packed = None, b""
    for name, body in _chunks(data):
        head = body if name == b"IHDR" else head
        packed += body if name == b"IDAT" else b""
    width, height, depth, kind = struct.unpack(">IIBB", head[:10])
    if depth != 8 or kind not in (2, 6):
        return data
    step = 3 if kind == 2 else 4
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * step)
    colour = _unfilter(raw, step).reshape(-1, step)[:, :3].astype(np.int32)
    coarse = (colour >> 3 << 3) + 4
    coarse[(colour > 247).all(axis=1)] = 255
    key = coarse[:, 0] << 16 | coarse[:, 1] << 8 | coarse[:, 2]
    keys, which, count = np.unique(key, return_inverse=True, return_counts=True)
    rgb = np.stack([keys >> 16, keys >> 8 & 255, keys & 255], axis=1)
    most = np.argsort(-count, kind="stable")[:256]
    near = ((rgb[:, None, :] - rgb[most][None, :, :]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    pixels = near[which].reshape(height, width)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels], axis=1).tobytes()
    return (data[:8] + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
            + _chunk(b"PLTE", rgb[most].astype(np.uint8).tobytes()) + _chunk(b"IDAT", zlib.compress(lines, 9))
            + _chunk(b"IEND", b""))
