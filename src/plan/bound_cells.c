#include "plan/bound_cells.h"

#include <math.h>
#include <stdlib.h>

#include "core/err.h"

enum { MOMENTS = 3 }; // begin, middle and end of the bin

static const double ELONGATED = 1.5; // long by short side: cells are cut along that
static const double UNLIKE = 1.3;    // heaviest by lightest weight of a cell: it is parted into classes
enum { MOST_CLASSES = 4, LEAST_IN_CLASS = 12 };
enum { SLOTS = 64, GAP = 4 };      // a gap is that many of the slots along an axis, empty
static const double UNEVEN = 0.35; // an even sample of a hundred is within 0.3

// Positions at the bin's begin, middle and end; scratch.
struct growing {
    const double *x[MOMENTS], *y[MOMENTS];
    double duration_s;
    size_t most;
    const double *weight;
    double *key;       // [particles] along the axis of the present cut
    struct geo_xy *at; // [particles]
    struct plan_bin *bin;
};

// Where cuts go: along (ux, uy) or across it; how often each has been made.
struct frame {
    double ux, uy;
    int cuts[2];
};

// Hoare's selection: afterwards the k smallest come first. Ties by index, so that the order is one.
static void select_smallest(uint32_t *index, size_t n, size_t k, const double *key)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        uint32_t pivot = index[lo + (hi - lo) / 2];
        size_t i = lo, j = hi;
        for (;;) {
            while (key[index[i]] < key[pivot] || (key[index[i]] == key[pivot] && index[i] < pivot))
                i++;
            while (key[index[j]] > key[pivot] || (key[index[j]] == key[pivot] && index[j] > pivot))
                j--;
            if (i >= j)
                break;
            uint32_t held = index[i];
            index[i] = index[j], index[j] = held;
        }
        if (k == j) // the pivot has found its place, and it is the k-th
            return;
        if (k < j)
            hi = j - 1;
        else
            lo = j + 1;
    }
}

static void extent(const uint32_t *index, size_t n, const double *key, double *lo, double *hi)
{
    *lo = INFINITY, *hi = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (isfinite(key[index[i]])) {
            *lo = fmin(*lo, key[index[i]]);
            *hi = fmax(*hi, key[index[i]]);
        }
}

static int by_x(const void *a, const void *b)
{
    const struct geo_xy *p = a, *q = b;
    if (p->x_m != q->x_m)
        return p->x_m < q->x_m ? -1 : 1;
    return p->y_m < q->y_m ? -1 : p->y_m > q->y_m;
}

// Twice the area between two neighbouring sides: positive when c is to the left of a to b.
static double turn(struct geo_xy a, struct geo_xy b, struct geo_xy c)
{
    return (b.x_m - a.x_m) * (c.y_m - a.y_m) - (b.y_m - a.y_m) * (c.x_m - a.x_m);
}

// Area under one side of the convex hull of sorted points (Andrew 1979): side 1 lower, -1 upper.
static double half_hull(const struct geo_xy *at, size_t n, int side, struct geo_xy *hull)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        while (k > 1 && side * turn(hull[k - 2], hull[k - 1], at[i]) <= 0)
            k--;
        hull[k++] = at[i];
    }
    double area = 0;
    for (size_t i = 0; i + 1 < k; i++)
        area += (hull[i + 1].x_m - hull[i].x_m) * ((hull[i].y_m + hull[i + 1].y_m) / 2 - at[0].y_m);
    return area;
}

// The area behind n points spread evenly: their convex hull spans 1 - 8/3 (ln n - 0.17) / n of a rectangle
// (Renyi & Sulanke 1963; the 0.17 fits simulations from 8 to 200 points within 2 %).
static double area_behind(struct geo_xy *at, size_t n, struct geo_xy *hull)
{
    if (n < 6)
        return 0;
    qsort(at, n, sizeof *at, by_x);
    double area = half_hull(at, n, -1, hull) - half_hull(at, n, 1, hull);
    return area / (1 - 8.0 / 3 * (log((double)n) - 0.17) / (double)n);
}

// The smallest of the areas at begin, middle and end: when the cloud draws together within the bin, a plan
// may take the best moment.
static double cell_area(const struct growing *grow, const uint32_t *index, size_t n)
{
    double least = INFINITY;
    for (int m = 0; m < MOMENTS; m++) {
        size_t seen = 0;
        for (size_t i = 0; i < n; i++)
            if (isfinite(grow->x[m][index[i]]))
                grow->at[seen++] = (struct geo_xy){grow->x[m][index[i]], grow->y[m][index[i]]};
        if (seen)
            least = fmin(least, area_behind(grow->at, seen, grow->at + n));
    }
    return least;
}

