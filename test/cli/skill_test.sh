#!/usr/bin/env bash
# pharos skill against drifters made here, with numpy, from the same laws: what a perfect, a wrong and a calibrated model score.
. "$PHAROS_SOURCE/test/cli/tap.sh"

"$python" - <<'MADE'
import json, math
import numpy
a, e2 = 6378137.0, 0.0066943799901413165
start = numpy.datetime64("2020-03-01T00:00:00")

def radii(lat):
    s = math.sin(math.radians(lat))
    w = math.sqrt(1 - e2 * s * s)
    return a * (1 - e2) / w**3, a / w * math.cos(math.radians(lat))

def walk(lat, lon, u, v, step_s):
    """Places after each step of velocities u, v."""
    out = [(lat, lon)]
    for x, y in zip(u, v):
        north, east = radii(lat)
        lat, lon = lat + math.degrees(y * step_s / north), lon + math.degrees(x * step_s / east)
        out.append((lat, lon))
    return out

def rows(name, places, step_s):
    return [f"{name},{start + numpy.timedelta64(int(i * step_s), 's')}Z,{p[0]:.7f},{p[1]:.7f}" for i, p in enumerate(places)]

def table(path, lines):
    open(path, "w").write("id,time,lat,lon\n" + "\n".join(lines) + "\n")

still = {"slope_percent": 0, "offset_cms": 0, "sd_cms": 0}
def case(path, currents, uncertainty, particles=500):
    json.dump({"pharos": "case/1", "name": "Skill",
               "objects": [{"id": "buoy", "coefficients": {"downwind": still, "crosswind_right": still, "crosswind_left": still}}],
               "scenarios": [{"id": "any", "kind": "point", "position": "10N 10E", "time": "2001-01-01T00:00Z"}],
               "environment": {"current": currents, "wind": [{"from_deg": 0, "speed_ms": 8}], "coastline": "none"},
               "drift": {"until": "2001-01-02T00:00Z", "particles": particles, "seed": 7, "uncertainty": uncertainty}},
              open(path, "w"))

east = {"toward_deg": 90, "speed_ms": 0.5}
straight = walk(54.0, 179.8, [0.5] * 156, [0.0] * 156, 600)  # 26 h, over the antimeridian
table("straight.csv", rows("b", [(p[0], (p[1] + 180) % 360 - 180) for p in straight], 600))
table("still.csv", rows("s", walk(54.0, 7.0, [0.005] * 26, [0.0] * 26, 3600), 3600))
table("short.csv", rows("k", straight[:20], 600))
case("right.json", [east], "none")
case("fast.json", [{"toward_deg": 90, "speed_ms": 1.0}], "none")
case("three.json", [{"toward_deg": 270, "speed_ms": 0.5}, {"toward_deg": 60, "speed_ms": 0.5}, east], "none")
# here and now the drifters follow the first source; three old ones far away follow the second
table("near.csv", rows("near", walk(54.0, 7.0, [0.5] * 56, [0.0] * 56, 3600), 3600))
table("old.csv", [r.replace("2020-03", "2020-02") for k in range(3)
                  for r in rows(f"old{k}", walk(48.0, -5.0 - k, [0.433] * 56, [0.25] * 56, 3600), 3600)])
case("here.json", [east, {"toward_deg": 60, "speed_ms": 0.5}], "none")
here = json.load(open("here.json"))
here["scenarios"][0].update(position="54N 7E", time="2020-03-01T12:00Z")
here["drift"]["until"] = "2020-03-02T00:00Z"
json.dump(here, open("here.json", "w"))
case("series.json", [{"series": [{"time": "2020-03-01T00:00Z", **east}, {"time": "2020-03-01T13:00Z", **east}]}], "none")

