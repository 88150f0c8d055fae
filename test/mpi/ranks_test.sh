#!/usr/bin/env bash
# The same program under mpirun: the same bytes for any number of processes, one that dies ends the job.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1

if ! command -v mpirun >/dev/null || [[ ! -e $PHAROS_BUILD/src/core/pharos-mpi.so ]]; then
    skip "the program runs under mpirun" "OpenMPI is not installed"
    tap_done
fi
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 # OpenMPI keeps memory of its own
together=(mpirun --oversubscribe)
((EUID)) || together+=(--allow-run-as-root)
cp -r "$PHAROS_SOURCE/data/demo" case

# ranks N ARGUMENTS...: exit statuses are mpirun's, which are those of the first process that has another than 0
ranks() { "${together[@]}" -n "$1" "$PHAROS" "${@:2}"; }
ours() { grep -E '^(pharos|warning|  where|  what to do):' err; } # without what mpirun has to say

sed -e 's/"until": "[^"]*"/"until": "2016-09-01T00:00Z"/' -e 's/"environment": {/&"on_missing": "hold",/' \
    case/case.json >case/held.json
exits 1 "a case with a warning drifts in one process" pharos drift case/held.json --particles 3001 -o 0.nc
one=$(ours)
for n in 1 2 3 4; do
    exits 1 "and in $n under mpirun" ranks "$n" drift case/held.json --particles 3001 -o "$n.nc"
    cmp "0.nc" "$n.nc"
    ok $? "with the same bytes in the one file"
    is "$(ours)" "$one" "and the same warnings, once"
done

# ---- everything that run leaves
exits 0 "a whole run without warnings is done by 3" ranks 3 run "$PHAROS_SOURCE/test/cli/input/raft.json" -o three --particles 1500
pharos run "$PHAROS_SOURCE/test/cli/input/raft.json" -o one --particles 1500 >/dev/null 2>&1
differ=$(cd one && find . -type f ! -name summary.json ! -name report.html -exec sh -c 'cmp -s "$1" "../three/$1" || echo "$1"' _ {} \;)
is "$differ" "" "3 processes and one write the same files"
is "$(sed '/wall_s/d' one/summary.json | cksum)" "$(sed '/wall_s/d' three/summary.json | cksum)" "and the same summary but for the time it took"
exits 0 "the plan is printed" ranks 2 plan "$PHAROS_SOURCE/test/cli/input/raft.json" --particles 1500
is "$(grep -c 'SEARCH ACTION PLAN' out)" "$(pharos plan "$PHAROS_SOURCE/test/cli/input/raft.json" --particles 1500 2>/dev/null | grep -c 'SEARCH ACTION PLAN')" "by one of them only"
exits 0 "fewer particles than processes will do" ranks 4 drift "$PHAROS_SOURCE/test/cli/input/raft.json" --particles 2 -o few.nc
pharos drift "$PHAROS_SOURCE/test/cli/input/raft.json" --particles 2 -o few1.nc >/dev/null 2>&1
cmp few.nc few1.nc
ok $? "with the same bytes"

# ---- errors: said once, and the same
sed 's/"until": "[^"]*"/"until": "2016-09-09T00:00Z"/' case/case.json >case/late.json
pharos drift case/late.json --particles 400 -o late.nc 2>err
one=$(ours)
exits 2 "where forcing is missing no process goes on" ranks 3 drift case/late.json --particles 400 -o late.nc
is "$(ours)" "$one" "and the earliest gap of all is told"
exits 3 "a case that is not there is missed" ranks 2 drift nowhere.json -o late.nc
is "$(grep -c '^pharos:' err)" 1 "by one of them only"
exits 0 "a command that has nothing to share" ranks 3 objects PIW-1
is "$(cksum <out)" "$(pharos objects PIW-1 | cksum)" "is done once"

# ---- a process that dies
sed -e 's/"until": "[^"]*"/"step_s": 20, "output_every_s": 86400, "until": "2016-09-03T00:00Z"/' \
    "$PHAROS_SOURCE/examples/cases/libya-point.json" >long.json
mkdir dead
# shellcheck disable=SC2016
"${together[@]}" -n 3 bash -c '[[ $OMPI_COMM_WORLD_RANK == 2 ]] && ulimit -t 1; exec "$@"' _ \
    "$PHAROS" drift long.json --particles 100000 -o dead/late.nc >out 2>err </dev/null
(($? != 0))
ok $? "a process that is killed ends the job"
grep -qE 'rank 2 .*exited on signal' err
ok $? "mpirun says which one, and how"
is "$(ls -A dead)" "" "and nothing is left of its file"

# ---- without MPI
mkdir -p bare/bin
cp "$PHAROS" bare/bin/pharos
OMPI_COMM_WORLD_SIZE=2 exits 2 "a build without the module refuses to do the same work twice" bare/bin/pharos objects PIW-1
says err "mpirun" "and says so"
! ldd "$PHAROS" | grep -q libmpi
ok $? "the program itself does not need MPI"
tap_done
