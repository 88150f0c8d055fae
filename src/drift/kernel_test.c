// The kernel against the vectors of the published model and against analytic laws.
#include "drift/kernel.h"

#include "core/units.h"
#include "geo/earth.h"
#include "object/leeway.h"
#include "test/tap.h"

enum { CROWD = 20000 };

struct velocity {
    double u, v;
};

// Leeway of given lines in one wind.
static struct velocity leeway_of(struct drift_line down, struct drift_line cross, double wind_u,
                                 double wind_v)
{
    struct velocity out = {0, 0};
    drift_kernel_leeway(1, &wind_u, &wind_v, &down.slope_frac, &down.offset_mps, &cross.slope_frac,
                        &cross.offset_mps, &out.u, &out.v);
    return out;
}

static struct drift_line line_with(struct object_coefs coefs, double e_mps)
{
    return (struct drift_line){coefs.slope_frac + e_mps / 20, coefs.offset_mps + e_mps / 2};
}

static void test_sides(void)
{
    // L_d = 1, L_c = +0.5 at 10 m/s
    struct drift_line down = {0.1, 0}, right = {0.05, 0}, left = {-0.05, 0};
    struct velocity v = leeway_of(down, right, 0, 10);
    tap_near(v.u, 0.5, 1e-15, "in a wind toward north positive crosswind goes east");
    tap_near(v.v, 1.0, 1e-15, "in a wind toward north downwind goes north");
    v = leeway_of(down, left, 0, 10);
    tap_near(v.u, -0.5, 1e-15, "in a wind toward north negative crosswind goes west");
    for (int k = 0; k < 8; k++) {
        double toward = k * 45.0 * CORE_RAD_PER_DEG;
        v = leeway_of(down, right, 10 * sin(toward), 10 * cos(toward));
        double course = core_deg_wrap360(atan2(v.u, v.v) / CORE_RAD_PER_DEG);
        double want = core_deg_wrap360(k * 45.0 + atan(0.5) / CORE_RAD_PER_DEG);
        tap_ok(fabs(core_deg_wrap180(course - want)) < 1e-9 && fabs(hypot(v.u, v.v) - hypot(1, 0.5)) < 1e-12,
               "a wind toward %d deg drives the right drifter 26.6 deg to the right of it", k * 45);
    }
}

static void test_vectors(void)
{
    const struct object_class *piw = object_class_find("PIW-1");
    if (!tap_ok(piw, "PIW-1 is in the table"))
        return;
    struct object_coefs down = piw->leeway.down;
    struct drift_line none = {0, 0};
    const double wind[] = {5, 10, 20}, more[] = {0.138, 0.216, 0.372}, less[] = {-0.042, -0.024, 0.012};
    for (int i = 0; i < 3; i++) {
        tap_near(leeway_of(line_with(down, 0.12), none, 0, wind[i]).v, more[i], 1e-12,
                 "PIW-1 with e_d = +12 cm/s has the published downwind leeway");
        tap_near(leeway_of(line_with(down, -0.12), none, 0, wind[i]).v, less[i], 1e-12,
                 "PIW-1 with e_d = -12 cm/s has the published downwind leeway");
    }
    static const struct {
        const char *key;
        double cms[3];
    } speed[] = {{"LIFE-RAFT-NB-2", {38.6, 50.2, 67.6}},
                 {"SKIFF-4", {26.0, 31.3, 39.2}},
                 {"REFUGEE-RAFT-1", {16.4, 19.5, 24.2}},
                 {"PIW-1", {5.5, 7.7, 11.0}},
                 {"PIW-2", {2.5, 3.5, 5.0}}};
    const double at[] = {5, 7, 10};
    for (size_t k = 0; k < sizeof speed / sizeof speed[0]; k++) {
        const struct object_class *class = object_class_find(speed[k].key);
        bool good = class;
        for (int i = 0; good && i < 3; i++) {
            struct velocity v =
                leeway_of(line_with(class->leeway.down, 0), line_with(class->leeway.right, 0), at[i], 0);
            good = fabs(100 * hypot(v.u, v.v) - speed[k].cms[i]) < 0.051;
        }
        tap_ok(good, "%s without noise has the published speeds at 5, 7 and 10 m/s", speed[k].key);
    }
}

