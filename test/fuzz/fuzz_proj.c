// Definitions of projections, and grids on them: what is read maps to places and back, or is not finite.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "forcing/grid.h"
#include "forcing/projection.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void grid_try(const char *text)
{
    double x[6], y[5];
    struct core_arena arena = {0};
    struct forcing_grid grid;
    struct ph_err err = {0};
    for (int i = 0; i < 6; i++)
        x[i] = -20000.0 + 9000 * i;
    for (int j = 0; j < 5; j++)
        y[j] = 30000.0 - 9000 * j;
    enum ph_status status = forcing_grid_projected(text, x, 6, y, 5, &arena, &grid, &err);
    if (status && !err.what[0])
        abort();
    for (double lat = -90; !status && lat <= 90; lat += 15)
        for (double lon = -180; lon <= 180; lon += 45) {
            struct forcing_spot spot;
            forcing_grid_locate(&grid, 1, &lat, &lon, &spot);
            for (int c = 0; c < spot.n; c++)
                if (spot.point[c] >= 30 || !(spot.weight[c] >= -1e-3F && spot.weight[c] <= 1.001F))
                    abort();
            struct forcing_block block =
                forcing_grid_block(&grid, (struct geo_box){lon, lat, lon + 1, fmin(lat + 1, 90)}, 0.2);
            if (block.j0 + block.nj > 5 || block.ni > 6)
                abort();
        }
    core_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);
    struct forcing_projection projection;
    struct ph_err err = {0};
    double x, y, lat, lon;
    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = 0;
    enum ph_status status = forcing_projection_parse(text, &projection, &err);
    if (status && ((status != PH_EINPUT && status != PH_EUNSUPPORTED) || !err.what[0]))
        abort();
    if (!status) {
        forcing_projection_forward(&projection, 48.5, 11.25, &x, &y);
        if (isfinite(x) && isfinite(y))
            forcing_projection_inverse(&projection, x, y, &lat, &lon);
        grid_try(text);
    }
    free(text);
    return 0;
}
