// What the area of one asset must not do: touch others' areas or water to be avoided, lie on land; and what
// it should do: cover what must be searched.
#ifndef PLAN_RULES_H
#define PLAN_RULES_H

#include "plan/crew.h"

// Lays areas to be avoided and areas that must be searched into the plane.
enum ph_status plan_rules_init(struct plan_crew *crew, struct core_arena *arena,
                               struct ph_err *err) PH_NODISCARD;

// How far a rectangle intrudes on what others keep free, metres; 0 when it is lawful.
double plan_rules_intrusion(const struct plan_crew *crew, const struct plan_rectangle *r);

// What land leaves of a gain, 0 to 1.
double plan_rules_land_factor(const struct plan_crew *crew, const struct plan_rectangle *r);

// Worth of the coverage that a rectangle adds to areas that must be searched, up to what is asked for: more
// than any chance of success while they are not covered, 0 without such areas.
double plan_rules_must_gain(const struct plan_crew *crew, const struct plan_rectangle *r);

// Of area k, by all who are placed: mean over its points of the coverage up to what is asked for, as a share
// of it; and the share of its points that have it.
double plan_rules_must_reached(const struct plan_crew *crew, size_t k);
double plan_rules_must_share(const struct plan_crew *crew, size_t k);

#endif
