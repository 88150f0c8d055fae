#!/usr/bin/env bash
# The committed current and wind of the demonstration are what their documented tool makes.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1
"$PHAROS_SOURCE/tools/make-demo-forcing" "$work" >log 2>&1
ok $? "tools/make-demo-forcing runs"
for file in current.nc wind.nc; do
    cmp $file "$PHAROS_SOURCE/data/demo/$file"
    ok $? "data/demo/$file is what the tool makes"
    ncdump -h $file >header
    says header 'comment = "Made for the demonstration' "$file says that it is made for the demonstration"
    (($(stat -c %s $file) < 150000))
    ok $? "$file is small"
done
tap_done
