// libFuzzer and AFL++ entry for tracks that people hand in (GPX, AIS logs, tables): clang
// -fsanitize=fuzzer,address,undefined. Built with -DFUZZ_MAIN it runs over each file named, whole and then
// with so many bytes of it damaged, the same ones every time.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/rng.h"
#include "run/track_raw.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

typedef enum ph_status reader(struct core_buf *file, struct track_raw *raw, struct ph_err *err);

static enum ph_status gpx(struct core_buf *file, struct track_raw *raw, struct ph_err *err)
{
    return track_gpx_read(file, "fuzz", raw, err);
}

static enum ph_status ais(struct core_buf *file, struct track_raw *raw, struct ph_err *err)
{
    return track_ais_read(file, "fuzz", raw, err);
}

static enum ph_status table(struct core_buf *file, struct track_raw *raw, struct ph_err *err)
{
    return track_text_read(file, "fuzz", raw, err);
}

// Whatever a reader takes is on this earth, and what it refuses it gives a reason for.
static void one(reader *read, const uint8_t *bytes, size_t length)
{
    struct core_buf file = {0};
    struct track_raw raw = {.by_segment = true};
    struct core_arena arena = {0};
    struct run_tracks tracks;
    struct ph_err err = {0};
    core_buf_add(&file, bytes, length);
    enum ph_status status = read(&file, &raw, &err);
    if (status && (status != PH_EINPUT || !err.what[0]))
        abort();
    for (size_t i = 0; i < raw.n; i++)
        if (!(fabs(raw.at[i].pos.lat_deg) <= 90) || !(fabs(raw.at[i].pos.lon_deg) <= 180) ||
            raw.at[i].id >= raw.n_ids)
            abort();
    if (!status && track_raw_clean(&raw, "fuzz", &arena, &tracks, &err))
        abort();
    core_arena_fini(&arena);
    track_raw_fini(&raw);
    core_buf_fini(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    one(gpx, bytes, length);
    one(ais, bytes, length);
    one(table, bytes, length);
    return 0;
}

#ifdef FUZZ_MAIN
enum { DAMAGES = 300 };

static void damage(uint8_t *bytes, size_t length, uint32_t round)
{
    double u[4];
    core_rng_uniform(1, round, 0, CORE_RNG_PLAN, u);
    for (uint32_t k = 0; k < 1 + (uint32_t)(u[0] * 8); k++) {
        double v[4];
        core_rng_uniform(1, round, 1 + k, CORE_RNG_PLAN, v);
        bytes[(size_t)(v[0] * (double)length)] =
            (uint8_t)(v[1] < 0.5 ? "<>\"!,*;\n\\0"[(size_t)(v[2] * 10)] : v[2] * 256);
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct core_buf text = {0};
        struct ph_err err;
        if (core_file_read(argv[i], 1 << 20, &text, &err)) {
            fprintf(stderr, "%s: %s\n", err.where, err.what);
            return 3;
        }
        uint8_t *bytes = malloc(text.length + 1);
        for (uint32_t round = 0; bytes && round <= DAMAGES; round++) {
            memcpy(bytes, text.text, text.length);
            if (round && text.length)
                damage(bytes, text.length, round);
            LLVMFuzzerTestOneInput(bytes, text.length);
        }
        free(bytes);
        core_buf_fini(&text);
    }
    return 0;
}
#endif
