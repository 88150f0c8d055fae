// Voyages and bearings against what their definitions say: along the route, in time, by hazard, off the land.
#include "scenario/voyage.h"

#include "core/units.h"
#include "geo/earth.h"
#include "scenario/seed.h"
#include "test/tap.h"

#define T0 "\"2026-01-01T00:00Z\""

struct sown {
    struct scenario_case c;
    struct scenario_seeds seeds;
    struct core_arena arena;
};

static enum ph_status sow(const char *scenario, size_t particles, struct geo_coast *coast, int threads,
                          struct sown *out, struct ph_err *err)
{
    char text[8192];
    struct scenario_problems problems = {0};
    struct core_job job = {.threads = threads};
    *out = (struct sown){0};
    int n = snprintf(text, sizeof text,
                     "{\"pharos\": \"case/1\", \"objects\": [{\"id\": \"raft\", \"leeway\": "
                     "\"LIFE-RAFT-NB-2\"}], \"scenarios\": [{\"id\": \"s\", %s}],"
                     "\"environment\": {\"current\": [{\"speed_kn\": 0}], \"wind\": [{\"speed_kn\": 0}]},"
                     "\"drift\": {\"until\": \"2026-01-03T00:00Z\", \"particles\": %zu}}",
                     scenario, particles);
    enum ph_status status = scenario_case_parse(text, (size_t)n, ".", "test", NULL, &out->c, &problems, err);
    scenario_problems_fini(&problems);
    if (!status)
        status = scenario_seed(&out->c, coast, &job, &out->arena, &out->seeds, err);
    core_job_fini(&job);
    return status;
}

static bool sown_well(const char *scenario, size_t particles, struct geo_coast *coast, struct sown *out)
{
    struct ph_err err = {0};
    if (!sow(scenario, particles, coast, 1, out, &err))
        return true;
    tap_ok(false, "the starts are drawn: %s %s", err.where, err.what);
    return false;
}

static void sown_fini(struct sown *s)
{
    core_arena_fini(&s->arena);
    scenario_case_fini(&s->c);
}

static struct geo_pos pos_of(const struct sown *s, size_t i)
{
    return (struct geo_pos){s->seeds.lat_deg[i], s->seeds.lon_deg[i]};
}

static double hours_of(const struct sown *s, size_t i)
{
    return (double)(s->seeds.start_ns[i] - s->c.drift.start_ns) / 3600e9;
}

static void test_bearing(void)
{
    struct sown s;
    if (!sown_well(
            "\"kind\": \"bearing\", \"from\": \"10N 020W\", \"bearing_deg\": 355, \"bearing_sd_deg\": 10,"
            "\"range_nm\": [3, 12], \"time\": [" T0 ", \"2026-01-01T02:00Z\"]",
            20000, NULL, &s))
        return;
    const struct geo_pos from = {10, -20};
    double mean = 0, square = 0, half = 0, outside = 0, hours = 0, n = (double)s.seeds.n;
    for (size_t i = 0; i < s.seeds.n; i++) {
        double off = core_deg_wrap180(geo_earth_bearing_deg(from, pos_of(&s, i)) - 355);
        double range_nm = geo_earth_distance_m(from, pos_of(&s, i)) / CORE_M_PER_NM;
        mean += off / n;
        square += off * off / n;
        half += (range_nm < sqrt((9 + 144) / 2.0)) / n;
        outside += range_nm < 3 - 1e-6 || range_nm > 12 + 1e-6;
        hours += hours_of(&s, i) / n;
    }
    tap_near(mean, 0, 4 * 10 / sqrt(n), "bearings are about the one given, across north");
    tap_near(sqrt(square), 10, 4 * 10 / sqrt(2 * n), "bearings spread by bearing_sd_deg");
    tap_ok(outside == 0, "every distance is within the range");
    tap_near(half, 0.5, 4 * 0.5 / sqrt(n), "distances are uniform by area: half of the ring holds half");
    tap_near(hours, 1, 4 * 2 / sqrt(12 * n), "times are uniform over the window");
    sown_fini(&s);
}

// A route of two legs, due east along the equator and then due north; nothing uncertain but the speed.
#define ROUTE                                                                                                \
    "\"kind\": \"voyage\", \"route\": [{\"position\": \"0N 020W\"}, {\"position\": \"0N 019W\"}, "           \
    "{\"position\": \"2N 019W\"}]"

