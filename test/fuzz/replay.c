// Runs a fuzz target without a fuzzer, in TAP: every file of its corpus, then damaged ones of them, the same
// each time.
//   fuzz_NAME COUNT FILE-or-FOLDER...
// With a fuzzer (clang, -Dfuzz=true) the target has its own main: fuzz_NAME FOLDER is the long run by hand.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MOST_BYTES = 1 << 18, MOST_FILES = 64 };

struct input {
    uint8_t bytes[2 * MOST_BYTES];
    size_t n;
};

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15U); // SplitMix64, Steele et al. 2014
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static bool load(const char *path, struct input *out)
{
    FILE *file = fopen(path, "rb");
    out->n = file ? fread(out->bytes, 1, MOST_BYTES, file) : 0;
    if (file)
        fclose(file);
    return out->n > 0;
}

// A file, or the files of a folder in the order of their names.
static size_t load_all(const char *path, struct input *out, size_t most)
{
    struct dirent **entries;
    int found = scandir(path, &entries, NULL, alphasort);
    size_t n = 0;
    if (found < 0)
        return most && load(path, out);
    for (int k = 0; k < found; k++) {
        char full[1024];
        snprintf(full, sizeof full, "%s/%s", path, entries[k]->d_name);
        n += entries[k]->d_name[0] != '.' && n < most && load(full, &out[n]);
        free(entries[k]);
    }
    free(entries);
    return n;
}

static void edit(struct input *in, uint64_t *state)
{
    static const char *const words[] = {"-1",          "1e999", "nan", "since", "+",       "0000",
                                        "99999999999", "'",     "\"",  "\xff",  "360_day", "%n"};
    size_t at = next(state) % (in->n + 1), kind = next(state) % 8;
    if (kind < 3 && at < in->n) {
        in->bytes[at] ^= (uint8_t)(1U << (next(state) % 8));
    } else if (kind < 4 && at < in->n) {
        in->bytes[at] = (uint8_t)next(state);
    } else if (kind < 5) {
        size_t length = next(state) % (in->n - at + 1);
        length = length < 24 ? length : 24;
        memmove(in->bytes + at, in->bytes + at + length, in->n - at - length);
        in->n -= length;
    } else if (kind < 6) {
        const char *word = words[next(state) % (sizeof words / sizeof *words)];
        size_t length = strlen(word);
        memmove(in->bytes + at + length, in->bytes + at, in->n - at);
        memcpy(in->bytes + at, word, length);
        in->n += length;
    } else if (kind < 7 && in->n >= 8) {
        uint64_t odd[] = {0, UINT64_MAX, 1ULL << 63, INT64_MAX, 0x7ff0000000000000, UINT32_MAX};
        memcpy(in->bytes + at % (in->n - 7), &odd[next(state) % 6], 8);
    } else {
        in->n = at;
    }
    in->n = in->n < MOST_BYTES ? in->n : MOST_BYTES;
}

int main(int argc, char **argv)
{
    static struct input whole[MOST_FILES], damaged;
    uint64_t state = 1;
    size_t n = 0;
    long count = argc > 1 ? atol(argv[1]) : 0;
    for (int k = 2; k < argc; k++)
        n += load_all(argv[k], whole + n, MOST_FILES - n);
    for (size_t k = 0; k < n; k++)
        LLVMFuzzerTestOneInput(whole[k].bytes, whole[k].n);
    tap_ok(n > 0, "%zu inputs of the corpus end well", n);
    for (long k = 0; k < count && n; k++) {
        damaged.n = whole[(size_t)k % n].n;
        memcpy(damaged.bytes, whole[(size_t)k % n].bytes, damaged.n);
        for (uint64_t edits = 1 + next(&state) % 5; edits; edits--)
            edit(&damaged, &state);
        LLVMFuzzerTestOneInput(damaged.bytes, damaged.n);
    }
    tap_ok(true, "and so do %ld damaged ones", count);
    return tap_done();
}