// A part of a cell that has particles of one weight class; the area goes by their number.
static void cell_put(const struct growing *grow, uint32_t *index, size_t n, double area_m2)
{
    struct plan_bin *bin = grow->bin;
    double lo[2], hi[2], drift = 0;
    extent(index, n, grow->x[1], &lo[0], &hi[0]);
    extent(index, n, grow->y[1], &lo[1], &hi[1]);
    for (size_t i = 0; i < n; i++) {
        uint32_t p = index[i];
        double run = hypot(grow->x[2][p] - grow->x[0][p], grow->y[2][p] - grow->y[0][p]);
        if (run > drift * grow->duration_s)
            drift = run / grow->duration_s;
    }
    bin->cell[bin->n_cells++] =
        (struct plan_cell){.first = (uint32_t)(index - bin->order),
                           .n = (uint32_t)n,
                           .area_m2 = fmax(area_m2, 1), // a square metre: everybody at one place
                           .x_m = (lo[0] + hi[0]) / 2,
                           .y_m = (lo[1] + hi[1]) / 2,
                           .radius_m = hypot(hi[0] - lo[0], hi[1] - lo[1]) / 2 + drift * grow->duration_s,
                           .drift_mps = drift};
}

// Particles before any search are alike, so their number is the area. After one, weights lie in stripes along
// the legs flown, and a plan can fly between them: what is heavy may be searched by itself. So a cell of
// unequal weights is parted into classes of weight.
static void cell_add(const struct growing *grow, uint32_t *index, size_t n)
{
    double lo, hi, area_m2 = cell_area(grow, index, n);
    extent(index, n, grow->weight, &lo, &hi);
    size_t classes = hi > UNLIKE * lo ? n / LEAST_IN_CLASS : 1, done = 0;
    classes = classes > MOST_CLASSES ? MOST_CLASSES : classes < 1 ? 1 : classes;
    for (size_t k = 1; k <= classes; k++) {
        size_t end = k * n / classes;
        if (k < classes)
            select_smallest(index + done, n - done, end - done - 1, grow->weight);
        cell_put(grow, index + done, end - done, area_m2 * (double)(end - done) / (double)n);
        done = end;
    }
}

// Central moments of the particles along x and y.
struct spread {
    double x, y, xx, xy, yy;
};

static struct spread spread_of(const struct growing *grow, const uint32_t *index, size_t n)
{
    struct spread s = {0};
    const double *x = grow->x[1], *y = grow->y[1];
    for (size_t i = 0; i < n; i++)
        s.x += x[index[i]] / (double)n, s.y += y[index[i]] / (double)n;
    for (size_t i = 0; i < n; i++) {
        double dx = x[index[i]] - s.x, dy = y[index[i]] - s.y;
        s.xx += dx * dx / (double)n, s.xy += dx * dy / (double)n, s.yy += dy * dy / (double)n;
    }
    return s;
}

// Turns the frame to where the particles are long: a line at any angle is cut along and across itself.
static void frame_turn(struct frame *frame, const struct spread *s)
{
    double half = (s->xx - s->yy) / 2, long_ = hypot(half, s->xy), mean = (s->xx + s->yy) / 2;
    if (mean + long_ < ELONGATED * ELONGATED * (mean - long_))
        return;
    double angle = atan2(s->xy, half) / 2;
    frame->ux = cos(angle), frame->uy = sin(angle);
}

// How far from evenly spread along an axis: the fourth moment by the squared second is 1.8 for an even one.
static bool uneven(const struct growing *grow, const uint32_t *index, size_t n, const struct spread *s,
                   double ux, double uy, double *second)
{
    double fourth = 0;
    *second = 0;
    for (size_t i = 0; i < n; i++) {
        double d = (grow->x[1][index[i]] - s->x) * ux + (grow->y[1][index[i]] - s->y) * uy;
        *second += d * d / (double)n, fourth += d * d * d * d / (double)n;
    }
    return *second > 0 && fabs(fourth / (*second * *second) - 1.8) > UNEVEN;
}

