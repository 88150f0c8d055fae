#include "export/shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"

// A growing set of paths whose points lie in one pool that is large enough from the start.
struct pool {
    struct core_arena *arena;
    struct export_path *path;
    size_t n, capacity;
};

static bool pool_add(struct pool *pool, struct export_point *point, size_t n)
{
    if (pool->n == pool->capacity) {
        size_t capacity = pool->capacity ? 2 * pool->capacity : 16;
        struct export_path *more = CORE_ARENA_NEW(pool->arena, struct export_path, capacity);
        if (!more)
            return false;
        if (pool->n)
            memcpy(more, pool->path, pool->n * sizeof *more);
        pool->path = more;
        pool->capacity = capacity;
    }
    pool->path[pool->n++] = (struct export_path){.point = point, .n = n};
    return true;
}

static double round6(double deg)
{
    return round(deg * 1e6) / 1e6;
}

// Longitudes made continuous from the first point on; a ring that goes round a pole is closed along it.
static bool ring_unwrap(struct core_arena *arena, const struct prob_ring *ring, struct export_path *out)
{
    struct export_point *point = CORE_ARENA_NEW(arena, struct export_point, ring->n + 3);
    if (!point)
        return false;
    size_t n = 0;
    double lat_sum = 0;
    for (size_t i = 0; i < ring->n; i++) {
        double lon = core_deg_wrap180(ring->pos[i].lon_deg);
        if (n)
            lon = point[n - 1].lon_deg + core_deg_wrap180(lon - point[n - 1].lon_deg);
        point[n++] = (struct export_point){lon, ring->pos[i].lat_deg};
        lat_sum += ring->pos[i].lat_deg;
    }
    double home = point[n - 1].lon_deg + core_deg_wrap180(point[0].lon_deg - point[n - 1].lon_deg);
    if (fabs(home - point[0].lon_deg) > 180) {
        double pole = lat_sum < 0 ? -90 : 90, start = point[0].lon_deg;
        point[n++] = (struct export_point){home, point[0].lat_deg};
        point[n++] = (struct export_point){home, pole};
        point[n++] = (struct export_point){start, pole};
    }
    *out = (struct export_path){.point = point, .n = n};
    return true;
}

// Twice the signed area in degrees, positive counter-clockwise.
static double ring_area(const struct export_path *ring)
{
    double sum = 0;
    const struct export_point *o = ring->point;
    for (size_t i = 0; i < ring->n; i++) {
        const struct export_point *a = &ring->point[i], *b = &ring->point[(i + 1) % ring->n];
        sum += (a->lon_deg - o->lon_deg) * (b->lat_deg - o->lat_deg) -
               (b->lon_deg - o->lon_deg) * (a->lat_deg - o->lat_deg);
    }
    return sum;
}

static void ring_orient(struct export_path *ring, bool counter_clockwise)
{
    if ((ring_area(ring) > 0) == counter_clockwise)
        return;
    for (size_t i = 0, j = ring->n - 1; i < j; i++, j--) {
        struct export_point kept = ring->point[i];
        ring->point[i] = ring->point[j];
        ring->point[j] = kept;
    }
}

static bool ring_contains(const struct export_path *ring, struct export_point p)
{
    bool inside = false;
    for (size_t i = 0, j = ring->n - 1; i < ring->n; j = i++) {
        struct export_point a = ring->point[i], b = ring->point[j];
        if ((a.lat_deg > p.lat_deg) != (b.lat_deg > p.lat_deg) &&
            p.lon_deg <
                a.lon_deg + (p.lat_deg - a.lat_deg) / (b.lat_deg - a.lat_deg) * (b.lon_deg - a.lon_deg))
            inside = !inside;
    }
    return inside;
}

// A piece of a ring on the kept side of a meridian, from where it comes in to where it goes out.
struct chain {
    struct export_point *point;
    size_t n;
    bool used;
};

struct chain_end {
    double lat_deg;
    size_t chain;
    bool goes_out;
};

static int by_latitude(const void *a, const void *b)
{
    const struct chain_end *x = a, *y = b;
    if (x->lat_deg != y->lat_deg)
        return x->lat_deg < y->lat_deg ? -1 : 1;
    return x->chain != y->chain ? (x->chain < y->chain ? -1 : 1) : x->goes_out - y->goes_out;
}

struct cut {
    double meridian_deg;
    bool keep_east;
    struct chain *chain;
    size_t n_chains;
    struct export_point *point; // pool of the chains' points
    size_t n_points;
};

static bool is_kept(const struct cut *cut, struct export_point p)
{
    return (p.lon_deg >= cut->meridian_deg) == cut->keep_east;
}

static struct export_point crossing(const struct cut *cut, struct export_point a, struct export_point b)
{
    double w = (cut->meridian_deg - a.lon_deg) / (b.lon_deg - a.lon_deg);
    return (struct export_point){cut->meridian_deg, a.lat_deg + w * (b.lat_deg - a.lat_deg)};
}

