#!/usr/bin/env bash
# POS of plans, recomputed by another program from trajectories.nc and the waypoints alone (pos_check.py). TAP.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
checker=$PHAROS_SOURCE/test/independent/pos_check.py
n=0 failed=0

# A case that drifts across the antimeridian, two objects, an aircraft from a base and a vessel.
cat >"$dir/dateline.json" <<'CASE'
{"pharos": "case/1", "name": "dateline",
 "objects": [{"id": "raft", "leeway": "LIFE-RAFT-DB-10", "weight": 0.7}, {"id": "piw", "leeway": "PIW-1", "weight": 0.3}],
 "scenarios": [{"id": "p", "kind": "point", "position": "17-20.0S 179-55.0E", "probable_error_nm": 5, "time": "2026-01-01T00:00Z"}],
 "environment": {"current": [{"toward_deg": 80, "speed_kn": 0.7}], "wind": [{"from_deg": 250, "speed_kn": 12}], "coastline": "none"},
 "drift": {"until": "2026-01-01T18:00Z", "particles": 4000, "seed": 7},
 "assets": [
  {"id": "Orion", "type": "fixed-wing", "speed_kn": 160, "altitude_ft": 500, "from": "18-02.6S 177-26.4E", "transit_kn": 200,
   "available": "2026-01-01T06:00Z", "endurance_h": 5},
  {"id": "Tug", "type": "vessel", "speed_kn": 11, "on_scene": "2026-01-01T08:00Z", "search_h": 5}],
 "conditions": {"visibility_nm": 10, "wind_kn": 10, "sea_height_ft": 1}}
CASE
cp "$PHAROS_SOURCE"/data/demo/{case.json,current.nc,wind.nc} "$dir"

for case in case dateline; do
    status=0
    "$PHAROS" run -q "$dir/$case.json" -o "$dir/$case" >/dev/null 2>&1 || status=$?
    if ((status > 1)); then
        echo "not ok $((++n)) - $case: pharos run ended with $status"
        failed=1
        continue
    fi
    while IFS= read -r line; do
        case $line in
        ok*) echo "ok $((++n)) - $case: ${line#* - }" ;;
        "not ok"*) echo "not ok $((++n)) - $case: ${line#* - }"; failed=1 ;;
        esac
    done < <(/usr/bin/python3 "$checker" "$dir/$case" 2>&1 || true)
done
echo "1..$n"
((n >= 8 && !failed))
