#include "plan/evaluate.h"

#include "plan/exposure.h"
#include "plan/flat.h"
#include "core/rng.h"
#include "plan/plan_try.h"
#include "plan/rows.h"
#include "plan/update.h"
#include "sensor/sweep.h"
#include "test/tap.h"

static const double NM = CORE_M_PER_NM;

static void plane(void)
{
    struct geo_plane exact = {{54.3, 179.6}};
    struct plan_flat quick;
    plan_flat_init(&quick, exact.origin);
    double worst = 0, back = 0;
    for (int i = 0; i < 200; i++) {
        double bearing = 37.7 * i, far = 1000.0 * (i + 1);
        struct geo_xy xy = {far * sin(bearing), far * cos(bearing)};
        struct geo_pos pos = geo_plane_to_pos(&exact, xy), again = plan_flat_to_pos(&quick, xy);
        struct geo_xy got = plan_flat_to_xy(&quick, pos.lat_deg, pos.lon_deg);
        worst = fmax(worst, hypot(got.x_m - xy.x_m, got.y_m - xy.y_m) / far);
        got = plan_flat_to_xy(&quick, again.lat_deg, again.lon_deg);
        back = fmax(back, hypot(got.x_m - xy.x_m, got.y_m - xy.y_m));
    }
    tap_ok(worst < 1e-4,
           "the quick plane agrees with the geodesic one to 0.01 %% within 200 km, across the dateline");
    tap_ok(back < 1e-3, "plane to position and back is the same to a millimetre");
    struct geo_pos pole = {89.99, 10};
    plan_flat_init(&quick, pole);
    struct geo_pos over = plan_flat_to_pos(&quick, (struct geo_xy){0, 5000});
    tap_ok(fabs(fabs(over.lon_deg - 10) - 180) < 1e-6, "the plane goes over the pole");
}

// Exposure of one particle that drifts past a searcher on a leg, by the closed form and by summing the
// detection rate kappa / r^3 over small steps of time.
static void against_integration(void)
{
    const double knot_s[] = {0, 3600, 7200};
    const double x[] = {0, 700, 1900}, y[] = {300, 900, 200}; // one particle, three knots
    struct plan_vertex way[] = {{600, -6000, 0}, {3000, 6000, 500}, {3300, 6000, 2000}, {6600, -7000, 1000}};
    struct plan_piece piece[8];
    size_t n = plan_pieces_cut(way, 4, knot_s, 3, piece);
    struct plan_sight sight = {x, y, 1, 1};
    double g, sum = 0;
    plan_exposure_pieces(piece, n, 0, &sight, &g);
    const int steps = 2000000;
    for (int i = 0; i < steps; i++) {
        double t = 600 + 6000.0 * (i + 0.5) / steps;
        int leg = t < 3000 ? 0 : t < 3300 ? 1 : 2, k = t < 3600 ? 0 : 1;
        double p = (t - way[leg].t_s) / (way[leg + 1].t_s - way[leg].t_s), f = (t - knot_s[k]) / 3600;
        double dx = way[leg].x_m + p * (way[leg + 1].x_m - way[leg].x_m) - (x[k] + f * (x[k + 1] - x[k]));
        double dy = way[leg].y_m + p * (way[leg + 1].y_m - way[leg].y_m) - (y[k] + f * (y[k + 1] - y[k]));
        double r = hypot(dx, dy);
        sum += 6000.0 / steps / (r * r * r);
    }
    tap_near(g / sum, 1, 1e-5, "exposure along turning legs equals the detection rate summed over time");
    double nowhere[] = {0, NAN, 1900};
    struct plan_sight lost = {nowhere, y, 1, 1};
    plan_exposure_pieces(piece, n, 0, &lost, &g);
    tap_near(g, 0, 0, "what is not there cannot be found");
    double hit_x[] = {0, 0, 0}, hit_y[] = {250, 250, 250}; // on the first leg's track
    struct plan_sight hit = {hit_x, hit_y, 1, 1};
    plan_exposure_pieces(piece, n, 0, &hit, &g);
    tap_ok(isfinite(g) && g > 1e-3, "a pass right over a particle is certain, and finite");
}

static void lateral_range(void)
{
    const double knot_s[] = {0, 360000}, w = 1000, v = 50;
    struct plan_vertex way[] = {{0, -9e6, 0}, {360000, 9e6, 0}};
    struct plan_piece piece[3];
    size_t n = plan_pieces_cut(way, 2, knot_s, 2, piece);
    double worst = 0;
    for (double c = 50; c < 8000; c *= 1.3) {
        double x[] = {0, 0}, y[] = {c, c}, g;
        struct plan_sight sight = {x, y, 1, 1};
        plan_exposure_pieces(piece, n, 0, &sight, &g);
        double p = 1 - exp(-w * w * v / (8 * CORE_PI) * g);
        worst = fmax(worst, fabs(p - sensor_lateral_range(SENSOR_INVERSE_CUBE, c, w)));
    }
    tap_ok(worst < 1e-6, "one long leg has the inverse-cube lateral range curve");
}

