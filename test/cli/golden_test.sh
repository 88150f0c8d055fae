#!/usr/bin/env bash
# golden_test.sh FILE: commands with the output they must give.
#   # sentence          what is true
#   $ command           run in a folder with case/ (the demonstration case); standard error goes with the output
#   text                expected output, line by line
#   ? N                 expected exit status, where it is not 0
# With UPDATE=1 the file is written anew from what the program says: read the difference before you commit it.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1
golden=$1
cp -r "$PHAROS_SOURCE/data/demo" case
cp -r "$PHAROS_SOURCE/test/cli/input" input
sentence='' command='' want='' want_status=0 fresh=''

finish() {
    [[ -n $command ]] || return 0
    local got status
    want=${want%"${want##*[!$'\n']}"} # the empty lines before the next sentence
    got=$(eval "$command" 2>&1 </dev/null)
    status=$?
    fresh+="# $sentence"$'\n'"\$ $command"$'\n'"${got:+$got$'\n'}"
    ((status == 0)) || fresh+="? $status"$'\n'
    fresh+=$'\n'
    [[ $got == "$want" && $status == "$want_status" ]]
    ok $? "$sentence"
    [[ $got == "$want" && $status == "$want_status" ]] || {
        diff <(echo "$want") <(echo "$got") | sed 's/^/# /'
        echo "# exit status $status, want $want_status"
    }
    command='' want='' want_status=0
}

while IFS= read -r line; do
    case $line in
    '# '*) finish; sentence=${line#\# } ;;
    '$ '*) command=${line#\$ } ;;
    '? '*) want_status=${line#\? } ;;
    *) want+=${want:+$'\n'}$line ;;
    esac
done <"$golden"
finish
[[ -z ${UPDATE:-} ]] || printf '%s' "$fresh" >"$golden"
tap_done
