#!/usr/bin/env bash
# Every kind of beginning through the program as people call it: who starts where, when and as what, by numpy.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1

cat >cases.py <<'CHECK'
import json
HEAD = {"pharos": "case/1", "name": "Beginnings",
        "objects": [{"id": "raft", "leeway": "LIFE-RAFT-NB-2", "weight": 3}, {"id": "person", "leeway": "PIW-1"}],
        "environment": {"current": [{"toward_deg": 90, "speed_kn": 0.5}], "wind": [{"from_deg": 315, "speed_kn": 14}]},
        "drift": {"until": "2016-08-29T12:00Z", "particles": 4000, "seed": 7, "uncertainty": "none"}}
AT = "2016-08-29T00:00Z"
SOUTH, NORTH = "33-30.0N 014-00.0E", "34-30.0N 014-00.0E"
SQUARE = ["33-40N 013-30E", "33-40N 014-30E", "34-00N 014-30E", "34-00N 013-30E"]
VOYAGE = {"kind": "voyage", "route": [{"position": SOUTH}, {"position": NORTH, "probable_error_nm": 3}],
          "depart": ["2016-08-29T00:00Z", "2016-08-29T01:00Z"], "speed_kn": [6, 8, 10],
          "distress": ["2016-08-29T02:00Z", "2016-08-29T05:00Z"]}
INLAND = {"kind": "point", "position": "32-50N 013-10E", "time": AT}
KINDS = {
    "point": {"kind": "point", "position": SOUTH, "probable_error_nm": 2, "time": ["2016-08-29T00:00Z", "2016-08-29T02:00Z"]},
    "points": {"kind": "points", "points": [{"position": SOUTH, "time": AT}, {"position": NORTH, "time": "2016-08-29T03:00Z"}]},
    "area": {"kind": "area", "polygon": SQUARE, "time": AT},
    "line": {"kind": "line", "from": {"position": SOUTH, "time": AT}, "to": {"position": NORTH, "time": "2016-08-29T06:00Z"}},
    "bearing": {"kind": "bearing", "from": SOUTH, "bearing_deg": 45, "bearing_sd_deg": 2, "range_nm": [5, 10], "time": AT},
    "voyage": VOYAGE,
    "hazard": dict(VOYAGE, hazards=[{"polygon": ["33-50N 013-40E", "33-50N 014-20E", "34-40N 014-20E", "34-40N 013-40E"],
                                     "factor": 0}]),
    "moved": INLAND,
    "left": INLAND,
    "ashore": dict(VOYAGE, route=[{"position": "33-20N 012-30E"}, {"position": "32-00N 013-00E"}, {"position": "33-20N 014-30E"}]),
}
for name, scenario in KINDS.items():
    case = dict(HEAD, scenarios=[dict(scenario, id=name)])
    if name == "left":
        case["drift"] = dict(HEAD["drift"], on_land_start=False)
    json.dump(case, open(name + ".json", "w"))
both = dict(HEAD, scenarios=[dict(KINDS["point"], id="call", weight=3, object_ids=["raft"]), dict(KINDS["line"], id="line")])
json.dump(both, open("both.json", "w"))
CHECK
"$python" cases.py

cat >look.py <<'CHECK'
import sys
import netCDF4, numpy as np
d = netCDF4.Dataset(sys.argv[1] + ".nc")
get = {name: np.ma.filled(d[name][:]) for name in d.variables}
lon, lat, status, weight, start, time, obj, scen = (get[k] for k in
    ("lon", "lat", "status", "weight", "start_time", "time", "object", "scenario"))