# 100 drifters with an error of the current as the case states it: first-order autoregressive, and diffusion
random = numpy.random.default_rng(20)
sd, correlation_s, diffusivity, step_s, n = 0.12, 24 * 3600, 10.0, 600, 144
rho = math.exp(-step_s / correlation_s)
lines = []
for k in range(100):
    e = numpy.empty((n, 2))
    e[0] = random.normal(0, sd, 2)
    for i in range(1, n):
        e[i] = rho * e[i - 1] + sd * math.sqrt(1 - rho * rho) * random.normal(0, 1, 2)
    e += math.sqrt(2 * diffusivity / step_s) * random.normal(0, 1, (n, 2))
    lines += rows(f"d{k}", walk(36.0, 12.0, 0.5 + e[:, 0], e[:, 1], step_s), step_s)
table("many.csv", lines)
case("honest.json", [east], {"leeway": False, "jibing": False, "wind_sd_ms": 0, "current_sd_ms": sd, "current_correlation_h": 24,
                             "diffusivity_m2s": diffusivity}, 1000)
case("bold.json", [east], {"leeway": False, "jibing": False, "wind_sd_ms": 0, "current_sd_ms": sd / 3, "current_correlation_h": 24,
                           "diffusivity_m2s": diffusivity}, 1000)
MADE
cat >two.gpx <<'GPX'
<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="54" lon="7"><time>2020-03-01T00:00:00Z</time></trkpt>
<trkpt lat="54" lon="7.0329"><time>2020-03-01T06:00:00Z</time></trkpt>
</trkseg></trk></gpx>
GPX

# finds FILE EXPRESSION SENTENCE: the expression holds for the document d.
finds() {
    "$python" -c 'import json, math, sys; d = json.load(open(sys.argv[1])); s = {x["horizon_h"]: x for x in d["summary"]}
assert eval(sys.argv[2]), {k: {m: v for m, v in x.items()} for k, x in s.items()}' "$1" "$2" 2>why
    ok $? "$3" || true
    tail -n 1 why | cut -c -600 | sed 's/^/# /'
}

exits 0 "a drifter in the case's own current is compared" pharos skill right.json --observed straight.csv --horizon_h 6,12,24 --every_h 1.5 --json
cp out right.out
finds right.out 'd["pharos"] == "skill/1" and d["starts"] == 14 and s[6]["n"] == 14 and s[24]["n"] == 2' "starts every 1.5 h, as many as each horizon leaves"
finds right.out 's[24]["ss_star_mean"] > 0.9999 and s[24]["separation_km_mean"] < 0.01' "the right model scores 1, across the antimeridian"
finds right.out 'abs(s[24]["baselines"]["stays_put"]["ss_star"]) < 1e-3 and abs(s[24]["baselines"]["stays_put"]["separation_km"] - 43.2) < 0.05' \
    "staying put scores 0 on a straight way of 43.2 km"
finds right.out 's[12]["baselines"]["current_only"]["ss_star"] > 0.9999' "the current alone is right, too"
finds right.out 'all(h["hits"] == h["n"] == 10 for h in s[12]["hit_rates"])' "it is inside every region"

exits 0 "a current twice as fast" pharos skill fast.json --observed straight.csv --horizon_h 6 --json
finds out 'abs(s[6]["ss_star_mean"]) < 1e-3 and abs(s[6]["separation_km_mean"] - 10.8) < 0.02 and abs(s[6]["energy_score_km_mean"] - 10.8) < 0.02' \
    "scores 0 and is 10.8 km off after 6 h"
finds out 's[6]["hit_rates"][3]["hits"] == 0' "and its regions are missed"

exits 0 "a drifter that hardly moves" pharos skill right.json --observed still.csv --horizon_h 6,24 --json
finds out 's[24]["n"] == 1 and s[24]["n_scored"] == 0 and s[24]["ss_star_mean"] is None and d["entries"][0]["too_still"]' "has no score, and that is said"
pharos skill right.json --observed still.csv --horizon_h 6 >out 2>&1
says out "too still" "in the table as well"

