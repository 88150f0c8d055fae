#include "plan/bound_cells.h"

#include <math.h>

#include "core/err.h"

enum { MOMENTS = 3 }; // begin, middle and end of the bin

// Positions at the bin's begin, middle and end.
struct growing {
    const double *x[MOMENTS], *y[MOMENTS];
    double duration_s;
    size_t most;
    struct plan_bin *bin;
};

struct box {
    double lo[2], hi[2];
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

// n points drawn evenly from an interval span (n - 1) / (n + 1) of it on average: the interval behind them,
// never more than the room that the halving left.
static double room_of(double lo, double hi, size_t n, double room)
{
    double wide = n > 1 ? (hi - lo) * (n + 1) / (n - 1) : 0;
    return fmin(fmax(0, wide), room);
}

// The smallest of the areas at begin, middle and end: when the cloud draws together within the bin, a plan
// may take the best moment.
static double cell_area(const struct growing *grow, const uint32_t *index, size_t n, const struct box *box)
{
    double least = INFINITY, lo, hi;
    for (int m = 0; m < MOMENTS; m++) {
        double room_x = m == 1 ? box->hi[0] - box->lo[0] : INFINITY;
        double room_y = m == 1 ? box->hi[1] - box->lo[1] : INFINITY;
        extent(index, n, grow->x[m], &lo, &hi);
        if (hi < lo)
            continue;
        double across = room_of(lo, hi, n, room_x);
        extent(index, n, grow->y[m], &lo, &hi);
        least = fmin(least, across * room_of(lo, hi, n, room_y));
    }
    return fmax(least, 1); // a square metre: everybody at one place
}

static void cell_add(const struct growing *grow, uint32_t *index, size_t n, const struct box *box)
{
    struct plan_bin *bin = grow->bin;
    struct plan_cell *cell = &bin->cell[bin->n_cells++];
    double lo[2], hi[2], drift = 0;
    extent(index, n, grow->x[1], &lo[0], &hi[0]);
    extent(index, n, grow->y[1], &lo[1], &hi[1]);
    for (size_t i = 0; i < n; i++) {
        uint32_t p = index[i];
        double run = hypot(grow->x[2][p] - grow->x[0][p], grow->y[2][p] - grow->y[0][p]);
        if (run > drift * grow->duration_s)
            drift = run / grow->duration_s;
    }
    *cell = (struct plan_cell){.first = (uint32_t)(index - bin->order),
                               .n = (uint32_t)n,
                               .area_m2 = cell_area(grow, index, n, box),
                               .x_m = (lo[0] + hi[0]) / 2,
                               .y_m = (lo[1] + hi[1]) / 2,
                               .radius_m = hypot(hi[0] - lo[0], hi[1] - lo[1]) / 2 + drift * grow->duration_s,
                               .drift_mps = drift};
}

static void halve(const struct growing *grow, uint32_t *index, size_t n, struct box box)
{
    double lo[2], hi[2];
    extent(index, n, grow->x[1], &lo[0], &hi[0]);
    extent(index, n, grow->y[1], &lo[1], &hi[1]);
    int axis = hi[1] - lo[1] > hi[0] - lo[0];
    if (n <= grow->most || hi[axis] <= lo[axis]) {
        cell_add(grow, index, n, &box);
        return;
    }
    const double *key = axis ? grow->y[1] : grow->x[1];
    size_t half = n / 2;
    select_smallest(index, n, half - 1, key);
    double below, above, skip;
    extent(index, half, key, &skip, &below);
    extent(index + half, n - half, key, &above, &skip);
    struct box low = box, high = box;
    low.hi[axis] = high.lo[axis] = (below + above) / 2;
    halve(grow, index, half, low);
    halve(grow, index + half, n - half, high);
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
    double *x[MOMENTS], *y[MOMENTS];
    bool good = (bin->order = CORE_ARENA_NEW(arena, uint32_t, scene->n)) != NULL;
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
        struct growing grow = {{x[0], x[1], x[2]}, {y[0], y[1], y[2]}, width, most, bin};
        struct box box;
        extent(bin->order, n, x[1], &box.lo[0], &box.hi[0]);
        extent(bin->order, n, y[1], &box.lo[1], &box.hi[1]);
        halve(&grow, bin->order, n, box);
    }
    core_arena_fini(&scratch);
    return PH_OK;
}
