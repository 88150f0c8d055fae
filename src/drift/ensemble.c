#include "drift/ensemble.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"
#include "core/time.h"
#include "core/units.h"
#include "drift/block.h"
#include "drift/coverage.h"
#include "drift/fast_plan.h"
#include "drift/outputs.h"
#include "drift/ranks.h"
#include "drift/sort.h"
#include "drift/state.h"
#include "drift/store.h"
#include "geo/grid.h"
#include "geo/notation.h"

// The box on which forcing and coast are loaded is the cloud, grown by how far it can go in a few windows.
// The guess of the speed is only a guess: a block whose particles leave the box is run again on a larger one.
#define FIRST_SPEED_MPS 3.0
#define MOST_SPEED_MPS 1000.0
#define BOX_MARGIN_M 2000.0
#define BOX_WINDOWS 6.0
// Less than this near the shore is the rule: a model's land misses it.
#define COASTAL_WARN_PERCENT 1.0

struct run {
    const struct scenario_case *c;
    const struct scenario_seeds *seeds;
    struct forcing *forcing;
    struct geo_coast *coast;
    struct core_job *job;
    struct drift_outputs outputs;
    struct core_arena arena; // what only the run needs
    struct drift_state state;
    struct drift_window window;
    struct drift_scratch **scratch; // one a thread
    struct drift_fast_planner fast;
    struct drift_sorter sorter;
    struct drift_fast_rows **fast_rows; // one a thread
    enum drift_path path;
    int threads;
    size_t block, n_blocks;
    uint8_t *outcome; // enum drift_outcome of each block
    double speed_mps;
    bool has_box;
    int64_t now_ns, previous_from_ns;
    uint32_t step_index;
    struct drift_gap gap;     // the earliest, when forcing was missing and must not be
    struct drift_tally *upto; // [n_times] accounts of all threads to each output, at the end of all ranks
};

// ---- Time: steps end on their own grid, on forcing levels, on output times and at the end ----

static int64_t step_end_after(const struct run *run, int64_t t_ns)
{
    const struct scenario_drift *drift = &run->c->drift;
    int64_t step_ns = (int64_t)llround(drift->step_s * 1e9);
    int64_t since_ns = t_ns - drift->start_ns;
    int64_t count = since_ns / step_ns - (since_ns % step_ns < 0); // floor
    int64_t end_ns = drift->start_ns + (count + 1) * step_ns;
    return end_ns < drift->until_ns ? end_ns : drift->until_ns;
}