static void parallel_sweep(void)
{
    double worst = 0;
    for (double coverage = 0.3; coverage < 2.5; coverage += 0.4) {
        const double w = 1000, v = 50, s = w / coverage, knot_s[] = {0, 1e9};
        double pod = 0;
        for (int k = 0; k < 200; k++) {
            double x[] = {0, 0}, y[] = {s * (k + 0.5) / 200, s * (k + 0.5) / 200}, sum = 0;
            for (int leg = -300; leg <= 300; leg++) {
                struct plan_vertex way[] = {{0, -5e6, leg * s}, {2e5, 5e6, leg * s}};
                struct plan_piece piece[3];
                struct plan_sight sight = {x, y, 1, 1};
                double g;
                plan_exposure_pieces(piece, plan_pieces_cut(way, 2, knot_s, 2, piece), 0, &sight, &g);
                sum += w * w * v / (8 * CORE_PI) * g;
            }
            pod += (1 - exp(-sum)) / 200;
        }
        worst = fmax(worst, fabs(pod / sensor_pod(SENSOR_INVERSE_CUBE, coverage) - 1));
    }
    tap_ok(worst < 0.01, "even parallel sweeps detect erf(sqrt(pi)/2 C) within 1 %% (worst %.5f)", worst);
}

static void random_box(void)
{
    const double knot_s[] = {0, 3600};
    double x[] = {-2000, 2000}, y[] = {0, 0}, g;
    struct plan_sight sight = {x, y, 1, 1};
    struct plan_box box = {0, 0, 1, 0, 1000, 1000, 0, 3600};
    plan_exposure_box(&box, knot_s, 2, 0, &sight, &g);
    tap_near(g, 1800, 1e-6, "a particle that drifts through an area is exposed while it is inside");
}

static void threads_and_order(void)
{
    struct try_lobe lobe = {0, 0, 4 * NM, 2 * NM, 30, 0.3, -0.1, 1};
    struct try_cloud c;
    try_cloud_make(&c, (struct geo_pos){-55, 179.9}, 3000, 5, &lobe, 1, 2, 7, 0.05);
    struct plan_waypoint way[4];
    const double east[] = {-5, 5, 5, -5}, north[] = {0, 0, 1, 1};
    struct geo_plane plane = {{-55, 179.9}};
    for (int i = 0; i < 4; i++)
        way[i] =
            (struct plan_waypoint){geo_plane_to_pos(&plane, (struct geo_xy){east[i] * NM, north[i] * NM}),
                                   c.cloud.time_ns[1] + i * 1800 * CORE_NS_PER_S};
    const double sweep[] = {800, 400};
    struct plan_track track = {way, 4, sweep, 10, NULL};
    double one[3000] = {0}, four[3000] = {0}, two[3000] = {0};
    enum ph_status status = plan_expose(&c.cloud, &track, PLAN_INVERSE_CUBE, 1, one, NULL);
    status = status ? status : plan_expose(&c.cloud, &track, PLAN_INVERSE_CUBE, 4, four, NULL);
    tap_ok(!status && !memcmp(one, four, sizeof one), "any number of threads gives the same bytes");
    status = plan_expose(&c.cloud, &track, PLAN_INVERSE_CUBE, 1, two, NULL);
    status = status ? status : plan_expose(&c.cloud, &track, PLAN_INVERSE_CUBE, 1, two, NULL);
    double pos_one = plan_pos(&c.cloud, one), pos_two = plan_pos(&c.cloud, two);
    tap_ok(!status && pos_two > pos_one && pos_two < 2 * pos_one,
           "a second search adds, but less than the first");
    double weight[3000], cumulative;
    memcpy(weight, c.cloud.weight, sizeof weight);
    struct plan_track both[] = {track, track};
    status = plan_update(&c.cloud, both, 2, 2, weight, &cumulative, NULL);
    tap_near(cumulative, pos_two, 1e-12, "two searches without find: cumulative POS");
    way[1].t_ns = way[0].t_ns - 1;
    tap_ok(!status && plan_expose(&c.cloud, &track, PLAN_INVERSE_CUBE, 1, one, NULL) == PH_EINPUT,
           "a track that runs back in time is refused");
    core_arena_fini(&c.arena);
}

