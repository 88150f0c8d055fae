#!/usr/bin/env bash
# A case whose wind is GRIB, from end to end; the program's values against those of ecCodes' own tool.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1
wind=${PHAROS_SHARED:?}/data/grib/Madagascar.wind.7days.grb
if [[ ! -r $wind ]]; then
    skip "a case with GRIB wind" "no $wind"
    tap_done
    exit
fi
# finds FILE EXPRESSION SENTENCE: of the JSON d in the file.
finds() {
    $python -c 'import json, sys; d = json.load(open(sys.argv[1])); sys.exit(not eval(sys.argv[2]))' "$1" "$2"
    ok $? "$3"
}
cp "$wind" wind.grb
bzip2 -k wind.grb
cat >case.json <<'JSON'
{"pharos": "case/1", "name": "Dinghy in the Mozambique Channel",
 "objects": [{"id": "raft", "leeway": "LIFE-RAFT-DB-10", "persons": 6}],
 "scenarios": [{"id": "lkp", "kind": "point", "position": "20 00.0 S 040 00.0 E", "radius_nm": 2, "time": "2016-03-04T18:00Z"}],
 "environment": {"current": [{"toward_deg": 110, "speed_kn": 0.4}], "wind": [{"file": "wind.grb"}], "coastline": "none"},
 "drift": {"until": "2016-03-05T12:00Z", "particles": 500, "seed": 1}}
JSON
sed 's/wind.grb"/wind.grb.bz2"/' case.json >packed.json
exits 1 "a case with wind of GRIB runs, with a warning" pharos run case.json -o plain
exits 1 "and with the same file packed by bzip2" pharos run packed.json -o packed
finds plain/summary.json '[s["fraction"] for s in d["sources"] if s["kind"] == "wind"] == [1]' "the GRIB file served all of the wind"
finds plain/summary.json '"wind-height-unknown" in [w["code"] for w in d["warnings"]]' "that its height is not stated stands in the summary"
finds packed/summary.json 'd["times"][-1]["mean"] == '"$($python -c 'import json; print(json.load(open("plain/summary.json"))["times"][-1]["mean"])')" \
    "packed and plain drift alike"
exits 0 "forcing inspect shows it" pharos forcing inspect wind.grb --at 2016-03-05T00:00Z --place "-20, 40" --json
for part in u v; do
    want=$(grib_get_data -w shortName=$part,validityDate=20160305,validityTime=0 wind.grb | awk '$1 == -20 && $2 == 40 {print $3}')
    finds out "abs(d['values'][0]['${part}_ms'] - ($want)) < 1e-5 * abs($want)" "$part is what grib_get_data gives"
done
head -c 60000 wind.grb >cut.grb
exits 0 "a file that is broken off is read as far as it goes" pharos forcing inspect cut.grb
says out 'damaged-messages' "and that is said"
tap_done
