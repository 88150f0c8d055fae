// The shoreline: GSHHG (Wessel & Smith 1996) as Debian's gmt-gshhg-* packages install it, read at run time.
// Answers are exact against its polygons; a coarse raster of "all sea" and "all land" cells makes them fast.
#ifndef GEO_COAST_H
#define GEO_COAST_H

#include <stdbool.h>
#include <stddef.h>

#include "geo/position.h"
#include "pharos/pharos.h"

struct geo_coast;

// resolution: "auto" (finest installed), "full", "high", "intermediate", "low", "crude", or "none" (no land
// anywhere). dir NULL: $PHAROS_GSHHG or /usr/share/gmt-gshhg. With nothing installed: PH_OK and a coast
// without land whose geo_coast_installed is false (the caller must say so in every product). A named
// resolution that is not installed is PH_EINPUT.
enum ph_status geo_coast_open(const char *resolution, const char *dir, struct geo_coast **out,
                              struct ph_err *err) PH_NODISCARD;
void geo_coast_free(struct geo_coast *coast);

// "GSHHG 2.3.7 full", "none (switched off)", "none installed"
const char *geo_coast_source(const struct geo_coast *coast);
bool geo_coast_installed(const struct geo_coast *coast); // true also for "none (switched off)"

// Loads all bins that touch the box. Queries outside what is loaded answer "sea", so whoever moves things
// calls this first with where they can be. Not to be called while other threads query.
enum ph_status geo_coast_load(struct geo_coast *coast, struct geo_box box, struct ph_err *err) PH_NODISCARD;

// Land (odd GSHHG level). On the line counts as land.
bool geo_coast_is_land(const struct geo_coast *coast, struct geo_pos pos);

// First crossing of the shoreline on the straight way (in longitude and latitude, the short way round) from
// a place in water: its fraction of the way, [0, 1].
bool geo_coast_crosses(const struct geo_coast *coast, struct geo_pos from, struct geo_pos to, double *frac);

// Calls `cell` for every small cell that touches the box (and may be for some beside it) and is not all sea;
// what is not loaded counts as one large cell of land. Longitudes are on the box's turn. For whoever wants to
// know quickly where geo_coast_crosses need not be asked.
void geo_coast_cells(const struct geo_coast *coast, struct geo_box box,
                     void (*cell)(void *arg, struct geo_box box), void *arg);

// Nearest water (sea or lake) within max_m of a place on land, just off the shore (<= 50 m). A place in water
// is its own answer. False when there is none.
bool geo_coast_nearest_water(const struct geo_coast *coast, struct geo_pos pos, double max_m,
                             struct geo_pos *out);

// Land as drawable rings, each clipped to one of the bins that touch the box; level odd is land, even is lake
// in it. Rings come bin by bin, outer before inner, so painting them in order or filling a bin's rings
// even-odd gives the same picture. Longitudes run on from the box's west (they may pass 180) and rings end
// exactly at the bins' edges: fill without stroke (and without antialiasing between bins) and draw the shore
// itself with geo_coast_lines. Loads what it needs. The callback must not keep the points.
enum ph_status geo_coast_rings(struct geo_coast *coast, struct geo_box box,
                               void (*ring)(void *arg, int level, const struct geo_pos *points, size_t n),
                               void *arg, struct ph_err *err) PH_NODISCARD;

// The true shoreline (no edges of bins) in the same bins as polylines; closed ones end where they begin.
enum ph_status geo_coast_lines(struct geo_coast *coast, struct geo_box box,
                               void (*line)(void *arg, int level, const struct geo_pos *points, size_t n),
                               void *arg, struct ph_err *err) PH_NODISCARD;

#endif