static void test_speed(void)
{
    struct sown s;
    if (!sown_well(ROUTE ", \"depart\": " T0 ", \"speed_kn\": [2, 3, 7], \"distress\": \"2026-01-01T08:00Z\"",
                   20000, NULL, &s))
        return;
    double mean = 0, square = 0, n = (double)s.seeds.n, off = 0;
    double leg_m = geo_earth_distance_m((struct geo_pos){0, -20}, (struct geo_pos){0, -19});
    for (size_t i = 0; i < s.seeds.n; i++) {
        struct geo_pos at = pos_of(&s, i);
        double far_m = at.lat_deg > 1e-9 ? leg_m + geo_earth_distance_m((struct geo_pos){0, -19}, at)
                                         : geo_earth_distance_m((struct geo_pos){0, -20}, at);
        double kn = core_kn_from_mps(far_m / (8 * 3600.0));
        off += fabs(at.lat_deg) > 1e-9 && fabs(at.lon_deg + 19) > 1e-9;
        mean += kn / n;
        square += kn * kn / n;
    }
    // Triangular distribution: mean (a+b+c)/3, variance (a2+b2+c2-ab-ac-bc)/18.
    double variance = (4 + 9 + 49 - 6 - 14 - 21) / 18.0;
    tap_ok(off == 0, "a voyage without errors is on its route, on either leg");
    tap_near(mean, 4, 4 * sqrt(variance / n), "the mean of the speeds is that of the triangle");
    tap_near(square - mean * mean, variance, 0.05 * variance, "so is their variance");
    sown_fini(&s);
}

static void test_anywhere(void)
{
    struct sown s;
    if (!sown_well(ROUTE ", \"depart\": [" T0 ", \"2026-01-01T02:00Z\"], \"speed_kn\": [9, 9, 9]", 20000,
                   NULL, &s))
        return;
    double frac = 0, early = 0, n = (double)s.seeds.n, wrong = 0;
    for (size_t i = 0; i < s.seeds.n; i++) {
        struct scenario_passage p;
        scenario_passage_draw(&s.c.source[0], s.c.drift.seed, i, s.seeds.attempt[i], &p);
        frac += (double)(p.distress_ns - p.depart_ns) / (double)(p.arrive_ns - p.depart_ns) / n;
        early += p.distress_ns < p.depart_ns || p.distress_ns > p.arrive_ns;
        struct geo_pos at = scenario_passage_at(&p, s.seeds.start_ns[i]);
        wrong += at.lat_deg != s.seeds.lat_deg[i] || at.lon_deg != s.seeds.lon_deg[i] ||
                 p.distress_ns != s.seeds.start_ns[i];
    }
    tap_near(frac, 0.5, 4 / sqrt(12 * n),
             "without a window, distress is anywhere between departure and arrival");
    tap_ok(early == 0, "never before departure nor after arrival");
    tap_ok(wrong == 0, "the voyage that was kept can be followed to its distress again");
    sown_fini(&s);
}

// Fast boats arrive before the window: those that remain are slower than the triangle.
static void test_window_chooses(void)
{
    struct sown s;
    if (!sown_well(
            "\"kind\": \"voyage\", \"route\": [{\"position\": \"0N 020W\"}, {\"position\": \"0N 019W\"}],"
            "\"depart\": " T0 ", \"speed_kn\": [5, 10, 15], \"distress\": \"2026-01-01T06:00Z\"",
            5000, NULL, &s))
        return;
    double most = 0, n = (double)s.seeds.n, slow = 0;
    for (size_t i = 0; i < s.seeds.n; i++) {
        double nm = geo_earth_distance_m((struct geo_pos){0, -20}, pos_of(&s, i)) / CORE_M_PER_NM;
        most = fmax(most, nm);
        slow += nm < 45 ? 1 / n : 0; // 7.5 kn
    }
    // 60.1 NM in 6 h: 10.02 kn. P(v < 7.5 | v < 10.02) = 0.125 / 0.5034 of the triangle 5, 10, 15.
    tap_ok(most < 60.2, "nobody comes to grief beyond the end of the route");
    tap_near(slow, 0.2483, 4 * 0.43 / sqrt(n),
             "who is still under way at the time of distress is slow in proportion");
    sown_fini(&s);
}

static void test_hazards(void)
{
    static const char *const area = "\"polygon\": [\"1S 019.5W\", \"1S 018W\", \"1N 018W\", \"1N 019.5W\"]";
    static const struct {
        const char *factor, *sentence;
        double share;
    } rows[] = {
        {"3", "an area of factor 3 over half of the route holds three quarters", 0.75},
        {"0.25", "an area of factor 0.25 over half of the route holds one fifth", 0.2},
        {"0", "an area of factor 0 holds nothing", 0},
    };
    for (size_t k = 0; k < 3; k++) {
        char text[1024];
        struct sown s;
        snprintf(
            text, sizeof text,
            "\"kind\": \"voyage\", \"route\": [{\"position\": \"0N 020W\"}, {\"position\": \"0N 019W\"}],"
            "\"depart\": " T0 ", \"speed_kn\": [5, 5, 5], \"hazards\": [{%s, \"factor\": %s}]",
            area, rows[k].factor);
        if (!sown_well(text, 10000, NULL, &s))
            continue;
        double in = 0, n = (double)s.seeds.n;
        for (size_t i = 0; i < s.seeds.n; i++)
            in += s.seeds.lon_deg[i] > -19.5 ? 1 / n : 0;
        tap_near(in, rows[k].share, 4 * sqrt(rows[k].share * (1 - rows[k].share) / n) + 1e-12,
                 rows[k].sentence);
        sown_fini(&s);
    }
}

