#!/usr/bin/env bash
# pharos sweep: every variant once, the same results whoever did them, nothing twice.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1
cp "$PHAROS_SOURCE/test/cli/input/"{study,raft}.json .
# edited FILE EXPRESSION: study.json changed by Python (s is the document)
edited() { "$python" -c "import json; s = json.load(open('study.json')); $2; json.dump(s, open('$1', 'w'))"; }
same() { diff -rq -x jobs "$1" "$2"; }

exits 0 "a study of six cases is done" pharos sweep study.json -o one --threads 1
for file in table.csv study.json probability.nc map.png; do
    test -s "one/$file"
    ok $? "it leaves $file"
done
is "$(find one/jobs -name '*.job' | wc -l)" 6 "and one file for each case"
"$python" - <<'CHECK'
import csv, json
import netCDF4
rows = list(csv.DictReader(open("one/table.csv")))
document = json.load(open("one/study.json"))
assert len(rows) == len(document["cases"]) == document["done"] == 6
assert [(r["object"], r["wind"]) for r in rows] == [(o, w) for o in ("raft", "person") for w in ("5", "10", "15")]
assert abs(sum(float(r["weight"]) for r in rows) - 1) < 1e-6 and float(rows[0]["weight"]) == 0.25
grid = netCDF4.Dataset("one/probability.nc")
mass = grid["probability"][0]
lat, lon = grid["lat"][:], grid["lon"][:]
mapped = document["average"]["mapped"]
assert abs(mass.sum() - mapped) < 1e-5 and mapped > 0.99
# The mean of the averaged map is the average of the means, by weight.
want = [sum(float(r["weight"]) * float(r[k]) for r in rows) for k in ("mean_lat_deg", "mean_lon_deg")]
got = [(mass.sum(1) * lat).sum() / mass.sum(), (mass.sum(0) * lon).sum() / mass.sum()]
assert max(abs(a - b) for a, b in zip(got, want)) < 0.01, (got, want)
# More wind moves the raft further from where it was without.
raft = [float(r["mean_lon_deg"]) for r in rows if r["object"] == "raft"]
assert raft == sorted(raft) or raft == sorted(raft, reverse=True)
CHECK
ok $? "another reader finds the cases in order, weights of 1, and the map's mean at the mean of the cases"

# A case of the study is the case by itself.
"$python" -c "
import json
c = json.load(open('raft.json')); c['objects'] = [{'id': 'it', 'leeway': 'PIW-1'}]
c['environment']['wind'][0]['speed_kn'] = 15; c['drift']['particles'] = 300; c.pop('assets', None)
json.dump(c, open('alone.json', 'w'))"
pharos run alone.json -o alone >/dev/null 2>&1
"$python" - <<'CHECK'
import csv, json
row = list(csv.DictReader(open("one/table.csv")))[5]
last = json.load(open("alone/summary.json"))["times"][-1]
assert abs(float(row["mean_lat_deg"]) - last["mean"]["lat"]) < 2e-5 and abs(float(row["mean_lon_deg"]) - last["mean"]["lon"]) < 2e-5
assert int(row["active"]) == last["active"]
assert abs(float(row["area50_nm2"]) / last["containment"][0]["area_nm2"] - 1) < 1e-3
CHECK
ok $? "a row of the table is what pharos run says of that case"

# ---- whoever does the work
exits 0 "two processes of its own do it" pharos sweep study.json -o two --threads 2
same one two
ok $? "with the same bytes"
if command -v mpirun >/dev/null && [[ -e $PHAROS_BUILD/src/core/pharos-mpi.so ]]; then
    as_root=()
    ((EUID)) || as_root=(--allow-run-as-root)
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 exits 0 "three ranks of mpirun do it" \
        mpirun --oversubscribe "${as_root[@]}" -n 3 "$PHAROS" sweep study.json -o three
    same one three
    ok $? "with the same bytes"
