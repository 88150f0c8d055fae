#include "prob/spread.h"

#include <math.h>

#include "core/arena.h"
#include "core/units.h"
#include "geo/earth.h"

enum { SIDE = 128, ZOOMS = 6, FEW_CELLS = 24, PER_CELL = 10, MOST = 65536 };

// Nearer than this nobody knows where anything is; it keeps exact clouds from having no size.
#define SMALLEST_SIGMA_M 25.0

static double turned(double lon_deg, double ref_deg)
{
    double d = lon_deg - ref_deg;
    return d < -180.0 || d >= 180.0 ? core_deg_wrap180(d) : d;
}

void prob_extent_add(struct prob_extent *extent, const struct prob_cloud *cloud)
{
    struct prob_extent e = *extent;
    for (size_t i = 0; i < cloud->n; i++) {
        if (!prob_cloud_has(cloud, i))
            continue;
        double lat = (double)cloud->lat_deg[i], lon = (double)cloud->lon_deg[i];
        if (!e.n++) {
            e.ref_lon_deg = core_deg_wrap180(lon);
            e.south_deg = e.north_deg = lat;
            e.west_deg = e.east_deg = 0;
            continue;
        }
        double d = turned(lon, e.ref_lon_deg);
        e.south_deg = lat < e.south_deg ? lat : e.south_deg;
        e.north_deg = lat > e.north_deg ? lat : e.north_deg;
        e.west_deg = d < e.west_deg ? d : e.west_deg;
        e.east_deg = d > e.east_deg ? d : e.east_deg;
    }
    *extent = e;
}

static double mass_above(const double *mass, const double *density, size_t n, double level)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (density[i] >= level)
            sum += mass[i];
    return sum;
}

double prob_level_of(const double *mass, const double *density, size_t n, double target)
{
    double high = 0;
    for (size_t i = 0; i < n; i++)
        high = density[i] > high ? density[i] : high;
    double low = high * 1e-12;
    for (int k = 0; k < 40 && high > low * (1 + 1e-9); k++) {
        double level = sqrt(low * high);
        if (mass_above(mass, density, n, level) >= target)
            low = level;
        else
            high = level;
    }
    return low;
}

// Square histogram of a cloud over an extent.
struct histogram {
    struct prob_extent extent;
    size_t side;
    double mass[SIDE * SIDE];
};

static void histogram_fill(struct histogram *h, const struct prob_cloud *cloud)
{
    const struct prob_extent *e = &h->extent;
    double per_lat = SIDE / fmax(e->north_deg - e->south_deg, 1e-9);
    double per_lon = SIDE / fmax(e->east_deg - e->west_deg, 1e-9);
    h->side = SIDE;
    for (size_t k = 0; k < SIDE * SIDE; k++)
        h->mass[k] = 0;
    for (size_t i = 0; i < cloud->n; i++) {
        if (!prob_cloud_has(cloud, i))
            continue;
        double y = ((double)cloud->lat_deg[i] - e->south_deg) * per_lat;
        double x = (turned((double)cloud->lon_deg[i], e->ref_lon_deg) - e->west_deg) * per_lon;
        if (!(x >= 0 && y >= 0 && x <= SIDE && y <= SIDE))
            continue;
        size_t row = y < SIDE ? (size_t)y : SIDE - 1, column = x < SIDE ? (size_t)x : SIDE - 1;
        h->mass[row * SIDE + column] += cloud->weight[i];
    }
}

// Four cells into one.
static void histogram_halve(struct histogram *h)
{
    size_t half = h->side / 2;
    for (size_t i = 0; i < half; i++)
        for (size_t j = 0; j < half; j++) {
            const double *m = &h->mass[2 * i * h->side + 2 * j];
            double sum = m[0] + m[1] + m[h->side] + m[h->side + 1];
            h->mass[i * half + j] = sum;
        }
    h->side = half;
}

// Cells of the densest half, the last one in part.
static double cells50(const struct histogram *h, double total, double *level)
{
    size_t n = h->side * h->side, count = 0, at_level = 0;
    double sum = 0, edge = 0;
    *level = prob_level_of(h->mass, h->mass, n, 0.5 * total);
    for (size_t k = 0; k < n; k++) {
        if (h->mass[k] > *level * (1 + 1e-6)) {
            sum += h->mass[k];
            count++;
        } else if (h->mass[k] >= *level) {
            edge += h->mass[k];
            at_level++;
        }
    }
    double part = edge > 0 ? (0.5 * total - sum) / edge : 0;
    return (double)count + (double)at_level * fmin(1.0, fmax(0.0, part));
}

static double cell_area_m2(const struct histogram *h)
{
    const struct prob_extent *e = &h->extent;
    double lat = 0.5 * (e->south_deg + e->north_deg), side = (double)h->side;
    return fmax(e->north_deg - e->south_deg, 1e-9) / side * geo_earth_m_per_deg_lat(lat) *
           fmax(e->east_deg - e->west_deg, 1e-9) / side * geo_earth_m_per_deg_lon(lat);
}