hours = (start - time[0]) / 3600
active = status == 0
# nobody jibes or is uncertain here, so a start is where a track begins: run back along its first whole hour
first = active.argmax(axis=1)
rows = np.arange(len(lon))
back = (time[first] - start) / 3600
lat0 = lat[rows, first] - back * (lat[rows, first + 1] - lat[rows, first])
lon0 = lon[rows, first] - back * (lon[rows, first + 1] - lon[rows, first])
east_nm, north_nm = (lon0 - 14) * 60 * np.cos(np.radians(33.5)), (lat0 - 33.5) * 60
off_nm = np.hypot(east_nm, north_nm)
share = lambda what: float(weight[what].sum())
assert abs(weight.sum() - 1) < 1e-9
exec(sys.argv[2])
CHECK
# begins KIND SENTENCE PYTHON...: a case drifts and its particles are as they should be
begins() {
    exits 0 "a case that begins as $1" pharos drift "$1.json" -o "$1.nc"
    "$python" look.py "$1" "$3"
    ok $? "$2"
}
begins point "half within the probable error, at any time of the window" \
    'assert abs(share(off_nm < 2) - 0.5) < 0.03 and hours.min() >= 0 and hours.max() <= 2 and abs(hours.mean() - 1) < 0.05'
begins points "each at its point and time, in turn" \
    'assert np.all((hours == 0) | (hours == 3)) and np.ptp(lat0[hours == 0]) < 1e-4 and abs(lat0[hours == 3].mean() - 34.5) < 1e-3'
begins area "uniform in the polygon" \
    'assert lat0.min() > 33.66 and lat0.max() < 34.01 and lon0.min() > 13.49 and lon0.max() < 14.51 and abs(lon0.mean() - 14) < 0.02'
begins line "on the line, with time running along it" 'assert np.abs(lon0 - 14).max() < 2e-3 and np.abs((lat0 - 33.5) * 6 - hours).max() < 0.02'
begins bearing "in the sector" \
    'assert off_nm.min() > 4.98 and off_nm.max() < 10.02 and abs(np.degrees(np.arctan2(east_nm, north_nm)).mean() - 45) < 0.3'
begins voyage "on the way northward when the distress comes, and seen under way before it" '
under = status == 4
assert hours.min() >= 2 and hours.max() <= 5 and under.any() and not (under & active).any()
assert np.nanmin(np.where(under, lat, np.nan)) >= 33.49 and np.all(np.isnan(lat[status == 3]))
assert np.all(np.diff(np.where(under, lat, np.nan), axis=1)[under[:, 1:] & under[:, :-1]] > 0.09)'
begins hazard "never where the factor is 0" 'assert lat0.max() < 33.84 and lat0.min() > 33.49'
exits 1 "starts on land move to the nearest water, which is said" pharos drift moved.json -o moved.nc
says err start-on-land "with its code"
"$python" look.py moved 'assert (status[:, 0] == 0).all()'
ok $? "and drift from there"
exits 1 "left on land if the case asks for it" pharos drift left.json -o left.nc
"$python" -c 'import netCDF4; assert (netCDF4.Dataset("left.nc")["status"][:, 1:] == 1).all()'
ok $? "they strand in their first step"
begins both "scenarios and objects have their weights, and a scenario only its own objects" '
assert abs(share(scen == 0) - 0.75) < 1e-9 and abs(share((scen == 0) & (obj == 1))) == 0
assert abs(share((scen == 1) & (obj == 0)) - 0.25 * 0.75) < 1e-9'

# ---- a route over land: an error, shown on the map
exits 2 "a route over land is refused" pharos drift ashore.json -o ashore.nc
says err "leg 1 meets it at" "with leg and place"
exits 2 "check finds it too" pharos check ashore.json -o ashore.svg
says out "/scenarios/0/route/1" "at its pointer"
xmllint --noout --nonet ashore.svg
ok $? "and draws it"
exits 0 "a route at sea is good" pharos check voyage.json -o voyage.png
is "$(head -c 4 voyage.png | tail -c 3)" PNG "and drawn"
exits 2 "a map of no known format is refused" pharos check voyage.json -o voyage.jpg
test ! -e voyage.jpg
ok $? "and not written"
tap_done
