// What the forcing was to the run: which source served when, and how far those that cover the datum differ.
#include <math.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "geo/grid.h"
#include "run/inner.h"

static const char *const kind_names[FORCING_KINDS] = {
    [FORCING_CURRENT] = "current",
    [FORCING_WIND] = "wind",
    [FORCING_WAVES] = "waves",
    [FORCING_SEA_TEMPERATURE] = "sea_temperature",
};

enum { DAY_S = 86400, LISTED = 32 }; // sources of a kind that the accounts know

static enum ph_status list_make(struct run *run, struct ph_err *err)
{
    size_t n = 0, total = 0;
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        total += forcing_n_sources(run->forcing, kind);
    struct export_source *list = CORE_ARENA_NEW(&run->arena, struct export_source, total);
    if (!list)
        return core_err_nomem(err);
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        for (size_t s = 0; s < forcing_n_sources(run->forcing, kind); s++) {
            double asked_s = run->service.total_s;
            list[n++] = (struct export_source){
                .kind = kind_names[kind],
                .text = forcing_source_text(run->forcing, kind, s),
                .fraction = asked_s > 0 && s < LISTED ? run->service.served_s[kind][s] / asked_s : 0,
                .coastal_fraction = asked_s > 0 ? run->service.coastal_s[kind] / asked_s : 0,
            };
        }
    run->product.source = list;
    run->product.n_sources = n;
    return PH_OK;
}

// ---- Which served when ----

static void interval_fill(const struct run *run, const struct drift_interval *from, double *served,
                          struct export_coverage *out)
{
    double all_s = from->total_s > 0 ? from->total_s : 1;
    size_t n = 0;
    *out = (struct export_coverage){
        .from_ns = from->from_ns, .to_ns = from->to_ns, .particle_s = from->total_s, .served = served};
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        for (size_t s = 0; s < forcing_n_sources(run->forcing, kind); s++)
            served[n++] = kind >= EXPORT_DRIVERS ? NAN : s < LISTED ? from->served_s[kind][s] / all_s : 0;
    for (int k = 0; k < EXPORT_DRIVERS; k++) {
        out->held[k] = from->held_s[k] / all_s;
        out->missing[k] = from->missing_s[k] / all_s;
    }
}

// An interval of no length (before the first output as a rule) is left out.
static enum ph_status coverage_make(struct run *run, struct ph_err *err)
{
    size_t n = run->service.n_intervals, n_sources = run->product.n_sources, kept = 0;
    struct export_coverage *coverage = CORE_ARENA_NEW(&run->arena, struct export_coverage, n);
    double *served = CORE_ARENA_NEW(&run->arena, double, n *n_sources);
    if (!coverage || !served)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const struct drift_interval *interval = &run->service.interval[i];
        if (interval->to_ns > interval->from_ns)
            interval_fill(run, interval, served + i * n_sources, &coverage[kept++]);
    }
    run->product.coverage = coverage;
    run->product.n_coverage = kept;
    return PH_OK;
}

// ---- How far they differ ----

// The box of the datum's whole way: fields are then loaded once. False: there is no datum.
static bool datum_box(const struct run *run, struct core_arena *arena, struct geo_box *out)
{
    size_t n = 0, n_times = run->ensemble.n_times;
    double *lat = CORE_ARENA_NEW(arena, double, n_times), *lon = CORE_ARENA_NEW(arena, double, n_times);
    for (size_t t = 0; lat && lon && t < n_times; t++)
        if (run->time[t].has_moments) {
            lat[n] = run->time[t].moments.mean.lat_deg;
            lon[n++] = run->time[t].moments.mean.lon_deg;
        }
    if (!geo_box_of(n, lat, lon, out))
        return false;
    *out = geo_box_grow(*out, 1000);
    return true;
}

// Metres of leeway for a metre of wind, in the mean over what may be drifting.
static double downwind_slope(const struct scenario_case *c)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < c->n_objects; i++) {
        sum += c->object[i].weight * c->object[i].leeway.down.slope_frac;
        weight += c->object[i].weight;
    }
    return weight > 0 ? sum / weight : 0;
}

