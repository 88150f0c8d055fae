#include "geo/polygon.h"

#include <geodesic.h>
#include <math.h>

#include "core/units.h"
#include "geo/earth.h"

// Degrees of longitude from a to b, the short way.
static double turn_deg(double a_deg, double b_deg)
{
    double d = b_deg - a_deg;
    return d >= -180.0 && d <= 180.0 ? d : core_deg_wrap180(d);
}

static size_t next(size_t i, size_t n)
{
    return i + 1 < n ? i + 1 : 0;
}

// Degrees of longitude once round: 0, or +-360 when a pole is inside.
static double winding_deg(const struct geo_pos *ring, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += turn_deg(ring[i].lon_deg, ring[next(i, n)].lon_deg);
    return sum;
}

// Of a ring round a pole, the nearer one is taken to be inside.
static double mean_lat(const struct geo_pos *ring, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ring[i].lat_deg;
    return sum / (double)n;
}

static bool around_pole(const struct geo_pos *ring, size_t n)
{
    return fabs(winding_deg(ring, n)) > 180.0;
}

// Latitude at which an edge cuts the meridian x = 0.
static double cut_lat(double ax, double a_lat, double bx, double b_lat)
{
    return a_lat + (b_lat - a_lat) * (-ax / (bx - ax));
}

// Counts edges that cut the meridian from the place to the north pole; the north pole itself decides the
// rest.
bool geo_polygon_contains(const struct geo_pos *ring, size_t n, struct geo_pos pos)
{
    if (n < 3)
        return false;
    bool inside = around_pole(ring, n) && mean_lat(ring, n) > 0;
    for (size_t i = 0; i < n; i++) {
        const struct geo_pos *a = &ring[i], *b = &ring[next(i, n)];
        double ax = turn_deg(pos.lon_deg, a->lon_deg), bx = turn_deg(pos.lon_deg, b->lon_deg);
        bx += bx - ax > 180.0 ? -360.0 : bx - ax < -180.0 ? 360.0 : 0.0;
        if ((ax > 0) == (bx > 0))
            continue;
        // From west to east whichever way the edge runs, so that neighbours agree to the last bit.
        double lat =
            ax < bx ? cut_lat(ax, a->lat_deg, bx, b->lat_deg) : cut_lat(bx, b->lat_deg, ax, a->lat_deg);
        if (lat > pos.lat_deg)
            inside = !inside;
    }
    return inside;
}

double geo_polygon_area_m2(const struct geo_pos *ring, size_t n)
{
    if (n < 3)
        return 0;
    struct geod_geodesic g;
    struct geod_polygon polygon;
    double area_m2 = 0;
    geod_init(&g, GEO_WGS84_A_M, GEO_WGS84_F);
    geod_polygon_init(&polygon, 0);
    for (size_t i = 0; i < n; i++)
        geod_polygon_addpoint(&g, &polygon, ring[i].lat_deg, ring[i].lon_deg);
    geod_polygon_compute(&g, &polygon, 0, 1, &area_m2, NULL);
    return area_m2;
}

struct edge {
    double ax, ay, bx, by;
};

static double side(const struct edge *e, double x, double y)
{
    return (e->bx - e->ax) * (y - e->ay) - (e->by - e->ay) * (x - e->ax);
}

static bool apart(double a, double b)
{
    return (a > 0 && b < 0) || (a < 0 && b > 0);
}

static bool edges_cross(const struct edge *e, const struct edge *f)
{
    return apart(side(e, f->ax, f->ay), side(e, f->bx, f->by)) &&
           apart(side(f, e->ax, e->ay), side(f, e->bx, e->by));
}

// Edge i seen from longitude `from_deg`.
static struct edge edge_of(const struct geo_pos *ring, size_t n, size_t i, double from_deg)
{
    const struct geo_pos *a = &ring[i], *b = &ring[next(i, n)];
    double ax = turn_deg(from_deg, a->lon_deg);
    struct edge e = {ax, a->lat_deg, ax + turn_deg(a->lon_deg, b->lon_deg), b->lat_deg};
    return e;
}

// Two edges that meet lie within 180 degrees of each other's start, so edge j is placed as seen from edge i.
bool geo_polygon_crosses_itself(const struct geo_pos *ring, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct edge e = edge_of(ring, n, i, ring[i].lon_deg);
        for (size_t j = i + 2; j < n; j++) {
            struct edge f = edge_of(ring, n, j, ring[i].lon_deg);
            if (next(j, n) != i && edges_cross(&e, &f))
                return true;
        }
    }
    return false;
}

bool geo_polygon_box(const struct geo_pos *ring, size_t n, struct geo_box *out)
{
    if (n == 0)
        return false;
    double x = ring[0].lon_deg, low = x, high = x;
    struct geo_box box = {0, ring[0].lat_deg, 0, ring[0].lat_deg};
    for (size_t i = 1; i < n; i++) {
        x += turn_deg(ring[i - 1].lon_deg, ring[i].lon_deg);
        low = fmin(low, x);
        high = fmax(high, x);
        box.south_deg = fmin(box.south_deg, ring[i].lat_deg);
        box.north_deg = fmax(box.north_deg, ring[i].lat_deg);
    }
    bool polar = around_pole(ring, n);
    if (polar && mean_lat(ring, n) > 0)
        box.north_deg = 90.0;
    else if (polar)
        box.south_deg = -90.0;
    box.west_deg = polar || high - low >= 360.0 ? -180.0 : core_deg_wrap180(low);
    box.east_deg = polar || high - low >= 360.0 ? 180.0 : box.west_deg + (high - low);
    *out = box;
    return true;
}