exits 0 "several tracks in several formats" pharos skill right.json --observed straight.csv --observed two.gpx --horizon_h 6 --json
finds out 'len(d["tracks"]) == 2 and any(e["track"] == "two.gpx" for e in d["entries"])' "are compared together"

exits 0 "three sources of current" pharos skill three.json --observed straight.csv --horizon_h 6,24 --every_h 1 --json
finds out '[r["source"].split(" deg")[0][-3:] for r in d["current_sources"]["ranking"]] == ["090", "060", "270"]' "are ranked, the true one first"
finds out 'abs(d["current_sources"]["ranking"][2]["ss_star_mean"] + 1) < 0.01 and not d["current_sources"]["enough_to_rank"]' \
    "the opposite one at -1, and three starts are told to be few"

exits 0 "recent drifters near the case" pharos skill here.json --observed near.csv --observed old.csv --horizon_h 24 --every_h 4 --json
finds out 'd["current_sources"]["ranking"][0]["source"].startswith("constant toward 090") and d["current_sources"]["enough_to_rank"]' \
    "rank the sources before more of them, old and far away"
finds out '8 < d["current_sources"]["n_effective"] < 12 and d["current_sources"]["n_common"] == 36' "and it is told how many starts that is worth"

exits 1 "starts without forcing are left out, with a warning" pharos skill series.json --observed straight.csv --horizon_h 6 --json
finds out 'd["starts_without_forcing"] == 2 and s[6]["n"] == 2' "and counted"
says err skill-unserved "and said"

exits 0 "100 drifters with the errors that the case states" pharos skill honest.json --observed many.csv --horizon_h 6,24 --every_h 100 --json -o honest
finds out 'all(abs(h["rate"] - h["level"]) < 3.2 * math.sqrt(h["level"] * (1 - h["level"]) / 100) and h["n"] == 100 for x in s.values() for h in x["hit_rates"])' \
    "lie in the regions as often as these say"
exits 0 "the same drifters and a model too sure of itself" pharos skill bold.json --observed many.csv --horizon_h 24 --every_h 100 --json
finds out 's[24]["hit_rates"][1]["rate"] < 0.4' "are missed by its regions"
pharos skill bold.json --observed straight.csv --horizon_h 6 --json --threads 1 >one
pharos skill bold.json --observed straight.csv --horizon_h 6 --json --threads 3 | cmp -s - one
ok $? "one thread and three give the same document"
for file in skill.json skill.txt skill.csv calibration.svg calibration.png; do
    test -s honest/$file
    ok $? "-o leaves $file"
done
xmllint --noout --nonet honest/calibration.svg
ok $? "the plot is XML"
is "$(head -c 8 honest/calibration.png | od -An -tx1)" " 89 50 4e 47 0d 0a 1a 0a" "and a PNG"
is "$(wc -l <honest/skill.csv)" 201 "one row for each start and horizon"

exits 2 "without a track" pharos skill right.json
says err "--observed" "it says what is missing"
exits 2 "horizons must ascend" pharos skill right.json --observed straight.csv --horizon_h 12,6
exits 2 "and be whole hours" pharos skill right.json --observed straight.csv --horizon_h 0.5
exits 3 "a track that is not there cannot be read" pharos skill right.json --observed nowhere.csv
exits 2 "a track shorter than the first horizon is bad input" pharos skill right.json --observed short.csv -o bad
says err "no track is known for 6 h" "and says how long it must be"
test ! -e bad
ok $? "and nothing is written"
sed 's/$/;/; 5s/.*/d,noon,here/' straight.csv | tr -d ';' >spoiled.csv
exits 1 "a bad row is a warning" pharos skill right.json --observed spoiled.csv --horizon_h 6
says err "line 5" "with its line"
exits 2 "with --strict it is an error" pharos skill right.json --observed spoiled.csv --horizon_h 6 --strict -o bad
test ! -e bad
ok $? "and nothing is written either"
tap_done
