// Does a field of currents end where the sea does? A few thousand of its points against the shoreline.
#ifndef FORCING_SHORE_H
#define FORCING_SHORE_H

#include "forcing/grid.h"
#include "forcing/notes.h"
#include "geo/coast.h"

struct forcing_shore {
    struct geo_coast *coast;
    size_t stride;
    size_t sea, sea_missing;           // points in water, those without a value
    size_t land, land_zero, land_flow; // points on land, those with zero, those with a current
};

// False when no shoreline is installed or the grid is too wide for one to be worth loading.
bool forcing_shore_open(struct forcing_shore *shore, const struct forcing_grid *grid);
void forcing_shore_close(struct forcing_shore *shore);
void forcing_shore_add(struct forcing_shore *shore, const struct forcing_grid *grid,
                       struct forcing_block block, const float *uv);

// "mask-disagrees", "zeros-on-land", "missing-at-sea"
void forcing_shore_tell(const struct forcing_shore *shore, struct forcing_notes *notes);

#endif