// Shrinks the extent to the cells of the densest half and one more on each side.
static bool zoom(struct histogram *h, double level)
{
    size_t low_i = SIDE, high_i = 0, low_j = SIDE, high_j = 0;
    for (size_t k = 0; k < SIDE * SIDE; k++)
        if (h->mass[k] >= level && h->mass[k] > 0) {
            size_t i = k / SIDE, j = k % SIDE;
            low_i = i < low_i ? i : low_i;
            high_i = i > high_i ? i : high_i;
            low_j = j < low_j ? j : low_j;
            high_j = j > high_j ? j : high_j;
        }
    if (high_i - low_i > SIDE / 3 || high_j - low_j > SIDE / 3)
        return false;
    struct prob_extent *e = &h->extent;
    double dlat = fmax(e->north_deg - e->south_deg, 1e-9) / SIDE;
    double dlon = fmax(e->east_deg - e->west_deg, 1e-9) / SIDE;
    double south = e->south_deg, west = e->west_deg;
    e->south_deg = south + ((double)low_i - 1) * dlat;
    e->north_deg = south + ((double)high_i + 2) * dlat;
    e->west_deg = west + ((double)low_j - 1) * dlon;
    e->east_deg = west + ((double)high_j + 2) * dlon;
    return (e->north_deg - e->south_deg) * geo_earth_m_per_deg_lat(south) > SMALLEST_SIGMA_M;
}

// Area of the densest half, on cells that hold enough particles for their density to mean something.
static double area50_of(struct histogram *h, const struct prob_cloud *cloud, double total, double n_eff)
{
    double level, cells;
    for (int k = 0;; k++) {
        histogram_fill(h, cloud);
        cells = cells50(h, total, &level);
        if (cells >= FEW_CELLS || k == ZOOMS || !zoom(h, level))
            break;
    }
    while (h->side > 4 && 0.5 * n_eff < PER_CELL * cells) {
        histogram_halve(h);
        cells = cells50(h, total, &level);
    }
    return cells * cell_area_m2(h);
}

// The smaller standard deviation of the cloud.
static double sigma_minor(const struct prob_moments *m)
{
    double mean = 0.5 * (m->xx_m2 + m->yy_m2), half = 0.5 * (m->xx_m2 - m->yy_m2);
    return sqrt(fmax(0.0, mean - hypot(half, m->xy_m2)));
}

// Silverman's rule in two dimensions is h = sigma n^(-1/6). A cloud that is long and narrow, or in several
// pieces, has fewer particles per sigma^2: n counts within the square of its smaller width. The kernel
// (prob/blur.h) is of fourth order, whose best bandwidth is wider by WIDER.
#define WIDER 1.3

// Every k-th particle of a large cloud: its width does not need them all.
static bool thin_out(const struct prob_cloud *cloud, struct core_arena *arena, struct prob_cloud *out)
{
    size_t step = (cloud->n + MOST - 1) / MOST, n = 0;
    *out = *cloud;
    if (step <= 1)
        return true;
    float *lat = CORE_ARENA_NEW(arena, float, MOST), *lon = CORE_ARENA_NEW(arena, float, MOST);
    double *weight = CORE_ARENA_NEW(arena, double, MOST);
    if (!lat || !lon || !weight)
        return false;
    for (size_t i = 0; i < cloud->n; i += step) {
        lat[n] = cloud->lat_deg[i];
        lon[n] = cloud->lon_deg[i];
        weight[n++] = cloud->weight[i];
    }
    *out = (struct prob_cloud){n, lat, lon, weight};
    return true;
}

// (sum w)^2 / sum w^2 of those that have a place.
static double effective_n(const struct prob_cloud *cloud)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < cloud->n; i++)
        if (prob_cloud_has(cloud, i)) {
            sum += cloud->weight[i];
            squares += cloud->weight[i] * cloud->weight[i];
        }
    return squares > 0 ? sum * sum / squares : 0;
}

static void spread_make(struct histogram *h, const struct prob_cloud *some,
                        const struct prob_moments *moments, double n_all, struct prob_spread *out)
{
    double area = area50_of(h, some, moments->weight, effective_n(some));
    double sigma_a = fmax(sqrt(area / (2 * CORE_PI * log(2.0))), SMALLEST_SIGMA_M);
    double sigma = fmax(fmin(sigma_minor(moments), sigma_a), SMALLEST_SIGMA_M);
    double n = fmax(1.0, n_all * (sigma / sigma_a) * (sigma / sigma_a));
    out->area50_m2 = 2 * CORE_PI * log(2.0) * sigma_a * sigma_a;
    out->bandwidth_m = WIDER * sigma * pow(n, -1.0 / 6.0);
    out->mean_lat_deg = moments->mean.lat_deg;
}

bool prob_spread_of(const struct prob_cloud *cloud, struct prob_spread *out, bool *nomem)
{
    struct core_arena arena = {0};
    struct prob_moments moments;
    struct prob_cloud some;
    double n_all = effective_n(cloud);
    struct histogram *h = CORE_ARENA_NEW(&arena, struct histogram, 1);
    *nomem = !h || !thin_out(cloud, &arena, &some);
    if (!*nomem && n_all > 0 && !prob_moments_of(&some, &moments)) {
        // none of those kept has weight: take them all
        some = *cloud;
        if (!prob_moments_of(&some, &moments))
            n_all = 0;
    }
    bool good = !*nomem && n_all > 0;
    if (good) {
        prob_extent_add(&h->extent, &some);
        spread_make(h, &some, &moments, n_all, out);
    }
    core_arena_fini(&arena);
    return good;
}
