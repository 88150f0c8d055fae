// What the decoding process says of GRIB fields (struct forcing_grib_keys, one after another): which is
// chosen, when it is for, and where its points lie. The input's end serves as the arrays that the process
// would give.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "forcing/decoder.h"
#include "forcing/format.h"
#include "forcing/grib_choice.h"
#include "forcing/grib_grid.h"
#include "forcing/grib_meaning.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

enum { MOST_KEYS = 6, MOST_ARRAY = 512, MOST_GRID_POINTS = 1 << 16 };

static double array[MOST_ARRAY];
static size_t n_array;

// In place of the decoding process.
enum ph_status forcing_decoder_grib_array(struct forcing_decoder *decoder,
                                          const struct forcing_grib_keys *field,
                                          enum forcing_grib_array which, const double **values, size_t *n,
                                          struct ph_err *err)
{
    *values = array;
    *n = n_array;
    return PH_OK;
}

static void texts_end(struct forcing_grib_keys *keys)
{
    char *const texts[] = {keys->name, keys->units, keys->level_type, keys->packing, keys->grid.type};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        texts[k][GRIB_TEXT - 1] = 0; // as the parent does
}

static void grid_try(const struct forcing_grib_keys *keys, struct core_arena *arena)
{
    struct forcing_notes notes = {.arena = arena};
    struct forcing_grid grid;
    struct ph_err err = {0};
    if (keys->grid.ni > MOST_GRID_POINTS || keys->grid.nj > 2048 || keys->grid.n_points > MOST_GRID_POINTS)
        return; // sizes are refused by their own test; here they would only take time
    enum ph_status status = forcing_grib_grid(NULL, keys, arena, &grid, &notes, &err);
    if (status && !err.what[0])
        abort();
    const double lat[] = {34, -89, 89.9}, lon[] = {12, -170, 359};
    struct forcing_spot spot[3];
    if (status)
        return;
    forcing_grid_locate(&grid, grid.shape == FORCING_REGULAR ? 0 : 3, lat, lon, spot);
    for (int k = 0; grid.shape != FORCING_REGULAR && k < 3; k++)
        for (int c = 0; c < spot[k].n; c++)
            if (spot[k].point[c] >= grid.nj * grid.ni)
                abort();
    struct forcing_block block = forcing_grid_block(&grid, (struct geo_box){11, 33, 13, 35}, 0.2);
    // Round the earth columns may be there again: the seam, and the reach of the coast on both sides.
    if (block.j0 + block.nj > grid.nj || block.ni > 3 * grid.ni + 1)
        abort();
}

static void choose_try(const struct forcing_grib_keys *keys, size_t n, struct core_arena *arena)
{
    for (int kind = 0; kind < FORCING_KINDS; kind++) {
        struct forcing_notes notes = {.arena = arena};
        struct forcing_ask ask = {.kind = (enum forcing_kind)kind, .depth_m = (double)NAN};
        struct forcing_grib_choice choice;
        struct ph_err err = {0};
        bool absent = false;
        enum ph_status status = forcing_grib_choose(keys, n, &ask, arena, &choice, &notes, &absent, &err);
        if (status && !err.what[0])
            abort();
        for (size_t t = 1; !status && t < choice.n_times; t++)
            if (choice.t_ns[t] <= choice.t_ns[t - 1])
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    static struct forcing_grib_keys keys[MOST_KEYS];
    struct core_arena arena = {0};
    size_t n = 0, at = 0;
    for (; n < MOST_KEYS && length - at >= sizeof *keys; n++, at += sizeof *keys) {
        memcpy(&keys[n], bytes + at, sizeof *keys);
        texts_end(&keys[n]);
    }
    n_array = (length - at) / sizeof(double) < MOST_ARRAY ? (length - at) / sizeof(double) : MOST_ARRAY;
    memcpy(array, bytes + at, n_array * sizeof(double));
    for (size_t k = 0; k < n; k++) {
        int64_t t_ns;
        struct ph_err err = {0};
        if (forcing_grib_time(&keys[k], &t_ns, &err) && !err.what[0])
            abort();
        grid_try(&keys[k], &arena);
    }
    if (n)
        choose_try(keys, n, &arena);
    core_arena_fini(&arena);
    return 0;
}
