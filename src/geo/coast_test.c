#include "geo/coast.h"

#include "core/rng.h"
#include "geo/coast_impl.h"
#include "geo/earth.h"
#include "test/tap.h"

static const char *const names[] = {"full", "high", "intermediate", "low", "crude"};
#define N_NAMES 5

static struct geo_coast *open_coast(const char *resolution, struct geo_box box)
{
    struct geo_coast *coast = NULL;
    struct ph_err err = {0};
    char sentence[80];
    snprintf(sentence, sizeof sentence, "the shoreline of resolution %s", resolution);
    if (geo_coast_open(resolution, NULL, &coast, &err)) {
        tap_skip(sentence, "this gmt-gshhg package is not installed");
        return NULL;
    }
    if (geo_coast_load(coast, box, &err)) {
        tap_ok(false, "%s loads: %s (%s)", sentence, err.what, err.where);
        geo_coast_free(coast);
        return NULL;
    }
    return coast;
}

static struct geo_pos random_pos(struct geo_box box, uint64_t k)
{
    double u[4];
    core_rng_uniform(7, k, 0, CORE_RNG_POSITION, u);
    double lon = box.west_deg + u[0] * (box.east_deg - box.west_deg);
    struct geo_pos pos = {box.south_deg + u[1] * (box.north_deg - box.south_deg),
                          lon >= 180 ? lon - 360 : lon};
    return pos;
}

static const struct geo_box world = {-180, -90, 180, 90};
static const struct geo_box sicily_channel = {8, 30, 18, 39};

// ---- opening --------------------------------------------------------------------------------------------

static void opening(void)
{
    struct geo_coast *coast = NULL;
    struct ph_err err = {0};
    char dir[] = "/tmp/geo-coast-XXXXXX";
    double frac;
    struct geo_pos rome = {41.9, 12.5};
    tap_ok(!geo_coast_open("none", NULL, &coast, &err) && geo_coast_installed(coast),
           "land can be switched off");
    tap_text(geo_coast_source(coast), "none (switched off)", "and the source says so");
    tap_ok(!geo_coast_load(coast, world, &err) && !geo_coast_is_land(coast, rome) &&
               !geo_coast_crosses(coast, rome, (struct geo_pos){41, 12}, &frac),
           "then there is no land anywhere");
    geo_coast_free(coast);
    coast = NULL;
    tap_ok(mkdtemp(dir) != NULL, "(an empty folder)");
    tap_ok(!geo_coast_open("auto", dir, &coast, &err) && !geo_coast_installed(coast),
           "nothing installed is not an error");
    tap_text(geo_coast_source(coast), "none installed", "but the source says so");
    tap_ok(!geo_coast_load(coast, world, &err) && !geo_coast_is_land(coast, rome), "and there is no land");
    geo_coast_free(coast);
    coast = NULL;
    tap_ok(geo_coast_open("high", dir, &coast, &err) == PH_EINPUT && !coast && err.fix[0],
           "a named resolution that is not installed is refused");
    tap_ok(geo_coast_open("finest", NULL, &coast, &err) == PH_EINPUT && !coast, "an unknown one too");
    char path[100];
    snprintf(path, sizeof path, "%s/binned_GSHHS_c.nc", dir);
    FILE *file = fopen(path, "w");
    if (file) {
        fputs("CDF not really", file);
        fclose(file);
    }
    tap_ok(geo_coast_open("crude", dir, &coast, &err) != PH_OK && !coast && err.what[0],
           "a broken file is refused");
    remove(path);
    rmdir(dir);
    geo_coast_free(NULL);
}

// ---- places ---------------------------------------------------------------------------------------------

struct known {
    const char *name;
    struct geo_pos pos;
    const char *land; // at which of full, high, intermediate, low, crude it is land
};

// Small islands are not in the coarser versions: what is true of each is written down. Islands from any
// chart.
static const struct known known[] = {
    {"Lampedusa", {35.51, 12.60}, "fhi"},
    {"Linosa", {35.865, 12.87}, "fhi"},
    {"Tripoli", {32.88, 13.19}, "fhic"},
    {"Malta", {35.89, 14.45}, "fhilc"},
    {"Pantelleria", {36.78, 12.00}, "fhil"},
    {"Etna", {37.75, 15.00}, "fhilc"},
    {"the sea between Lampedusa and Linosa", {35.70, 12.75}, ""},
    {"the sea between Lampedusa and Tripoli", {34.20, 12.90}, ""},
    {"the sea off Sabratha", {33.17, 12.50}, ""},
    {"Chukotka on the antimeridian", {67.0, -180}, "fhilc"},
    {"Taveuni, just east of the antimeridian", {-16.85, -179.97}, "fhil"},
    {"the south pole", {-90, 0}, "fhilc"},
    {"the Ross ice shelf", {-81, -175}, "fhilc"},
    {"the Ross sea", {-75, -175}, ""},
    {"the north pole", {90, 0}, ""},
    {"Lake Victoria", {-1, 33}, ""},
    {"the Caspian Sea", {41, 51}, ""},
    {"Olkhon, an island in Lake Baikal", {53.15, 107.4}, "fhil"},
};