// The quick rows against the definition: legs short and long, particles at rest and fast, near, far and gone.
static void rows_agree(void)
{
    enum { N = 700, LEGS = 45, MOST = LEGS + 4 };
    static double x[4 * N], y[4 * N], quick[N], defined[N], other[N];
    const double knot_s[] = {0, 3600, 7200, 10800};
    struct plan_vertex way[LEGS + 1];
    struct plan_piece piece[MOST];
    double worst[2] = {0, 0}; // within 20 km, within 200 km
    bool same = true;
    for (int round = 0; round < 40; round++) {
        double wide = round % 4 == 3 ? 2e5 : 2e4, u[4];
        for (size_t i = 0; i < 4 * N; i++) {
            core_rng_uniform(7, i, (uint32_t)round, CORE_RNG_PLAN, u);
            x[i] = wide * (u[0] - 0.5), y[i] = wide * (u[1] - 0.5);
            if (round % 2 && i >= N)
                x[i] = x[i - N] + 1500 * u[2], y[i] = y[i - N] - 900 * u[3]; // drifts
        }
        x[11] = NAN, y[N + 12] = NAN;
        for (size_t i = 0; i <= LEGS; i++) {
            core_rng_uniform(8, i, (uint32_t)round, CORE_RNG_PLAN, u);
            way[i] = (struct plan_vertex){100 + 230.0 * (double)i, wide * (u[0] - 0.5), wide * (u[1] - 0.5)};
        }
        size_t n = plan_pieces_cut(way, LEGS + 1, knot_s, 4, piece);
        struct plan_sight sight = {x, y, N, N};
        plan_exposure_pieces(piece, n, 0, &sight, quick);
        plan_exposure_defined(piece, n, 0, &sight, defined);
        for (size_t from = 0; from < N; from += PLAN_EXPOSURE_BLOCK)
            plan_rows_any.expose(piece, n, 0, &sight, from,
                                 N - from < PLAN_EXPOSURE_BLOCK ? N - from : PLAN_EXPOSURE_BLOCK,
                                 other + from);
        same = same && !memcmp(quick, other, sizeof quick);
        for (size_t i = 0; i < N; i++) // as a chance, with W = 1000 m at 50 m/s
            worst[wide > 1e5] =
                fmax(worst[wide > 1e5], fabs(expm1(-2e6 * quick[i]) - expm1(-2e6 * defined[i])));
    }
    tap_ok(worst[0] < 2e-5 && worst[1] < 2e-4,
           "the quick rows give each particle's chance as the definition does (worst %.1e, 200 km wide %.1e)",
           worst[0], worst[1]);
    tap_ok(same, "the rows of any processor and those of this one give the same bits");
}

// The plane for many positions at once, near the origin and beyond where its series hold, across 180.
static void rows_lie(void)
{
    enum { N = 2000 };
    static float lat[N], lon[N];
    static double x[N], y[N], x2[N], y2[N];
    const struct geo_pos origins[] = {{54.3, 179.6}, {-71, -179.9}, {0, 0}, {12, -60}};
    double worst = 0;
    bool same = true;
    for (size_t o = 0; o < 4; o++) {
        struct plan_flat flat;
        plan_flat_init(&flat, origins[o]);
        for (size_t i = 0; i < N; i++) {
            double size = i % 10 ? 5 : 18, u[4];
            core_rng_uniform(3, i, (uint32_t)o, CORE_RNG_PLAN, u);
            lat[i] = (float)(origins[o].lat_deg + size * (u[0] - 0.5));
            lon[i] = (float)core_deg_wrap180(origins[o].lon_deg + 2 * size * (u[1] - 0.5));
        }
        lat[5] = NAN;
        plan_rows_best()->lay(&flat, N, lat, lon, x, y);
        plan_rows_any.lay(&flat, N, lat, lon, x2, y2);
        same = same && !memcmp(x, x2, sizeof x) && !memcmp(y, y2, sizeof y);
        for (size_t i = 0; i < N; i++) {
            struct geo_xy xy = plan_flat_to_xy(&flat, lat[i], lon[i]);
            if (i != 5)
                worst = fmax(worst, hypot(x[i] - xy.x_m, y[i] - xy.y_m));
        }
        same = same && isnan(x[5]) && isnan(y[5]);
    }
    tap_ok(worst < 1e-6, "many positions are laid into the plane as one is (worst %.1e m)", worst);
    tap_ok(same, "on any processor alike; what has no position gets none");
}

static void posterior(void)
{
    const double pod[] = {.8, 0, .5};
    double weight[] = {.5, .3, .2}, exposure[3], found;
    for (int i = 0; i < 3; i++)
        exposure[i] = -log(1 - pod[i]);
    enum ph_status status = plan_update_weights(3, exposure, weight, &found, NULL);
    tap_near(found, .5, 1e-12, "POC .5 .3 .2 searched with POD .8 0 .5: POS .5");
    tap_ok(!status && fabs(weight[0] - .2) < 1e-12 && fabs(weight[1] - .6) < 1e-12 &&
               fabs(weight[2] - .2) < 1e-12,
           "and what an empty search teaches: .2 .6 .2");
    double all[] = {1000, 1000, 1000};
    tap_ok(plan_update_weights(3, all, weight, &found, NULL) == PH_EINPUT && fabs(weight[1] - .6) < 1e-12,
           "searches that leave nothing are refused, and change nothing");
}

int main(void)
{
    plane();
    against_integration();
    lateral_range();
    parallel_sweep();
    random_box();
    threads_and_order();
    rows_agree();
    rows_lie();
    posterior();
    return tap_done();
}
