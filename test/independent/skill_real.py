#!/usr/bin/python3
"""pharos skill on a real drifter (German Bight 2017, PANGAEA 897989), every figure worked again with numpy.

Usage: skill_real.py PHAROS SHARED. Shares no line with Pharos: its own reader, interpolation, distances, drift of a particle in a
constant current, energy score over all pairs, median, and density. TAP."""
import csv
import json
import math
import os
import subprocess
import sys
import tempfile

import netCDF4
import numpy as np

pharos, shared = (os.path.abspath(a) for a in sys.argv[1:3])
track = os.path.join(shared, "data/drift/germanbight2017/North_Sea_Drifter1_GPS.tab")
count = failed = 0


def ok(good, sentence):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {sentence}")


if not os.path.exists(track):
    print("ok 1 - skill on a real drifter # SKIP ../shared is not here\n1..1")
    sys.exit(0)

A, E2 = 6378137.0, 0.0066943799901413165


def radii(lat):
    w = np.sqrt(1 - E2 * np.sin(np.radians(lat)) ** 2)
    return A * (1 - E2) / w**3, A / w


def plane(lat, lon, lat0, lon0):
    """Metres east and north of a place, by the radii half way: good to a metre over some tens of kilometres."""
    m, n = radii((lat + lat0) / 2)
    return np.radians(lon - lon0) * n * np.cos(np.radians((lat + lat0) / 2)), np.radians(lat - lat0) * m


def metres(lat, lon, lat0, lon0):
    return np.hypot(*plane(lat, lon, lat0, lon0))


# ---- the drifter
rows = open(track, encoding="utf-8").read().split("*/\n", 1)[1].splitlines()
head = rows[0].split("\t")
column = [next(i for i, h in enumerate(head) if h.startswith(word)) for word in ("Date", "Latitude", "Longitude")]
cells = [[r.split("\t")[i] for i in column] for r in rows[1:] if r.strip()]
time = np.array([np.datetime64(c[0]) for c in cells]).astype("datetime64[s]").astype(float)
lat, lon = np.array([float(c[1]) for c in cells]), np.array([float(c[2]) for c in cells])
time, first = np.unique(time, return_index=True)
lat, lon = lat[first], lon[first]

CURRENT, WIND = (0.2 * math.sin(math.radians(45)), 0.2 * math.cos(math.radians(45))), 6
side = {"slope_percent": 0.3, "offset_cms": 0, "sd_cms": 1}
CASE = {"pharos": "case/1", "name": "Skill",
        "objects": [{"id": "buoy", "coefficients": {"downwind": {"slope_percent": 1, "offset_cms": 0, "sd_cms": 2},
                                                    "crosswind_right": side, "crosswind_left": dict(side, slope_percent=-0.3)}}],
        "environment": {"current": [{"toward_deg": 45, "speed_ms": 0.2}], "wind": [{"from_deg": 270, "speed_ms": WIND}],
                        "coastline": "none"}}


def case_of(start, position, hours, particles, seed=3):
    iso = lambda t: str(np.datetime64(int(t), "s")) + "Z"
    return dict(CASE, scenarios=[{"id": "any", "kind": "point", "position": position, "time": iso(start)}],
                drift={"until": iso(start + 3600 * hours), "particles": particles, "seed": seed})


def drifted(start_lat, start_lon, hours):
    """A particle that follows the constant current alone, minute by minute."""
    out = [(start_lat, start_lon)]
    la, lo = start_lat, start_lon
    for _ in range(hours):
        for _ in range(60):
            m, _n = radii(la)
            north = la + math.degrees(CURRENT[1] * 60 / m)
            _m, n = radii((la + north) / 2)
            lo += math.degrees(CURRENT[0] * 60 / (n * math.cos(math.radians((la + north) / 2))))
            la = north
        out.append((la, lo))
    return np.array(out)


def liu_weisberg(observed, modelled):
    d = metres(modelled[:, 0], modelled[:, 1], observed[:, 0], observed[:, 1])
    path = np.cumsum(metres(observed[1:, 0], observed[1:, 1], observed[:-1, 0], observed[:-1, 1]))
    return 1 - d[1:].sum() / path.sum(), d[-1], path[-1]


def median(x, y):
    px, py = x.mean(), y.mean()
    for _ in range(200):
        w = 1 / np.maximum(np.hypot(x - px, y - py), 1e-3)
        px, py = (x * w).sum() / w.sum(), (y * w).sum() / w.sum()
    return px, py


