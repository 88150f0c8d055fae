#include "plan/bound.h"

#include <math.h>

#include "core/err.h"
#include "core/units.h"
#include "plan/bound_cells.h"
#include "plan/window.h"

// The relaxation: effort z (metres of track) of every asset in every time bin, freely divided among cells.
//   coverage of particle i:  C_i = sum over assets and bins of  W_i f z_cell / area_cell
//   value:                   F = sum of w_i b(C_i), concave in z
// solved by forward and backward sweeps over bins (Brown 1980), each block by water-filling; the bound is
// F + certificate, where by concavity  F* <= F + sum over blocks of [Z max_c g_c - sum_c g_c z_c].

enum { MOST_BINS = 24, MOST_SWEEPS = 100, CHECK_EVERY = 4 };
static const double BIN_S = 1200;

// Cells hold one per cent of the cloud each, and never fewer than a dozen particles: smaller ones would let
// the relaxation know where each particle is.
static const double LEAST_PER_CELL = 12;
static const double MOST_CELLS = 100;
static const double DAMPING = 0.45;   // whole steps of neighbouring bins overshoot together
static const double GOOD_GAP = 0.002; // of the bound: further sweeps would gain less than that

// What the two ends of a straight leg detect beyond W x length, in units of W^2 (integrated numerically from
// the finite-leg formula; bound_test.c repeats it). Bends only take away (overlap), so this is once per
// asset.
static const double END_EFFECT = 0.25;

// One asset in one bin: Z metres of track to be divided.
struct block {
    size_t asset, bin;
    double budget_m;
    double *z, *g;           // [cells] effort, and what another metre gains
    double *mean_c, *mean_w; // [cells] coverage and sweep width, weighted by gain
    double *reach;           // [cells] 1: can be searched in this bin
};

struct relaxation {
    const struct plan_problem *problem;
    const struct plan_scene *scene;
    struct plan_bin bin[MOST_BINS];
    size_t n_bins;
    struct block *block;
    size_t n_blocks;
    double *search_end_s; // [n_assets] no plan searches later, see search_ends_fill
    double *coverage;     // [n]
    double *slope;        // [n] scratch: w b'(C)
};

static double law(const struct relaxation *r, double c)
{
    return r->problem->detection == PLAN_RANDOM ? -expm1(-c) : erf(sqrt(CORE_PI) / 2 * c);
}

static double law_slope(const struct relaxation *r, double c)
{
    return r->problem->detection == PLAN_RANDOM ? exp(-c) : exp(-CORE_PI / 4 * c * c);
}

// Coverage of a particle with sweep width 1 m per metre of track in a cell. Against particles that drift,
// the swept area grows: relative speed v_rel sweeps W sqrt(v / v_rel) v_rel, and v_rel <= v + u.
static double spread_of(const struct relaxation *r, const struct block *block, const struct plan_cell *cell)
{
    double speed = r->problem->asset[block->asset].speed_mps;
    double meet = r->problem->detection == PLAN_RANDOM ? 1 : sqrt(1 + cell->drift_mps / speed);
    return meet / cell->area_m2;
}

static double sweep_of(const struct relaxation *r, const struct block *block, uint32_t particle)
{
    return r->problem->asset[block->asset].sweep_m[r->scene->object[particle]];
}

// --- what each asset can do where and when
// ------------------------------------------------------------------

static double widest(const struct relaxation *r, size_t asset)
{
    double most = 0;
    for (size_t o = 0; o < r->scene->n_objects; o++)
        most = fmax(most, r->problem->asset[asset].sweep_m[o]);
    return most;
}

// From when to when an asset can be near a cell: it flies straight there and back at its faster speed, and
// sees from two sweep widths off. 1 % for the plane's distances.
static void stay_near(const struct relaxation *r, size_t asset, const struct plan_cell *cell, double *from_s,
                      double *to_s)
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
static void search_ends_fill(struct relaxation *r)
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
static double time_near(const struct relaxation *r, size_t asset, const struct plan_bin *bin,
                        const struct plan_cell *cell)
{
    double from_s, to_s;
    stay_near(r, asset, cell, &from_s, &to_s);
    to_s = fmin(to_s, r->search_end_s[asset]);
    return fmax(0, fmin(to_s, bin->to_s) - fmax(from_s, bin->from_s));
}

