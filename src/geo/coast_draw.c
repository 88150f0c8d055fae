#include "geo/coast.h"

#include <stdlib.h>

#include "core/err.h"
#include "geo/coast_impl.h"

typedef void emit_fn(void *arg, int level, const struct geo_pos *points, size_t n);

#define SIDES 4
#define NONE ((size_t)-1)

// Where a chain meets the bin's edge, ordered by `along`: 0..4 counter-clockwise from the south-west corner.
struct end {
    double along;
    size_t chain;
    bool last;     // its last point, else its first
    size_t across; // the end at the other side of a stretch of land along the bin's edge
    bool onward;   // that end comes next counter-clockwise
};

// Points of one ring as it grows.
struct path {
    struct geo_pos *point;
    size_t n, capacity;
    bool failed;
};

struct drawing {
    double west_deg, south_deg, unit_deg;
    struct path path;
    emit_fn *emit;
    void *arg;
};

static void add(struct drawing *drawing, double x, double y)
{
    struct path *path = &drawing->path;
    if (path->n == path->capacity) {
        size_t capacity = path->capacity ? 2 * path->capacity : 1024;
        struct geo_pos *grown = realloc(path->point, capacity * sizeof *grown);
        if (!grown) {
            path->failed = true;
            return;
        }
        path->point = grown;
        path->capacity = capacity;
    }
    path->point[path->n++] = (struct geo_pos){drawing->south_deg + y * drawing->unit_deg,
                                              drawing->west_deg + x * drawing->unit_deg};
}

static void finish(struct drawing *drawing, int level)
{
    if (!drawing->path.failed && drawing->path.n)
        drawing->emit(drawing->arg, level, drawing->path.point, drawing->path.n);
    drawing->path.n = 0;
}

static void add_corner(struct drawing *drawing, int corner)
{
    bool east = corner == GEO_COAST_SE || corner == GEO_COAST_NE;
    bool north = corner == GEO_COAST_NE || corner == GEO_COAST_NW;
    add(drawing, east ? GEO_COAST_UNITS : 0, north ? GEO_COAST_UNITS : 0);
}

static void add_chain(struct drawing *drawing, const struct geo_coast_bin *bin, size_t c, bool backward)
{
    const struct geo_coast_chain *chain = &bin->chain[c];
    const struct geo_coast_point *p = bin->point + chain->first;
    for (size_t k = 0; k < chain->n; k++) {
        const struct geo_coast_point *at = &p[backward ? chain->n - 1 - k : k];
        add(drawing, at->x, at->y);
    }
}

// ---- rings that run into the bin's edge -----------------------------------------------------------------

static double along_of(int side, struct geo_coast_point p)
{
    const double units[SIDES] = {p.x, p.y, GEO_COAST_UNITS - p.x, GEO_COAST_UNITS - p.y};
    return side + units[side] / (double)GEO_COAST_UNITS;
}

static int by_place(const void *a, const void *b)
{
    const struct end *p = a, *q = b;
    if (p->along != q->along)
        return p->along < q->along ? -1 : 1;
    if (p->chain != q->chain)
        return p->chain < q->chain ? -1 : 1;
    return (int)p->last - (int)q->last;
}

static size_t collect_ends(const struct geo_coast_bin *bin, struct end *end)
{
    size_t n = 0;
    for (size_t c = 0; c < bin->n_chains; c++) {
        const struct geo_coast_chain *chain = &bin->chain[c];
        const struct geo_coast_point *p = bin->point + chain->first;
        if (chain->entry >= SIDES || chain->exit >= SIDES)
            continue;
        end[n++] = (struct end){.along = along_of(chain->entry, p[0]), .chain = c};
        end[n++] = (struct end){.along = along_of(chain->exit, p[chain->n - 1]), .chain = c, .last = true};
    }
    qsort(end, n, sizeof *end, by_place);
    return n;
}

// Land and water take turns along the bin's edge; which begins is known at the south-west corner.
static void pair_ends(struct end *end, size_t n, bool land_at_sw)
{
    for (size_t k = 0; k < n; k++) {
        bool land_after = ((k & 1) == 0) != land_at_sw;
        end[k].across = land_after ? (k + 1) % n : (k + n - 1) % n;
        end[k].onward = land_after;
    }
}

// Corners between two ends of a stretch of land, in the direction of going.
static void add_corners(struct drawing *drawing, const struct end *from, const struct end *to)
{
    double target = to->along;
    if (from->onward) {
        if (target < from->along)
            target += SIDES;
        for (int k = (int)from->along + 1; k <= (int)target; k++)
            add_corner(drawing, k % SIDES);
    } else {
        if (target > from->along)
            target -= SIDES;
        for (int k = (int)from->along; (double)k > target; k--)
            add_corner(drawing, (k + SIDES) % SIDES);
    }
}