static void places(const char *resolution)
{
    struct geo_box nothing = {0, 0, 0, 0};
    struct geo_coast *coast = open_coast(resolution, nothing);
    if (!coast)
        return;
    tap_ok(!strncmp(geo_coast_source(coast), "GSHHG 2.", 8) && strstr(geo_coast_source(coast), resolution),
           "%s: the source is %s", resolution, geo_coast_source(coast));
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        struct geo_pos p = known[k].pos;
        struct geo_box box = {p.lon_deg, p.lat_deg, p.lon_deg, p.lat_deg};
        bool want = strchr(known[k].land, resolution[0]) != NULL;
        bool loaded = !geo_coast_load(coast, box, NULL);
        tap_ok(loaded && geo_coast_is_land(coast, p) == want, "%s: %s is %s", resolution, known[k].name,
               want ? "land" : "water");
    }
    geo_coast_free(coast);
}

// ---- against plain parity -------------------------------------------------------------------------------

// All edges of the bin to the west of the place, from the state of the bin's north-west corner. The plainest
// way there is, and no raster.
static bool plain_is_land(const struct geo_coast_bin *bin, double x, double y)
{
    bool land = bin->corner[GEO_COAST_NW];
    for (size_t c = 0; c < bin->n_chains; c++) {
        const struct geo_coast_chain *chain = &bin->chain[c];
        const struct geo_coast_point *p = bin->point + chain->first;
        land ^= chain->entry == GEO_COAST_WEST && p[0].y > y;
        land ^= chain->exit == GEO_COAST_WEST && p[chain->n - 1].y > y;
        for (size_t k = 0; k + 1 < chain->n; k++)
            if ((p[k].y > y) != (p[k + 1].y > y))
                land ^=
                    p[k].x + (y - p[k].y) / ((double)p[k + 1].y - p[k].y) * ((double)p[k + 1].x - p[k].x) < x;
    }
    return land;
}

static const struct geo_coast_bin *bin_of(const struct geo_coast *coast, struct geo_pos pos, double *x,
                                          double *y)
{
    double u = (pos.lon_deg < 0 ? pos.lon_deg + 360 : pos.lon_deg) * coast->bins_per_deg;
    double v = (pos.lat_deg + 90) * coast->bins_per_deg;
    *x = (u - floor(u)) * GEO_COAST_UNITS;
    *y = (v - floor(v)) * GEO_COAST_UNITS;
    return coast->bin[(coast->file.ny - 1 - (size_t)v) * coast->file.nx + (size_t)u];
}

static void against_plain(const char *resolution, const char *where, struct geo_box box, int n)
{
    struct geo_coast *coast = open_coast(resolution, box);
    int wrong = 0, land = 0, mixed = 0;
    if (!coast)
        return;
    for (int k = 0; k < n; k++) {
        struct geo_pos pos = random_pos(box, (uint64_t)k);
        double x, y;
        const struct geo_coast_bin *bin = bin_of(coast, pos, &x, &y);
        bool want = bin->state ? plain_is_land(bin, x, y) : bin->land, got = geo_coast_is_land(coast, pos);
        wrong += got != want;
        land += want;
        mixed += bin->state &&
                 bin->state[((size_t)y >> 9) * GEO_COAST_CELLS + ((size_t)x >> 9)] >= GEO_COAST_MIXED;
    }
    tap_ok(wrong == 0 && land > 0 && land < n && mixed > 0,
           "%s, %s: raster and plain parity agree in %d places (%d land, %d near the shore)", resolution,
           where, n, land, mixed);
    geo_coast_free(coast);
}