static int64_t earliest(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

// Lays the steps of the next window: from now to the next forcing level or output time, not too many at once.
static void window_lay(struct run *run)
{
    int64_t to_ns = earliest(run->c->drift.until_ns, forcing_next_level(run->forcing, run->now_ns));
    to_ns = earliest(to_ns, drift_outputs_next(&run->outputs));
    struct drift_window *w = &run->window;
    int64_t from_ns = run->now_ns, previous_ns = run->previous_from_ns;
    for (w->n_steps = 0; from_ns < to_ns && w->n_steps < DRIFT_WINDOW_STEPS; w->n_steps++) {
        int64_t end_ns = earliest(to_ns, step_end_after(run, from_ns));
        uint32_t index = run->step_index + (uint32_t)w->n_steps;
        w->step[w->n_steps] = (struct drift_step){from_ns, end_ns, previous_ns, index};
        previous_ns = from_ns;
        from_ns = end_ns;
    }
}

static int64_t window_end(const struct run *run)
{
    return run->window.step[run->window.n_steps - 1].to_ns;
}

static void window_pass(struct run *run)
{
    const struct drift_window *w = &run->window;
    run->previous_from_ns = w->step[w->n_steps - 1].from_ns;
    run->step_index += (uint32_t)w->n_steps;
    run->now_ns = window_end(run);
}

// ---- Space: where the cloud can go ----

static bool box_holds(struct geo_box outer, struct geo_box inner)
{
    double from_west = core_deg_wrap360(inner.west_deg - outer.west_deg);
    double width = inner.east_deg - inner.west_deg;
    bool wide = outer.east_deg - outer.west_deg >= 360.0;
    return (wide || from_west + width <= outer.east_deg - outer.west_deg) &&
           outer.south_deg <= inner.south_deg && outer.north_deg >= inner.north_deg;
}

// Makes forcing and coast live where the cloud can be during the window.
static enum ph_status window_load(struct run *run, struct geo_box cloud, struct ph_err *err)
{
    struct drift_window *w = &run->window;
    double reach_m = run->speed_mps * (double)(window_end(run) - run->now_ns) * 1e-9 + BOX_MARGIN_M;
    struct geo_box need = geo_box_grow(cloud, reach_m);
    if (!run->has_box || !box_holds(w->box, need))
        w->box = geo_box_grow(cloud, BOX_WINDOWS * reach_m);
    run->has_box = true;
    enum ph_status status = forcing_window(run->forcing, run->now_ns, window_end(run), w->box, err);
    if (!status && run->coast)
        status = geo_coast_load(run->coast, w->box, err);
    if (!status)
        drift_fast_prepare(&run->fast, w);
    return status;
}

// ---- One window ----

static void blocks_run(void *arg, size_t from, size_t to, int thread)
{
    struct run *run = arg;
    size_t block = from / run->block;
    if (run->outcome[block] == DRIFT_DONE)
        return;
    run->outcome[block] =
        (uint8_t)(run->fast.usable
                      ? drift_fast_block_run(&run->fast, &run->window, &run->state, from, to,
                                             run->fast_rows[thread], run->scratch[thread])
                      : drift_block_run(&run->window, &run->state, from, to, run->scratch[thread]));
}

static bool any_outcome(const struct run *run, enum drift_outcome outcome)
{
    return run->n_blocks && memchr(run->outcome, outcome, run->n_blocks);
}

static const char *kind_text(enum forcing_kind kind)
{
    return kind == FORCING_WIND ? "wind" : "current";
}

static void gap_find(struct run *run)
{
    for (int i = 0; i < run->threads; i++) {
        const struct drift_gap *seen = drift_scratch_gap(run->scratch[i]), *kept = &run->gap;
        if (seen->any && (!kept->any || seen->t_ns < kept->t_ns ||
                          (seen->t_ns == kept->t_ns && seen->particle < kept->particle)))
            run->gap = *seen;
    }
}

// Says what is missing, where, when, and which sources there are.
static enum ph_status gap_error(const struct run *run, struct ph_err *err)
{
    struct drift_gap gap = run->gap;
    char place[GEO_TEXT], time[CORE_TIME_TEXT], sources[256] = "";
    geo_pos_format((struct geo_pos){gap.lat_deg, gap.lon_deg}, 1, place);
    core_time_iso(gap.t_ns, time);
    size_t n = forcing_n_sources(run->forcing, gap.kind), used = 0;
    for (size_t i = 0; i < n && used < sizeof sources - 1; i++)
        used += (size_t)snprintf(sources + used, sizeof sources - used, "%s%s", i ? "; " : "",
                                 forcing_source_text(run->forcing, gap.kind, i));
    char where[64];
    snprintf(where, sizeof where, "/environment/%s", kind_text(gap.kind));
    return core_err_set(
        err, PH_EINPUT, where,
        "add a source that covers it (a constant as the last one covers everything), end the run "
        "earlier, or set \"on_missing\" to \"hold\" or \"stop-particle\"",
        "no source of %s covers %s at %s (sources: %s)", kind_text(gap.kind), place, time,
        n ? sources : "none");
}

static enum ph_status window_run(struct run *run, struct ph_err *err)
{
    struct geo_box cloud;
    if (!drift_state_box(&run->state, run->seeds, window_end(run), &cloud))
        return PH_OK; // nobody drifts now
    memset(run->outcome, DRIFT_ESCAPED, run->n_blocks);
    do {
        enum ph_status status = window_load(run, cloud, err);
        if (status)
            return status;
        if (run->fast.usable && !any_outcome(run, DRIFT_DONE)) // else slots are numbered by the outcomes
            drift_sort_if_wide(&run->sorter, &run->fast.plan, cloud, run->now_ns, run->c->drift.until_ns,
                               &run->arena, &run->state);
        core_threads_for(run->threads, run->state.n, run->block, blocks_run, run);
        if (any_outcome(run, DRIFT_CANCELLED))
            return core_job_interrupted(err);
        if (any_outcome(run, DRIFT_ESCAPED)) {
            run->speed_mps *= 2.0;
            run->has_box = false;
            if (run->speed_mps > MOST_SPEED_MPS)
                return core_err_set(err, PH_EINPUT, "/environment", "check the units of current and wind",
                                    "the forcing drives particles faster than %.0f m/s", MOST_SPEED_MPS);
        }
    } while (any_outcome(run, DRIFT_ESCAPED));
    if (!any_outcome(run, DRIFT_GAP))
        return PH_OK;
    gap_find(run);
    return gap_error(run, err);
}

static struct drift_tally tally_now(const struct run *run)
{
    struct drift_tally tally = {0};
    for (int i = 0; i < run->threads; i++)
        drift_tally_add(&tally, drift_scratch_tally(run->scratch[i]));
    return tally;
}

// All ranks are here and all is well, or all end; the earliest gap of all is the run's.
static enum ph_status ranks_meet(struct run *run, enum ph_status status, struct ph_err *err)
{
    struct core_mpi *mpi = run->job ? run->job->mpi : NULL;
    if (core_mpi_size(mpi) < 2)
        return status;
    status = core_mpi_agree(mpi, run->gap.any ? PH_OK : status, err);
    if (!status)
        status = drift_ranks_gap(mpi, &run->gap, err);
    if (status)
        return status;
    return core_mpi_agree(mpi, core_mpi_leads(mpi) && run->gap.any ? gap_error(run, err) : PH_OK, err);
}

static enum ph_status outputs_take(struct run *run, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    while (!status && drift_outputs_next(&run->outputs) <= run->now_ns) {
        run->upto[run->outputs.next] = tally_now(run);
        status = ranks_meet(run, PH_OK, err);
        if (!status)
            status = drift_outputs_take(&run->outputs, &run->state, err);
    }
    return status;
}

static enum ph_status run_all(struct run *run, struct ph_err *err)
{
    int64_t from_ns = run->now_ns, until_ns = run->c->drift.until_ns;
    enum ph_status status = outputs_take(run, err);
    while (!status && run->now_ns < until_ns) {
        if (core_job_cancelled(run->job))
            return core_job_interrupted(err);
        window_lay(run);
        status = window_run(run, err);
        if (status)
            return status;
        window_pass(run);
        status = outputs_take(run, err);
        core_job_progress(run->job, "drift", (double)(run->now_ns - from_ns) / (double)(until_ns - from_ns));
    }
    return status;
}

// ---- Before: memory and the plan of the run ----

static enum ph_status jibing_init(struct run *run, struct ph_err *err)
{
    double *log_stay = CORE_ARENA_NEW(&run->arena, double, run->c->n_objects);
    if (!log_stay)
        return core_err_nomem(err);
    for (size_t i = 0; i < run->c->n_objects; i++)
        log_stay[i] = log1p(-run->c->object[i].jibing_per_h);
    run->window.log_stay = log_stay;
    return PH_OK;
}

static int job_threads(const struct run *run)
{
    return run->job && run->job->threads > 1 ? run->job->threads : 1;
}

static enum ph_status threads_init(struct run *run, struct ph_err *err)
{
    run->threads = job_threads(run);
    run->n_blocks = (run->state.n + run->block - 1) / run->block;
    run->scratch = CORE_ARENA_NEW(&run->arena, struct drift_scratch *, (size_t)run->threads);
    run->outcome = CORE_ARENA_NEW(&run->arena, uint8_t, run->n_blocks);
    run->fast_rows = CORE_ARENA_NEW(&run->arena, struct drift_fast_rows *, (size_t)run->threads);
    run->upto = CORE_ARENA_NEW(&run->arena, struct drift_tally, run->outputs.ensemble->n_times);
    if (!run->scratch || !run->outcome || !run->fast_rows || !run->upto)
        return core_err_nomem(err);
    for (int i = 0; i < run->threads; i++)
        if (!(run->scratch[i] = drift_scratch_new()) || !(run->fast_rows[i] = drift_fast_rows_new()))
            return core_err_nomem(err);
    return PH_OK;
}

// The run begins with the first output, or with the first particle if that is earlier.
static int64_t run_begin(const struct run *run)
{
    int64_t begin_ns = run->c->drift.start_ns;
    for (size_t i = 0; i < run->seeds->n; i++)
        begin_ns = earliest(begin_ns, run->seeds->start_ns[i]);
    return begin_ns;
}

static enum ph_status run_init(struct run *run, const struct drift_sink *sink,
                               struct drift_ensemble *ensemble, struct ph_err *err)
{
    const struct scenario_case *c = run->c;
    if (!(c->drift.step_s >= 1e-3) || !(c->drift.output_every_s >= 1e-3) ||
        c->drift.until_ns < c->drift.start_ns)
        return core_err_set(err, PH_EINPUT, "/drift", "give an end after the start and positive steps",
                            "the drift has no time to run");
    for (int kind = 0; kind < DRIFT_DRIVERS; kind++)
        if (!forcing_n_sources(run->forcing, (enum forcing_kind)kind))
            return core_err_set(err, PH_EINPUT, "/environment",
                                "give a file, a constant (0 for none) or observations", "the case has no %s",
                                kind_text((enum forcing_kind)kind));
    enum ph_status status = drift_outputs_init(c, run->seeds, run->job, sink, ensemble, &run->outputs, err);
    if (!status)
        status = drift_state_init_share(c, run->seeds, run->outputs.from, run->outputs.to, job_threads(run),
                                        &run->arena, &run->state, err);
    if (!status)
        status = jibing_init(run, err);
    if (!status)
        status = threads_init(run, err);
    run->speed_mps = FIRST_SPEED_MPS;
    run->now_ns = run->previous_from_ns = run_begin(run);
    struct drift_window *w = &run->window;
    w->c = c;
    w->seeds = run->seeds;
    w->forcing = run->forcing;
    w->coast = run->coast;
    w->job = run->job;
    w->run_from_ns = run->now_ns;
    w->errors = c->drift.wind_sd_mps > 0.0 || c->drift.current_sd_mps > 0.0;
    for (int k = 0; k < 4; k++) {
        w->law.sd_mps[k] = k < 2 ? c->drift.wind_sd_mps : c->drift.current_sd_mps;
        w->law.correlation_s[k] = k < 2 ? c->drift.wind_correlation_s : c->drift.current_correlation_s;
    }
    return status ? status : drift_fast_init(&run->fast, w, run->path, &run->arena, err);
}

// ---- After: accounts and warnings ----

static double seconds(struct drift_time_sum sum)
{
    return (double)sum.s + (double)sum.ns * 1e-9;
}

// All ranks' accounts and warnings come together on rank 0.
static enum ph_status ranks_join(struct run *run, enum ph_status status, struct ph_err *err)
{
    struct core_mpi *mpi = run->job ? run->job->mpi : NULL;
    status = ranks_meet(run, status, err);
    if (status || core_mpi_size(mpi) < 2)
        return status;
    status = drift_ranks_tallies(mpi, run->upto, run->outputs.ensemble->n_times, err);
    return status ? status : core_mpi_warnings(mpi, run->job, err);
}

static void tally_sum(const struct run *run, struct drift_service *out)
{
    const struct drift_tally sum =
        run->upto[run->outputs.ensemble->n_times - 1]; // the last output is the end
    out->total_s = seconds(sum.total);
    out->particle_steps = sum.particle_steps;
    for (int k = 0; k < DRIFT_DRIVERS; k++) {
        out->missing_s[k] = seconds(sum.missing[k]);
        out->coastal_s[k] = seconds(sum.coastal[k]);
        out->held_s[k] = seconds(sum.held[k]);
        for (int i = 0; i < DRIFT_SOURCES; i++)
            out->served_s[k][i] = seconds(sum.served[k][i]);
    }
}

static void warn(const struct run *run, const struct drift_service *service)
{
    for (int k = 0; k < DRIFT_DRIVERS && service->total_s > 0.0; k++) {
        const char *kind = kind_text((enum forcing_kind)k);
        double percent = 100.0 / service->total_s;
        char held[DRIFT_SPAN_TEXT], missing[DRIFT_SPAN_TEXT];
        drift_coverage_span(service, k, true, held);
        drift_coverage_span(service, k, false, missing);
        if (service->held_s[k] > 0.0)
            core_job_warn(
                run->job, "forcing-held",
                "For %.2g %% of the particle-time no source covered the %s%s; the last known value was held.",
                service->held_s[k] * percent, kind, held);
        if (service->missing_s[k] > 0.0)
            core_job_warn(
                run->job, "forcing-missing",
                "For %.2g %% of the particle-time there was no %s at all%s; the particles concerned were "
                "stopped where they were.",
                service->missing_s[k] * percent, kind, missing);
        if (service->coastal_s[k] * percent >= COASTAL_WARN_PERCENT)
            core_job_warn(
                run->job, "forcing-coastal",
                "For %.2g %% of the particle-time the %s was taken from the nearest sea cell, up to "
                "%.0f km away, because the cells around are land.",
                service->coastal_s[k] * percent, kind, forcing_coastal_reach_m(run->forcing) / 1000.0);
    }
}

static void run_free(struct run *run)
{
    for (int i = 0; run->scratch && i < run->threads; i++)
        drift_scratch_free(run->scratch[i]);
    for (int i = 0; run->fast_rows && i < run->threads; i++)
        drift_fast_rows_free(run->fast_rows[i]);
    drift_fast_fini(&run->fast);
    drift_outputs_fini(&run->outputs);
    core_arena_fini(&run->arena);
    free(run);
}

enum ph_status drift_run_blocks(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                struct forcing *forcing, struct geo_coast *coast, struct core_job *job,
                                size_t block, enum drift_path path, const struct drift_sink *sink,
                                struct drift_ensemble *out, struct drift_service *service, struct ph_err *err)
{
    double began_s = core_time_monotonic_s();
    struct drift_ensemble ensemble = {0};
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return core_err_nomem(err);
    *run = (struct run){.c = c, .seeds = seeds, .forcing = forcing, .coast = coast, .job = job};
    run->block = block < 1 ? 1 : block > DRIFT_FAST_ROWS ? DRIFT_FAST_ROWS : block;
    run->path = path;
    enum ph_status status = run_init(run, sink, &ensemble, err);
    int64_t begin_ns = run->now_ns;
    if (!status)
        status = run_all(run, err);
    status = ranks_join(run, status, err);
    struct drift_service accounts = {0};
    if (!status)
        status = drift_coverage_make(run->upto, ensemble.time_ns, ensemble.n_times, begin_ns,
                                     c->drift.until_ns, &ensemble.arena, &accounts, err);
    if (!status) {
        *service = accounts;
        tally_sum(run, service);
        warn(run, service);
        service->kernel = run->fast.kind ? run->fast.kind->name : "scalar";
        service->wall_s = core_time_monotonic_s() - began_s;
        *out = ensemble;
    } else {
        drift_ensemble_free(&ensemble);
    }
    run_free(run);
    return status;
}

enum ph_status drift_run(const struct scenario_case *c, const struct scenario_seeds *seeds,
                         struct forcing *forcing, struct geo_coast *coast, struct core_job *job,
                         struct drift_ensemble *out, struct drift_service *service, struct ph_err *err)
{
    return drift_run_blocks(c, seeds, forcing, coast, job, DRIFT_FAST_ROWS, DRIFT_PATH_AUTO, NULL, out,
                            service, err);
}

enum ph_status drift_run_into(const struct scenario_case *c, const struct scenario_seeds *seeds,
                              struct forcing *forcing, struct geo_coast *coast, struct core_job *job,
                              const struct drift_sink *sink, struct drift_ensemble *out,
                              struct drift_service *service, struct ph_err *err)
{
    return drift_run_blocks(c, seeds, forcing, coast, job, DRIFT_FAST_ROWS, DRIFT_PATH_AUTO, sink, out,
                            service, err);
}

void drift_ensemble_rest(const struct drift_ensemble *e, size_t time)
{
    if (!e->stored)
        return;
    drift_store_rest(e->lat_deg + time * e->n, e->n * sizeof *e->lat_deg);
    drift_store_rest(e->lon_deg + time * e->n, e->n * sizeof *e->lon_deg);
    drift_store_rest(e->status + time * e->n, e->n * sizeof *e->status);
}

void drift_ensemble_free(struct drift_ensemble *ensemble)
{
    drift_store_free(ensemble->stored, ensemble->stored_bytes);
    core_arena_fini(&ensemble->arena);
    *ensemble = (struct drift_ensemble){0};
}

size_t drift_bytes_needed(const struct scenario_case *c, size_t particles, size_t n_kept)
{
    size_t each = 2 * sizeof(uint16_t) + sizeof(uint8_t) + sizeof(double) + sizeof(int64_t);
    size_t snapshot = particles * (2 * sizeof(float) + sizeof(uint8_t));
    size_t in_memory = snapshot * n_kept > DRIFT_STORE_FROM_BYTES ? 1 : n_kept;
    return drift_state_bytes(c, particles) + particles * (DRIFT_SORT_BYTES + each) + snapshot * in_memory;
}
