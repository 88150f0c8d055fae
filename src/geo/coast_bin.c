#include "geo/coast_bin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "geo/walk.h"

#define CELLS GEO_COAST_CELLS
#define CELL_UNITS GEO_COAST_CELL_UNITS
// Centres lie on half units, so no vertex is ever level with one.
#define CENTRE(k) ((double)(k)*CELL_UNITS + CELL_UNITS / 2 + 0.5)

// ---- sides ----------------------------------------------------------------------------------------------

static double turn(const struct geo_coast_edge *e, double x, double y)
{
    return ((double)e->bx - e->ax) * (y - e->ay) - ((double)e->by - e->ay) * (x - e->ax);
}

// Left of the edge's line. A place on the line counts as if it were a hair further north, which is also how
// straddles() sees vertices, so that every edge is counted consistently by both legs of a path.
static bool left_of(const struct geo_coast_edge *e, double x, double y)
{
    double d = turn(e, x, y);
    return d > 0 || (d == 0 && e->bx > e->ax);
}

static bool straddles(double a, double b, double at)
{
    return (a > at) != (b > at);
}

static bool lies_on(const struct geo_coast_edge *e, double x, double y)
{
    return x >= fmin(e->ax, e->bx) && x <= fmax(e->ax, e->bx) && y >= fmin(e->ay, e->by) &&
           y <= fmax(e->ay, e->by) && turn(e, x, y) == 0;
}

// ---- raster ---------------------------------------------------------------------------------------------

static size_t clamp_cell(double units)
{
    double k = floor(units / CELL_UNITS);
    return k < 0 ? 0 : k > CELLS - 1 ? CELLS - 1 : (size_t)k;
}

// Calls visit for every cell that the edge touches or nearly touches (by one unit).
static void visit_cells(const struct geo_coast_edge *e,
                        void (*visit)(void *arg, size_t cell, struct geo_coast_edge e), void *arg)
{
    double dx = (double)e->bx - e->ax, dy = (double)e->by - e->ay;
    double low = fmin(e->ay, e->by) - 1, high = fmax(e->ay, e->by) + 1;
    for (size_t row = clamp_cell(low); row <= clamp_cell(high); row++) {
        double t0 = 0, t1 = 1;
        if (dy != 0) {
            double a = ((double)row * CELL_UNITS - 1 - e->ay) / dy;
            double b = ((double)(row + 1) * CELL_UNITS + 1 - e->ay) / dy;
            t0 = fmin(1, fmax(0, fmin(a, b)));
            t1 = fmax(0, fmin(1, fmax(a, b)));
        }
        double xa = e->ax + dx * t0, xb = e->ax + dx * t1;
        for (size_t k = clamp_cell(fmin(xa, xb) - 1); k <= clamp_cell(fmax(xa, xb) + 1); k++)
            visit(arg, row * CELLS + k, *e);
    }
}

static void count_edge(void *arg, size_t cell, struct geo_coast_edge e)
{
    uint32_t *count = arg;
    count[cell]++;
}

static void place_edge(void *arg, size_t cell, struct geo_coast_edge e)
{
    struct geo_coast_bin *bin = arg;
    struct geo_coast_cell *mixed = &bin->mixed[bin->state[cell] - GEO_COAST_MIXED];
    bin->edge[mixed->first + mixed->n++] = e;
}

static void each_edge(const struct geo_coast_bin *bin,
                      void (*visit)(void *arg, const struct geo_coast_edge *e), void *arg)
{
    for (size_t c = 0; c < bin->n_chains; c++) {
        const struct geo_coast_point *p = bin->point + bin->chain[c].first;
        for (size_t k = 0; k + 1 < bin->chain[c].n; k++) {
            struct geo_coast_edge e = {p[k].x, p[k].y, p[k + 1].x, p[k + 1].y};
            if (e.ax != e.bx || e.ay != e.by)
                visit(arg, &e);
        }
    }
}

static void count_cells(void *arg, const struct geo_coast_edge *e)
{
    visit_cells(e, count_edge, arg);
}

static void place_cells(void *arg, const struct geo_coast_edge *e)
{
    visit_cells(e, place_edge, arg);
}