// The file gives the level of each bin's corners. They are not used (but for one), so they are a check of all
// that was read: the state of every corner follows from the other by the shore in between.
static void corners(const char *resolution)
{
    struct geo_coast *coast = open_coast(resolution, world);
    int wrong = 0, checked = 0;
    if (!coast)
        return;
    double in = 1e-3, out = GEO_COAST_UNITS - 1e-3;
    for (size_t b = 0; b < coast->file.nx * coast->file.ny; b++) {
        const struct geo_coast_bin *bin = coast->bin[b];
        if (!bin->state)
            continue;
        checked++;
        wrong += geo_coast_bin_is_land(bin, in, in) != bin->corner[GEO_COAST_SW];
        wrong += geo_coast_bin_is_land(bin, out, in) != bin->corner[GEO_COAST_SE];
        wrong += geo_coast_bin_is_land(bin, out, out) != bin->corner[GEO_COAST_NE];
        wrong += geo_coast_bin_is_land(bin, in, out) != bin->corner[GEO_COAST_NW];
    }
    tap_ok(wrong == 0 && checked > 50, "%s: all corners of %d bins are as the file says", resolution,
           checked);
    geo_coast_free(coast);
}

// A hair on either side of a bin's edge the answer is the same, but where the shore itself crosses there.
static void across_bins(const char *resolution, struct geo_box box)
{
    struct geo_coast *coast = open_coast(resolution, box);
    int wrong = 0, land = 0, n = 4000;
    if (!coast)
        return;
    for (int k = 0; k < n; k++) {
        struct geo_pos a = random_pos(box, (uint64_t)k), b;
        double size = coast->file.bin_deg, hair = 1e-9;
        if (k & 1)
            a.lat_deg = size * round(fmin(90 - size, fmax(size - 90, a.lat_deg)) / size) - hair;
        else
            a.lon_deg = size * round(a.lon_deg / size) - hair;
        b = a;
        if (k & 1)
            b.lat_deg += 2 * hair;
        else
            b.lon_deg += 2 * hair;
        struct geo_box both = {a.lon_deg, a.lat_deg, b.lon_deg, b.lat_deg};
        wrong +=
            geo_coast_load(coast, both, NULL) || geo_coast_is_land(coast, a) != geo_coast_is_land(coast, b);
        land += geo_coast_is_land(coast, a);
    }
    tap_ok(wrong == 0 && land > 0, "%s: both sides of a bin's edge agree in %d places (%d land)", resolution,
           n, land);
    geo_coast_free(coast);
}

// ---- crossings ------------------------------------------------------------------------------------------

static struct geo_pos along(struct geo_pos a, struct geo_pos b, double t)
{
    double dlon = remainder(b.lon_deg - a.lon_deg, 360), lon = a.lon_deg + t * dlon;
    struct geo_pos at = {a.lat_deg + t * (b.lat_deg - a.lat_deg), lon >= 180   ? lon - 360
                                                                  : lon < -180 ? lon + 360
                                                                               : lon};
    return at;
}

// First crossing by trying all edges of all bins on the way.
static double plain_first(const struct geo_coast *coast, struct geo_pos a, struct geo_pos b)
{
    double best = INFINITY, dx = remainder(b.lon_deg - a.lon_deg, 360), dy = b.lat_deg - a.lat_deg;
    double unit = coast->file.bin_deg / GEO_COAST_UNITS;
    for (size_t i = 0; i < coast->file.nx * coast->file.ny; i++) {
        const struct geo_coast_bin *bin = coast->bin[i];
        double south = 90 - (double)(i / coast->file.nx + 1) * coast->file.bin_deg - a.lat_deg;
        double west = remainder((double)(i % coast->file.nx) * coast->file.bin_deg - a.lon_deg, 360);
        for (size_t c = 0; bin && c < bin->n_chains; c++)
            for (size_t k = 0; k + 1 < bin->chain[c].n; k++) {
                const struct geo_coast_point *p = bin->point + bin->chain[c].first + k;
                double px = west + p[0].x * unit, py = south + p[0].y * unit;
                double ex = (p[1].x - p[0].x) * unit, ey = (p[1].y - p[0].y) * unit, det = ex * dy - ey * dx;
                if (det == 0)
                    continue;
                double t = (ex * py - ey * px) / det, s = (dx * py - dy * px) / det;
                if (t >= 0 && t <= 1 && s >= 0 && s <= 1 && t < best)
                    best = t;
            }
    }
    return best;
}