// Chains of one ring that lies on both sides.
static void ring_to_chains(struct cut *cut, const struct export_path *ring)
{
    size_t start = 0;
    while (is_kept(cut, ring->point[start]) || !is_kept(cut, ring->point[(start + 1) % ring->n]))
        start++;
    struct chain *chain = NULL;
    for (size_t k = 0; k < ring->n; k++) {
        struct export_point a = ring->point[(start + k) % ring->n],
                            b = ring->point[(start + k + 1) % ring->n];
        if (!is_kept(cut, a) && is_kept(cut, b)) {
            chain = &cut->chain[cut->n_chains++];
            *chain = (struct chain){.point = cut->point + cut->n_points};
            cut->point[cut->n_points++] = crossing(cut, a, b);
            chain->n = 1;
        }
        if (is_kept(cut, b)) {
            cut->point[cut->n_points++] = b;
            chain->n++;
        } else if (is_kept(cut, a)) {
            cut->point[cut->n_points++] = crossing(cut, a, b);
            chain->n++;
        }
    }
}

// Joins chains along the meridian: seen from south to north, the inside lies between the 1st and 2nd end,
// the 3rd and 4th, and so on.
static bool chains_join(struct cut *cut, struct pool *out)
{
    struct chain_end *end = CORE_ARENA_NEW(out->arena, struct chain_end, 2 * cut->n_chains + 1);
    size_t *place = CORE_ARENA_NEW(out->arena, size_t, cut->n_chains + 1); // of each chain's way out
    if (!end || !place)
        return false;
    for (size_t i = 0; i < cut->n_chains; i++) {
        end[2 * i] = (struct chain_end){cut->chain[i].point[0].lat_deg, i, false};
        end[2 * i + 1] = (struct chain_end){cut->chain[i].point[cut->chain[i].n - 1].lat_deg, i, true};
    }
    qsort(end, 2 * cut->n_chains, sizeof *end, by_latitude);
    for (size_t i = 0; i < 2 * cut->n_chains; i++)
        if (end[i].goes_out)
            place[end[i].chain] = i;
    for (size_t i = 0; i < cut->n_chains; i++) {
        if (cut->chain[i].used)
            continue;
        struct export_point *point = CORE_ARENA_NEW(out->arena, struct export_point, cut->n_points);
        if (!point)
            return false;
        size_t n = 0, at = i;
        while (!cut->chain[at].used) {
            cut->chain[at].used = true;
            memcpy(point + n, cut->chain[at].point, cut->chain[at].n * sizeof *point);
            n += cut->chain[at].n;
            const struct chain_end *partner = &end[place[at] ^ 1];
            if (!partner->goes_out)
                at = partner->chain;
        }
        if (!pool_add(out, point, n))
            return false;
    }
    return true;
}

// The part of a polygon (all its rings together) east or west of a meridian.
static bool polygon_cut(const struct pool *in, double meridian_deg, bool keep_east, struct pool *out)
{
    size_t total = 0;
    for (size_t i = 0; i < in->n; i++)
        total += in->path[i].n;
    struct cut cut = {.meridian_deg = meridian_deg, .keep_east = keep_east};
    cut.chain = CORE_ARENA_NEW(out->arena, struct chain, total + 1);
    cut.point = CORE_ARENA_NEW(out->arena, struct export_point, 3 * total + 1);
    if (!cut.chain || !cut.point)
        return false;
    for (size_t i = 0; i < in->n; i++) {
        const struct export_path *ring = &in->path[i];
        size_t kept = 0;
        for (size_t k = 0; k < ring->n; k++)
            kept += is_kept(&cut, ring->point[k]);
        if (kept == ring->n && !pool_add(out, ring->point, ring->n))
            return false;
        if (kept && kept < ring->n)
            ring_to_chains(&cut, ring);
    }
    return !cut.n_chains || chains_join(&cut, out);
}

// Rounded, without repeated points; false when nothing with an area is left.
static bool ring_tidy(struct export_path *ring, double shift_deg)
{
    size_t n = 0;
    for (size_t i = 0; i < ring->n; i++) {
        double lon = fmin(fmax(round6(ring->point[i].lon_deg - shift_deg), -180), 180);
        struct export_point p = {lon, round6(ring->point[i].lat_deg)};
        if (!n || p.lon_deg != ring->point[n - 1].lon_deg || p.lat_deg != ring->point[n - 1].lat_deg)
            ring->point[n++] = p;
    }
    while (n > 1 && ring->point[0].lon_deg == ring->point[n - 1].lon_deg &&
           ring->point[0].lat_deg == ring->point[n - 1].lat_deg)
        n--;
    ring->n = n;
    return n >= 3 && ring_area(ring) != 0;
}

