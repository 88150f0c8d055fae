#include "drift/proposal.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"
#include "core/rng.h"
#include "core/units.h"
#include "drift/kernel.h"
#include "geo/grid.h"

enum { TRACKS = DRIFT_PROPOSAL_TRACKS, CENTRES = DRIFT_PROPOSAL_CENTRES, MOST_STEPS = 400 };

static const double coarse_step_s = 1800;
static const double widen = 1.5;     // the first proposal is wider than the truth, never narrower
static const double keep_wide = 0.2; // share of the first proposal in the later ones: weights stay bounded
static const double least_sd_m = 100;

// Draws of one member: which of them (the generator's step).
enum draw { DRAW_START, DRAW_KERNEL, DRAW_MIXTURE, DRAW_LEARN };

// ---- spread ----

// Variance of the way of a first-order autoregressive velocity error: 2 sd^2 T (t - T (1 - exp(-t/T))).
static double error_variance(double sd_mps, double correlation_s, double t_s)
{
    if (!(sd_mps > 0))
        return 0;
    return 2 * sd_mps * sd_mps * correlation_s * (t_s - correlation_s * (1 - exp(-t_s / correlation_s)));
}

double drift_proposal_noise_m(const struct drift_proposal *p, double back_s)
{
    const struct scenario_drift *d = &p->c->drift;
    double variance = error_variance(d->current_sd_mps, d->current_correlation_s, back_s) +
                      error_variance(d->wind_sd_mps * p->slope_frac, d->wind_correlation_s, back_s) +
                      2 * d->diffusivity_m2s * back_s;
    return sqrt(variance + p->find_sd_m * p->find_sd_m + least_sd_m * least_sd_m);
}

// Reverse step and fraction at a time before the find.
static size_t step_at(const struct drift_proposal *p, double back_s, double *w)
{
    double at = fmin(fmax(back_s / p->step_s, 0), (double)p->n_steps);
    size_t k = at < (double)p->n_steps ? (size_t)at : p->n_steps - 1;
    *w = at - (double)k;
    return k;
}

static struct geo_xy mix(struct geo_xy a, struct geo_xy b, double w)
{
    return (struct geo_xy){a.x_m + w * (b.x_m - a.x_m), a.y_m + w * (b.y_m - a.y_m)};
}

double drift_proposal_spread_m(const struct drift_proposal *p, double back_s)
{
    double w;
    size_t k = step_at(p, back_s, &w);
    double tracks_m = p->tracks_sd_m[k] + w * (p->tracks_sd_m[k + 1] - p->tracks_sd_m[k]);
    return hypot(drift_proposal_noise_m(p, back_s), tracks_m);
}

static struct geo_xy mean_at(const struct drift_proposal *p, double back_s)
{
    double w;
    size_t k = step_at(p, back_s, &w);
    return mix(p->mean[k], p->mean[k + 1], w);
}

// ---- the run backwards ----

struct reverse {
    double lat[TRACKS], lon[TRACKS], mid_lat[TRACKS], mid_lon[TRACKS], t_s[TRACKS];
    double u[TRACKS], v[TRACKS], wind_u[TRACKS], wind_v[TRACKS];
    double down[2][TRACKS], cross[2][TRACKS]; // slope, offset
    int8_t answered[TRACKS];
    uint8_t flags[TRACKS];
    bool has_box;
    struct geo_box box;
};

// Objects by their weights, as evenly as they go; sides in turn; each track with a draw of its leeway.
static void tracks_choose(struct drift_proposal *p, struct reverse *r)
{
    double sum = 0, share = 0;
    for (size_t i = 0; i < p->c->n_objects; i++)
        sum += p->source->found_object[i] ? p->c->object[i].weight : 0;
    size_t object = 0;
    for (size_t i = 0; i < TRACKS; i++) {
        while (object + 1 < p->c->n_objects) {
            double mine = p->source->found_object[object] ? p->c->object[object].weight / sum : 0;
            if ((double)i + 0.5 < (share + mine) * TRACKS)
                break;
            share += mine;
            object++;
        }
        const struct object_leeway *leeway = &p->c->object[object].leeway;
        struct drift_leeway_draw draw =
            drift_kernel_draw(leeway, p->c->drift.leeway_noise, p->c->drift.seed, i);
        const struct drift_line cross = i % 2 ? draw.left : draw.right;
        r->down[0][i] = draw.down.slope_frac;
        r->down[1][i] = draw.down.offset_mps;
        r->cross[0][i] = cross.slope_frac;
        r->cross[1][i] = cross.offset_mps;
        p->slope_frac = fmax(p->slope_frac, fabs(leeway->down.slope_frac));
    }
}