static void crossings(const char *resolution, const char *where, struct geo_box box, double step_deg, int n)
{
    struct geo_coast *coast = open_coast(resolution, box);
    int missed = 0, early = 0, off = 0, crossed = 0, tried = 0;
    if (!coast)
        return;
    for (int k = 0; k < n; k++) {
        struct geo_pos a = random_pos(box, (uint64_t)k), c = random_pos(box, (uint64_t)(k + n)), b;
        b.lat_deg = fmin(box.north_deg, fmax(box.south_deg, a.lat_deg +
                                                                step_deg * (c.lat_deg - box.south_deg) /
                                                                    (box.north_deg - box.south_deg) -
                                                                0.5 * step_deg));
        b.lon_deg = remainder(a.lon_deg + step_deg * (k % 17 - 8) / 8.0, 360);
        double frac = -1;
        if (geo_coast_is_land(coast, a))
            continue;
        tried++;
        bool crosses = geo_coast_crosses(coast, a, b, &frac);
        double want = plain_first(coast, a, b);
        crossed += crosses;
        missed += crosses != (want <= 1) || (!crosses && geo_coast_is_land(coast, b));
        off += crosses && fabs(frac - want) > 1e-7;
        for (int m = 0; m < 20; m++)
            early += geo_coast_is_land(coast, along(a, b, (crosses ? frac : 1) * (m / 20.0) * (1 - 1e-9)));
    }
    tap_ok(missed == 0 && crossed > 5 && crossed < tried,
           "%s, %s: of %d ways from water, the %d that meet the shore are found and no others", resolution,
           where, tried, crossed);
    tap_ok(off == 0, "%s, %s: at the first edge of all", resolution, where);
    tap_ok(early == 0, "%s, %s: and there is no land before it", resolution, where);
    geo_coast_free(coast);
}

static void special_ways(void)
{
    struct geo_box box = {11, 32, 15, 37};
    struct geo_coast *coast = open_coast("intermediate", box);
    double frac = -1;
    if (!coast)
        return;
    struct geo_pos lampedusa = {35.51, 12.60}, west = {35.51, 12.4}, east = {35.51, 12.8}, sea = {34, 12.9};
    tap_ok(geo_coast_crosses(coast, west, east, &frac) && frac > 0.3 && frac < 0.5,
           "a way over an island meets its shore");
    struct geo_pos at = along(west, east, frac);
    tap_ok(geo_coast_is_land(coast, along(west, east, frac + 1e-6)) &&
               !geo_coast_is_land(coast, along(west, east, frac - 1e-6)),
           "where water becomes land (%.4f E)", at.lon_deg);
    tap_ok(geo_coast_crosses(coast, lampedusa, east, &frac) && frac == 0, "who is on land is ashore at once");
    tap_ok(!geo_coast_crosses(coast, sea, sea, &frac), "no way, no crossing");
    tap_ok(!geo_coast_crosses(coast, sea, (struct geo_pos){NAN, 12}, &frac) &&
               !geo_coast_is_land(coast, (struct geo_pos){NAN, NAN}),
           "NaN is nowhere");
    geo_coast_free(coast);
    coast = open_coast("intermediate", (struct geo_box){178, -18, 182, -16});
    if (!coast)
        return;
    tap_ok(geo_coast_crosses(coast, (struct geo_pos){-16.85, 179.7}, (struct geo_pos){-16.85, -179.7}, &frac),
           "Taveuni stops who comes over the antimeridian from the west");
    tap_ok(geo_coast_crosses(coast, (struct geo_pos){-16.85, -179.7}, (struct geo_pos){-16.85, 179.7}, &frac),
           "and from the east");
    geo_coast_free(coast);
}

// ---- loading --------------------------------------------------------------------------------------------

static void order_of_loading(void)
{
    struct geo_box west = {10, 34, 13, 38}, east = {13, 34, 16, 38}, both = {10, 34, 16, 38};
    struct geo_coast *a = open_coast("intermediate", west), *b = a ? open_coast("intermediate", east) : NULL;
    struct geo_coast *c = b ? open_coast("intermediate", both) : NULL;
    if (!c || geo_coast_load(a, east, NULL) || geo_coast_load(b, west, NULL)) {
        geo_coast_free(a);
        geo_coast_free(b);
        return;
    }
    int wrong = 0, only = 0;
    for (int k = 0; k < 20000; k++) {
        struct geo_pos p = random_pos(both, (uint64_t)k), q = random_pos(both, (uint64_t)(k + 20000));
        double ta = -1, tb = -1, tc = -1;
        wrong += geo_coast_is_land(a, p) != geo_coast_is_land(c, p) ||
                 geo_coast_is_land(b, p) != geo_coast_is_land(c, p);
        bool xa = geo_coast_crosses(a, p, q, &ta), xb = geo_coast_crosses(b, p, q, &tb);
        wrong += xa != geo_coast_crosses(c, p, q, &tc) || xa != xb || ta != tc || tb != tc;
        only += xa;
    }
    tap_ok(wrong == 0 && only > 0, "answers do not depend on the order of loading");
    size_t loaded = 0;
    for (size_t k = 0; k < c->file.nx * c->file.ny; k++)
        loaded += c->bin[k] != NULL;
    tap_ok(loaded == 4, "only the bins asked for are loaded (%zu)", loaded);
    tap_ok(!geo_coast_is_land(c, (struct geo_pos){48, 11}), "what is not loaded is sea");
    geo_coast_free(a);
    geo_coast_free(b);
    geo_coast_free(c);
}

