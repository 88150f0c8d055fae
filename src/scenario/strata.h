// Which particle stands for which (scenario, object), and with what weight.
#ifndef SCENARIO_STRATA_H
#define SCENARIO_STRATA_H

#include "scenario/seed.h"

// Fills source, object, side and weight of all particles, and place and time of those of kind POINTS (whose
// number within the scenario decides). PH_EINPUT when there are fewer particles than pairs with weight.
enum ph_status scenario_strata_fill(const struct scenario_case *c, struct core_arena *scratch,
                                    struct scenario_seeds *seeds, struct ph_err *err) PH_NODISCARD;

#endif