else
    skip "ranks of mpirun do it with the same bytes" "OpenMPI is not installed"
fi

# ---- nothing twice
inodes() { (cd "$1/jobs" && ls -i | sort); }
before=$(inodes one)
exits 0 "it may be started again" pharos sweep study.json -o one
is "$(inodes one)" "$before" "and does no case twice"
mv "one/jobs/$(ls one/jobs | head -n 1)" kept # its inode stays taken, so the new file has another
pharos sweep study.json -o one >/dev/null 2>&1
is "$(inodes one | wc -l) $(comm -12 <(echo "$before") <(inodes one) | wc -l)" "6 5" "a case that is missing is done, and no other"
same one two
ok $? "and the result is the same"
edited more.json 's["axes"][1]["count"] = 4'
pharos sweep more.json -o one >/dev/null 2>&1
is "$(inodes one | wc -l) $(comm -12 <(inodes two | sed 's/^ *[0-9]* //' | sort) <(inodes one | sed 's/^ *[0-9]* //' | sort) | wc -l)" "8 6" \
    "a longer axis adds its cases to those that are there"
cp study.json again.json
sed -i 's/"seed": *[0-9]*/"seed": 77/' raft.json
pharos sweep again.json -o one >/dev/null 2>&1
is "$(inodes one | wc -l)" 14 "a changed base case makes all of them new"

# ---- what goes wrong
edited fails.json 's["case"] = json.load(open("raft.json")); s["axes"][1:] = [{"id": "current", "choices": [{"id": "given", "set": {}}, {"id": "gone", "set": {"/environment/current/0": {"file": "gone.nc"}}}]}]'
exits 1 "a case that fails does not stop the others" pharos sweep fails.json -o fails
says err "study-failed" "and is a warning"
is "$(grep -c ',failed,' fails/table.csv) $(grep -c ',done,' fails/table.csv)" "2 2" "with its row in the table"
says fails/table.csv "gone.nc" "and the reason there"
refused() {
    edited bad.json "$2"
    exits 2 "$1 is refused" pharos sweep bad.json -o bad
    says err "$3" "with its place"
}
refused "another kind of document" 's["pharos"] = "case/1"' "/pharos"
refused "an unknown member" 's["axis"] = []' 'no member "axis"'
refused "a typing mistake in a choice" 's["axes"][0]["choices"][0]["wieght"] = 2' '"wieght"'
refused "a pointer to nowhere" 's["axes"][1]["pointer"] = "/environment/wnd/0/speed_kn"' "/environment/wnd/0/speed_kn"
refused "a case that is wrong" 's["axes"][1]["from"] = -9' "raft, -9"
refused "axes in step that are not as long" 's["combine"] = "in-step"' "2 and 3 choices"
refused "cases with different ends and no time for the map" \
    's["axes"][2] = {"id": "until", "pointer": "/drift/until", "values": ["2016-08-29T12:00Z", "2016-08-29T13:00Z"]}' "map_at"
exits 2 "a study without a folder to write to is refused" pharos sweep study.json
test ! -e bad
ok $? "and nothing is written"

# ---- what is shipped
"$python" - "$PHAROS_SOURCE" <<'CHECK'
import glob, json, sys
import jsonschema
root = sys.argv[1]
schema = json.load(open(root + "/schema/study-1.schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
judge = jsonschema.Draft202012Validator(schema)
names = glob.glob(root + "/examples/studies/*.json") + ["study.json", "more.json", "fails.json"]
assert len(names) >= 4
for name in names:
    judge.validate(json.load(open(name)))
bad = json.load(open("study.json"))
for change in ({"pharos": "case/1"}, {"axis": []}, {"axes": []}, {"combine": "some"}, {"axes": [{"id": "a"}]}):
    assert not judge.is_valid({**bad, **change}), change
CHECK
ok $? "the schema takes the examples and refuses what the program refuses"
tap_done