// Half-way between two waypoints of equal error, the error is theirs over the square root of two.
static void test_errors(void)
{
    struct sown s;
    if (!sown_well(
            "\"kind\": \"voyage\", \"route\": [{\"position\": \"0N 020W\", \"sigma_nm\": 3}, {\"position\": "
            "\"0N 018W\", \"sigma_nm\": 3}], \"depart\": " T0 ", \"speed_kn\": [6, 6, 6], \"distress\": "
            "\"2026-01-01T10:00Z\"",
            10000, NULL, &s))
        return;
    double square = 0, n = (double)s.seeds.n;
    for (size_t i = 0; i < s.seeds.n; i++)
        square += pow(s.seeds.lat_deg[i] * geo_earth_m_per_deg_lat(0) / CORE_M_PER_NM, 2) / n;
    tap_near(sqrt(square), 3 / sqrt(2), 4 * 3 / sqrt(2) / sqrt(2 * n),
             "errors of waypoints mix along the leg");
    sown_fini(&s);
}

static void test_impossible(void)
{
    struct sown s;
    struct ph_err err = {0};
    enum ph_status status = sow(
        "\"kind\": \"voyage\", \"route\": [{\"position\": \"0N 020W\"}, {\"position\": \"0N 019W\"}],"
        "\"depart\": " T0 ", \"speed_kn\": [5, 5, 5], \"hazards\": [{\"polygon\": [\"1S 021W\", \"1S 018W\", "
        "\"1N 018W\", \"1N 021W\"], \"factor\": 0}]",
        10, NULL, 1, &s, &err);
    tap_ok(status == PH_EINPUT && strstr(err.what, "under way") && strstr(err.fix, "hazards"),
           "a voyage that nothing can befall is an error that says what to check");
    sown_fini(&s);
}

static void test_land(void)
{
    struct geo_coast *coast = NULL;
    struct ph_err err = {0};
    if (geo_coast_open("auto", NULL, &coast, &err) || !geo_coast_installed(coast)) {
        tap_skip("routes stay off the land", "no shoreline is installed");
        geo_coast_free(coast);
        return;
    }
    struct sown s;
    enum ph_status status =
        sow("\"kind\": \"voyage\", \"route\": [{\"position\": \"36-30N 013-30E\"}, {\"position\": \"36-20N "
            "014-20E\"},"
            "{\"position\": \"35-30N 014-26E\"}], \"depart\": " T0 ", \"speed_kn\": [5, 5, 5]",
            10, coast, 1, &s, &err);
    tap_ok(status == PH_EINPUT && !strcmp(err.where, "/scenarios/0/route/2") && strstr(err.what, "leg 2") &&
               strstr(err.what, "35-5") && strstr(err.what, "014-2"),
           "a leg over Malta is an error that names leg and place: %s", err.what);
    sown_fini(&s);
    // From Valletta's quay, close along the shore, with errors: what is kept stays at sea.
    if (sown_well("\"kind\": \"voyage\", \"route\": [{\"position\": \"35-53.7N 014-30.8E\", "
                  "\"probable_error_nm\": 0.5},"
                  "{\"position\": \"36-06N 014-30E\", \"probable_error_nm\": 3}, {\"position\": \"36-06N "
                  "013-50E\", "
                  "\"probable_error_nm\": 3}], \"depart\": " T0 ", \"speed_kn\": [4, 5, 9]",
                  2000, coast, &s)) {
        size_t ashore = 0, leg, again = 0;
        struct geo_pos where;
        for (size_t i = 0; i < s.seeds.n; i++) {
            struct scenario_passage p;
            scenario_passage_draw(&s.c.source[0], s.c.drift.seed, i, s.seeds.attempt[i], &p);
            ashore += geo_coast_is_land(coast, pos_of(&s, i)) ||
                      scenario_passage_land(&s.c.source[0], &p, coast, &leg, &where);
            again += s.seeds.attempt[i] > 0;
        }
        tap_ok(ashore == 0 && again > 0,
               "no voyage kept crosses land, and none starts to drift there (%zu redrawn)", again);
        sown_fini(&s);
    }
    geo_coast_free(coast);
}

static void test_threads(void)
{
    static const char *const text =
        ROUTE ", \"depart\": [" T0 ", \"2026-01-01T02:00Z\"], \"speed_kn\": [5, 6, 9], "
              "\"distress\": [\"2026-01-01T05:00Z\", \"2026-01-02T05:00Z\"]";
    struct sown a, b;
    struct ph_err err = {0};
    if (sow(text, 5000, NULL, 1, &a, &err) || sow(text, 5000, NULL, 3, &b, &err)) {
        tap_ok(false, "the starts are drawn");
        return;
    }
    tap_ok(!memcmp(a.seeds.lat_deg, b.seeds.lat_deg, 5000 * sizeof(double)) &&
               !memcmp(a.seeds.attempt, b.seeds.attempt, 5000 * sizeof(uint32_t)),
           "voyages are the same for any number of threads");
    sown_fini(&a);
    sown_fini(&b);
}

int main(void)
{
    test_bearing();
    test_speed();
    test_anywhere();
    test_window_chooses();
    test_hazards();
    test_errors();
    test_impossible();
    test_land();
    test_threads();
    return tap_done();
}
