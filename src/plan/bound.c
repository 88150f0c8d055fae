#include "plan/bound.h"

#include <math.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/bound_solve.h"
#include "plan/window.h"

static const double BIN_S = 1200;

// Cells hold one per cent of the cloud each, and never fewer than a dozen particles: smaller ones would let
// the relaxation know where each particle is.
static const double LEAST_PER_CELL = 12;
static const double MOST_CELLS = 100;

// What the two ends of a straight leg detect beyond W x length, in units of W^2 (integrated numerically from
// the finite-leg formula; bound_test.c repeats it). Bends only take away (overlap), so this is once per
// asset.
static const double END_EFFECT = 0.25;

// Coverage of a particle with sweep width 1 m per metre of track in a cell. Against particles that drift,
// the swept area grows: relative speed v_rel sweeps W sqrt(v / v_rel) v_rel, and v_rel <= v + u.
static double spread_of(const struct plan_relaxation *r, const struct plan_block *block,
                        const struct plan_cell *cell)
{
    double speed = r->problem->asset[block->asset].speed_mps;
    double meet = r->problem->detection == PLAN_RANDOM ? 1 : sqrt(1 + cell->drift_mps / speed);
    return meet / cell->area_m2;
}

// --- what each asset can do where and when
// ------------------------------------------------------------------

static double widest(const struct plan_relaxation *r, size_t asset)
{
    double most = 0;
    for (size_t o = 0; o < r->scene->n_objects; o++)
        most = fmax(most, r->problem->asset[asset].sweep_m[o]);
    return most;
}

// From when to when an asset can be near a cell: it flies straight there and back at its faster speed, and
// sees from two sweep widths off. 1 % for the plane's distances.
static void stay_near(const struct plan_relaxation *r, size_t asset, const struct plan_cell *cell,
                      double *from_s, double *to_s)
{
    const struct plan_asset *a = &r->problem->asset[asset];
    const struct plan_scene *scene = r->scene;
    if (a->has_on_scene) {
        *from_s = plan_scene_seconds(scene, a->on_scene_ns);
        *to_s = *from_s + a->search_s;
        return;
    }
    struct geo_xy base = plan_flat_to_xy(&scene->flat, a->from.lat_deg, a->from.lon_deg);
    struct geo_xy home = plan_flat_to_xy(&scene->flat, a->return_to.lat_deg, a->return_to.lon_deg);
    double near_m = cell->radius_m + 2 * widest(r, asset), fast = fmax(a->transit_mps, a->speed_mps);
    double out_m = fmax(0, 0.99 * hypot(cell->x_m - base.x_m, cell->y_m - base.y_m) - near_m);
    double back_m = fmax(0, 0.99 * hypot(cell->x_m - home.x_m, cell->y_m - home.y_m) - near_m);
    double available_s = plan_scene_seconds(scene, a->available_ns);
    *from_s = available_s + out_m / fast;
    *to_s = available_s + a->endurance_s * (1 - a->reserve_frac) - back_m / fast;
}

// A search from s to leave e ends at s + (1 - allowance)(e - s), which grows with both: the latest end
// belongs to the farthest cell from base (plus both margins of stay_near and the minute to which arrivals are
// rounded) and the latest leave.
static void search_ends_fill(struct plan_relaxation *r)
{
    for (size_t a = 0; a < r->problem->n_assets; a++) {
        const struct plan_asset *asset = &r->problem->asset[a];
        double start_s = r->scene->knot_s[0], leave_s = -INFINITY;
        for (size_t k = 0; k < r->n_bins; k++)
            for (size_t c = 0; c < r->bin[k].n_cells; c++) {
                const struct plan_cell *cell = &r->bin[k].cell[c];
                double from_s, to_s, margin_m = 2 * (cell->radius_m + 2 * widest(r, a));
                stay_near(r, a, cell, &from_s, &to_s);
                if (!asset->has_on_scene)
                    from_s += 60 + margin_m / asset->transit_mps;
                if (from_s < to_s)
                    start_s = fmax(start_s, from_s), leave_s = fmax(leave_s, to_s);
            }
        r->search_end_s[a] = start_s + (1 - asset->turn_allowance_frac) * (leave_s - start_s);
    }
}

// The longest time that an asset can be searching near a cell within a bin.
static double time_near(const struct plan_relaxation *r, size_t asset, const struct plan_bin *bin,
                        const struct plan_cell *cell)
{
    double from_s, to_s;
    stay_near(r, asset, cell, &from_s, &to_s);
    to_s = fmin(to_s, r->search_end_s[asset]);
    return fmax(0, fmin(to_s, bin->to_s) - fmax(from_s, bin->from_s));
}

static void block_fill(const struct plan_relaxation *r, struct plan_block *block)
{
    const struct plan_bin *bin = &r->bin[block->bin];
    double most_s = 0;
    for (size_t c = 0; c < bin->n_cells; c++) {
        double s = time_near(r, block->asset, bin, &bin->cell[c]);
        block->effect[c] = s > 0;
        most_s = fmax(most_s, s);
    }
    block->budget_m = most_s * r->problem->asset[block->asset].speed_mps;
}

// The ends of the track count with the first and the last bin in which the asset searches.
static void ends_add(struct plan_relaxation *r)
{
    if (r->problem->detection == PLAN_RANDOM)
        return;
    for (size_t a = 0; a < r->problem->n_assets; a++) {
        struct plan_block *first = NULL, *last = NULL;
        for (size_t b = 0; b < r->n_blocks; b++)
            if (r->block[b].asset == a && r->block[b].budget_m > 0) {
                first = first ? first : &r->block[b];
                last = &r->block[b];
            }
        if (first) {
            first->budget_m += END_EFFECT / 2 * widest(r, a);
            last->budget_m += END_EFFECT / 2 * widest(r, a);
        }
    }
}