// Velocity of all tracks at a time; where forcing is missing a track stands still (it is only a proposal).
static enum ph_status velocity(struct reverse *r, struct forcing *forcing, int64_t t_ns, const double *lat,
                               const double *lon, struct ph_err *err)
{
    struct geo_box cloud;
    if (!geo_box_of(TRACKS, lat, lon, &cloud))
        return core_err_set(err, PH_EINTERNAL, NULL, NULL, "the reverse tracks have no place");
    struct geo_box need = geo_box_grow(cloud, 20e3);
    const struct geo_pos corner[2] = {{need.south_deg, need.west_deg},
                                      {need.north_deg, core_deg_wrap180(need.east_deg)}};
    if (!r->has_box || !geo_box_contains(r->box, corner[0]) || !geo_box_contains(r->box, corner[1]))
        r->box = geo_box_grow(cloud, 100e3);
    r->has_box = true;
    enum ph_status status = forcing_window(forcing, t_ns, t_ns, r->box, err);
    if (status)
        return status;
    forcing_sample(forcing, FORCING_WIND, TRACKS, lat, lon, r->t_s, r->wind_u, r->wind_v, r->answered,
                   r->flags);
    for (size_t i = 0; i < TRACKS; i++)
        if (r->answered[i] < 0)
            r->wind_u[i] = r->wind_v[i] = 0;
    forcing_sample(forcing, FORCING_CURRENT, TRACKS, lat, lon, r->t_s, r->u, r->v, r->answered, r->flags);
    for (size_t i = 0; i < TRACKS; i++)
        if (r->answered[i] < 0)
            r->u[i] = r->v[i] = 0;
    drift_kernel_leeway(TRACKS, r->wind_u, r->wind_v, r->down[0], r->down[1], r->cross[0], r->cross[1], r->u,
                        r->v);
    return PH_OK;
}

static void move_back(const struct reverse *r, double s, double *lat, double *lon)
{
    for (size_t i = 0; i < TRACKS; i++) {
        struct geo_pos to =
            geo_earth_step((struct geo_pos){r->lat[i], r->lon[i]}, -r->u[i] * s, -r->v[i] * s);
        lat[i] = to.lat_deg;
        lon[i] = to.lon_deg;
    }
}

// One step by the midpoint rule.
static enum ph_status step_back(struct reverse *r, struct forcing *forcing, int64_t t_ns, double step_s,
                                struct ph_err *err)
{
    enum ph_status status = velocity(r, forcing, t_ns, r->lat, r->lon, err);
    if (status)
        return status;
    move_back(r, 0.5 * step_s, r->mid_lat, r->mid_lon);
    status = velocity(r, forcing, t_ns - (int64_t)(0.5e9 * step_s), r->mid_lat, r->mid_lon, err);
    if (!status)
        move_back(r, step_s, r->lat, r->lon);
    return status;
}

// Keeps the tracks' places at one step, with their mean and spread.
static void tracks_keep(struct drift_proposal *p, const struct reverse *r, size_t step)
{
    struct geo_xy *track = p->track + step * TRACKS, mean = {0};
    double square = 0;
    for (size_t i = 0; i < TRACKS; i++) {
        track[i] = geo_plane_to_xy(&p->plane, (struct geo_pos){r->lat[i], r->lon[i]});
        mean = (struct geo_xy){mean.x_m + track[i].x_m / TRACKS, mean.y_m + track[i].y_m / TRACKS};
    }
    for (size_t i = 0; i < TRACKS; i++)
        square += pow(track[i].x_m - mean.x_m, 2) + pow(track[i].y_m - mean.y_m, 2);
    p->mean[step] = mean;
    p->tracks_sd_m[step] = sqrt(square / (2 * TRACKS));
}

static enum ph_status tracks_run(struct drift_proposal *p, struct forcing *forcing, struct core_job *job,
                                 struct reverse *r, struct ph_err *err)
{
    struct geo_pos find = p->plane.origin;
    tracks_choose(p, r);
    for (size_t i = 0; i < TRACKS; i++) {
        r->lat[i] = find.lat_deg;
        r->lon[i] = find.lon_deg;
    }
    tracks_keep(p, r, 0);
    for (size_t k = 0; k < p->n_steps; k++) {
        int64_t t_ns = p->source->start->time.from_ns - (int64_t)((double)k * p->step_s * 1e9);
        if (core_job_cancelled(job))
            return core_job_interrupted(err);
        enum ph_status status = step_back(r, forcing, t_ns, p->step_s, err);
        if (status)
            return status;
        tracks_keep(p, r, k + 1);
    }
    return PH_OK;
}

