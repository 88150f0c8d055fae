#include "prob/contour.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "core/err.h"

// A crossing keeps off the nodes by this part of an edge, so that rings never touch themselves or each other.
#define OFF_NODE 1e-3

// Edges of the lattice: edge 2 (y nx + x) leaves node (x, y) to the east, the next one to the north.
enum { EAST, NORTH };
#define NO_EDGE UINT32_MAX

struct tracer {
    const struct prob_lattice *lattice;
    double level;
    uint32_t *after; // [2 ny nx] the edge that the contour crosses next, NO_EDGE where it does not pass
};

static size_t column(const struct prob_lattice *l, size_t x)
{
    return l->wraps && x >= l->nx ? x - l->nx : x;
}

static double value_at(const struct prob_lattice *l, size_t x, size_t y)
{
    return l->value[y * l->nx + column(l, x)];
}

static uint32_t edge_id(const struct prob_lattice *l, size_t x, size_t y, int side)
{
    return (uint32_t)(2 * (y * l->nx + column(l, x)) + (size_t)side);
}

// Links the edges of one square. Going round it counter-clockwise (south, east, north, west), a piece of
// contour enters the square where inside turns to outside and leaves where outside turns to inside: inside is
// on its left.
static void square_link(struct tracer *t, size_t x, size_t y)
{
    const struct prob_lattice *l = t->lattice;
    const double v[4] = {value_at(l, x, y), value_at(l, x + 1, y), value_at(l, x + 1, y + 1),
                         value_at(l, x, y + 1)};
    bool in[4];
    int n_in = 0;
    for (int k = 0; k < 4; k++)
        n_in += in[k] = v[k] >= t->level;
    if (n_in == 0 || n_in == 4)
        return;
    const uint32_t edge[4] = {edge_id(l, x, y, EAST), edge_id(l, x + 1, y, NORTH), edge_id(l, x, y + 1, EAST),
                              edge_id(l, x, y, NORTH)};
    // In a saddle the mean of the corners says whether the two insides are joined.
    bool joined = 0.25 * (v[0] + v[1] + v[2] + v[3]) >= t->level;
    int step = joined ? 1 : 3;
    for (int k = 0; k < 4; k++) {
        if (!in[k] || in[(k + 1) % 4])
            continue;
        int leave = (k + step) % 4;
        while (in[leave] || !in[(leave + 1) % 4])
            leave = (leave + step) % 4;
        t->after[edge[k]] = edge[leave];
    }
}

static struct prob_point crossing(const struct tracer *t, uint32_t edge)
{
    const struct prob_lattice *l = t->lattice;
    size_t node = edge / 2, x = node % l->nx, y = node / l->nx;
    bool east = edge % 2 == EAST;
    double a = l->value[node], b = east ? value_at(l, x + 1, y) : value_at(l, x, y + 1);
    double w = fmin(1 - OFF_NODE, fmax(OFF_NODE, (t->level - a) / (b - a)));
    return (struct prob_point){(double)x + (east ? w : 0), (double)y + (east ? 0 : w)};
}

// Follows one loop from an edge, clearing it as it goes; x runs on across the seam.
static void loop_follow(struct tracer *t, uint32_t first, struct prob_loop *loop)
{
    double nx = (double)t->lattice->nx, x = 0;
    bool wraps = t->lattice->wraps;
    size_t n = 0;
    for (uint32_t edge = first; edge != NO_EDGE && t->after[edge] != NO_EDGE;) {
        struct prob_point p = crossing(t, edge);
        if (wraps && n)
            p.x += nx * round((x - p.x) / nx);
        x = p.x;
        loop->point[n++] = p;
        uint32_t next = t->after[edge];
        t->after[edge] = NO_EDGE;
        edge = next;
    }
    loop->n = n;
    double closing = wraps ? round((x - loop->point[0].x) / nx) : 0;
    loop->turns = closing > 0 ? 1 : closing < 0 ? -1 : 0;
}

static size_t loop_length(const struct tracer *t, uint32_t first)
{
    size_t n = 1;
    for (uint32_t edge = t->after[first]; edge != first && edge != NO_EDGE; edge = t->after[edge])
        n++;
    return n;
}

static double loop_area(const struct prob_loop *loop)
{
    double sum = 0;
    const struct prob_point *p = loop->point, o = p[0];
    for (size_t i = 0; i < loop->n; i++) {
        const struct prob_point *a = &p[i], *b = &p[i + 1 < loop->n ? i + 1 : 0];
        sum += (a->x - o.x) * (b->y - o.y) - (b->x - o.x) * (a->y - o.y);
    }
    return 0.5 * sum;
}

static enum ph_status loops_collect(struct tracer *t, size_t n_edges, struct core_arena *arena,
                                    struct prob_loop **out, size_t *n_out, struct ph_err *err)
{
    struct prob_loop *loops = NULL;
    size_t n = 0, capacity = 0;
    for (uint32_t edge = 0; edge < n_edges; edge++) {
        if (t->after[edge] == NO_EDGE)
            continue;
        if (n == capacity) {
            capacity = capacity ? 2 * capacity : 16;
            struct prob_loop *more = CORE_ARENA_NEW(arena, struct prob_loop, capacity);
            if (!more)
                return core_err_nomem(err);
            if (n)
                memcpy(more, loops, n * sizeof *more);
            loops = more;
        }
        struct prob_loop *loop = &loops[n++];
        loop->point = CORE_ARENA_NEW(arena, struct prob_point, loop_length(t, edge));
        if (!loop->point)
            return core_err_nomem(err);
        loop_follow(t, edge, loop);
        loop->area = loop->turns ? 0 : loop_area(loop);
    }
    *out = loops;
    *n_out = n;
    return PH_OK;
}

enum ph_status prob_contour(const struct prob_lattice *lattice, double level, struct core_arena *arena,
                            struct prob_loop **out, size_t *n_out, struct ph_err *err)
{
    size_t n_edges = 2 * lattice->ny * lattice->nx;
    struct tracer t = {lattice, level, CORE_ARENA_NEW(arena, uint32_t, n_edges + 1)};
    if (!t.after || n_edges >= NO_EDGE)
        return core_err_nomem(err);
    for (size_t e = 0; e < n_edges; e++)
        t.after[e] = NO_EDGE;
    size_t columns = lattice->wraps ? lattice->nx : lattice->nx - 1;
    for (size_t y = 0; y + 1 < lattice->ny; y++)
        for (size_t x = 0; x < columns; x++)
            square_link(&t, x, y);
    return loops_collect(&t, n_edges, arena, out, n_out, err);
}
