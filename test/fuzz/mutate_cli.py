#!/usr/bin/python3
"""Damaged case files and forcing files through the whole program, in TAP.

  mutate_cli.py PHAROS SOURCE [COUNT]

Each run must end with an exit status of the contract (never by a signal, never 4), say something on standard error
when it refuses, and leave nothing in its output folder unless it is done (0 or 1). Deterministic: seeds are counters.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

WORDS = [b"null", b"-1", b"1e999", b"[]", b"{}", b'""', b"true", b"0", b"99999999999999999999", b'"\\u0000"', b"NaN",
         b'"33-61.0N 012-00.0E"', b'"2016-13-01T00:00Z"', b"-0", b'"..\\/x"']


def mutate_text(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(data))
        kind = rng.randrange(5)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at:at + rng.randrange(1, 30)]
        elif kind == 2:
            data[at:at] = data[rng.randrange(len(data)):][:rng.randrange(1, 40)]
        elif kind == 3:  # a value becomes another value
            colon = data.find(b":", at)
            end = min((e for e in (data.find(c, colon) for c in (b",", b"}", b"]")) if e > 0), default=-1)
            if colon > 0 and end > 0:
                data[colon + 1:end] = rng.choice(WORDS)
        else:
            del data[at:]
        if not data:
            data = bytearray(b" ")
    return bytes(data)


VALUES = [None, -1, 0, 1e308, 1e-300, True, "", [], {}, "33-61.0N 012-00.0E", "2016-08-29T02:00Z", "2300-01-01T00:00Z",
          "both", "..", "x" * 3000, [["a"]], 1 << 70, -0.0, 1e9, "\u0000", "current.nc", 86400, 0.001]


def nodes_of(node, found):
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        found.append((node, key))
        nodes_of(value, found)
    return found


def mutate_values(data, rng):
    """The case stays JSON: members are changed, removed, renamed, doubled."""
    case = json.loads(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        node, key = rng.choice(nodes_of(case, []) or [(case, "pharos")])
        kind = rng.randrange(4)
        if kind == 0 or isinstance(node, list):
            node[key] = rng.choice(VALUES)
        elif kind == 1:
            del node[key]
        elif kind == 2 and isinstance(node[key], (int, float)) and not isinstance(node[key], bool):
            node[key] *= rng.choice((-1, 0, 0.5, 10, 1e6))
        else:
            node[key + rng.choice(("", "_nm", "x"))] = node.pop(key)
    return json.dumps(case).encode()


def mutate_case(data, rng):
    return mutate_text(data, rng) if rng.random() < 0.2 else mutate_values(data, rng)


def mutate_binary(data, rng):
    data = bytearray(data)
    if rng.random() < 0.2:
        return bytes(data[:rng.randrange(len(data))])
    for _ in range(rng.choice((1, 2, 8, 64))):
        at = rng.randrange(min(len(data), 4096)) if rng.random() < 0.7 else rng.randrange(len(data))
        data[at] = rng.choice((0, 255, data[at] ^ (1 << rng.randrange(8)), rng.randrange(256)))
    return bytes(data)


def outcome(pharos, case, out):
    done = subprocess.run([pharos, "run", case, "-o", out, "-q", "--particles", "60", "--threads", "1"],
                          capture_output=True, timeout=120)
    left = sorted(os.listdir(out)) if os.path.isdir(out) else []
    text = done.stderr.decode("utf-8", "replace")
    if done.returncode not in (0, 1, 2, 3):
        return done.returncode, f"exit status {done.returncode}: {text[-600:]}"
    if done.returncode in (2, 3) and left:
        return done.returncode, f"refused, but left {left}"
    if done.returncode in (2, 3) and not text.strip():
        return done.returncode, "refused without a word"
    if done.returncode in (0, 1) and "summary.json" not in left:
        return done.returncode, "done, but without summary.json"
    stray = [n for n in os.listdir(os.path.dirname(out)) if ".part-" in n or ".tmp" in n]
    return done.returncode, f"left {stray} behind" if stray else None


def series(pharos, source, what, count):
    bad, tally = [], {}
    demo = os.path.join(source, "data", "demo")
    for seed in range(count):
        rng = random.Random(seed * 7919 + len(what))
        with tempfile.TemporaryDirectory() as folder:
            for name in ("case.json", "current.nc", "wind.nc"):
                shutil.copy(os.path.join(demo, name), folder)
            victim = os.path.join(folder, "case.json" if what == "case" else rng.choice(("current.nc", "wind.nc")))
            data = open(victim, "rb").read()
            open(victim, "wb").write((mutate_case if what == "case" else mutate_binary)(data, rng))
            status, fault = outcome(pharos, os.path.join(folder, "case.json"), os.path.join(folder, "out"))
            tally[status] = tally.get(status, 0) + 1
            if fault:
                bad.append(f"seed {seed}: {fault}")
    return bad, tally


def main():
    pharos, source = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 40
    print("1..2")
    failed = False
    for i, what in enumerate(("case", "NetCDF"), 1):
        bad, tally = series(pharos, source, what, count)
        failed |= bool(bad)
        print(f"{'not ok' if bad else 'ok'} {i} - {count} damaged {what} files: a clear end each time, exit statuses {dict(sorted(tally.items()))}")
        for line in bad[:10]:
            print("#", line.replace("\n", "\n# "))
    return failed


if __name__ == "__main__":
    sys.exit(main())
