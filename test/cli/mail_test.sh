#!/usr/bin/env bash
# pharos mail: a request answered from end to end.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1
cp -r "$PHAROS_SOURCE/data/demo" case
ask() { printf 'From: ship@example.org\nTo: drift@example.org\nSubject: drift\n%s\n\n%s\n' "$1" "$2" | "$PHAROS" mail --case case/case.json >answer 2>err; }

ask '' $'latitude=33-10.0N\nlongitude=012-30.0E\nobject_type=27\nradius=3704\nduration=12\nstart_time=2016-08-29T03:00Z'
ok $? "a request in the form is answered"
(($(wc -c <answer) < 50000))
ok $? "in less than 50 kB"
grep -q '^To: ship@example.org' answer && grep -q '^Auto-Submitted: auto-replied' answer
ok $? "to the ship, marked as sent by a program"
[[ $(grep -cE '^29[0-9]{4}Z AUG 16  3[23] [0-9.]+ N 012 [0-9.]+ E +[0-9]+ +[0-9]+' answer) == 6 ]]
ok $? "with the datum at six times"
/usr/bin/python3 - <<'PY'
import email, sys, xml.dom.minidom
parts = {p.get_filename(): p.get_payload(decode=True) for p in email.message_from_file(open("answer")).walk() if p.get_filename()}
xml.dom.minidom.parseString(parts["drift.gpx"])
sys.exit(not parts["drift.png"].startswith(b"\x89PNG"))
PY
ok $? "and a picture and a GPX that another program reads"
cp answer first
ask '' $'latitude=33-10.0N\nlongitude=012-30.0E\nobject_type=27\nradius=3704\nduration=12\nstart_time=2016-08-29T03:00Z'
cmp -s answer first
ok $? "the same mail gets the same bytes"
ask '' 'rubber boat, 70 people, 33-10.0N 012-30.0E, 2016-08-29T03:00Z'
grep -q 'READ FROM THE WORDS' answer && grep -q '70 PERSONS' answer
ok $? "a message in words is answered and says so"
ask '' 'latitude=99'
ok $? "a wrong request is answered too"
grep -q 'COULD NOT BE ANSWERED' answer && grep -q 'longitude=' answer
ok $? "with what is wrong and the form"
ask 'Auto-Submitted: auto-replied' 'latitude=33'
[[ $? == 0 && ! -s answer ]]
ok $? "a program's mail gets no answer"
"$PHAROS" mail </dev/null >answer 2>err
[[ $? == 2 && ! -s answer ]] && grep -q -- --case err
ok $? "without a model case it is an error here"
[[ -z $(ls -d /tmp/pharos-mail-* 2>/dev/null) ]]
ok $? "nothing is left behind"
tap_done