// Outer rings first get their polygon's number; then each is followed by the holes inside it.
static bool polygons_group(struct pool *rings, size_t *n_polygons, struct pool *out)
{
    for (size_t i = 0; i < rings->n; i++) {
        if (ring_area(&rings->path[i]) < 0)
            continue;
        size_t polygon = (*n_polygons)++;
        if (!pool_add(out, rings->path[i].point, rings->path[i].n))
            return false;
        out->path[out->n - 1].polygon = polygon;
        for (size_t k = 0; k < rings->n; k++) {
            struct export_path *hole = &rings->path[k];
            if (ring_area(hole) >= 0 || !ring_contains(&rings->path[i], hole->point[0]))
                continue;
            if (!pool_add(out, hole->point, hole->n))
                return false;
            out->path[out->n - 1].polygon = polygon;
        }
    }
    return true;
}

// One polygon with unwrapped longitudes: its share of each turn of the globe.
static bool polygon_write(struct pool *polygon, size_t *n_polygons, struct pool *out)
{
    double west = INFINITY, east = -INFINITY;
    for (size_t k = 0; k < polygon->path[0].n; k++) {
        west = fmin(west, polygon->path[0].point[k].lon_deg);
        east = fmax(east, polygon->path[0].point[k].lon_deg);
    }
    for (double turn = floor((west + 180) / 360); 360 * turn - 180 < east; turn++) {
        struct pool half = {.arena = out->arena}, part = {.arena = out->arena}, tidy = {.arena = out->arena};
        bool good = polygon_cut(polygon, 360 * turn - 180, true, &half) &&
                    polygon_cut(&half, 360 * turn + 180, false, &part);
        for (size_t i = 0; good && i < part.n; i++) {
            struct export_path ring = part.path[i];
            struct export_point *own = CORE_ARENA_NEW(out->arena, struct export_point, ring.n);
            if (!own)
                return false;
            memcpy(own, ring.point, ring.n * sizeof *own);
            ring.point = own;
            if (ring_tidy(&ring, 360 * turn))
                good = pool_add(&tidy, ring.point, ring.n);
        }
        if (!good || !polygons_group(&tidy, n_polygons, out))
            return false;
    }
    return true;
}

enum ph_status export_shape_rings(const struct prob_ring *ring, size_t n_rings, struct core_arena *arena,
                                  struct export_shape *out, struct ph_err *err)
{
    struct pool made = {.arena = arena};
    size_t n_polygons = 0;
    for (size_t i = 0; i < n_rings;) {
        struct pool polygon = {.arena = arena};
        size_t group = ring[i].polygon;
        for (; i < n_rings && ring[i].polygon == group; i++) {
            struct export_path path;
            if (ring[i].n < 3)
                continue;
            if (!ring_unwrap(arena, &ring[i], &path))
                return core_err_nomem(err);
            ring_orient(&path, polygon.n == 0);
            // holes lie in the same turn of the globe as their outer ring
            double off = polygon.n ? path.point[0].lon_deg - polygon.path[0].point[0].lon_deg : 0;
            for (size_t k = 0; k < path.n; k++)
                path.point[k].lon_deg -= 360 * round(off / 360);
            if (!pool_add(&polygon, path.point, path.n))
                return core_err_nomem(err);
        }
        if (polygon.n && !polygon_write(&polygon, &n_polygons, &made))
            return core_err_nomem(err);
    }
    *out = (struct export_shape){.path = made.path, .n = made.n};
    return PH_OK;
}

static struct export_point point_of(struct geo_pos pos)
{
    return (struct export_point){round6(core_deg_wrap180(pos.lon_deg)), round6(pos.lat_deg)};
}

enum ph_status export_shape_line(const struct geo_pos *pos, size_t n, struct core_arena *arena,
                                 struct export_shape *out, struct ph_err *err)
{
    struct pool made = {.arena = arena};
    struct export_point *point = CORE_ARENA_NEW(arena, struct export_point, 3 * n + 1);
    if (!point)
        return core_err_nomem(err);
    size_t begin = 0, used = 0;
    for (size_t i = 0; i <= n; i++) {
        bool gap = i == n || isnan(pos[i].lat_deg) || isnan(pos[i].lon_deg);
        if (!gap) {
            struct export_point b = point_of(pos[i]);
            if (used > begin && fabs(b.lon_deg - point[used - 1].lon_deg) > 180) {
                struct export_point a = point[used - 1];
                double edge = a.lon_deg > 0 ? 180 : -180, over = b.lon_deg + 2 * edge;
                double lat =
                    round6(a.lat_deg + (b.lat_deg - a.lat_deg) * (edge - a.lon_deg) / (over - a.lon_deg));
                point[used++] = (struct export_point){edge, lat};
                if (!pool_add(&made, point + begin, used - begin))
                    return core_err_nomem(err);
                begin = used;
                point[used++] = (struct export_point){-edge, lat};
            }
            point[used++] = b;
        } else {
            if (used - begin > 1 && !pool_add(&made, point + begin, used - begin))
                return core_err_nomem(err);
            begin = used;
        }
    }
    *out = (struct export_shape){.path = made.path, .n = made.n};
    return PH_OK;
}
