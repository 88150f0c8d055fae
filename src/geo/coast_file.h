// One binned GSHHG file: what it holds per bin, read on demand. Only installed packages are read, never a
// file that a case names.
#ifndef GEO_COAST_FILE_H
#define GEO_COAST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pharos/pharos.h"

#define GEO_COAST_UNITS 65535 // positions in a bin are 0..65535 from its south-west corner

// Corners and sides of a bin, counter-clockwise.
enum { GEO_COAST_SW, GEO_COAST_SE, GEO_COAST_NE, GEO_COAST_NW };
enum { GEO_COAST_SOUTH, GEO_COAST_EAST, GEO_COAST_NORTH, GEO_COAST_WEST, GEO_COAST_CLOSED };

struct geo_coast_point {
    uint16_t x, y;
};

// A piece of shoreline within a bin, from one side of it to another or closed.
struct geo_coast_chain {
    size_t first, n; // of its points
    int level;       // 1 land, 2 lake, 3 island in it, 4 pond, 5 ice front of Antarctica
    int entry, exit; // sides, or GEO_COAST_CLOSED
};

struct geo_coast_file {
    int nc;
    int embedded, first_point, x, y; // variables
    char version[32];
    size_t nx, ny, n_segments, n_points;
    double bin_deg;
    int *first_segment; // per bin, rows from the north
    short *segments, *nodes;
};

// Opens `path` and reads its tables of bins.
enum ph_status geo_coast_file_open(const char *path, struct geo_coast_file *out,
                                   struct ph_err *err) PH_NODISCARD;
void geo_coast_file_close(struct geo_coast_file *file);

// True when the corner of a bin lies on land.
bool geo_coast_file_corner(const struct geo_coast_file *file, size_t bin, int corner);

// The chains and points of a bin; both to be freed by the caller. NULL and 0 when there are none.
enum ph_status geo_coast_file_read(const struct geo_coast_file *file, size_t bin,
                                   struct geo_coast_chain **chain, size_t *n_chains,
                                   struct geo_coast_point **point, struct ph_err *err) PH_NODISCARD;

#endif