enum ph_status drift_proposal_init(const struct scenario_case *c, size_t source, struct forcing *forcing,
                                   struct core_job *job, struct core_arena *arena, struct drift_proposal *out,
                                   struct ph_err *err)
{
    const struct scenario_source *s = &c->source[source];
    const struct scenario_spread spread = s->start->spread;
    *out = (struct drift_proposal){
        .c = c,
        .source = s,
        .plane = {s->start->pos},
        .span_s = (double)(s->start->time.from_ns - s->earliest_ns) * 1e-9,
        .find_sd_m = spread.sigma_m > 0 ? spread.sigma_m : spread.radius_m / 2,
    };
    out->n_steps = (size_t)fmin(fmax(ceil(out->span_s / coarse_step_s), 1), MOST_STEPS);
    out->step_s = out->span_s / (double)out->n_steps;
    out->track = CORE_ARENA_NEW(arena, struct geo_xy, (out->n_steps + 1) * TRACKS);
    out->mean = CORE_ARENA_NEW(arena, struct geo_xy, out->n_steps + 1);
    out->tracks_sd_m = CORE_ARENA_NEW(arena, double, out->n_steps + 1);
    out->centre = CORE_ARENA_NEW(arena, struct drift_beginning, CENTRES);
    struct reverse *reverse = calloc(1, sizeof *reverse);
    if (!out->track || !out->mean || !out->tracks_sd_m || !out->centre || !reverse) {
        free(reverse);
        return core_err_nomem(err);
    }
    enum ph_status status = tracks_run(out, forcing, job, reverse, err);
    free(reverse);
    return status;
}

// ---- the frame that follows the tracks ----

static struct geo_xy to_frame(const struct drift_proposal *p, struct drift_beginning start)
{
    struct geo_xy mean = mean_at(p, start.back_s);
    double spread_m = drift_proposal_spread_m(p, start.back_s);
    return (struct geo_xy){(start.at.x_m - mean.x_m) / spread_m, (start.at.y_m - mean.y_m) / spread_m};
}

static struct geo_xy from_frame(const struct drift_proposal *p, double back_s, struct geo_xy z)
{
    struct geo_xy mean = mean_at(p, back_s);
    double spread_m = drift_proposal_spread_m(p, back_s);
    return (struct geo_xy){mean.x_m + z.x_m * spread_m, mean.y_m + z.y_m * spread_m};
}

// Times beyond an end of the span come back into it.
static double reflect(const struct drift_proposal *p, double back_s)
{
    double t = fmod(fabs(back_s), 2 * p->span_s);
    return t > p->span_s ? 2 * p->span_s - t : t;
}

// ---- draw ----

struct drift_beginning drift_proposal_jitter(const struct drift_proposal *p, struct drift_beginning start,
                                             double part, uint64_t seed, uint64_t member)
{
    struct geo_xy z = to_frame(p, start);
    double normal[4];
    core_rng_normal(seed, member, DRAW_KERNEL, CORE_RNG_RESAMPLE, normal);
    z.x_m += part * p->frame_sd * normal[0];
    z.y_m += part * p->frame_sd * normal[1];
    struct drift_beginning out = {.back_s = reflect(p, start.back_s + part * p->time_sd_s * normal[2])};
    out.at = from_frame(p, out.back_s, z);
    return out;
}

struct drift_beginning drift_proposal_draw(const struct drift_proposal *p, uint64_t seed, uint64_t member)
{
    double u[4], normal[4], w;
    core_rng_uniform(seed, member, DRAW_MIXTURE, CORE_RNG_RESAMPLE, u);
    if (p->n_centres && u[0] >= keep_wide) {
        const struct drift_beginning *centre = &p->centre[(size_t)(u[1] * (double)p->n_centres)];
        struct drift_beginning start = {centre->back_s, from_frame(p, centre->back_s, centre->at)};
        return drift_proposal_jitter(p, start, 1, seed, member);
    }
    core_rng_normal(seed, member, DRAW_START, CORE_RNG_RESAMPLE, normal);
    double back_s = u[2] * p->span_s, sd_m = widen * drift_proposal_noise_m(p, back_s);
    size_t k = step_at(p, back_s, &w), track = (size_t)(u[3] * TRACKS);
    struct geo_xy at = mix(p->track[k * TRACKS + track], p->track[(k + 1) * TRACKS + track], w);
    return (struct drift_beginning){back_s, {at.x_m + sd_m * normal[0], at.y_m + sd_m * normal[1]}};
}

