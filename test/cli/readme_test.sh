#!/usr/bin/env bash
# Every command of the README's tour, in one shell, as a reader would type it. A run that ends with warnings
# (exit status 1) is a run.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1
awk '/^```sh$/ { n++; inside = 1; next } /^```$/ { inside = 0 } inside { print > ("block" n ".sh") }' "$PHAROS_SOURCE/README.md"
n=$(find . -name 'block*.sh' | wc -l)
((n >= 5))
ok $? "the README has a tour ($n steps)"
mkdir tour bin
cat >bin/pharos <<'WRAP'
#!/bin/sh
"$PHAROS" "$@"
status=$?
[ $status -eq 1 ] && exit 0
exit $status
WRAP
chmod +x bin/pharos
export PHAROS
for ((i = 1; i <= n; i++)); do
    (cd tour && PATH=$work/bin:$PATH bash -euo pipefail "$work/block$i.sh") >log 2>&1 </dev/null
    status=$?
    ok $status "step $i runs: $(grep -m1 pharos "block$i.sh")"
    ((status == 0)) || tail -n 20 log | sed 's/^/# /'
done
test -s tour/demo/report.html -a -s tour/raft/tasks/Rescue-1.txt -a -s tour/ten.png -a -s tour/plan.json
ok $? "the tour leaves what it promises"
grep -oE '\]\(([a-zA-Z][^):#]*)\)' "$PHAROS_SOURCE"/README.md | sed 's/](\(.*\))/\1/' | sort -u >links
lost=0
while read -r link; do
    [[ -e $PHAROS_SOURCE/$link ]] || { echo "# no $link"; lost=1; }
done <links
ok $lost "every file that the README points to is there"
tap_done