static void test_calm(void)
{
    struct drift_line line = {0.03, 0.10};
    struct velocity v = leeway_of(line, line, 0, 0);
    tap_ok(v.u == 0 && v.v == 0, "without wind there is no leeway");
    tap_near(leeway_of(line, (struct drift_line){0, 0}, 0, 0.5).v, 0.03 * 0.5 + 0.10 * 0.5, 1e-15,
             "below 1 m/s only the offset fades, linearly");
    tap_near(leeway_of(line, (struct drift_line){0, 0}, 0, 1.0).v, 0.13, 1e-15,
             "at 1 m/s the offset is whole");
}

static void test_draws(void)
{
    const struct object_leeway leeway = {{0.0096, 0.05, 0.12}, {0.0054, 0.01, 0.094}, {-0.0040, 0.02, 0.05}};
    struct drift_leeway_draw plain = drift_kernel_draw(&leeway, false, 1, 7);
    tap_ok(plain.down.slope_frac == 0.0096 && plain.left.offset_mps == 0.02,
           "without noise the table's own lines");
    double sum[3] = {0}, square[3] = {0}, product = 0, lowest = 1;
    for (uint64_t i = 0; i < CROWD; i++) {
        struct drift_leeway_draw d = drift_kernel_draw(&leeway, true, 1, i);
        double e[3] = {2 * (d.down.offset_mps - 0.05), 2 * (d.right.offset_mps - 0.01),
                       2 * (d.left.offset_mps - 0.02)};
        for (int k = 0; k < 3; k++) {
            sum[k] += e[k];
            square[k] += e[k] * e[k];
        }
        product += e[1] * e[2];
        lowest = fmin(lowest, d.down.slope_frac);
    }
    tap_ok(lowest >= 0 && lowest < 1e-4, "the downwind slope is drawn again while it would be negative");
    // Normal cut below -1.6 sd (slope 0): mean 0.1 sd over the kept part 0.9452.
    double cut = -20 * 0.0096 / 0.12, kept = 0.5 * erfc(cut / sqrt(2));
    double mean = exp(-cut * cut / 2) / sqrt(2 * CORE_PI) / kept;
    tap_near(sum[0] / CROWD / 0.12, mean, 0.03, "the downwind error has the mean of the cut normal");
    tap_near(sqrt(square[1] / CROWD), 0.094, 0.094 * 0.02, "the right side has its own regression error");
    tap_near(sqrt(square[2] / CROWD), 0.05, 0.05 * 0.02, "the left side has its own regression error");
    tap_near(product / CROWD / 0.094 / 0.05, 0, 0.03, "both sides draw independently");
}

// Standard deviation (km) per axis after 24 h of steps of 600 s with AR(1) errors.
static double spread_km(double sd, double hours)
{
    static double error[4][CROWD], gap[CROWD], dt[CROWD], place[2][CROWD];
    static uint32_t particle[CROWD];
    struct drift_error_law law = {{0, 0, sd, sd}, {1, 1, hours * 3600, hours * 3600}};
    memset(place, 0, sizeof place);
    for (uint32_t i = 0; i < CROWD; i++) {
        particle[i] = i;
        dt[i] = 600;
    }
    double *const e[4] = {error[0], error[1], error[2], error[3]};
    for (uint32_t step = 0; step < 144; step++) {
        for (size_t i = 0; i < CROWD; i++)
            gap[i] = step ? 600 : -1;
        drift_kernel_errors(CROWD, &law, 5, step, particle, gap, dt, e);
        for (int k = 0; k < 2; k++)
            for (size_t i = 0; i < CROWD; i++)
                place[k][i] += 600 * error[2 + k][i];
    }
    double sum = 0;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < CROWD; i++)
            sum += place[k][i] * place[k][i];
    return sqrt(sum / (2 * CROWD)) / 1000;
}

