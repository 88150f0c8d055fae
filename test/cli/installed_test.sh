#!/usr/bin/env bash
# The installed package, as others get it: the ladder of examples is compiled and run against it.
. "${PHAROS_SOURCE:?}/test/cli/tap.sh" || exit 1

DESTDIR=$work/root meson install -C "$PHAROS_BUILD" --no-rebuild --quiet >log 2>&1
ok $? "the package installs"
pc=$(find root -name pharos.pc)
prefix=$work/root$(sed -n 's/^prefix=//p' "$pc")
export PKG_CONFIG_PATH=${pc%/*} PKG_CONFIG_LIBDIR=${pc%/*}
flags=$(pkg-config --define-variable=prefix="$prefix" --cflags --libs pharos)
ok $? "pkg-config knows it"
libdir=$(pkg-config --define-variable=prefix="$prefix" --variable=libdir pharos)
is "$(pkg-config --modversion pharos)" "$("$PHAROS" --version | cut -d' ' -f2)" "library and program are of one version"

export LD_LIBRARY_PATH=$libdir
for step in 1 2 3 4; do
    # shellcheck disable=SC2086 # flags are words
    ${CC:-gcc} -std=c17 -Wall -Wextra -Werror "$PHAROS_SOURCE/examples/step$step.c" -o step$step $flags ${EXAMPLE_FLAGS:-} -lm >log 2>&1
    ok $? "step$step compiles against the installed header and library"
    sed 's/^/# /' log
done
echo '#include <pharos/pharos.h>' >all.cc
${CC:-gcc} -fsyntax-only -Wall -Werror -xc++ -I"$prefix/include" all.cc 2>/dev/null
cxx=$?
command -v g++ >/dev/null || cxx=0
ok $cxx "the header is good C++ where there is a C++ compiler"

is "$(./step1 "33°24.5'N 12°42'E")" "33-24.5N 012-42.0E is 33.40833, 12.70000" "step1 prints a position"
exits 2 "step1 refuses 60 minutes" ./step1 "33-60.0N 012-42.0E"
exits 0 "step2 knows a class" ./step2 PIW-1 270 20
says out "toward" "step2 prints both sides"
is "$(grep -c downwind out)" 2 "step2 prints right and left"

exits 0 "step3 drifts a case in memory" ./step3 "$PHAROS_SOURCE/data/demo/case.json"
is "$(grep -c datum out)" 26 "step3 prints a datum for each hour, from 23 UTC, when the first are adrift, to midnight of the next day"
is "$(find . -name '*.nc' | grep -cv root/)" 0 "step3 writes nothing"
exits 0 "step4 runs the whole job" ./step4 "$PHAROS_SOURCE/data/demo/case.json" products
says out "chance to find them" "step4 prints the chance"
test -s products/report.html && test -s products/plan.json && test -s products/trajectories.nc
ok $? "step4 leaves the products"

man_page=$prefix/share/man/man1/pharos.1
: >log
! command -v man >/dev/null || MANROFFSEQ='' man --warnings -l "$man_page" >/dev/null 2>log
test -s "$man_page" -a ! -s log
ok $? "the man page is installed and has no fault"
bash -n "$prefix/share/bash-completion/completions/pharos"
ok $? "the completion is installed and is good bash"
"$prefix/bin/pharos" --version >out 2>&1
ok $? "the installed program runs"
tap_done
