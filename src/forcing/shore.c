#include "forcing/shore.h"

#include <math.h>

enum { LOOKED = 4000, ENOUGH = 50 };
// Wider boxes are looked at with a coarser shoreline; the world with the coarsest.
#define FINE_DEG 4.0
#define COARSE_DEG 40.0

bool forcing_shore_open(struct forcing_shore *shore, const struct forcing_grid *grid)
{
    struct geo_box box = forcing_grid_box(grid);
    double wide = fmax(box.east_deg - box.west_deg, box.north_deg - box.south_deg);
    const char *resolution = wide < FINE_DEG ? "auto" : wide < COARSE_DEG ? "low" : "crude";
    *shore = (struct forcing_shore){.stride = grid->nj * grid->ni / LOOKED + 1};
    if (geo_coast_open(resolution, NULL, &shore->coast, NULL) &&
        geo_coast_open("auto", NULL, &shore->coast, NULL))
        return false;
    if (geo_coast_installed(shore->coast) && !geo_coast_load(shore->coast, box, NULL))
        return true;
    forcing_shore_close(shore);
    return false;
}

void forcing_shore_close(struct forcing_shore *shore)
{
    geo_coast_free(shore->coast);
    shore->coast = NULL;
}

void forcing_shore_add(struct forcing_shore *shore, const struct forcing_grid *grid,
                       struct forcing_block block, const float *uv)
{
    size_t begin = block.j0 * grid->ni + block.i0, n = block.nj * block.ni;
    for (size_t k = (shore->stride - begin % shore->stride) % shore->stride; k < n; k += shore->stride) {
        struct geo_pos at = forcing_grid_point(grid, begin + k);
        double size = hypot((double)uv[2 * k], (double)uv[2 * k + 1]);
        if (isnan(at.lat_deg) || isnan(at.lon_deg))
            continue;
        if (geo_coast_is_land(shore->coast, at)) {
            shore->land++;
            shore->land_zero += size == 0;
            shore->land_flow += size > 0;
        } else {
            shore->sea++;
            shore->sea_missing += isnan(size);
        }
    }
}

static double share(size_t part, size_t all)
{
    return all >= ENOUGH ? (double)part / (double)all : 0;
}

void forcing_shore_tell(const struct forcing_shore *shore, struct forcing_notes *notes)
{
    double missing = share(shore->sea_missing, shore->sea), flow = share(shore->land_flow, shore->land);
    double zero = share(shore->land_zero, shore->land);
    if (missing > 0.2 && flow > 0.5)
        forcing_note_add(
            notes, "mask-disagrees",
            "%.0f %% of the points at sea are missing and %.0f %% of those on land have a current: "
            "check longitudes and latitudes, and the order of rows",
            100 * missing, 100 * flow);
    else if (missing > 0.5)
        forcing_note_mention(notes, "missing-at-sea", "%.0f %% of the points at sea have no current",
                             100 * missing);
    if (zero > 0.5)
        forcing_note_add(notes, "zeros-on-land",
                         "%.0f %% of the points on land hold zero instead of a missing value: near the shore "
                         "currents will be too slow",
                         100 * zero);
}
