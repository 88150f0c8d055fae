// What the tests of hostile files share: whole files in and out, a small generator, and what a file may come
// to.
#ifndef TEST_FUZZ_HOSTILE_H
#define TEST_FUZZ_HOSTILE_H

#include "forcing/made_file.h"

__attribute__((unused)) static size_t file_load(const char *path, unsigned char *bytes, size_t most)
{
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(bytes, 1, most, file) : 0;
    if (file)
        fclose(file);
    return n;
}

__attribute__((unused)) static void file_store(const char *path, const unsigned char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file))
        exit(1);
}

// What comes of a file: an answer or a reason, nothing else.
__attribute__((unused)) static bool ends_well(enum forcing_kind kind, const char *path, size_t *served)
{
    struct forcing_request request = {.kind = kind, .file = path, .depth_m = (double)NAN, .label = "x"};
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 12.2, 34.1, 1);
    *served += a.status == PH_OK;
    return a.status == PH_OK || (a.err.what[0] && a.status != PH_EINTERNAL);
}

__attribute__((unused)) static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U;
    return *state >> 8;
}

#endif