def p_star(x, y):
    """Share of a cloud that is denser than the place 0, 0, by a Gaussian kernel along the cloud's own axes (Silverman)."""
    z = np.linalg.solve(np.linalg.cholesky(np.cov(x, y)), np.array([x, y]))
    at = np.linalg.solve(np.linalg.cholesky(np.cov(x, y)), np.zeros(2))
    h2 = len(x) ** (-1 / 3)
    density = lambda q: np.exp(-((z - q[:, None]) ** 2).sum(axis=0) / (2 * h2)).sum()
    here = density(at)
    return np.mean([density(q) > here for q in z.T])


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    json.dump(case_of(time[0], {"lat": 54, "lon": 8}, 24, 500), open("skill.json", "w"))
    done = subprocess.run([pharos, "skill", "skill.json", "--observed", track, "--horizon_h", "6,24", "--every_h", "96", "-o", "out",
                           "--json"], capture_output=True, text=True)
    document = json.loads(done.stdout)
    entries = list(csv.DictReader(open("out/skill.csv")))
    ok(done.returncode == 0 and len(entries) > 10, f"a real drifter is compared ({len(entries)} starts and horizons)")
    worst = {}

    def compare(name, got, want, scale):
        worst[name] = max(worst.get(name, 0), abs(float(got) - want) / scale)

    p_pairs, starts = [], {}
    for e in entries:
        hours = int(float(e["horizon_h"]))
        start = np.datetime64(e["start"].rstrip("Z")).astype("datetime64[s]").astype(float)
        t = start + 3600 * np.arange(hours + 1)
        seen = np.array([np.interp(t, time, lat), np.interp(t, time, lon)]).T
        ss, off, moved = liu_weisberg(seen, drifted(*seen[0], hours))
        compare("the observed path", e["moved_km"], moved / 1e3, moved / 1e3)
        compare("current only: separation", e["current_only_km"], off / 1e3, 1)
        compare("current only: SS*", e["current_only_ss_star"], ss, 1)
        ss, off, moved = liu_weisberg(seen, np.repeat(seen[:1], hours + 1, axis=0))
        compare("stays put: separation", e["stays_put_km"], off / 1e3, 1)
        compare("stays put: SS*", e["stays_put_ss_star"], ss, 1)
        # the cloud of the same case, from the file that `pharos drift` writes; each start has a seed of its own
        starts.setdefault(e["start"], len(starts) + 1)
        json.dump(case_of(start, {"lat": float(seen[0, 0]), "lon": float(seen[0, 1])}, hours, 500, 3 + starts[e["start"]]), open("one.json", "w"))
        subprocess.run([pharos, "drift", "one.json", "-o", "one.nc"], check=True, capture_output=True)
        cloud = netCDF4.Dataset("one.nc")
        la, lo = np.ma.filled(cloud["lat"][:], np.nan).astype(float), np.ma.filled(cloud["lon"][:], np.nan).astype(float)
        middle = []
        for k in range(hours + 1):
            x, y = plane(la[:, k], lo[:, k], *seen[k])
            px, py = median(x, y)
            middle.append((px, py))
        path = np.cumsum(metres(seen[1:, 0], seen[1:, 1], seen[:-1, 0], seen[:-1, 1]))
        off = np.hypot(*np.array(middle).T)
        compare("separation of the median", e["separation_km"], off[-1] / 1e3, 0.001 * moved + 1)
        compare("SS* of the median", e["ss_star"], 1 - off[1:].sum() / path.sum(), 1)
        compare("SS", e["ss"], max(0, 1 - off[1:].sum() / path.sum()), 1)
        compare("separation of the mean", e["separation_mean_km"], np.hypot(x.mean(), y.mean()) / 1e3, 1)
        energy = np.hypot(x, y).mean() - 0.5 * np.hypot(x[:, None] - x, y[:, None] - y).mean()
        compare("energy score", e["energy_score_km"], energy / 1e3, energy / 1e3)
        p_pairs.append((float(e["p_star"]), p_star(x, y)))
    for name, bound in {"the observed path": 2e-3, "current only: separation": 0.02, "current only: SS*": 2e-3,
                        "stays put: separation": 0.02, "stays put: SS*": 2e-3, "separation of the median": 1e-3, "SS* of the median": 1e-3,
                        "SS": 1e-3, "separation of the mean": 0.03, "energy score": 2e-3}.items():
        ok(worst[name] < bound, f"{name}: at most {worst[name]:.2g} off (bound {bound:g})")
    p = np.array(p_pairs)
    ok(np.abs(p[:, 0] - p[:, 1]).max() < 0.06, f"p*: at most {np.abs(p[:, 0] - p[:, 1]).max():.3f} from a kernel density of another kind")
    for s in document["summary"]:
        mine = [e for e in entries if float(e["horizon_h"]) == s["horizon_h"]]
        mean = np.mean([float(e["ss_star"]) for e in mine])
        hits = [sum(float(e["p_star"]) <= h["level"] for e in mine) for h in s["hit_rates"]]
        ok(s["n"] == len(mine) and abs(s["ss_star_mean"] - mean) < 1e-5 and hits == [h["hits"] for h in s["hit_rates"]],
           f"{s['horizon_h']} h: the means and hits are those of the starts")
print(f"1..{count}")
sys.exit(failed > 0)
