// What every form of a tasking shares: names, legs, unique ids.
#ifndef EXPORT_TASK_H
#define EXPORT_TASK_H

#include "export/product.h"
#include "geo/notation.h"

enum { EXPORT_LABEL = 24 };

// "A1": the area's name in every product, by its place in the plan.
void export_task_label(size_t area, char out[EXPORT_LABEL]);

// A rhumb line as a helmsman steers it: course (degrees true) and distance (m) to the next waypoint.
struct export_leg {
    double course_deg, length_m;
};
struct export_leg export_task_leg(struct geo_pos from, struct geo_pos to);

// Decimals of minutes that keep legs apart: 1 (185 m), 2 where they are closer than a mile.
int export_task_decimals(const struct plan_area *area);

// A UUID (RFC 9562, version 8) that depends on the case, the area, the name and the place only: the same plan
// replaces itself on a plotter, another one stands beside it.
enum { EXPORT_GUID = 37 };
void export_task_guid(const struct export_product *p, size_t area, const char *name, struct geo_pos pos,
                      int64_t t_ns, char out[EXPORT_GUID]);

// "parallel sweep" for "PS"
const char *export_task_pattern(const char *code);

// "FIXED-WING, 120 KN, 1000 FT"; `telex` chooses upper case.
void export_task_platform(const struct export_asset *asset, char *out, size_t size);

#endif