static void block_fill(const struct relaxation *r, struct block *block)
{
    const struct plan_bin *bin = &r->bin[block->bin];
    double most_s = 0;
    for (size_t c = 0; c < bin->n_cells; c++) {
        double s = time_near(r, block->asset, bin, &bin->cell[c]);
        block->reach[c] = s > 0;
        most_s = fmax(most_s, s);
    }
    block->budget_m = most_s * r->problem->asset[block->asset].speed_mps;
}

// The ends of the track count with the first and the last bin in which the asset searches.
static void ends_add(struct relaxation *r)
{
    if (r->problem->detection == PLAN_RANDOM)
        return;
    for (size_t a = 0; a < r->problem->n_assets; a++) {
        struct block *first = NULL, *last = NULL;
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
static bool time_range(const struct relaxation *r, double *from_s, double *to_s)
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

static enum ph_status blocks_make(struct relaxation *r, struct core_arena *arena, struct ph_err *err)
{
    r->block = CORE_ARENA_NEW(arena, struct block, r->n_bins * r->problem->n_assets);
    r->search_end_s = CORE_ARENA_NEW(arena, double, r->problem->n_assets);
    if (!r->block || !r->search_end_s)
        return core_err_nomem(err);
    search_ends_fill(r);
    for (size_t k = 0; k < r->n_bins; k++)
        for (size_t a = 0; a < r->problem->n_assets; a++) {
            size_t cells = r->bin[k].n_cells;
            double *room = CORE_ARENA_NEW(arena, double, 5 * (cells ? cells : 1));
            if (!room)
                return core_err_nomem(err);
            struct block *block = &r->block[r->n_blocks++];
            *block = (struct block){
                a, k, 0, room, room + cells, room + 2 * cells, room + 3 * cells, room + 4 * cells};
            block_fill(r, block);
        }
    ends_add(r);
    return PH_OK;
}

static enum ph_status relaxation_make(struct relaxation *r, struct core_arena *arena, struct ph_err *err)
{
    double from_s, to_s;
    r->coverage = CORE_ARENA_NEW(arena, double, r->scene->n);
    r->slope = CORE_ARENA_NEW(arena, double, r->scene->n);
    if (!r->coverage || !r->slope)
        return core_err_nomem(err);
    if (!time_range(r, &from_s, &to_s))
        return PH_OK;
    r->n_bins = (size_t)fmin(MOST_BINS, ceil((to_s - from_s) / BIN_S));
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

// --- sweeps
// -------------------------------------------------------------------------------------------------

// Gain of another metre of track in each cell of a block, with the coverage and width that belong to it.
static void block_gain(const struct relaxation *r, struct block *block)
{
    const struct plan_bin *bin = &r->bin[block->bin];
    for (size_t c = 0; c < bin->n_cells; c++) {
        const struct plan_cell *cell = &bin->cell[c];
        double gain = 0, coverage = 0, width = 0;
        for (uint32_t k = cell->first; k < cell->first + cell->n; k++) {
            uint32_t i = bin->order[k];
            double w = sweep_of(r, block, i);
            double g = r->scene->weight[i] * w * law_slope(r, r->coverage[i]);
            gain += g, coverage += g * r->coverage[i], width += g * w;
        }
        block->g[c] = block->reach[c] * gain * spread_of(r, block, cell);
        block->mean_c[c] = gain > 0 ? coverage / gain : 0;
        block->mean_w[c] = gain > 0 ? width / gain : 0;
    }
}

// Effort in a cell at which another metre gains lambda, if all its particles were like their mean:
// ln b' falls by the coverage (random), or by pi/4 times its square (inverse cube).
static double fill_at(const struct relaxation *r, const struct block *block, size_t c, double log_ratio)
{
    double per_m = block->mean_w[c] * spread_of(r, block, &r->bin[block->bin].cell[c]);
    if (!(per_m > 0))
        return 0;
    double from = block->mean_c[c], more;
    if (r->problem->detection == PLAN_RANDOM)
        more = log_ratio;
    else
        more = sqrt(fmax(0, from * from + 4 / CORE_PI * log_ratio)) - from;
    return fmax(0, block->z[c] + more / per_m);
}

static double fill_sum(const struct relaxation *r, const struct block *block, const double *log_g,
                       double log_lambda)
{
    double sum = 0;
    for (size_t c = 0; c < r->bin[block->bin].n_cells; c++)
        if (block->g[c] > 0)
            sum += fill_at(r, block, c, log_g[c] - log_lambda);
    return sum;
}

// Changes z to what water-filling says, and the particles' coverage with it.
static void block_fill_water(struct relaxation *r, struct block *block, double *log_g)
{
    const struct plan_bin *bin = &r->bin[block->bin];
    double lo = INFINITY, hi = -INFINITY;
    block_gain(r, block);
    for (size_t c = 0; c < bin->n_cells; c++)
        if (block->g[c] > 0) {
            log_g[c] = log(block->g[c]);
            hi = fmax(hi, log_g[c]), lo = fmin(lo, log_g[c]);
        }
    if (!(hi > -INFINITY) || !(block->budget_m > 0))
        return;
    lo -= 1;
    while (fill_sum(r, block, log_g, lo) < block->budget_m && lo > -2000)
        lo -= 4 + (hi - lo);
    for (int i = 0; i < 24; i++) {
        double middle = (lo + hi) / 2;
        if (fill_sum(r, block, log_g, middle) > block->budget_m)
            lo = middle;
        else
            hi = middle;
    }
    double sum = 0;
    for (size_t c = 0; c < bin->n_cells; c++) { // log_g becomes the new effort
        double z = block->g[c] > 0 ? fill_at(r, block, c, log_g[c] - lo) : 0;
        log_g[c] = fmax(0, block->z[c] + DAMPING * (z - block->z[c]));
        sum += log_g[c];
    }
    double fit = sum > 0 ? block->budget_m / sum : 0;
    for (size_t c = 0; c < bin->n_cells; c++) {
        const struct plan_cell *cell = &bin->cell[c];
        double z = fit * log_g[c];
        double change = (z - block->z[c]) * spread_of(r, block, cell);
        block->z[c] = z;
        if (change != 0)
            for (uint32_t k = cell->first; k < cell->first + cell->n; k++) {
                uint32_t i = bin->order[k];
                r->coverage[i] = fmax(0, r->coverage[i] + change * sweep_of(r, block, i));
            }
    }
}

static double value(const struct relaxation *r)
{
    double f = 0;
    for (size_t i = 0; i < r->scene->n; i++)
        f += r->scene->weight[i] * law(r, r->coverage[i]);
    return f;
}

// By concavity no division of the effort gains more than this above the present one.
static double certificate(struct relaxation *r)
{
    double gap = 0;
    for (size_t b = 0; b < r->n_blocks; b++) {
        struct block *block = &r->block[b];
        block_gain(r, block);
        double most = 0, has = 0;
        for (size_t c = 0; c < r->bin[block->bin].n_cells; c++) {
            most = fmax(most, block->g[c]);
            has += block->g[c] * block->z[c];
        }
        gap += block->budget_m * most - has;
    }
    return fmax(0, gap);
}

// The coverage from scratch: the sweeps' small changes must not have left rounding behind.
static void recover(struct relaxation *r)
{
    for (size_t i = 0; i < r->scene->n; i++)
        r->coverage[i] = 0;
    for (size_t b = 0; b < r->n_blocks; b++) {
        const struct block *block = &r->block[b];
        const struct plan_bin *bin = &r->bin[block->bin];
        for (size_t c = 0; c < bin->n_cells; c++) {
            double y = block->z[c] * spread_of(r, block, &bin->cell[c]);
            if (y > 0)
                for (uint32_t k = bin->cell[c].first; k < bin->cell[c].first + bin->cell[c].n; k++)
                    r->coverage[bin->order[k]] += y * sweep_of(r, block, bin->order[k]);
        }
    }
}

static void solve(struct relaxation *r, struct core_job *job, struct plan_bound *bound)
{
    bound->relaxed = 0, bound->gap = INFINITY;
    for (int sweep = 0; sweep < MOST_SWEEPS && !core_job_cancelled(job); sweep++) {
        for (size_t b = 0; b < r->n_blocks; b++) // forward, then backward
            block_fill_water(r, &r->block[sweep % 2 ? r->n_blocks - 1 - b : b], r->slope);
        if (sweep % CHECK_EVERY != CHECK_EVERY - 1)
            continue;
        recover(r);
        double f = value(r), gap = certificate(r);
        if (f + gap < bound->relaxed + bound->gap)
            bound->relaxed = f, bound->gap = gap;
        if (gap < GOOD_GAP * f)
            break;
    }
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

static double typical_cell(const struct relaxation *r)
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
    struct relaxation r = {.problem = problem, .scene = scene};
    struct plan_bound bound = {0};
    enum ph_status status = relaxation_make(&r, &arena, err);
    if (!status && r.n_blocks) {
        double all = 0;
        for (size_t i = 0; i < scene->n; i++)
            all += scene->weight[i];
        solve(&r, job, &bound);
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
