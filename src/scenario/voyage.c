#include "scenario/voyage.h"

#include <math.h>

#include "core/rng.h"
#include "core/units.h"
#include "geo/earth.h"
#include "geo/polygon.h"
#include "scenario/draw.h"

enum { MAX_ATTEMPTS = 100000, MAX_ON_LAND = 2000 };

// Land is looked for along pieces of this length: a straight line on the chart instead of a piece of the
// geodesic is off by less than 100 m up to 75 degrees of latitude.
static const double piece_m = 20 * CORE_M_PER_NM;

// Voyages begin and end in harbours, and a harbour is land as the shoreline has it.
static double harbour_m(const struct scenario_start *end)
{
    return 2 * CORE_M_PER_NM + fmax(1.17741 * end->spread.sigma_m, end->spread.radius_m);
}

// ---- one attempt ----

static void log_fill(struct scenario_passage *passage)
{
    passage->log_m[0] = 0;
    for (size_t i = 1; i < passage->n; i++)
        passage->log_m[i] =
            passage->log_m[i - 1] + geo_earth_distance_m(passage->way[i - 1], passage->way[i]);
}

// Inverse of the triangular distribution function.
static double triangular(const double v[3], double u)
{
    double width = v[2] - v[0], rise = v[1] - v[0], fall = v[2] - v[1];
    if (!(width > 0))
        return v[1];
    return u * width < rise ? v[0] + sqrt(u * width * rise) : v[2] - sqrt((1 - u) * width * fall);
}

void scenario_passage_draw(const struct scenario_source *source, uint64_t seed, uint64_t particle,
                           uint32_t attempt, struct scenario_passage *out)
{
    const struct scenario_voyage *voyage = &source->voyage;
    double u[4];
    out->n = source->n_start;
    for (size_t i = 0; i < out->n; i++)
        out->way[i] = scenario_draw_spread(source->start[i].pos, source->start[i].spread, seed, particle,
                                           attempt * (uint32_t)out->n + (uint32_t)i);
    log_fill(out);
    core_rng_uniform(seed, particle, attempt, CORE_RNG_TIME, u);
    out->depart_ns = scenario_draw_time(voyage->depart, u[0]);
    out->speed_mps = triangular(voyage->speed_mps, u[1]);
    out->arrive_ns = out->depart_ns + (int64_t)(out->log_m[out->n - 1] / out->speed_mps * 1e9);
    const struct scenario_window under_way = {out->depart_ns, out->arrive_ns};
    out->distress_ns = scenario_draw_time(voyage->has_distress ? voyage->distress : under_way, u[2]);
}

void scenario_passage_nominal(const struct scenario_source *source, struct scenario_passage *out)
{
    out->n = source->n_start;
    for (size_t i = 0; i < out->n; i++)
        out->way[i] = source->start[i].pos;
    log_fill(out);
}

struct geo_pos scenario_passage_at(const struct scenario_passage *passage, int64_t t_ns)
{
    double run_m = passage->speed_mps * (double)(t_ns - passage->depart_ns) * 1e-9;
    size_t leg = 0;
    while (leg + 2 < passage->n && passage->log_m[leg + 1] <= run_m)
        leg++;
    double length_m = passage->log_m[leg + 1] - passage->log_m[leg];
    double along_m = fmin(fmax(run_m - passage->log_m[leg], 0), length_m);
    struct geo_pos from = passage->way[leg], to = passage->way[leg + 1];
    return length_m > 0 ? geo_earth_forward(from, geo_earth_bearing_deg(from, to), along_m) : from;
}

// ---- land ----

// Land between two distances along a leg.
static bool leg_land(const struct geo_coast *coast, struct geo_pos a, struct geo_pos b, double from_m,
                     double to_m, struct geo_pos *where)
{
    double bearing_deg = geo_earth_bearing_deg(a, b);
    struct geo_pos at = geo_earth_forward(a, bearing_deg, from_m);
    if (geo_coast_is_land(coast, at)) {
        *where = at;
        return true;
    }
    for (double far_m = from_m; far_m < to_m;) {
        double next_m = fmin(far_m + piece_m, to_m), frac;
        struct geo_pos next = geo_earth_forward(a, bearing_deg, next_m);
        if (geo_coast_crosses(coast, at, next, &frac)) {
            *where = geo_earth_forward(a, bearing_deg, far_m + frac * (next_m - far_m));
            return true;
        }
        far_m = next_m;
        at = next;
    }
    return false;
}

bool scenario_passage_land(const struct scenario_source *source, const struct scenario_passage *passage,
                           const struct geo_coast *coast, size_t *leg, struct geo_pos *where)
{
    size_t n = passage->n;
    double first_m = harbour_m(&source->start[0]);
    double last_m = passage->log_m[n - 1] - harbour_m(&source->start[n - 1]);
    for (size_t i = 0; i + 1 < n; i++) {
        double base_m = passage->log_m[i];
        double from_m = fmax(base_m, first_m) - base_m, to_m = fmin(passage->log_m[i + 1], last_m) - base_m;
        if (!(from_m < to_m) || !leg_land(coast, passage->way[i], passage->way[i + 1], from_m, to_m, where))
            continue;
        *leg = i + 1;
        return true;
    }
    return false;
}

// ---- which attempt is kept ----

static double factor_at(const struct scenario_voyage *voyage, struct geo_pos pos)
{
    for (size_t i = 0; i < voyage->n_hazards; i++)
        if (geo_polygon_contains(voyage->hazard[i].polygon, voyage->hazard[i].n_polygon, pos))
            return voyage->hazard[i].factor;
    return 1;
}

static double factor_most(const struct scenario_voyage *voyage)
{
    double most = 1;
    for (size_t i = 0; i < voyage->n_hazards; i++)
        most = fmax(most, voyage->hazard[i].factor);
    return most;
}

bool scenario_passage_find(const struct scenario_source *source, uint64_t seed, uint64_t particle,
                           const struct geo_coast *coast, uint32_t *attempt, struct scenario_passage *out)
{
    const struct scenario_voyage *voyage = &source->voyage;
    double most = factor_most(voyage), u[4];
    size_t on_land = 0, leg;
    for (uint32_t i = 0; i < MAX_ATTEMPTS && on_land < MAX_ON_LAND; i++) {
        scenario_passage_draw(source, seed, particle, i, out);
        if (out->distress_ns < out->depart_ns || out->distress_ns > out->arrive_ns)
            continue;
        struct geo_pos pos = scenario_passage_at(out, out->distress_ns), where;
        core_rng_uniform(seed, particle, i, CORE_RNG_TIME, u);
        if (voyage->n_hazards && !(u[3] * most < factor_at(voyage, pos)))
            continue;
        if (coast &&
            (geo_coast_is_land(coast, pos) || scenario_passage_land(source, out, coast, &leg, &where))) {
            on_land++;
            continue;
        }
        *attempt = i;
        return true;
    }
    return false;
}