static size_t other_end(const struct end *end, size_t n, size_t k)
{
    for (size_t m = 0; m < n; m++)
        if (m != k && end[m].chain == end[k].chain)
            return m;
    return NONE;
}

// Along a chain, along the bin's edge on the land side, along the next chain, until the ring closes.
static void draw_ring(struct drawing *drawing, const struct geo_coast_bin *bin, const struct end *end,
                      size_t n, size_t first, bool *used)
{
    int level = 9;
    for (size_t k = first; k != NONE && !used[k];) {
        size_t there = other_end(end, n, k);
        int chain_level = bin->chain[end[k].chain].level;
        if (there == NONE)
            break;
        level = chain_level < level ? chain_level : level;
        used[k] = used[there] = true;
        add_chain(drawing, bin, end[k].chain, end[k].last);
        add_corners(drawing, &end[there], &end[end[there].across]);
        k = end[there].across;
    }
    finish(drawing, level % 2 ? level : level - 1); // the ring is the land beside it
}

static enum ph_status draw_open(struct drawing *drawing, const struct geo_coast_bin *bin, struct ph_err *err)
{
    struct end *end = calloc(2 * bin->n_chains + 1, sizeof *end);
    bool *used = calloc(2 * bin->n_chains + 1, sizeof *used);
    if (!end || !used) {
        free(end);
        free(used);
        return core_err_nomem(err);
    }
    size_t n = collect_ends(bin, end);
    pair_ends(end, n, bin->corner[GEO_COAST_SW]);
    for (size_t k = 0; k < n; k++)
        if (!used[k])
            draw_ring(drawing, bin, end, n, k, used);
    if (n == 0 && bin->corner[GEO_COAST_SW]) {
        for (int corner = 0; corner < SIDES; corner++)
            add_corner(drawing, corner);
        finish(drawing, 1);
    }
    free(end);
    free(used);
    return PH_OK;
}

// ---- bins -----------------------------------------------------------------------------------------------

static void draw_closed(struct drawing *drawing, const struct geo_coast_bin *bin, int level)
{
    for (size_t c = 0; c < bin->n_chains; c++)
        if (bin->chain[c].entry == GEO_COAST_CLOSED && bin->chain[c].level == level) {
            add_chain(drawing, bin, c, false);
            finish(drawing, level);
        }
}

static enum ph_status draw_rings(struct drawing *drawing, const struct geo_coast_bin *bin, struct ph_err *err)
{
    enum ph_status status = draw_open(drawing, bin, err);
    for (int level = 1; !status && level <= 5; level++)
        draw_closed(drawing, bin, level);
    return status;
}

static enum ph_status draw_lines(struct drawing *drawing, const struct geo_coast_bin *bin, struct ph_err *err)
{
    for (size_t c = 0; c < bin->n_chains; c++) {
        add_chain(drawing, bin, c, false);
        finish(drawing, bin->chain[c].level);
    }
    return PH_OK;
}

static enum ph_status each_bin(struct geo_coast *coast, struct geo_box box, struct drawing *drawing,
                               enum ph_status (*draw)(struct drawing *drawing,
                                                      const struct geo_coast_bin *bin, struct ph_err *err),
                               struct ph_err *err)
{
    enum ph_status status = geo_coast_load(coast, box, err);
    if (status || !coast->bin || !(box.south_deg <= box.north_deg && box.west_deg <= box.east_deg))
        return status;
    struct geo_coast_window window = geo_coast_window_of(coast, box);
    double size = coast->file.bin_deg;
    drawing->unit_deg = size / GEO_COAST_UNITS;
    for (size_t row = window.row0; !status && row <= window.row1; row++)
        for (long column = window.column0; !status && column <= window.column1; column++) {
            drawing->west_deg = (double)column * size;
            drawing->south_deg = 90.0 - (double)(row + 1) * size;
            const struct geo_coast_bin *bin = coast->bin[geo_coast_bin_at(coast, row, column)];
            status = bin ? draw(drawing, bin, err) : PH_OK;
        }
    if (!status && drawing->path.failed)
        status = core_err_nomem(err);
    free(drawing->path.point);
    return status;
}

enum ph_status geo_coast_rings(struct geo_coast *coast, struct geo_box box, emit_fn *ring, void *arg,
                               struct ph_err *err)
{
    struct drawing drawing = {.emit = ring, .arg = arg};
    return each_bin(coast, box, &drawing, draw_rings, err);
}

enum ph_status geo_coast_lines(struct geo_coast *coast, struct geo_box box, emit_fn *line, void *arg,
                               struct ph_err *err)
{
    struct drawing drawing = {.emit = line, .arg = arg};
    return each_bin(coast, box, &drawing, draw_lines, err);
}
