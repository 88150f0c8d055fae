// The shoreline within one bin: its chains, and a raster of small cells that are all sea, all land, or hold
// edges. Places are in the bin's units (0..65535 from its south-west corner), as doubles.
#ifndef GEO_COAST_BIN_H
#define GEO_COAST_BIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geo/coast_file.h"

#define GEO_COAST_CELL_SHIFT 9 // a cell is 512 units wide
#define GEO_COAST_CELL_UNITS (1 << GEO_COAST_CELL_SHIFT)
#define GEO_COAST_CELLS (65536 >> GEO_COAST_CELL_SHIFT) // per side

struct geo_coast_edge {
    uint16_t ax, ay, bx, by;
};

// A cell with edges in it. `land` is the state of its centre.
struct geo_coast_cell {
    uint32_t first, n;
    bool land;
};

enum { GEO_COAST_SEA, GEO_COAST_LAND, GEO_COAST_MIXED }; // from MIXED on: index of the mixed cell + MIXED

struct geo_coast_bin {
    uint16_t *state; // [CELLS * CELLS] rows from the south; NULL: no shoreline, all of it as `land` says
    bool land;
    struct geo_coast_cell *mixed;
    struct geo_coast_edge *edge; // of the mixed cells, one after the other
    size_t n_mixed;
    struct geo_coast_chain *chain;
    struct geo_coast_point *point;
    size_t n_chains;
    bool corner[4]; // land at the corners, as the file says
};

// Takes over chain and point (freed by _fini, also after a failure).
enum ph_status geo_coast_bin_init(struct geo_coast_bin *bin, const bool corner[4],
                                  struct geo_coast_chain *chain, size_t n_chains,
                                  struct geo_coast_point *point, struct ph_err *err) PH_NODISCARD;
void geo_coast_bin_fini(struct geo_coast_bin *bin);

// x, y in [0, 65535].
bool geo_coast_bin_is_land(const struct geo_coast_bin *bin, double x, double y);

// A straight way; the bin holds a part of it, from t_from to t_to of the way. First crossing in the bin.
struct geo_coast_way {
    double x, y, dx, dy; // start and whole displacement in this bin's units
};
bool geo_coast_bin_crosses(const struct geo_coast_bin *bin, const struct geo_coast_way *way, double t_from,
                           double t_to, double *t);

#endif