// Cells are to be evenly filled: of two uneven axes the one cut less often, an uneven one before an even one,
// and of two even ones the longer.
static int axis_of(const struct growing *grow, const uint32_t *index, size_t n, struct frame *frame)
{
    struct spread s = spread_of(grow, index, n);
    double along, across;
    frame_turn(frame, &s);
    bool u = uneven(grow, index, n, &s, frame->ux, frame->uy, &along);
    bool v = uneven(grow, index, n, &s, -frame->uy, frame->ux, &across);
    if (!(fmax(along, across) > 0))
        return -1;
    if (u != v)
        return v;
    if (u && frame->cuts[0] != frame->cuts[1])
        return frame->cuts[1] < frame->cuts[0];
    return across > along;
}

// How many particles lie below the widest gap along an axis, when it is wide enough and parts off a tenth of
// them at least; else half. A cell that reached from lobe to lobe would have the empty water between them for
// area.
static size_t part_at(const struct growing *grow, const uint32_t *index, size_t n)
{
    size_t count[SLOTS] = {0}, below = 0, before_run = 0, run = 0, widest = GAP - 1, best = n / 2;
    double lo, hi;
    extent(index, n, grow->key, &lo, &hi);
    if (!(hi > lo))
        return n / 2;
    for (size_t i = 0; i < n; i++)
        count[(size_t)fmin(SLOTS - 1, SLOTS * (grow->key[index[i]] - lo) / (hi - lo))]++;
    for (size_t k = 0; k < SLOTS; k++) {
        run = count[k] ? 0 : run + 1;
        before_run = below;
        below += count[k];
        if (run > widest && 10 * before_run >= n && 10 * (n - before_run) >= n)
            widest = run, best = before_run;
    }
    return best;
}

static void halve(const struct growing *grow, uint32_t *index, size_t n, struct frame frame)
{
    int axis = n > grow->most ? axis_of(grow, index, n, &frame) : -1;
    if (axis < 0) {
        cell_add(grow, index, n);
        return;
    }
    double ux = axis ? -frame.uy : frame.ux, uy = axis ? frame.ux : frame.uy;
    for (size_t i = 0; i < n; i++)
        grow->key[index[i]] = ux * grow->x[1][index[i]] + uy * grow->y[1][index[i]];
    size_t half = part_at(grow, index, n);
    select_smallest(index, n, half - 1, grow->key);
    frame.cuts[axis]++;
    halve(grow, index, half, frame);
    halve(grow, index + half, n - half, frame);
}

// A particle that is afloat for part of the bin only is held where it is seen.
static void hold(double *const x[MOMENTS], double *const y[MOMENTS], size_t i)
{
    for (int m = 0; m < MOMENTS; m++)
        if (isfinite(x[m][i]) && !isfinite(x[1][i]))
            x[1][i] = x[m][i], y[1][i] = y[m][i];
}

enum ph_status plan_bin_make(const struct plan_scene *scene, size_t most, struct core_arena *arena,
                             struct plan_bin *bin, struct ph_err *err)
{
    struct core_arena scratch = {0};
    double *x[MOMENTS], *y[MOMENTS], *key = CORE_ARENA_NEW(&scratch, double, scene->n + 1);
    struct geo_xy *at = CORE_ARENA_NEW(&scratch, struct geo_xy, 2 * scene->n + 1);
    bool good = key && at && (bin->order = CORE_ARENA_NEW(arena, uint32_t, scene->n)) != NULL;
    good = (bin->cell = CORE_ARENA_NEW(arena, struct plan_cell, scene->n)) != NULL && good;
    for (int m = 0; m < MOMENTS; m++) {
        good = (x[m] = CORE_ARENA_NEW(&scratch, double, scene->n)) != NULL && good;
        good = (y[m] = CORE_ARENA_NEW(&scratch, double, scene->n)) != NULL && good;
    }
    if (!good) {
        core_arena_fini(&scratch);
        return core_err_nomem(err);
    }
    double width = bin->to_s - bin->from_s;
    for (int m = 0; m < MOMENTS; m++) // a hair inside, so that a knot's NaN beyond the bin stays outside
        plan_scene_at(scene, bin->from_s + width * (m == 0 ? 1e-6 : m == 1 ? 0.5 : 1 - 1e-6), x[m], y[m]);
    size_t n = 0;
    for (size_t i = 0; i < scene->n; i++) {
        hold(x, y, i);
        if (isfinite(x[1][i]) && scene->weight[i] > 0)
            bin->order[n++] = (uint32_t)i;
    }
    bin->n_cells = 0;
    if (n) {
        struct growing grow = {
            {x[0], x[1], x[2]}, {y[0], y[1], y[2]}, width, most, scene->weight, key, at, bin};
        halve(&grow, bin->order, n, (struct frame){.ux = 1});
    }
    core_arena_fini(&scratch);
    return PH_OK;
}
