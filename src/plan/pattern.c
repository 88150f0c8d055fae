#include "plan/pattern.h"

#include <math.h>

#include "core/units.h"

static const double TENTH_NM = CORE_M_PER_NM / 10;
enum { MOST_PAIRS = 60, SECTOR_LEGS = 9 };

static double seconds(int64_t ns)
{
    return (double)ns / CORE_NS_PER_S;
}

// A step along and across the pattern's axes; far_end and right turn and mirror it.
static struct geo_xy step(const struct plan_rectangle *r, double along, double across)
{
    double a = r->far_end ? -along : along, b = r->right ? across : -across;
    return (struct geo_xy){a * r->ux + b * r->uy, a * r->uy - b * r->ux};
}

// The place where the pattern turns round: an expanding square with an odd number of pairs leans by half a
// spacing, so its box has another centre than its datum.
static struct geo_xy datum(const struct plan_rectangle *r)
{
    double lean = r->kind == PLAN_SQUARE && r->n_legs / 2 % 2 ? r->spacing_m / 2 : 0;
    struct geo_xy off = step(r, lean, lean);
    return (struct geo_xy){r->x_m - off.x_m, r->y_m - off.y_m};
}

static double square_leg_m(const struct plan_rectangle *r, size_t leg)
{
    return (double)(leg / 2 + 1) * r->spacing_m;
}

// Leg of a pattern as a vector: squares turn by 90 degrees to one side, sectors by 120, and run on through
// the datum after every third leg.
static struct geo_xy leg_of(const struct plan_rectangle *r, size_t leg)
{
    if (r->kind == PLAN_SQUARE) {
        double m = square_leg_m(r, leg) * (leg / 2 % 2 ? -1 : 1);
        return leg % 2 ? step(r, 0, m) : step(r, m, 0);
    }
    size_t in_pass = leg % SECTOR_LEGS;
    double turned = 30.0 * (leg / SECTOR_LEGS) + 240.0 * (in_pass / 3) + 120.0 * (in_pass % 3);
    double radius = r->leg_side_m / 2, angle = turned * CORE_RAD_PER_DEG;
    return step(r, radius * cos(angle), radius * sin(angle));
}

size_t plan_pattern_vertices(const struct plan_rectangle *r, int64_t t0_ns,
                             struct plan_vertex out[2 * PLAN_MOST_LEGS])
{
    double start_s = seconds(r->window.start_ns - t0_ns), half_s = r->track_m / r->speed_mps / 2, run_m = 0;
    struct geo_xy at = datum(r);
    for (size_t i = 0; i <= r->n_legs; i++) {
        double t = run_m / r->speed_mps;
        out[i] = (struct plan_vertex){start_s + t, at.x_m + r->u_mps * (t - half_s),
                                      at.y_m + r->v_mps * (t - half_s)};
        struct geo_xy leg = i < r->n_legs ? leg_of(r, i) : (struct geo_xy){0, 0};
        at.x_m += leg.x_m, at.y_m += leg.y_m;
        run_m += hypot(leg.x_m, leg.y_m);
    }
    return r->n_legs + 1;
}

// Legs and sides for a number of pairs, or for a radius.
static void square_shape(struct plan_rectangle *r, size_t pairs)
{
    r->n_legs = 2 * pairs;
    r->track_m = r->spacing_m * (double)pairs * (double)(pairs + 1);
    r->leg_side_m = r->creep_side_m = (double)(pairs + 1) * r->spacing_m;
}

static void sector_shape(struct plan_rectangle *r, double radius_m, size_t passes)
{
    r->n_legs = SECTOR_LEGS * passes;
    r->track_m = (double)r->n_legs * radius_m;
    r->leg_side_m = r->creep_side_m = 2 * radius_m;
    r->spacing_m = CORE_PI * radius_m * radius_m / r->track_m; // mean: the circle over the track
}

static bool shape(const struct plan_wish *wish, double least_spacing_m, double track_m,
                  struct plan_rectangle *r)
{
    if (r->kind == PLAN_SQUARE) {
        r->spacing_m = fmax(round(exp(wish->log_spacing) / TENTH_NM) * TENTH_NM, least_spacing_m);
        double pairs = floor((sqrt(1 + 4 * track_m / r->spacing_m) - 1) / 2);
        square_shape(r, (size_t)fmin(MOST_PAIRS, pairs));
        return pairs >= 2;
    }
    size_t passes = wish->log_aspect > 0 ? 2 : 1;
    double radius = floor(track_m / (double)(SECTOR_LEGS * passes) / TENTH_NM) * TENTH_NM;
    sector_shape(r, radius, passes);
    return radius >= fmax(least_spacing_m, 2 * TENTH_NM);
}

// What is flown must end within the time on scene, which depends on where it begins and ends.
bool plan_pattern_make(const struct plan_flat *flat, const struct plan_asset *asset,
                       const struct plan_wish *wish, double least_spacing_m, int64_t from_ns, int64_t to_ns,
                       struct plan_rectangle *r)
{
    struct geo_xy centre = {r->x_m, r->y_m};
    double track_m = r->speed_mps * seconds(r->window.end_ns - r->window.start_ns);
    for (int round = 0; round < 6; round++) {
        struct plan_vertex vertex[2 * PLAN_MOST_LEGS];
        if (!shape(wish, least_spacing_m, track_m, r))
            return false;
        r->x_m = centre.x_m, r->y_m = centre.y_m;
        struct geo_xy turn = datum(r); // the wish places the datum, not the box
        r->x_m += centre.x_m - turn.x_m, r->y_m += centre.y_m - turn.y_m;
        size_t n = plan_pattern_vertices(r, r->window.start_ns, vertex);
        struct geo_pos first = plan_flat_to_pos(flat, (struct geo_xy){vertex[0].x_m, vertex[0].y_m});
        struct geo_pos last = plan_flat_to_pos(flat, (struct geo_xy){vertex[n - 1].x_m, vertex[n - 1].y_m});
        if (!plan_window_of(asset, first, last, from_ns, to_ns, &r->window))
            return false;
        double usable_m = r->speed_mps * seconds(r->window.end_ns - r->window.start_ns);
        if (r->track_m <= usable_m * (1 + 1e-12))
            return true;
        track_m = fmin(usable_m, track_m * 0.98);
    }
    return false;
}