// From the first possible start to the last possible end of any asset, within the knots.
static bool time_range(const struct plan_relaxation *r, double *from_s, double *to_s)
{
    double lo = INFINITY, hi = -INFINITY;
    for (size_t a = 0; a < r->problem->n_assets; a++) {
        const struct plan_asset *asset = &r->problem->asset[a];
        double s =
            plan_scene_seconds(r->scene, asset->has_on_scene ? asset->on_scene_ns : asset->available_ns);
        lo = fmin(lo, s);
        hi = fmax(
            hi, s + (asset->has_on_scene ? asset->search_s : asset->endurance_s * (1 - asset->reserve_frac)));
    }
    *from_s = fmax(lo, r->scene->knot_s[0]);
    *to_s = fmin(hi, r->scene->knot_s[r->scene->n_knots - 1]);
    return *from_s < *to_s;
}

static enum ph_status blocks_make(struct plan_relaxation *r, struct core_arena *arena, struct ph_err *err)
{
    r->block = CORE_ARENA_NEW(arena, struct plan_block, r->n_bins * r->problem->n_assets);
    r->search_end_s = CORE_ARENA_NEW(arena, double, r->problem->n_assets);
    if (!r->block || !r->search_end_s)
        return core_err_nomem(err);
    search_ends_fill(r);
    size_t first = 0;
    for (size_t k = 0; k < r->n_bins; k++)
        for (size_t a = 0; a < r->problem->n_assets; a++, first += r->bin[k].n_cells) {
            double *effect = CORE_ARENA_NEW(arena, double, r->bin[k].n_cells + 1);
            if (!effect)
                return core_err_nomem(err);
            struct plan_block *block = &r->block[r->n_blocks++];
            *block = (struct plan_block){.asset = a, .bin = k, .first = first, .effect = effect};
            block_fill(r, block);
        }
    ends_add(r);
    for (size_t b = 0; b < r->n_blocks; b++)
        for (size_t c = 0; c < r->bin[r->block[b].bin].n_cells; c++)
            r->block[b].effect[c] *=
                r->block[b].budget_m * spread_of(r, &r->block[b], &r->bin[r->block[b].bin].cell[c]);
    return PH_OK;
}

static enum ph_status relaxation_make(struct plan_relaxation *r, struct core_arena *arena, struct ph_err *err)
{
    double from_s, to_s;
    if (!time_range(r, &from_s, &to_s))
        return PH_OK;
    r->n_bins = (size_t)fmin(PLAN_BOUND_BINS, ceil((to_s - from_s) / BIN_S));
    size_t most = (size_t)fmax(LEAST_PER_CELL, ceil(r->scene->n / MOST_CELLS));
    for (size_t k = 0; k < r->n_bins; k++) {
        r->bin[k].from_s = from_s + (to_s - from_s) * k / r->n_bins;
        r->bin[k].to_s = from_s + (to_s - from_s) * (k + 1) / r->n_bins;
        enum ph_status status = plan_bin_make(r->scene, most, arena, &r->bin[k], err);
        if (status)
            return status;
    }
    return blocks_make(r, arena, err);
}

// A rectangle has five numbers to choose: by them it can be laid over about five single particles, which is
// luck of the sample and not of any cell. The heaviest particles stand for them.
static double allowance(const struct plan_problem *problem, const struct plan_scene *scene)
{
    size_t left = 5 * problem->n_assets;
    double sum = 0, below = INFINITY;
    while (left > 0) { // by falling weight; equal weights are counted together
        double weight = 0;
        size_t count = 0;
        for (size_t i = 0; i < scene->n; i++)
            if (scene->weight[i] < below) {
                count = scene->weight[i] > weight ? 1 : count + (scene->weight[i] == weight);
                weight = fmax(weight, scene->weight[i]);
            }
        if (!(weight > 0))
            break;
        size_t take = count < left ? count : left;
        sum += take * weight;
        left -= take;
        below = weight;
    }
    return sum;
}

static double typical_cell(const struct plan_relaxation *r)
{
    if (!r->n_bins)
        return 0;
    const struct plan_bin *bin = &r->bin[r->n_bins / 2];
    double sum = 0;
    for (size_t c = 0; c < bin->n_cells; c++)
        sum += log(bin->cell[c].area_m2) / 2;
    return bin->n_cells ? exp(sum / bin->n_cells) : 0;
}

enum ph_status plan_bound_make(const struct plan_problem *problem, const struct plan_scene *scene,
                               struct core_job *job, struct plan_bound *out, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct plan_relaxation r = {.problem = problem, .scene = scene};
    struct plan_bound bound = {0};
    enum ph_status status = relaxation_make(&r, &arena, err);
    if (!status && r.n_blocks) {
        double all = 0;
        for (size_t i = 0; i < scene->n; i++)
            all += scene->weight[i];
        status = plan_relaxation_solve(&r, job, &bound.relaxed, &bound.gap, err);
        bound.allowance = allowance(problem, scene);
        bound.cell_m = typical_cell(&r);
        bound.pos = fmin(all, bound.relaxed + bound.gap + bound.allowance);
    }
    if (!status && core_job_cancelled(job))
        status = core_job_interrupted(err);
    core_arena_fini(&arena);
    if (!status)
        *out = bound;
    return status;
}

double plan_bound_beside(double bound, double pos, bool given, struct core_job *job)
{
    if (pos <= bound || given)
        return fmax(bound, pos);
    core_job_warn(
        job, "bound-exceeded",
        "The plan's chance of %.2f %% is above its bound of %.2f %%: take the bound for an estimate",
        100 * pos, 100 * bound);
    return bound;
}
