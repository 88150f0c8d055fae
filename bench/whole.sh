#!/usr/bin/env bash
# The whole program: 100,000 particles, 48 h, current and wind from NetCDF files, hourly output, all random terms.
# The least of five: wall clock and processor, by one thread and by two.
# Usage: bench/whole.sh PHAROS
set -euo pipefail
pharos=$1
files=${PHAROS_SHARED:-../shared}/reference
if [[ ! -r $files/made-current.nc ]]; then
    echo "(no made-current.nc in $files: skipped)"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/case.json" <<END
{"pharos": "case/1", "name": "bench",
 "objects": [{"id": "raft", "leeway": "LIFE-RAFT-NB-2"}],
 "scenarios": [{"id": "here", "kind": "point", "position": "34-12.0N 014-00.0E", "probable_error_nm": 5,
                "time": "2026-01-01T00:00Z"}],
 "environment": {"current": [{"file": "$(realpath "$files")/made-current.nc"}],
                 "wind": [{"file": "$(realpath "$files")/made-wind.nc"}]},
 "drift": {"until": "2026-01-03T00:00Z", "particles": 100000, "seed": 1, "output_every_s": 3600}}
END
TIMEFORMAT='%R %U %S'
for threads in 1 2; do
    for _ in 1 2 3 4 5; do
        rm -f "$work/out.nc"
        { time "$pharos" drift "$work/case.json" -o "$work/out.nc" --threads "$threads" > /dev/null 2> "$work/err"; } 2>> "$work/times.$threads"
        tail -1 "$work/times.$threads"
    done | sort -n | awk -v threads="$threads" 'NR == 1 {printf "100000 particles x 48 h, %d thread(s): %.2f s wall, %.2f s processor\n", threads, $1, $2 + $3}'
done
