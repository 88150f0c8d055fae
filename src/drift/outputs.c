#include "drift/outputs.h"

#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/threads.h"
#include "drift/ranks.h"
#include "drift/state.h"
#include "drift/store.h"
#include "drift/underway.h"

enum { ROWS_A_PIECE = 1 << 15 }; // of a snapshot, for one thread

size_t drift_n_times(const struct scenario_drift *drift)
{
    int64_t every_ns = (int64_t)llround(drift->output_every_s * 1e9);
    int64_t span_ns = drift->until_ns - drift->start_ns;
    return (size_t)(span_ns / every_ns + 1 + (span_ns % every_ns != 0));
}

static bool places_alloc(struct core_arena *arena, size_t n, struct drift_outputs *o)
{
    return (o->lat_deg = CORE_ARENA_NEW(arena, float, n)) && (o->lon_deg = CORE_ARENA_NEW(arena, float, n)) &&
           (o->status = CORE_ARENA_NEW(arena, uint8_t, n));
}

// All times of all particles, in memory or, where that is too much, in a store.
static enum ph_status ensemble_alloc(struct drift_outputs *o, size_t n_kept, struct ph_err *err)
{
    struct drift_ensemble *e = o->ensemble;
    if (n_kept && e->n > SIZE_MAX / 16 / n_kept)
        return core_err_nomem(err);
    size_t places = e->n * n_kept, bytes = places * (2 * sizeof(float) + sizeof(uint8_t));
    enum ph_status status = PH_OK;
    if (n_kept == 1 || bytes <= DRIFT_STORE_FROM_BYTES) {
        status = places_alloc(&e->arena, places, o) ? PH_OK : core_err_nomem(err);
    } else {
        status = drift_store_new(bytes, &e->stored, err);
        e->stored_bytes = bytes;
        o->lat_deg = e->stored;
        o->lon_deg = status ? NULL : o->lat_deg + places;
        o->status = status ? NULL : (uint8_t *)(o->lon_deg + places);
    }
    e->lat_deg = o->lat_deg;
    e->lon_deg = o->lon_deg;
    e->status = o->status;
    return status;
}

// Output times: from the start, every so often, and the end.
static void times_lay(const struct scenario_drift *drift, struct drift_ensemble *e)
{
    int64_t every_ns = (int64_t)llround(drift->output_every_s * 1e9);
    for (size_t k = 0; k < e->n_times; k++) {
        int64_t t_ns = drift->start_ns + (int64_t)k * every_ns;
        e->time_ns[k] = t_ns < drift->until_ns ? t_ns : drift->until_ns;
    }
}

// The one that leads has room for all particles: at all times, or at one when a sink takes them.
static enum ph_status ensemble_init(struct drift_outputs *o, struct ph_err *err)
{
    struct drift_ensemble *e = o->ensemble;
    const struct scenario_seeds *seeds = o->seeds;
    struct core_arena *arena = &e->arena;
    size_t n = e->n = seeds->n, times = e->n_times = drift_n_times(&o->c->drift), kept = o->sink ? 1 : times;
    enum ph_status status = ensemble_alloc(o, kept, err);
    if (status)
        return status;
    if (!(e->time_ns = CORE_ARENA_NEW(arena, int64_t, times)) ||
        !(e->source = CORE_ARENA_NEW(arena, uint16_t, n)) ||
        !(e->object = CORE_ARENA_NEW(arena, uint16_t, n)) || !(e->side = CORE_ARENA_NEW(arena, uint8_t, n)) ||
        !(e->weight = CORE_ARENA_NEW(arena, double, n)) || !(e->start_ns = CORE_ARENA_NEW(arena, int64_t, n)))
        return core_err_nomem(err);
    times_lay(&o->c->drift, e);
    memcpy(e->source, seeds->source, n * sizeof e->source[0]);
    memcpy(e->object, seeds->object, n * sizeof e->object[0]);
    memcpy(e->side, seeds->side, n * sizeof e->side[0]);
    memcpy(e->weight, seeds->weight, n * sizeof e->weight[0]);
    memcpy(e->start_ns, seeds->start_ns, n * sizeof e->start_ns[0]);
    return o->sink ? o->sink->begin(o->sink->arg, e, err) : PH_OK;
}

