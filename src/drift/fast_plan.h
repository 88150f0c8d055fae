// What the quick kernel needs to know of a window, worked out once by the thread that owns the run.
#ifndef DRIFT_FAST_PLAN_H
#define DRIFT_FAST_PLAN_H

#include "drift/fast.h"

struct drift_fast_planner {
    struct drift_fast_plan plan;
    const struct drift_fast_kind *kind; // NULL: this case is for the definition alone
    bool usable;                        // in this window
    uint32_t *jibe_below;
    int64_t last_start_ns; // of all particles
    float *blend[DRIFT_DRIVERS];
    uint8_t *away; // one byte a square
    size_t n_squares;
    bool has_sea;
    struct geo_box sea_box;
};

// Decides once for a run. PH_ENOMEM.
enum ph_status drift_fast_init(struct drift_fast_planner *planner, const struct drift_window *window,
                               enum drift_path path, struct core_arena *arena,
                               struct ph_err *err) PH_NODISCARD;

// After forcing and coast have been loaded for the window; sets `usable`.
void drift_fast_prepare(struct drift_fast_planner *planner, const struct drift_window *window);
void drift_fast_fini(struct drift_fast_planner *planner);

// A thread's rows.
struct drift_fast_rows *drift_fast_rows_new(void);
void drift_fast_rows_free(struct drift_fast_rows *rows);

// As drift_block_run, by the quick kernel where the rows allow it.
enum drift_outcome drift_fast_block_run(const struct drift_fast_planner *planner,
                                        const struct drift_window *window, struct drift_state *state,
                                        size_t from, size_t to, struct drift_fast_rows *rows,
                                        struct drift_scratch *scratch);

#endif
