// Reads the areas of a plan.json (plan/1), as Pharos wrote it or as a hand has edited it since.
#ifndef PLAN_PLAN_FILE_H
#define PLAN_PLAN_FILE_H

#include "core/arena.h"
#include "plan/plan.h"

struct plan_kept {
    const char *id;        // of the asset
    struct plan_area area; // its geometry and waypoints; what it achieves is left 0
};

struct plan_file {
    struct plan_kept *kept;
    size_t n_kept;
};

// Waypoints lead: corners, sides and times that they imply replace what the file says. An asset without
// waypoints gets them from its area (corners, or centre with length_nm, width_nm and orientation_deg;
// track_spacing_nm, pattern PS or CS, start, speed_kn; csp chooses the corner). A waypoint without a time is
// reached at speed_kn. PH_EINPUT says what is missing and where. Everything lives in `arena`.
enum ph_status plan_file_read(const char *path, struct core_arena *arena, struct plan_file *out,
                              struct ph_err *err) PH_NODISCARD;

// The entry of an asset, NULL when the file has none.
const struct plan_kept *plan_file_find(const struct plan_file *file, const char *id);

#endif
