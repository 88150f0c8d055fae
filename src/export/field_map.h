// Pictures of wind, current and what else is in forcing files: one panel for each field, side by side.
#ifndef EXPORT_FIELD_MAP_H
#define EXPORT_FIELD_MAP_H

#include "export/map.h"
#include "geo/coast.h"

enum export_field_served { EXPORT_FIELD_NONE, EXPORT_FIELD_COASTAL, EXPORT_FIELD_OWN };

struct export_field {
    const char *title;   // "wind, gfs.nc"
    const char *source;  // "u10, v10 (0.25 deg, 3-hourly)"
    const char *notes;   // codes of what looks wrong; NULL: nothing
    const char *refused; // NULL, or why there is nothing to draw
    int64_t t_ns;
    struct geo_box box;      // of the grid
    bool scalar;             // degrees Celsius in u; else m/s toward east and north
    struct geo_coast *coast; // as fine as the box is wide
    // Values at n places: whether the file has one itself, or only carried to the coast, or none.
    void (*sample)(void *arg, size_t n, const double *lat_deg, const double *lon_deg, double *u, double *v,
                   uint8_t *served);
    void *arg;
};

// Colour by speed, arrows that point where the stuff goes, hatched where the box has no value, the box of the
// grid, the shore, a legend with units, the time. One field fills the picture, more stand two in a row. What
// was refused (texts) is listed at the foot.
enum ph_status export_field_map(const struct export_field *field, size_t n, const char *const *refused,
                                size_t n_refused, int width_px, enum export_map_format format,
                                struct core_buf *out, struct ph_err *err) PH_NODISCARD;

#endif