// ---- nearest water --------------------------------------------------------------------------------------

static void nearest_water(const char *resolution)
{
    struct geo_coast *coast = open_coast(resolution, sicily_channel);
    struct geo_pos lampedusa = {35.51, 12.60}, etna = {37.75, 15.0}, sea = {34, 12.9}, out = {7, 7};
    int wrong = 0, asked = 0;
    if (!coast)
        return;
    tap_ok(geo_coast_nearest_water(coast, lampedusa, 5000, &out) &&
               geo_earth_distance_m(lampedusa, out) < 1500,
           "%s: water off Lampedusa is less than 1.5 km away", resolution);
    out.lat_deg = 7;
    tap_ok(!geo_coast_nearest_water(coast, etna, 2000, &out) && out.lat_deg == 7,
           "%s: on Etna there is none near", resolution);
    tap_ok(geo_coast_nearest_water(coast, sea, 2000, &out) && out.lat_deg == 34 && out.lon_deg == 12.9,
           "%s: who is in water stays there", resolution);
    for (int k = 0; k < 4000; k++) {
        struct geo_pos p = random_pos((struct geo_box){12, 35, 16, 38}, (uint64_t)k);
        if (!geo_coast_is_land(coast, p))
            continue;
        bool found = geo_coast_nearest_water(coast, p, 10000, &out);
        double frac = 0, far = found ? geo_earth_distance_m(p, out) : 0;
        asked += found;
        // Straight back from the water the shore comes within 50 m, and nothing in water lies much nearer.
        if (found)
            wrong += geo_coast_is_land(coast, out) || far > 10050 ||
                     !geo_coast_crosses(coast, out, p, &frac) || frac * far > 50;
        for (double bearing = 0; bearing < 360; bearing += 30)
            wrong +=
                !geo_coast_is_land(coast, geo_earth_forward(p, bearing, 0.99 * (found ? far - 75 : 9900))) &&
                (found ? far : 10000) > 100;
    }
    tap_ok(wrong == 0 && asked > 10,
           "%s: %d places on land get the nearest water, at most 50 m off the shore", resolution, asked);
    geo_coast_free(coast);
}

// ---- drawing --------------------------------------------------------------------------------------------

#define N_PROBES 3000

struct probes {
    struct geo_pos pos[N_PROBES]; // longitudes running on from the box's west
    bool inside[N_PROBES];
    int rings, bad, last_level;
    double size, west, south;
};

static void probe_ring(void *arg, int level, const struct geo_pos *points, size_t n)
{
    struct probes *probes = arg;
    probes->rings++;
    probes->bad += n < 3 || level < 1 || level > 5;
    double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
    for (size_t k = 0; k < n; k++) {
        west = fmin(west, points[k].lon_deg);
        east = fmax(east, points[k].lon_deg);
        south = fmin(south, points[k].lat_deg);
        north = fmax(north, points[k].lat_deg);
    }
    // A ring stays within one bin.
    probes->bad += floor(west / probes->size + 1e-9) * probes->size + probes->size < east - 1e-9;
    probes->bad +=
        floor((south + 90) / probes->size + 1e-9) * probes->size + probes->size < north + 90 - 1e-9;
    for (int m = 0; m < N_PROBES; m++) {
        const struct geo_pos *p = &probes->pos[m];
        if (p->lon_deg < west || p->lon_deg > east || p->lat_deg < south || p->lat_deg > north)
            continue;
        for (size_t k = 0, j = n - 1; k < n; j = k++)
            if ((points[k].lat_deg > p->lat_deg) != (points[j].lat_deg > p->lat_deg) &&
                p->lon_deg < (points[j].lon_deg - points[k].lon_deg) * (p->lat_deg - points[k].lat_deg) /
                                     (points[j].lat_deg - points[k].lat_deg) +
                                 points[k].lon_deg)
                probes->inside[m] = !probes->inside[m];
    }
}