// In every row, the first centre to the right of the edge: from there on the row's state is flipped.
static void flip_rows(void *arg, const struct geo_coast_edge *e)
{
    bool(*flip)[CELLS + 1] = arg;
    size_t from = clamp_cell(fmin(e->ay, e->by)), to = clamp_cell(fmax(e->ay, e->by));
    for (size_t row = from; row <= to; row++) {
        double y = CENTRE(row);
        if (!straddles(e->ay, e->by, y))
            continue;
        bool west_side = e->by > e->ay; // far to the west is left of an edge that goes north
        size_t k = clamp_cell(fmin(e->ax, e->bx));
        while (k < CELLS && left_of(e, CENTRE(k), y) == west_side)
            k++;
        flip[row][k] = !flip[row][k];
    }
}

// State just outside the bin's west side at height y. Going down from the north-west corner, each chain that
// enters or leaves by the west side above y flips it.
static bool west_state(const struct geo_coast_bin *bin, double y)
{
    bool land = bin->corner[GEO_COAST_NW];
    for (size_t c = 0; c < bin->n_chains; c++) {
        const struct geo_coast_chain *chain = &bin->chain[c];
        const struct geo_coast_point *p = bin->point + chain->first;
        if (chain->entry == GEO_COAST_WEST && p[0].y > y)
            land = !land;
        if (chain->exit == GEO_COAST_WEST && p[chain->n - 1].y > y)
            land = !land;
    }
    return land;
}

static void fill_states(struct geo_coast_bin *bin, bool (*flip)[CELLS + 1])
{
    for (size_t row = 0; row < CELLS; row++) {
        bool land = west_state(bin, CENTRE(row));
        for (size_t k = 0; k < CELLS; k++) {
            uint16_t *state = &bin->state[row * CELLS + k];
            land ^= flip[row][k];
            if (*state >= GEO_COAST_MIXED)
                bin->mixed[*state - GEO_COAST_MIXED].land = land;
            else
                *state = land ? GEO_COAST_LAND : GEO_COAST_SEA;
        }
    }
}

// Gives every cell with edges its place in `mixed`; returns how many edges they hold together.
static size_t number_mixed(struct geo_coast_bin *bin, const uint32_t *count)
{
    size_t edges = 0;
    for (size_t cell = 0; cell < (size_t)CELLS * CELLS; cell++) {
        if (!count[cell])
            continue;
        bin->state[cell] = (uint16_t)(bin->n_mixed + GEO_COAST_MIXED);
        bin->mixed[bin->n_mixed++].first = (uint32_t)edges;
        edges += count[cell];
    }
    return edges;
}

static size_t count_mixed(const uint32_t *count)
{
    size_t n = 0;
    for (size_t cell = 0; cell < (size_t)CELLS * CELLS; cell++)
        n += count[cell] != 0;
    return n;
}

static bool build_raster(struct geo_coast_bin *bin, uint32_t *count, bool (*flip)[CELLS + 1])
{
    each_edge(bin, count_cells, count);
    bin->state = calloc((size_t)CELLS * CELLS, sizeof *bin->state);
    bin->mixed = calloc(count_mixed(count) + 1, sizeof *bin->mixed);
    if (!bin->state || !bin->mixed)
        return false;
    size_t edges = number_mixed(bin, count);
    bin->edge = calloc(edges + 1, sizeof *bin->edge);
    if (!bin->edge)
        return false;
    each_edge(bin, place_cells, bin);
    each_edge(bin, flip_rows, flip);
    fill_states(bin, flip);
    return true;
}

enum ph_status geo_coast_bin_init(struct geo_coast_bin *bin, const bool corner[4],
                                  struct geo_coast_chain *chain, size_t n_chains,
                                  struct geo_coast_point *point, struct ph_err *err)
{
    struct geo_coast_bin made = {
        .chain = chain, .n_chains = n_chains, .point = point, .land = corner[GEO_COAST_NW]};
    memcpy(made.corner, corner, sizeof made.corner);
    *bin = made;
    if (n_chains == 0)
        return PH_OK;
    uint32_t *count = calloc((size_t)CELLS * CELLS, sizeof *count);
    bool(*flip)[CELLS + 1] = calloc(CELLS, sizeof *flip);
    bool built = count && flip && build_raster(bin, count, flip);
    free(count);
    free(flip);
    return built ? PH_OK : core_err_nomem(err);
}