// Another rank knows the times, and its own particles at one of them.
static enum ph_status follower_init(struct drift_outputs *o, struct ph_err *err)
{
    struct drift_ensemble *e = o->ensemble;
    e->n_times = drift_n_times(&o->c->drift);
    if (!(e->time_ns = CORE_ARENA_NEW(&e->arena, int64_t, e->n_times)) ||
        !places_alloc(&o->arena, o->to - o->from, o))
        return core_err_nomem(err);
    times_lay(&o->c->drift, e);
    return PH_OK;
}

enum ph_status drift_outputs_init(const struct scenario_case *c, const struct scenario_seeds *seeds,
                                  struct core_job *job, const struct drift_sink *sink,
                                  struct drift_ensemble *ensemble, struct drift_outputs *out,
                                  struct ph_err *err)
{
    *out = (struct drift_outputs){
        .c = c,
        .seeds = seeds,
        .mpi = job ? job->mpi : NULL,
        .threads = job ? job->threads : 1,
        .sink = sink,
        .ensemble = ensemble,
    };
    core_mpi_share(seeds->n, core_mpi_rank(out->mpi), core_mpi_size(out->mpi), &out->from, &out->to);
    return core_mpi_leads(out->mpi) ? ensemble_init(out, err) : follower_init(out, err);
}

int64_t drift_outputs_next(const struct drift_outputs *o)
{
    return o->next < o->ensemble->n_times ? o->ensemble->time_ns[o->next] : INT64_MAX;
}

struct snapshot {
    const struct drift_outputs *o;
    const struct drift_state *state;
};

static void slots_take(void *arg, size_t from, size_t to, int thread)
{
    const struct snapshot *s = arg;
    const struct drift_outputs *o = s->o;
    (void)thread;
    drift_state_snapshot(s->state, o->seeds, from, to, drift_outputs_next(o), o->from, o->lat_deg, o->lon_deg,
                         o->status);
}

static void voyages_take(void *arg, size_t from, size_t to, int thread)
{
    const struct drift_outputs *o = ((const struct snapshot *)arg)->o;
    (void)thread;
    drift_underway_fill(o->c, o->seeds, o->from + from, o->from + to, drift_outputs_next(o),
                        o->lat_deg + from, o->lon_deg + from, o->status + from);
}

// To the sink, or kept: then the next goes behind it.
static enum ph_status row_pass(struct drift_outputs *o, struct ph_err *err)
{
    struct drift_ensemble *e = o->ensemble;
    if (!o->sink) {
        drift_ensemble_rest(e, o->next);
        o->lat_deg += e->n;
        o->lon_deg += e->n;
        o->status += e->n;
        return PH_OK;
    }
    struct drift_ensemble now = *e;
    now.time_ns = &e->time_ns[o->next];
    now.n_times = 1;
    return o->sink->take(o->sink->arg, &now, o->next, err);
}

enum ph_status drift_outputs_take(struct drift_outputs *o, const struct drift_state *state,
                                  struct ph_err *err)
{
    struct snapshot snapshot = {o, state};
    core_threads_for(o->threads, state->n, ROWS_A_PIECE, slots_take, &snapshot);
    if (o->seeds->attempt)
        core_threads_for(o->threads, o->to - o->from, ROWS_A_PIECE, voyages_take, &snapshot);
    enum ph_status status = drift_ranks_row(o->mpi, o->seeds->n, o->lat_deg, o->lon_deg, o->status, err);
    if (!status && core_mpi_leads(o->mpi))
        status = row_pass(o, err);
    o->next++;
    return status;
}

void drift_outputs_fini(struct drift_outputs *o)
{
    core_arena_fini(&o->arena);
}
