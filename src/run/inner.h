// Parts of a run that its own files share.
#ifndef RUN_INNER_H
#define RUN_INNER_H

#include "plan/evaluate.h"
#include "prob/map_file.h"
#include "run/run.h"

// The case's forcing for its drift's time and its starts' place.
enum ph_status run_forcing_open(const struct scenario_case *c, struct core_arena *arena, struct core_job *job,
                                struct forcing **out, struct ph_err *err) PH_NODISCARD;

// Where, when and as what the particles start.
enum ph_status run_starts(struct run *run, struct ph_err *err) PH_NODISCARD;

// A text built in a buffer, which is freed, kept in the run's arena; NULL when out of memory.
const char *run_text_keep(struct run *run, struct core_buf *buf);

// Scenarios and routes of the case, into the product.
enum ph_status run_beginnings_add(struct run *run, struct ph_err *err) PH_NODISCARD;

// The drift after run_starts, into a sink that needs sink_bytes of memory.
enum ph_status run_drift_into(struct run *run, const struct drift_sink *sink, size_t sink_bytes,
                              struct ph_err *err) PH_NODISCARD;

// run_map time by time: the one that begins makes room, each cloud is an ensemble of one time.
struct run_map_scratch {
    struct core_arena arena;
    float *lat_deg, *lon_deg;
    double *weight;
};
enum ph_status run_map_begin(struct run *run, struct run_map_scratch *scratch,
                             struct ph_err *err) PH_NODISCARD;
enum ph_status run_map_time(struct run *run, const struct drift_ensemble *now, size_t time,
                            struct run_map_scratch *scratch, struct ph_err *err) PH_NODISCARD;
size_t run_map_bytes(size_t particles);
size_t run_maps_bytes(size_t particles, size_t n_times); // of run_maps_write

// Highest-density regions [RUN_N_REGIONS] of a cloud, each on a grid fitted to it.
enum ph_status run_regions_make(struct run *run, const struct prob_cloud *cloud, struct prob_region *region,
                                struct ph_err *err) PH_NODISCARD;

// Who is left when the plan ends without a find: fills run->after from the cloud that was planned on.
enum ph_status run_after_make(struct run *run, const struct plan_cloud *cloud,
                              struct ph_err *err) PH_NODISCARD;

// Times at which an asset may search, from its windows and daylight at the datum.
enum ph_status run_windows_make(struct run *run, const struct scenario_asset *asset, struct plan_asset *out,
                                struct ph_err *err) PH_NODISCARD;

// What the plan is to raise, and what it must search.
enum ph_status run_objective_make(struct run *run, struct plan_problem *problem,
                                  struct ph_err *err) PH_NODISCARD;
enum ph_status run_must_make(struct run *run, struct plan_problem *problem, struct ph_err *err) PH_NODISCARD;

// Coldest and warmest water along the datum; false when no source says.
bool run_water_along_datum(struct run *run, double water_c[2]);

// Sweep widths and planner's view of the case's assets; fills run->plan_asset and run->refused.
enum ph_status run_assets_make(struct run *run, struct ph_err *err) PH_NODISCARD;

// Sweep widths [n_objects] (metres) of case asset i from the tables; NULL texts in err when there is none.
enum ph_status run_asset_sweeps(struct run *run, const struct scenario_asset *asset,
                                struct sensor_sweep *sweep, struct ph_err *err) PH_NODISCARD;

// Traces back the scenarios that begin with a find: their particles get their starts.
enum ph_status run_trace(struct run *run, struct ph_err *err) PH_NODISCARD;

// Sources of forcing into the product: what each served and when, and how far they differ at the datum.
enum ph_status run_sources_add(struct run *run, struct ph_err *err) PH_NODISCARD;

// Posterior weights after all that was reported, and what it has taught (reports.c). `cloud` has the weights
// before; where too few particles are left, the ensemble is another one afterwards, and so is the cloud.
enum ph_status run_reports_apply(struct run *run, struct plan_cloud *cloud, struct ph_err *err) PH_NODISCARD;

// probability.nc of all output times on one grid.
enum ph_status run_maps_write(struct run *run, const char *path, const struct prob_map_attrs *attrs,
                              struct ph_err *err) PH_NODISCARD;

#endif
