#!/usr/bin/env bash
# What searches and sightings teach, on a case at rest where it can be worked out by hand.
. "$PHAROS_SOURCE/test/cli/tap.sh"

"$python" - <<'MADE'
import copy, json
place = {"near": "50-00.0N 010-00.0W", "far": "50-00.0N 011-00.0W"}
case = {"pharos": "case/1", "objects": [{"id": "person", "leeway": "PIW-1"}],
        "scenarios": [{"id": s, "kind": "point", "position": p, "time": "2026-03-01T00:00Z"} for s, p in place.items()],
        "environment": {"current": [{"speed_kn": 0}], "wind": [{"speed_kn": 0}], "coastline": "none"},
        "drift": {"until": "2026-03-01T06:00Z", "particles": 400, "uncertainty": "none"}}

def put(name, **members):
    document = copy.deepcopy(case)
    document.update(members)
    json.dump(document, open(name + ".json", "w"))

seen = [{"id": i, "position": place["near"], "time": "2026-03-01T03:00Z", "sigma_nm": 1, "trust": t} for i, t in (("a", 0.8), ("b", 0.5))]
legs = [{"position": "50-0%d.0N 011-0%d.0W" % (k, 5), "time": "2026-03-01T0%d:00Z" % (1 + k)} for k in range(4)]
east = [{"position": "50-00.0N 011-20.0W", "time": "2026-03-01T01:00Z"}, {"position": "50-00.0N 010-40.0W", "time": "2026-03-01T02:00Z"},
        {"position": "50-01.0N 010-40.0W", "time": "2026-03-01T02:05Z"}, {"position": "50-01.0N 011-20.0W", "time": "2026-03-01T03:05Z"}]
flown = [{"id": "one", "track": east, "sweep_width_nm": 2}, {"id": "two", "track": legs, "sweep_width_nm": 1}]
put("one", sightings=seen[:1])
put("two", sightings=seen, searches=flown)
put("turned", sightings=seen[::-1], searches=flown[::-1])
oars = [{"id": i, "leeway": "FV-DEBRIS", "position": p, "time": "2026-03-01T0%d:00Z" % h, "sigma_nm": 2, "trust": 0.7}
    for i, p, h in (("oar", "50-00.5N 010-00.5W", 2), ("plank", "50-00.0N 011-00.0W", 4))]
for k, turn in enumerate((lambda l: l, lambda l: l[::-1], lambda l: l[1:] + l[:1])):
    put("turn%d" % k, sightings=turn(seen), searches=turn(flown + [dict(flown[1], id="third", sweep_width_nm=0.4)]), debris=turn(oars))
put("withdrawn", sightings=[dict(seen[0], withdrawn=True)], searches=[dict(flown[0], withdrawn=True)])
put("passed", searches=flown[:1])
put("partly", searches=[dict(flown[0], window=["2026-03-01T01:00Z", "2026-03-01T02:00Z"])])
put("found", searches=[dict(flown[0], found=True)], assets=[{"id": "Boat", "type": "vessel", "speed_kn": 10, "sweep_width_nm": 1,
    "on_scene": "2026-03-01T03:00Z", "search_h": 2}])
put("placed", searches=[dict(flown[0], found=True, find={"position": place["near"], "time": "2026-03-01T05:00Z"})])
put("seen-found", sightings=[{"id": "boat", "position": place["far"], "time": "2026-03-01T04:30Z", "found": True}])
put("kind", objects=[{"id": "raft", "leeway": "LIFE-RAFT-NB-1"}, {"id": "person", "leeway": "PIW-1"}],
    sightings=[dict(seen[0], object_ids=["raft"], sigma_nm=100)])
asset = {"id": "Boat", "type": "vessel", "speed_kn": 10, "sweep_width_nm": 2, "on_scene": "2026-03-01T01:00Z", "search_h": 2}
put("planning", assets=[asset])
put("as-planned", assets=[asset], searches=[{"id": "p", "plan": "planning/plan.json", "asset": "Boat"}])
put("half-planned", assets=[asset], searches=[{"id": "p", "plan": "planning/plan.json", "asset": "Boat", "until": "2026-03-01T02:00Z"}])
put("nobody-planned", searches=[{"id": "p", "plan": "planning/plan.json", "asset": "Ship", "sweep_width_nm": 1}])
put("nowhere", sightings=[dict(seen[0], position="20-00.0N 040-00.0W")])
put("wrong", sightings=[dict(seen[0], trust=1.5)])

# One ship of two in a radio log, over the far place: the way of "one" up to 02:00.
def packed(mmsi, lat, lon, second):
    bits = "".join(format(v & ((1 << n) - 1), "0%db" % n) for v, n in ((1, 6), (0, 2), (mmsi, 30), (0, 12), (400, 10), (1, 1),
        (round(lon * 600000), 28), (round(lat * 600000), 27), (900, 12), (90, 9), (second, 6), (0, 25)))
    body = "AIVDM,1,1,,A,%s,0" % "".join(chr(v + (48 if v < 40 else 56)) for v in (int(bits[i:i + 6], 2) for i in range(0, 168, 6)))
    sum = 0
    for c in body:
        sum ^= ord(c)
    return "!%s*%02X" % (body, sum)
