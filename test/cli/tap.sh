# Shell tests in TAP: `. "$PHAROS_SOURCE/test/cli/tap.sh"`. PHAROS is the program; each test works in a folder of its own.
set -uo pipefail
tap_count=0
tap_failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
pharos() { "$PHAROS" "$@"; }
python=/usr/bin/python3 # Debian's, which has the packages of script/bootstrap

# ok STATUS SENTENCE: one check.
ok() {
    tap_count=$((tap_count + 1))
    if (($1 == 0)); then
        echo "ok $tap_count - $2"
    else
        echo "not ok $tap_count - $2"
        tap_failed=$((tap_failed + 1))
    fi
}

# is GOT WANT SENTENCE
is() {
    [[ $1 == "$2" ]]
    ok $? "$3"
    [[ $1 == "$2" ]] || printf '# got  %s\n# want %s\n' "$1" "$2"
}

skip() {
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

# exits STATUS SENTENCE COMMAND...: runs it with output in ./out and ./err.
exits() {
    local want=$1 sentence=$2 got
    shift 2
    "$@" >out 2>err </dev/null
    got=$?
    ((got == want))
    ok $? "$sentence (exit status $want)"
    ((got == want)) || { echo "# got exit status $got"; sed 's/^/# /' err | head -n 20; }
}

# says FILE TEXT SENTENCE: the file holds the text.
says() {
    grep -qF -- "$2" "$1"
    ok $? "$3"
    grep -qF -- "$2" "$1" || { echo "# no '$2' in $1:"; head -n 20 "$1" | sed 's/^/# /'; }
}

tap_done() {
    echo "1..$tap_count"
    exit $((tap_failed > 0))
}
