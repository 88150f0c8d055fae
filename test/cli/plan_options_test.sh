#!/usr/bin/env bash
# What a case and the command line ask of the planner: objectives, windows, daylight, areas that must be searched.
. "$PHAROS_SOURCE/test/cli/tap.sh"

"$python" - <<'MADE'
import copy, json
case = {"pharos": "case/1", "name": "asked", "objects": [{"id": "raft", "leeway": "LIFE-RAFT-DB-10"}, {"id": "person", "leeway": "PIW-1"}],
        "scenarios": [{"id": "p", "kind": "point", "position": "50-00.0N 010-00.0W", "probable_error_nm": 4, "time": "2026-03-20T00:00Z"}],
        "environment": {"current": [{"toward_deg": 90, "speed_kn": 0.3}], "wind": [{"from_deg": 250, "speed_kn": 10}], "coastline": "none",
                        "sea_temperature": [{"temperature_c": 10}]},
        "drift": {"until": "2026-03-21T06:00Z", "particles": 1000},
        "assets": [{"id": "Plane", "type": "fixed-wing", "speed_kn": 90, "sweep_width_nm": 1, "on_scene": "2026-03-20T03:00Z", "search_h": 6}]}

def put(name, asset=None, **members):
    document = copy.deepcopy(case)
    document.update(members)
    document["assets"][0].update(asset or {})
    json.dump(document, open(name + ".json", "w"))

put("plain")
put("day", {"daylight_only": True})
put("night", {"daylight_only": True, "search_h": 2})
put("windows", {"windows": [["2026-03-20T04:00Z", "2026-03-20T05:00Z"], ["2026-03-20T06:30Z", "2026-03-20T08:30Z"]]})
put("survival", objective="survival")
put("warm", objective="survival", environment=dict(case["environment"], sea_temperature=[{"temperature_c": 25}]))
put("bank", must=[{"id": "bank", "polygon": ["50-20.0N 010-10.0W", "50-20.0N 009-50.0W", "50-28.0N 009-50.0W", "50-28.0N 010-10.0W"], "coverage": 0.5}])
put("ocean", must=[{"id": "ocean", "polygon": ["51-00.0N 013-00.0W", "51-00.0N 007-00.0W", "53-00.0N 007-00.0W", "53-00.0N 013-00.0W"]}])
MADE

# get FILE EXPRESSION: of plan.json, as d.
get() { "$python" -c 'import json, sys; d = json.load(open(sys.argv[1])); a = (d["assets"] or [{}])[0]; print(eval(sys.argv[2]))' "$@"; }

exits 0 "a plain case is planned" pharos plan plain.json -q --json
cp out plain.out
is "$(get plain.out 'd["objective"], len(d["pos_by"]), d["pos_alive"] is None, d["mean_time_h"] > 0')" "('pos', 12, True, True)" \
    "the plan says what it raises, and how the chance grows"
exits 0 "the command line asks for an early find" pharos plan plain.json -q --json --objective expected-time
cp out early.out
is "$(get early.out 'd["objective"]') $("$python" -c 'import json; a, b = (json.load(open(f))["mean_time_h"] for f in ("early.out", "plain.out")); print(a <= b)')" \
    "expected-time True" "and gets one no later"
exits 2 "an objective that there is not is refused" pharos plan plain.json -q --objective luck
says err "pos, expected-time or survival" "and those that there are are named"

exits 0 "survival is an objective in water of 10 C" pharos plan survival.json -q --json
is "$(get out 'd["objective"], 0 < d["pos_alive"] < d["pos_total"]')" "('survival', True)" "found alive is less than found"
exits 1 "in water of 25 C it is not" pharos plan warm.json --json
says err "outside the 5 to 15 C" "and why is said"
is "$(get out 'd["objective"]')" "pos" "the plan raises the chance instead"

# 50N 10W on 20 March: the sun rises at 0644 UTC and sets at 1852
exits 0 "a unit that searches by day only waits for sunrise" pharos plan day.json -q --json
is "$(get out 'a["start"] >= "2026-03-20T06:40", a["start"] <= "2026-03-20T06:48"')" "(True, True)" "which is at 0644"
exits 1 "one that would have to leave before it takes no part" pharos plan night.json -q --json
is "$(get out '"outside the times" in d["unused"][0]["why"]')" "True" "and why is said"
exits 0 "of two windows one is searched" pharos plan windows.json -q --json
is "$(get out 'a["start"], a["on_scene_until"]')" "('2026-03-20T06:30:00Z', '2026-03-20T08:30:00Z')" "the longer one"

exits 0 "an area that must be searched is" pharos plan bank.json -q --json
is "$(get out 'a["coverage"] >= 0.5 and a["corners"][0]["lat"] > 50.1')" "True" "far from where they are"
exits 1 "one that is too large is not, which is a warning" pharos plan ocean.json -o ocean
says err "ocean must be searched at coverage 1" "that names it"
says ocean/tasks/Plane.txt "OCEAN MUST BE SEARCHED" "and reaches the tasking"

# why
is "$(get plain.out '"next_best" in a["why"], d["another"][0]["like"], abs(sum(d["remaining"][k] for k in ("inside_areas", "outside_areas", "not_adrift")) + d["pos_total"] - 1) < 1e-6')" \
    "(True, 'Plane', True)" "the plan says why, what another unit adds, and what remains"
exits 0 "a plan is written" pharos plan plain.json -q -o plain
is "$(head -c 4 plain/plan.png | tail -c 3)" "PNG" "with its picture"
"$python" - <<'MADE'
import json
d = json.load(open("plain/plan.json"))
for w in d["assets"][0]["waypoints"]:
    w["lat"] += 0.1
json.dump(d, open("moved.json", "w"))
MADE
exits 0 "a plan moved by hand is scored" pharos plan plain.json -q --evaluate moved.json
says out "IN THE FILE       NOW  DIFFERENCE" "beside what it was"
is "$(awk '$1 == "ALL" {print ($7 < -1)}' out)" "1" "and the loss is told"
says plain/worksheet.txt "OPTIMAL SEARCH FACTOR" "and the worksheet"
tap_done