static void rings(const char *resolution, const char *where, struct geo_box box)
{
    static struct probes probes;
    struct geo_coast *coast = open_coast(resolution, box);
    int wrong = 0, land = 0;
    if (!coast)
        return;
    memset(&probes, 0, sizeof probes);
    probes.size = coast->file.bin_deg;
    for (int k = 0; k < N_PROBES; k++) {
        probes.pos[k] = random_pos(box, (uint64_t)k);
        if (probes.pos[k].lon_deg < box.west_deg)
            probes.pos[k].lon_deg += 360;
    }
    bool drawn = !geo_coast_rings(coast, box, probe_ring, &probes, NULL);
    for (int k = 0; k < N_PROBES; k++) {
        struct geo_pos p = probes.pos[k];
        p.lon_deg = p.lon_deg >= 180 ? p.lon_deg - 360 : p.lon_deg;
        wrong += geo_coast_is_land(coast, p) != probes.inside[k];
        land += probes.inside[k];
    }
    tap_ok(drawn && wrong == 0 && probes.bad == 0 && land > 0 && land < N_PROBES,
           "%s, %s: %d rings filled even-odd are the land (%d places, %d land)", resolution, where,
           probes.rings, N_PROBES, land);
    geo_coast_free(coast);
}

struct lines {
    int n, closed, on_edge;
    double size;
};

static void probe_line(void *arg, int level, const struct geo_pos *points, size_t n)
{
    struct lines *lines = arg;
    lines->n++;
    lines->closed += points[0].lat_deg == points[n - 1].lat_deg && points[0].lon_deg == points[n - 1].lon_deg;
    for (size_t k = 0; k + 1 < n; k++) {
        bool same_lat = points[k].lat_deg == points[k + 1].lat_deg,
             same_lon = points[k].lon_deg == points[k + 1].lon_deg;
        lines->on_edge += same_lat && !same_lon && remainder(points[k].lat_deg, lines->size) == 0;
        lines->on_edge += same_lon && !same_lat && remainder(points[k].lon_deg, lines->size) == 0;
    }
}

static void shorelines(void)
{
    struct geo_box box = {170, -20, 190, 0};
    struct geo_coast *coast = open_coast("high", box);
    struct lines lines = {0, 0, 0, 2};
    if (!coast)
        return;
    tap_ok(!geo_coast_lines(coast, box, probe_line, &lines, NULL) && lines.n > 20,
           "the shore is drawn as %d lines", lines.n);
    tap_ok(lines.closed > 10 && lines.closed < lines.n,
           "islands within a bin are closed lines, others are open");
    tap_ok(lines.on_edge == 0, "none of them runs along a bin's edge");
    geo_coast_free(coast);
}

int main(void)
{
    struct geo_box finland = {20, 60, 26, 64}, antarctica = {160, -85, 200, -65}, fiji = {176, -20, 184, -14};
    struct geo_box skagerrak = {8, 56, 12, 60}, lampedusa = {12.4, 35.4, 12.8, 35.6};
    opening();
    for (size_t k = 0; k < N_NAMES; k++)
        places(names[k]);
    corners("crude");
    corners("low");
    corners("intermediate");
    against_plain("full", "Sicily Channel", sicily_channel, 4000);
    against_plain("full", "Lampedusa", lampedusa, 4000);
    against_plain("full", "Finland", finland, 2000);
    against_plain("high", "Antarctica", antarctica, 2000);
    against_plain("high", "Fiji", fiji, 4000);
    against_plain("low", "the world", world, 4000);
    against_plain("crude", "the world", world, 4000);
    across_bins("full", skagerrak);
    across_bins("low", world);
    crossings("full", "Skagerrak", (struct geo_box){10, 57, 12, 59}, 0.2, 300);
    crossings("high", "Lampedusa", lampedusa, 0.2, 1500);
    crossings("intermediate", "Fiji", fiji, 3, 800);
    crossings("low", "Ross Sea", antarctica, 30, 600);
    special_ways();
    order_of_loading();
    nearest_water("full");
    nearest_water("intermediate");
    rings("full", "Finland", (struct geo_box){21, 60, 24, 62});
    rings("intermediate", "Sicily Channel", sicily_channel);
    rings("high", "Fiji", fiji);
    rings("low", "Antarctica", antarctica);
    rings("crude", "the world", world);
    shorelines();
    return tap_done();
}