static struct export_compared_pair pair_of(const struct export_compared *c, size_t n_times, size_t a,
                                           size_t b)
{
    struct export_compared_pair pair = {.a = a, .b = b};
    double u = 0, v = 0;
    for (size_t t = 0; t < n_times; t++) {
        size_t i = t * c->n_sources + a, k = t * c->n_sources + b;
        double du = c->u[i] - c->u[k], dv = c->v[i] - c->v[k];
        if (isnan(du) || isnan(dv))
            continue;
        pair.n++;
        u += du;
        v += dv;
        pair.mean_mps += hypot(du, dv);
        pair.max_mps = fmax(pair.max_mps, hypot(du, dv));
    }
    if (pair.n) {
        pair.mean_mps /= (double)pair.n;
        pair.drift_m = hypot(u, v) / (double)pair.n * c->slope * DAY_S;
    }
    return pair;
}

// Pairs that meet anywhere; none: nothing to compare.
static enum ph_status pairs_make(struct run *run, struct export_compared *c, struct ph_err *err)
{
    struct export_compared_pair *pair =
        CORE_ARENA_NEW(&run->arena, struct export_compared_pair, c->n_sources * (c->n_sources - 1) / 2);
    if (!pair)
        return core_err_nomem(err);
    for (size_t a = 0; a < c->n_sources; a++)
        for (size_t b = a + 1; b < c->n_sources; b++) {
            pair[c->n_pairs] = pair_of(c, run->ensemble.n_times, a, b);
            c->n_pairs += pair[c->n_pairs].n > 0;
        }
    c->pair = pair;
    return PH_OK;
}

static enum ph_status kind_compare(struct run *run, enum forcing_kind kind, struct geo_box box, size_t first,
                                   struct export_compared *out, struct ph_err *err)
{
    size_t n = forcing_n_sources(run->forcing, kind), n_times = run->ensemble.n_times;
    size_t *source = CORE_ARENA_NEW(&run->arena, size_t, n);
    double *u = CORE_ARENA_NEW(&run->arena, double, n *n_times),
           *v = CORE_ARENA_NEW(&run->arena, double, n *n_times);
    if (!source || !u || !v)
        return core_err_nomem(err);
    enum ph_status status = PH_OK;
    for (size_t s = 0; s < n; s++)
        source[s] = first + s;
    for (size_t i = 0; i < n * n_times; i++)
        u[i] = v[i] = NAN;
    for (size_t t = 0; !status && t < n_times; t++)
        if (run->time[t].has_moments)
            status = forcing_sample_each(run->forcing, kind, run->time[t].t_ns, run->time[t].moments.mean,
                                         box, u + t * n, v + t * n, err);
    *out = (struct export_compared){.kind = kind_names[kind],
                                    .n_sources = n,
                                    .source = source,
                                    .u = u,
                                    .v = v,
                                    .slope = kind == FORCING_WIND ? downwind_slope(&run->c) : 1};
    return status ? status : pairs_make(run, out, err);
}

static enum ph_status compared_make(struct run *run, struct ph_err *err)
{
    struct export_compared *compared = CORE_ARENA_NEW(&run->arena, struct export_compared, EXPORT_DRIVERS);
    struct geo_box box;
    size_t first = 0;
    enum ph_status status = compared ? PH_OK : core_err_nomem(err);
    if (status || !run->time || !datum_box(run, &run->arena, &box))
        return status;
    run->product.compared = compared;
    for (int kind = 0; !status && kind < EXPORT_DRIVERS; kind++) {
        struct export_compared *now = &compared[run->product.n_compared];
        size_t n = forcing_n_sources(run->forcing, kind);
        if (n > 1)
            status = kind_compare(run, kind, box, first, now, err);
        run->product.n_compared += n > 1 && !status && now->n_pairs;
        first += n;
    }
    return status;
}

enum ph_status run_sources_add(struct run *run, struct ph_err *err)
{
    if (!run->forcing) // a trajectory file does not say what drove it
        return PH_OK;
    enum ph_status status = list_make(run, err);
    if (!status)
        status = coverage_make(run, err);
    return status ? status : compared_make(run, err);
}
