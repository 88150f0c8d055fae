// What coast.c and coast_draw.c share: the bins of the world that were asked for.
#ifndef GEO_COAST_IMPL_H
#define GEO_COAST_IMPL_H

#include "geo/coast.h"
#include "geo/coast_bin.h"
#include "geo/coast_file.h"

struct geo_coast {
    struct geo_coast_file file; // nx 0: no file
    struct geo_coast_bin **bin; // [ny * nx] rows from the north, columns from 0 E; NULL: not loaded
    struct geo_coast_bin all_sea, all_land;
    double bins_per_deg;
    bool installed;
    char source[64];
};

// Bins that touch a box: rows [row0, row1], columns [column0, column1] counted on across the seam.
struct geo_coast_window {
    size_t row0, row1;
    long column0, column1;
};
struct geo_coast_window geo_coast_window_of(const struct geo_coast *coast, struct geo_box box);

// Index of a bin; the column may lie beyond the seam.
size_t geo_coast_bin_at(const struct geo_coast *coast, size_t row, long column);

#endif