// ---- density ----

static double wide_density(const struct drift_proposal *p, struct drift_beginning start)
{
    double w, sum = 0, sd_m = widen * drift_proposal_noise_m(p, start.back_s);
    size_t k = step_at(p, start.back_s, &w);
    for (size_t i = 0; i < TRACKS; i++) {
        struct geo_xy at = mix(p->track[k * TRACKS + i], p->track[(k + 1) * TRACKS + i], w);
        double dx = (start.at.x_m - at.x_m) / sd_m, dy = (start.at.y_m - at.y_m) / sd_m;
        sum += exp(-0.5 * (dx * dx + dy * dy));
    }
    return sum / (TRACKS * 2 * CORE_PI * sd_m * sd_m * p->span_s);
}

// exp(-x2/2), nothing where it is.
static double bell(double x2)
{
    return x2 > 60 ? 0 : exp(-0.5 * x2);
}

static double kernels_density(const struct drift_proposal *p, struct drift_beginning start)
{
    struct geo_xy z = to_frame(p, start);
    double spread_m = drift_proposal_spread_m(p, start.back_s), sum = 0, t = start.back_s;
    for (size_t i = 0; i < p->n_centres; i++) {
        const struct drift_beginning *centre = &p->centre[i];
        double dx = (z.x_m - centre->at.x_m) / p->frame_sd, dy = (z.y_m - centre->at.y_m) / p->frame_sd;
        double far2 = dx * dx + dy * dy, c = centre->back_s;
        // the kernel in time, and its images beyond the ends of the span
        double a = (t - c) / p->time_sd_s, b = (t + c) / p->time_sd_s,
               e = (2 * p->span_s - t - c) / p->time_sd_s;
        sum += bell(far2 + a * a) + bell(far2 + b * b) + bell(far2 + e * e);
    }
    double sds = p->frame_sd * p->frame_sd * spread_m * spread_m * p->time_sd_s;
    return sum / ((double)p->n_centres * pow(2 * CORE_PI, 1.5) * sds);
}

double drift_proposal_density(const struct drift_proposal *p, struct drift_beginning start)
{
    double wide = wide_density(p, start);
    return p->n_centres ? keep_wide * wide + (1 - keep_wide) * kernels_density(p, start) : wide;
}

// ---- learn ----

void drift_proposal_learn(struct drift_proposal *p, size_t n, const struct drift_beginning *start,
                          const double *weight, double effective, uint64_t seed)
{
    double sum = 0, t = 0, tt = 0, x = 0, y = 0, zz = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(weight[i] > 0))
            continue;
        struct geo_xy z = to_frame(p, start[i]);
        sum += weight[i];
        t += weight[i] * start[i].back_s;
        tt += weight[i] * start[i].back_s * start[i].back_s;
        x += weight[i] * z.x_m;
        y += weight[i] * z.y_m;
        zz += weight[i] * (z.x_m * z.x_m + z.y_m * z.y_m);
    }
    // Silverman's rule in three dimensions, kept from collapsing on the few that hit in the first round.
    double h = pow(0.8, 1.0 / 7) * pow(fmax(effective, 8), -1.0 / 7);
    p->time_sd_s = fmax(h * sqrt(fmax(tt / sum - t / sum * (t / sum), 0)), 0.01 * p->span_s);
    p->frame_sd = fmax(h * sqrt(fmax(zz / sum - x / sum * (x / sum) - y / sum * (y / sum), 0) / 2), 0.05);
    double u[4], upto = 0;
    core_rng_uniform(seed, 0, DRAW_LEARN, CORE_RNG_RESAMPLE, u);
    size_t from = 0;
    for (size_t i = 0; i < CENTRES; i++) { // systematic resampling
        double target = ((double)i + u[0]) / CENTRES * sum;
        while (from + 1 < n && upto + weight[from] <= target)
            upto += weight[from++];
        p->centre[i] = (struct drift_beginning){start[from].back_s, to_frame(p, start[from])};
    }
    p->n_centres = CENTRES;
}
