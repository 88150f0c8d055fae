#include <math.h>

#include "geo/coast_impl.h"

// A range of cells of a bin on one axis that touches [low, high] in bins, the bin being the at-th.
struct cells {
    long from, to;
};

static struct cells cells_of(double low, double high, double at)
{
    struct cells range = {(long)floor((low - at) * GEO_COAST_CELLS) - 1,
                          (long)floor((high - at) * GEO_COAST_CELLS) + 1};
    range.from = range.from < 0 ? 0 : range.from;
    range.to = range.to >= GEO_COAST_CELLS ? GEO_COAST_CELLS - 1 : range.to;
    return range;
}

static void bin_cells(const struct geo_coast_bin *bin, struct cells rows, struct cells columns,
                      struct geo_pos corner, double cell_deg, void (*cell)(void *arg, struct geo_box box),
                      void *arg)
{
    for (long j = rows.from; j <= rows.to; j++)
        for (long i = columns.from; i <= columns.to; i++) {
            if (bin->state[j * GEO_COAST_CELLS + i] == GEO_COAST_SEA)
                continue;
            double west = corner.lon_deg + (double)i * cell_deg,
                   south = corner.lat_deg + (double)j * cell_deg;
            cell(arg, (struct geo_box){west, south, west + cell_deg, south + cell_deg});
        }
}

void geo_coast_cells(const struct geo_coast *coast, struct geo_box box,
                     void (*cell)(void *arg, struct geo_box box), void *arg)
{
    if (!coast->bin)
        return;
    struct geo_coast_window window = geo_coast_window_of(coast, box);
    double bin_deg = coast->file.bin_deg, per = coast->bins_per_deg;
    // Columns are counted from 0 E; the box's west may be on another turn.
    double turn = 360.0 * floor((box.west_deg - (double)window.column0 * bin_deg + 1e-9) / 360.0);
    for (size_t row = window.row0; row <= window.row1; row++)
        for (long column = window.column0; column <= window.column1; column++) {
            const struct geo_coast_bin *bin = coast->bin[geo_coast_bin_at(coast, row, column)];
            double j = (double)(coast->file.ny - 1 - row);
            struct geo_pos corner = {j * bin_deg - 90.0, (double)column * bin_deg + turn};
            if (bin && !bin->state && !bin->land)
                continue;
            if (!bin || !bin->state) { // not loaded, or all land
                cell(arg, (struct geo_box){corner.lon_deg, corner.lat_deg, corner.lon_deg + bin_deg,
                                           corner.lat_deg + bin_deg});
                continue;
            }
            struct cells rows = cells_of((box.south_deg + 90.0) * per, (box.north_deg + 90.0) * per, j);
            struct cells columns = cells_of(box.west_deg * per, box.east_deg * per, corner.lon_deg * per);
            bin_cells(bin, rows, columns, corner, bin_deg / GEO_COAST_CELLS, cell, arg);
        }
}