with open("log.nmea", "w") as out:
    for minute in range(61):
        out.write("%d %s\n" % (1772326800 + 60 * minute, packed(211000001, 50, -11 - 1 / 3 + minute / 90, 0)))
        out.write("%d %s\n" % (1772326800 + 60 * minute, packed(211000002, 40, -20, 0)))
ship = {"id": "one", "sweep_width_nm": 2, "track": {"file": "log.nmea", "mmsi": "211000001"}}
put("radio", searches=[ship])
put("anybody", searches=[dict(ship, track={"file": "log.nmea"})])
MADE

# taught NAME EXPRESSION SENTENCE: of summary.json; s: the scenarios' shares after.
taught() {
    "$python" -c 'import json, math, sys
d = json.load(open(sys.argv[1] + "/summary.json")); t = d["taught"]; s = [x["posterior"] for x in t["scenarios"]]
warned = [w["code"] for w in d["warnings"]]
other = lambda name: json.load(open(name + "/summary.json"))["taught"]
assert eval(sys.argv[2]), (t, warned)' "$1" "$2" 2>why
    ok $? "$3"
    tail -n 1 why | cut -c -600 | sed 's/^/# /'
}

for name in one two turned withdrawn passed partly radio; do pharos run "$name.json" -o "$name" >out 2>&1 || sed 's/^/# /' out; done
taught one 'abs(s[0] - 0.9) < 1e-6' "a sighting trusted at .8 lifts one of two equal places to .9: (.2 + .8 x 2) / 2"
taught two 't == other("turned")' "reports in another order teach the same, to the last digit"
taught withdrawn 's == [0.5, 0.5] and t["cumulative_pos"] is None' "what is withdrawn teaches nothing"
taught passed 'abs(t["cumulative_pos"] - 0.5) < 1e-3 and s[0] > 0.998' "passing over the far place at 2 NM width leaves the near one"
taught partly '0.4 < t["cumulative_pos"] <= other("passed")["cumulative_pos"]' "half of the way in the window counts half"
taught radio 'abs(t["cumulative_pos"] - other("partly")["cumulative_pos"]) < 2e-3' "the same way from a radio log gives the same POS"
for name in turn0 turn1 turn2 kind planning as-planned half-planned; do pharos run "$name.json" -o "$name" >out 2>&1 || sed 's/^/# /' out; done
taught turn0 't == other("turn1") == other("turn2") and len(t["searches"]) == 3 and len(t["reports"]) == 4' \
    "searches, sightings and debris in three orders teach the same, to the last digit"
taught turn0 'abs(sum(x["pos"] for x in t["searches"]) - t["cumulative_pos"]) < 1e-6' "what the searches added makes the cumulative POS"
for k in 1 2; do cmp -s turn0/containment.geojson turn$k/containment.geojson || break; done
ok $? "and the regions are the same bytes"
taught kind 'abs([o["posterior"] for o in t["objects"]][0] - 0.9) < 1e-3' "a sighting of a raft, trusted at .8, makes the raft .9"
taught as-planned 'abs(t["cumulative_pos"] - json.load(open("planning/plan.json"))["pos_total"]) < 1e-3' \
    "a plan that counts as flown has the POS that the plan promised"
taught half-planned '0 < t["cumulative_pos"] < other("as-planned")["cumulative_pos"]' "and less when it was broken off"
grep -q 'What searches and reports have taught' turn0/report.html && grep -q 'debris <b><bdi>oar' turn0/report.html &&
    grep -q 'Before any report' turn0/report.html && grep -q 'With the plan of this report' as-planned/report.html
ok $? "the report shows search by search, report by report, and the map before and after"
exits 2 "a unit that is not in that plan is refused" pharos run nobody-planned.json -o nobody-planned
says err "has no asset 'Ship'" "by name"
pharos run placed.json -o placed >out 2>&1
taught placed 't["find"]["id"] == "one" and 0 <= t["find"]["region_before"] <= 1 and t["cumulative_pos"] is None' \
    "a find with place and time says in which region of ours it was"
pharos run seen-found.json -o seen-found >out 2>&1
taught seen-found 't["found"] is True and t["find"]["kind"] == "sighting"' "a sighting may be the find"
exits 1 "a find is a warning" pharos run found.json -o found
says err "the case ends here" "that the case ends here"
[[ ! -e found/plan.json ]]
ok $? "and nobody is sent out any more"
taught found 't["found"] is True' "summary.json says it"
pharos run nowhere.json -o nowhere >out 2>&1
taught nowhere '"sighting-far" in warned and s == [0.5, 0.5]' "a sighting far from every particle is not used, and that is said"
exits 2 "a trust above 1 is refused" pharos check wrong.json
exits 2 "a radio log of two ships wants to know which" pharos run anybody.json -o anybody
says err "211000002" "and names them"
tap_done
