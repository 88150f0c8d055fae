// One case from start to end: case -> drift -> maps -> plan -> files. The command line and the public
// library are both thin above this.
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "drift/ensemble.h"
#include "drift/stream.h"
#include "drift/trajectories.h"
#include "export/product.h"
#include "forcing/forcing.h"
#include "plan/plan.h"
#include "prob/density.h"
#include "scenario/case.h"
#include "sensor/sweep.h"

enum { RUN_N_REGIONS = 4 };

// Everything of a run, filled step by step; a zeroed struct is one before its first step. Steps come in the
// order below and each needs the ones before it.
struct run {
    struct core_job *job; // not owned
    struct core_arena arena;
    struct scenario_case c;
    struct geo_coast *coast;
    struct forcing *forcing;
    struct scenario_seeds seeds;
    struct drift_ensemble ensemble;
    struct drift_stream *stream; // of run_stream: then the ensemble has places of the last time only
    struct drift_service service;
    struct export_traced *traced; // scenarios of kind backtrack
    size_t n_traced;

    double cell_m;            // cells of maps; 0: chosen to fit the cloud
    struct export_time *time; // [ensemble.n_times]
    struct prob_region *region;

    double *posterior; // [ensemble.n] weights after the searches flown
    double prior_pos;  // cumulative POS of those searches; NAN without
    struct export_taught taught;

    const char *evaluate; // a plan.json whose areas are taken as they are, NULL: plan
    bool has_objective;   // said on the command line, over the case's
    enum scenario_objective objective;
    enum plan_objective plan_objective; // that was planned for
    double budget_s;                    // of the planner, 0: the default
    bool quick;                         // evaluating: POS only, no bound
    struct plan_asset *plan_asset;      // those that can take part
    size_t *plan_asset_index;           // their place in the case
    size_t n_plan_assets;
    struct sensor_sweep *sweep;  // [n_assets * n_objects]
    bool *sweep_known;           // [n_assets]
    struct plan_unused *refused; // assets left out before planning
    size_t n_refused;
    struct plan_result plan;
    bool has_plan;
    struct export_time after; // who is left when the plan ends without a find
    struct export_product product;
};

// Reads the case. On failure `problems` (may be NULL) has the list.
enum ph_status run_load(struct run *run, const char *path, const struct scenario_overrides *overrides,
                        struct core_job *job, struct scenario_problems *problems,
                        struct ph_err *err) PH_NODISCARD;

// The same from memory; `dir` resolves relative paths, `name` stands for the path.
enum ph_status run_parse(struct run *run, const char *text, size_t length, const char *dir, const char *name,
                         const struct scenario_overrides *overrides, struct core_job *job,
                         struct scenario_problems *problems, struct ph_err *err) PH_NODISCARD;

// Opens coast and forcing: everything that the case names is there and can be read.
enum ph_status run_open(struct run *run, struct ph_err *err) PH_NODISCARD;

// After run_open, without any drift: the view of where it begins, for a map of that alone.
enum ph_status run_beginnings(struct run *run, struct ph_err *err) PH_NODISCARD;

// Starts and drift.
enum ph_status run_drift(struct run *run, struct ph_err *err) PH_NODISCARD;

// The same, but the cloud is not kept: every output time goes into the file `path` while the drift goes on,
// so that memory does not grow with their number. `with_map` does on the way what run_map does else. The file
// stands under its name after run_stream_finish; run_fini takes away one that does not.
enum ph_status run_stream(struct run *run, const char *path, bool with_map, struct ph_err *err) PH_NODISCARD;
enum ph_status run_stream_finish(struct run *run, struct ph_err *err) PH_NODISCARD;

// Weights after the searches already flown: what they have left.
enum ph_status run_weights(struct run *run, struct ph_err *err) PH_NODISCARD;

// Keeps one moment of the ensemble: an output time, or between two of them by linear interpolation.
enum ph_status run_snapshot(struct run *run, int64_t t_ns, struct ph_err *err) PH_NODISCARD;

// Moments and highest-density regions at every output time.
enum ph_status run_map(struct run *run, struct ph_err *err) PH_NODISCARD;

// Sweep widths and the plan for the case's assets, if it has any.
enum ph_status run_plan(struct run *run, struct ph_err *err) PH_NODISCARD;

// The view that every writer uses; valid as long as the run.
enum ph_status run_product(struct run *run, struct ph_err *err) PH_NODISCARD;

// All steps above after run_load.
enum ph_status run_all(struct run *run, struct ph_err *err) PH_NODISCARD;

void run_fini(struct run *run);

// What goes into the folder.
enum run_parts {
    RUN_PART_PLAN = 1, // plan.*, tasks/
    RUN_PART_ALL = 3,  // and summary, trajectories, probability, containment, report
};

// Writes all files aside and moves them into `dir` when every one of them is whole. Files that an earlier
// run left there and this one does not write are removed (they are named in its summary.json).
enum ph_status run_write(struct run *run, const char *dir, enum run_parts parts,
                         struct ph_err *err) PH_NODISCARD;

// One map of the cloud at output time t, on a grid fitted to it.
enum ph_status run_map_at(struct run *run, size_t t, struct prob_map *out, struct ph_err *err) PH_NODISCARD;

#endif