static void test_spread(void)
{
    tap_near(spread_km(0.10, 12), 6.51, 0.08, "errors of 0.10 m/s over 12 h spread to 6.51 km in 24 h");
    tap_near(spread_km(0.10, 24), 7.41, 0.09, "errors of 0.10 m/s over 24 h spread to 7.41 km in 24 h");
    tap_near(spread_km(0.05, 24), 3.71, 0.05, "errors of 0.05 m/s over 24 h spread to 3.71 km in 24 h");
    static double east[CROWD], north[CROWD], dt[CROWD];
    static uint32_t particle[CROWD];
    for (uint32_t i = 0; i < CROWD; i++) {
        particle[i] = i;
        dt[i] = 3600;
    }
    for (uint32_t step = 0; step < 24; step++)
        drift_kernel_diffuse(CROWD, 10, 5, step, particle, dt, east, north);
    double sum = 0, cross = 0;
    for (size_t i = 0; i < CROWD; i++) {
        sum += east[i] * east[i] + north[i] * north[i];
        cross += east[i] * north[i];
    }
    double variance = sum / (2 * CROWD);
    tap_near(sqrt(variance) / 1000, 1.31, 0.02, "10 m2/s spread to 1.31 km in 24 h");
    tap_near(cross / CROWD / variance, 0, 0.03, "diffusion is the same in all directions");
}

// A row without time, the first step and a short step among full ones.
static void test_errors_per_row(void)
{
    double error[4][4] = {{1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}, {1, 1, 1, 1}};
    double *const e[4] = {error[0], error[1], error[2], error[3]};
    struct drift_error_law law = {{2, 2, 0, 0}, {43200, 43200, 86400, 0}};
    const uint32_t particle[4] = {0, 1, 2, 3};
    const double gap[4] = {600, -1, 1200, 600}, dt[4] = {600, 600, 600, 0};
    drift_kernel_errors(4, &law, 1, 9, particle, gap, dt, e);
    double z[3][4];
    for (uint64_t i = 0; i < 3; i++)
        core_rng_step_normal(1, i, 9, CORE_RNG_ERROR, z[i]);
    double rho = exp(-600.0 / 43200), rho2 = exp(-1200.0 / 43200);
    tap_near(error[0][0], rho + 2 * sqrt(1 - rho * rho) * z[0][0], 1e-12, "errors follow the autoregression");
    tap_near(error[1][1], 2 * z[1][1], 1e-12, "a particle starts with the stationary error");
    tap_near(error[0][2], rho2 + 2 * sqrt(1 - rho2 * rho2) * z[2][0], 1e-12,
             "each has its own time since its step");
    tap_ok(error[0][3] == 1, "who sits out keeps its error");
    tap_ok(error[3][0] == 0, "no standard deviation, no error, even without correlation time");
}