void geo_coast_bin_fini(struct geo_coast_bin *bin)
{
    free(bin->state);
    free(bin->mixed);
    free(bin->edge);
    free(bin->chain);
    free(bin->point);
    *bin = (struct geo_coast_bin){0};
}

// ---- questions ------------------------------------------------------------------------------------------

// From the cell's centre, whose state is known, north or south and then east or west: each edge in between
// flips the state. All edges that can be in between are in the cell's list.
static bool cell_is_land(const struct geo_coast_bin *bin, const struct geo_coast_cell *cell, double cx,
                         double cy, double x, double y)
{
    bool land = cell->land;
    for (uint32_t k = 0; k < cell->n; k++) {
        const struct geo_coast_edge *e = &bin->edge[cell->first + k];
        if (straddles(e->ax, e->bx, cx) && left_of(e, cx, y) != left_of(e, cx, cy))
            land = !land;
        if (straddles(e->ay, e->by, y) && left_of(e, cx, y) != left_of(e, x, y))
            land = !land;
        if (lies_on(e, x, y))
            return true;
    }
    return land;
}

bool geo_coast_bin_is_land(const struct geo_coast_bin *bin, double x, double y)
{
    if (!bin->state)
        return bin->land;
    size_t column = (size_t)x >> GEO_COAST_CELL_SHIFT, row = (size_t)y >> GEO_COAST_CELL_SHIFT;
    uint16_t state = bin->state[row * CELLS + column];
    if (state < GEO_COAST_MIXED)
        return state == GEO_COAST_LAND;
    return cell_is_land(bin, &bin->mixed[state - GEO_COAST_MIXED], CENTRE(column), CENTRE(row), x, y);
}

// Fraction of the way at which it meets the edge; touching counts.
static bool meets(const struct geo_coast_edge *e, const struct geo_coast_way *way, double *t)
{
    double dp = turn(e, way->x, way->y), dq = turn(e, way->x + way->dx, way->y + way->dy);
    if ((dp > 0 && dq > 0) || (dp < 0 && dq < 0) || dp == dq)
        return false;
    double sa = way->dx * (e->ay - way->y) - way->dy * (e->ax - way->x);
    double sb = way->dx * (e->by - way->y) - way->dy * (e->bx - way->x);
    if ((sa > 0 && sb > 0) || (sa < 0 && sb < 0))
        return false;
    *t = dp / (dp - dq);
    return true;
}

static double first_meeting(const struct geo_coast_bin *bin, const struct geo_coast_cell *cell,
                            const struct geo_coast_way *way)
{
    double best = INFINITY, t;
    for (uint32_t k = 0; k < cell->n; k++)
        if (meets(&bin->edge[cell->first + k], way, &t) && t < best)
            best = t;
    return best;
}

static double to_cells(double units)
{
    return fmin(GEO_COAST_UNITS, fmax(0, units)) / CELL_UNITS;
}

bool geo_coast_bin_crosses(const struct geo_coast_bin *bin, const struct geo_coast_way *way, double t_from,
                           double t_to, double *t)
{
    double best = INFINITY, span = t_to - t_from;
    if (!bin->state) {
        *t = t_from;
        return bin->land;
    }
    struct geo_walk walk;
    geo_walk_init(&walk, to_cells(way->x + way->dx * t_from), to_cells(way->y + way->dy * t_from),
                  to_cells(way->x + way->dx * t_to), to_cells(way->y + way->dy * t_to));
    do {
        if (walk.i < 0 || walk.i >= CELLS || walk.j < 0 || walk.j >= CELLS)
            continue;
        uint16_t state = bin->state[walk.j * CELLS + walk.i];
        // All land without a crossing before: only possible where two bins do not fit to the last digit.
        if (state == GEO_COAST_LAND)
            best = fmin(best, t_from + span * walk.t_in);
        else if (state >= GEO_COAST_MIXED)
            best = fmin(best, first_meeting(bin, &bin->mixed[state - GEO_COAST_MIXED], way));
    } while (!(best <= t_from + span * walk.t_out) && geo_walk_next(&walk));
    if (best > 1)
        return false;
    *t = best;
    return true;
}
