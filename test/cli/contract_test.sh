#!/usr/bin/env bash
# The promises of the command line: exit statuses, one document on standard output, whole files or none.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1
cp -r "$PHAROS_SOURCE/data/demo" case
few=(--particles 1500)

is_json() { "$python" -c 'import json, sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$1"; }

# ---- run: what it leaves
exits 0 "people in cold water are a case" pharos run "$PHAROS_SOURCE/examples/cases/people-in-water.json" -o water "${few[@]}"
grep -q 'Hayward et al. 1975.*2.7 h' water/report.html
ok $? "whose report shows what is published on survival, with its source"
exits 0 "a find is traced back" pharos run "$PHAROS_SOURCE/examples/cases/backtrack.json" -o traced "${few[@]}"
grep -q '"effective_members"' traced/start-region.geojson && grep -q 'members agree with the find' traced/report.html
ok $? "to the region of its start, which is told"
exits 0 "a run without warnings is done" pharos run "$PHAROS_SOURCE/test/cli/input/raft.json" -o raft "${few[@]}"
for file in summary.json trajectories.nc probability.nc containment.geojson plan.json plan.geojson plan.kml plan.png worksheet.txt report.html \
    search-action-plan.txt tasks/Rescue-1.gpx tasks/Rescue-1.rtz tasks/Rescue-1.txt; do
    test -s "raft/$file"
    ok $? "run leaves $file"
done
is "$(find raft -name '.*' -type f | wc -l)" 0 "nothing is left aside"
for file in summary.json plan.json containment.geojson plan.geojson; do
    is_json "raft/$file"
    ok $? "$file is JSON"
done
for file in plan.kml tasks/Rescue-1.gpx tasks/Rescue-1.rtz; do
    xmllint --noout --nonet "raft/$file"
    ok $? "$file is XML"
done
! grep -qE '(src|href)="(https?:)?//' raft/report.html
ok $? "the report asks no network for anything"
"$python" - raft <<'CHECK'
import json, sys
import netCDF4, numpy
folder = sys.argv[1]
summary = json.load(open(folder + "/summary.json"))
plan = json.load(open(folder + "/plan.json"))
grid = netCDF4.Dataset(folder + "/probability.nc")["probability"][:]
tracks = netCDF4.Dataset(folder + "/trajectories.nc")
assert tracks.featureType == "trajectory" and abs(tracks["weight"][:].sum() - 1) < 1e-9
assert tracks["lon"].shape == (summary["particles"], len(summary["times"]))
assert all(row.sum() < 1 + 1e-6 for row in grid) and grid[-1].sum() > 0.99
assert abs(sum(a["pos"] for a in plan["assets"]) - plan["pos_total"]) < 1e-6
assert 0 < plan["pos_total"] <= plan["pos_bound"] <= 1
last = summary["times"][-1]
assert last["active"] + last["stranded"] + last["missing"] == summary["particles"]
lat = tracks["lat"][:, -1]
assert abs(numpy.average(lat, weights=tracks["weight"][:]) - last["mean"]["lat"]) < 1e-3
CHECK
ok $? "another reader finds the same sums, means and chances in summary, plan, grid and trajectories"

# ---- same case, same bytes
exits 0 "the demonstration runs" pharos run case/case.json -o one "${few[@]}" --threads 1
pharos run case/case.json -o three "${few[@]}" --threads 3 >/dev/null 2>&1
differ=$(cd one && find . -type f ! -name summary.json ! -name report.html -exec sh -c 'cmp -s "$1" "../three/$1" || echo "$1"' _ {} \;)
is "$differ" "" "one thread and three give the same bytes"
is "$(sed '/wall_s/d' one/summary.json | cksum)" "$(sed '/wall_s/d' three/summary.json | cksum)" "and the same summary but for the time it took"
pharos run case/case.json -o seed2 "${few[@]}" --seed 2 >/dev/null 2>&1
! cmp -s one/trajectories.nc seed2/trajectories.nc
ok $? "another seed gives another cloud"

# ---- one document on standard output
one_document() {
    local sentence=$1
    shift
    "$@" >out 2>err </dev/null
    is_json out
    ok $? "$sentence --json prints one JSON document and nothing else"
}
one_document "run" pharos run case/case.json -o json "${few[@]}" --json -v
one_document "drift" pharos drift case/case.json -o json.nc "${few[@]}" --json
one_document "plan" pharos plan case/case.json "${few[@]}" --json
one_document "check" pharos check case/case.json --json
one_document "objects" pharos objects --json
one_document "forcing inspect" pharos forcing inspect case/current.nc case/case.json --json
pharos run case/case.json -o quiet "${few[@]}" -q >out 2>err
test ! -s out -a "$(grep -cvE '^warning|^==[0-9]+==' err)" -eq 0 # ==: the sanitizers' own lines
ok $? "a quiet run says its warnings only"
! grep -q $'\r\|\033' err
ok $? "nothing is animated in a file"

# ---- strict
PHAROS_GSHHG=$work/nowhere exits 2 "--strict refuses what has warnings" pharos run case/case.json -o strict "${few[@]}" --strict
test ! -e strict
ok $? "and writes nothing"
PHAROS_GSHHG=$work/nowhere exits 2 "--strict holds for drift" pharos drift case/case.json -o strict.nc "${few[@]}" --strict
test ! -e strict.nc
ok $? "and writes nothing"

# ---- bad input, no output
exits 2 "a case with problems is bad input" pharos run "$PHAROS_SOURCE/test/cli/input/many-problems.json" -o bad
says err /drift/until "with the place of each problem"
test ! -e bad
ok $? "and nothing is written"
exits 3 "a case that is not there cannot be read" pharos run nowhere.json -o bad
exits 2 "a drift backwards is bad input" pharos run "$PHAROS_SOURCE/test/cli/input/backward.json" -o bad
says err "backtrack" "and says what does"
echo text >file
exits 3 "a file where the folder should be cannot be written" pharos run case/case.json -o file "${few[@]}"
is "$(cat file)" text "and stays as it was"
exits 3 "a folder where the file should be cannot be written" pharos drift case/case.json -o case "${few[@]}"
exits 3 "a full disk is noticed on standard output" bash -c '"$PHAROS" objects >/dev/full'
for name in map.png map.geojson map.nc map.tif; do
    exits 3 "$name in a folder that is not there cannot be written" pharos map one/trajectories.nc --at 2016-08-29T12:00Z -o nowhere/$name
done
truncated=$(($(stat -c %s one/trajectories.nc) / 2))
head -c $truncated one/trajectories.nc >half.nc
exits 2 "half a trajectory file is bad input" pharos map half.nc --at 2016-08-29T12:00Z -o half.png
test ! -e half.png
ok $? "and no picture is written"
head -c 60000 case/current.nc >case/half.nc
sed 's/current.nc/half.nc/' case/case.json >case/half.json
exits 2 "half a current file is bad input" pharos run case/half.json -o half "${few[@]}"
says err half.nc "and the file is named"
test ! -e half
ok $? "and nothing is written"
sed 's/2016-08-30T00:00Z/2016-09-02T00:00Z/' case/case.json >case/late.json
exits 2 "forcing that ends before the run is bad input" pharos run case/late.json -o late "${few[@]}"
sed 's/"environment": {/"environment": {"on_missing": "hold",/' case/late.json >case/held.json
exits 1 "unless the case says that it may be held" pharos drift case/held.json -o held.nc "${few[@]}" --json
says out forcing-held "and then the summary warns"
ncdump -h held.nc >header
says header held "and the trajectories"

# ---- maps of a trajectory file
for name in map.png map.geojson map.nc map.tif; do
    pharos map one/trajectories.nc --at 2016-08-29T12:00Z -o $name >out 2>err
    (($? <= 1)) && test -s $name
    ok $? "map writes $name"
done
is "$(head -c 8 map.png | od -An -tx1 | tr -d ' \n')" 89504e470d0a1a0a "map.png is a PNG"
listgeo map.tif >listing 2>&1
grep -qE 'GCS_WGS_84|WGS 84' listing
ok $? "map.tif is in WGS 84"
exits 2 "a time outside the file is bad input" pharos map one/trajectories.nc --at 2017-01-01T00:00Z -o no.png

# ---- without a shoreline
PHAROS_GSHHG=$work/nowhere exits 1 "without a shoreline installed it works, with a warning" \
    pharos run "$PHAROS_SOURCE/test/cli/input/raft.json" -o sea "${few[@]}"
says sea/summary.json no-coastline "and the summary says so"
says sea/report.html "no coastline" "and the report"

# ---- memory: stated before the run and kept
cat >memory.py <<'CHECK'
import re, resource, subprocess, sys
said = subprocess.run([sys.argv[1], "drift", sys.argv[2], "-o", "large.nc", "--particles", "400000", "-v"],
                      stderr=subprocess.PIPE, text=True, check=True).stderr
stated = int(re.search(r"at most (\d+) MB of memory", said).group(1)) * 1000
print(stated, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
CHECK
exits 0 "a drift of 400,000 particles" "$python" memory.py "$PHAROS" "$PHAROS_SOURCE/test/cli/input/raft.json"
if grep -q __asan_init "$PHAROS"; then
    skip "keeps within the memory it states" "the address sanitizer needs memory of its own"
else
    read -r stated taken <out
    ((taken > 0 && taken <= stated))
    ok $? "keeps within the memory it states ($taken of $stated kB)"
fi
is "$(find . -name '*large*' | wc -l)" 1 "and leaves its file alone"
rm -f large.nc

# ---- interrupted
mkfifo ready
# ended SIGNAL COMMAND...: signals it as soon as its log says that it has begun, waits for it and all processes it
# has started; more particles than can be done before. Its exit status is in $ended.
ended() {
    (trap - INT; exec "$PHAROS" "${@:2}" -v) 2>ready >/dev/null &
    local pid=$!
    exec 3<ready
    read -r _ <&3
    kill "-$1" $pid
    cat <&3 >err
    wait $pid 2>/dev/null
    ended=$?
    exec 3<&-
}
before=$(ls -A . case)
for command in "run case/case.json -o stopped" "drift case/case.json -o stopped.nc" \
    "map case/case.json --at 2016-08-29T14:00Z -o stopped.png" "plan case/case.json -o stopped"; do
    # shellcheck disable=SC2086
    ended INT $command --particles 1000000
    is $ended 130 "Ctrl-C ends ${command%% *} with exit status 130"
    is "$(ls -A . case)" "$before" "and nothing is left"
done
ended KILL drift case/case.json -o stopped.nc --particles 1000000
is $ended 137 "a drift that is killed"
is "$(ls -A . case)" "$before" "leaves nothing either: the process that writes sees it"
tap_done