static void test_jibing(void)
{
    static const struct {
        int t;
        double wind, change, percent;
    } want[] = {{1, 2, 0, 1},  {1, 7, 0, 0},   {1, 14, 0, 2}, {2, 18, 0, 1},
                {3, 22, 0, 1}, {2, 8, 60, 15}, {2, 8, 20, 0}, {1, 1, 200, 50}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        tap_near(100 * drift_kernel_jibe_allen(want[i].t, want[i].wind, want[i].change), want[i].percent,
                 1e-12, "Allen's jibing table gives its published value");
    double stay = log1p(-0.04);
    tap_ok(drift_kernel_jibes(0.0067805, stay, 600) && !drift_kernel_jibes(0.0067807, stay, 600),
           "at 4 %% an hour the chance within 600 s is 0.0067806");
    tap_ok(drift_kernel_jibes(0.0101535, stay, 900) && !drift_kernel_jibes(0.0101537, stay, 900),
           "at 4 %% an hour the chance within 900 s is 0.0101536");
    tap_ok(drift_kernel_jibes(0.0399999, stay, 3600) && !drift_kernel_jibes(0.0400001, stay, 3600),
           "at 4 %% an hour the chance within an hour is 0.04");
    tap_ok(!drift_kernel_jibes(1e-10, 0, 600) && !drift_kernel_jibes(1e-10, stay, 0) &&
               !drift_kernel_jibes(1e-10, -INFINITY, 0) && drift_kernel_jibes(0.999999, -INFINITY, 600),
           "no chance and no time never jibe, certainty always does");
}

static struct geo_pos moved(double lat, double lon, double east, double north)
{
    double m_lat, m_lon, tangent;
    struct geo_pos out;
    drift_kernel_radii(1, &lat, &m_lat, &m_lon, &tangent);
    drift_kernel_move(1, false, &lat, &lon, &m_lat, &m_lon, &tangent, &east, &north, &out.lat_deg,
                      &out.lon_deg);
    return out;
}

static void test_moves(void)
{
    static const struct geo_pos from[] = {{0, 0},         {34, 12.5}, {-55, -70},   {75, 20},    {80, 179.99},
                                          {-36, -179.99}, {89, 10},   {89.9, -120}, {-89.99, 45}};
    double worst = 0;
    for (size_t k = 0; k < sizeof from / sizeof from[0]; k++)
        for (int octant = 0; octant < 8; octant++) {
            double bearing = 45.0 * octant, metres = 900;
            struct geo_pos want = geo_earth_forward(from[k], bearing, metres);
            struct geo_pos got =
                moved(from[k].lat_deg, from[k].lon_deg, metres * sin(bearing * CORE_RAD_PER_DEG),
                      metres * cos(bearing * CORE_RAD_PER_DEG));
            // A parallel bends away from the geodesic by d^2 tan(lat) / 2 R.
            double bend = fabs(from[k].lat_deg) > 89.5
                              ? 0.01
                              : metres * metres * tan(fabs(from[k].lat_deg) * CORE_RAD_PER_DEG) / 2 / 6.35e6;
            double off = geo_earth_distance_m(want, got) - bend;
            worst = fmax(worst, off);
            if (got.lon_deg < -180 || got.lon_deg >= 180)
                worst = INFINITY;
        }
    tap_near(worst, 0, 0.06,
             "a step of 900 m agrees with the geodesic in all octants, at poles and antimeridian");
    struct geo_pos over = moved(89.995, 30, 0, 2000);
    tap_near(over.lon_deg, -150, 1e-9, "going north over the pole comes out on the opposite meridian");
    tap_near(geo_earth_distance_m((struct geo_pos){89.995, 30}, over), 2000, 0.01, "and has gone its 2000 m");
}

static void test_reframe(void)
{
    double lat0 = 89.99, lon0 = 0, lat1 = 89.99, lon1 = 90, m_lat, m_lon, tangent, u = 0, v = 1;
    drift_kernel_radii(1, &lat0, &m_lat, &m_lon, &tangent);
    drift_kernel_reframe(1, false, &lat0, &lon0, &m_lat, &m_lon, &lat1, &lon1, &u, &v);
    tap_ok(fabs(u + 1) < 1e-12 && fabs(v) < 1e-12,
           "north at 90 E near the pole is west as seen from Greenwich");
    lat0 = lat1 = -89.99;
    u = 0;
    v = 1;
    drift_kernel_reframe(1, false, &lat0, &lon0, &m_lat, &m_lon, &lat1, &lon1, &u, &v);
    tap_ok(fabs(u - 1) < 1e-12 && fabs(v) < 1e-12, "and near the south pole it is east");
}

int main(void)
{
    test_sides();
    test_vectors();
    test_calm();
    test_draws();
    test_spread();
    test_errors_per_row();
    test_jibing();
    test_moves();
    test_reframe();
    return tap_done();
}
