// A test program in TAP: one sentence per check. Meson and prove read the output.
#ifndef PH_TEST_TAP_H
#define PH_TEST_TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int tap_count, tap_failed;

// One check. The sentence says what is true when it passes.
__attribute__((format(printf, 2, 3), unused)) static bool tap_ok(bool good, const char *sentence, ...)
{
    va_list args;
    printf("%s %d - ", good ? "ok" : "not ok", ++tap_count);
    va_start(args, sentence);
    vprintf(sentence, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
    tap_failed += !good;
    return good;
}

// |got - want| <= tol; prints the figures when it fails.
__attribute__((unused)) static bool tap_near(double got, double want, double tol, const char *sentence)
{
    bool good = fabs(got - want) <= tol;
    tap_ok(good, "%s", sentence);
    if (!good)
        printf("# got %.12g, want %.12g within %g (off by %g)\n", got, want, tol, got - want);
    return good;
}

__attribute__((unused)) static bool tap_text(const char *got, const char *want, const char *sentence)
{
    bool good = got && !strcmp(got, want);
    tap_ok(good, "%s", sentence);
    if (!good)
        printf("# got  '%s'\n# want '%s'\n", got ? got : "(null)", want);
    return good;
}

__attribute__((unused)) static void tap_skip(const char *sentence, const char *why)
{
    printf("ok %d - %s # SKIP %s\n", ++tap_count, sentence, why);
}

// Path under ../shared, or NULL (and a visible skip) when it is not there.
__attribute__((unused)) static const char *tap_shared(const char *path, const char *sentence)
{
    static char full[4096];
    const char *root = getenv("PHAROS_SHARED");
    snprintf(full, sizeof full, "%s/%s", root ? root : "../shared", path);
    if (!access(full, R_OK))
        return full;
    tap_skip(sentence, "../shared is not here");
    return NULL;
}

// Path under the source tree (valid until the next call).
__attribute__((unused)) static const char *tap_source(const char *path)
{
    static char full[4096];
    const char *root = getenv("PHAROS_SOURCE");
    snprintf(full, sizeof full, "%s/%s", root ? root : ".", path);
    return full;
}

// Last line of main.
__attribute__((unused)) static int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed != 0;
}

#endif
