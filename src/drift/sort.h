// Wide clouds in order of place: neighbours in memory are neighbours at sea, so that a block reads few cells
// of the fields. Slots change, particles do not: no result depends on it.
#ifndef DRIFT_SORT_H
#define DRIFT_SORT_H

#include "core/arena.h"
#include "drift/fast.h"

struct drift_sorter {
    bool sorted;       // once at least
    int64_t sorted_ns; // when last
};

enum { DRIFT_SORT_BYTES = 16 }; // of memory a particle, most of it only while sorting

// Sorts when the cells under the cloud are more than the near memory of a processor holds and there is a
// while to go, and again after a day; not with $PHAROS_SORT=off, for comparing. Without memory for it nothing
// happens: it would only have been faster.
void drift_sort_if_wide(struct drift_sorter *sorter, const struct drift_fast_plan *plan, struct geo_box cloud,
                        int64_t now_ns, int64_t until_ns, struct core_arena *arena,
                        struct drift_state *state);

// Sorts along Morton's curve over 256 x 256 squares of the box; particles of a square keep their order.
void drift_sort(struct geo_box box, struct core_arena *arena, struct drift_state *state);

#endif
