#include "run/flown.h"

#include <stdio.h>
#include <unistd.h>

#include "core/file.h"
#include "core/rng.h"
#include "core/time.h"
#include "core/units.h"
#include "geo/earth.h"
#include "plan/evaluate.h"
#include "plan/flat.h"
#include "test/tap.h"

struct read {
    struct core_arena arena;
    struct run_flown flown;
    struct ph_err err;
    enum ph_status status;
};

static struct read read_text(const char *text, const char *ending, double gap_s)
{
    struct read r = {0};
    char path[64];
    snprintf(path, sizeof path, "flown_test.%ld.%s", (long)getpid(), ending);
    r.status = core_file_write(path, text, strlen(text), &r.err);
    if (!r.status)
        r.status = run_flown_read(path, NULL, gap_s, &r.arena, &r.flown, &r.err);
    unlink(path);
    return r;
}

#define PT(lat, lon, time) "<trkpt lat=\"" lat "\" lon=\"" lon "\"><time>2022-11-12T" time "Z</time></trkpt>"

static void gpx(void)
{
    struct read r = read_text("<gpx><trk><trkseg>" PT("54.5", "7", "04:10:00")
                                  PT("54", "7", "04:00:00") "</trkseg></trk></gpx>",
                              "gpx", NAN);
    tap_ok(!r.status && r.flown.n == 1 && r.flown.piece->n == 2 &&
               r.flown.piece->point[0].pos.lat_deg == 54.0,
           "a flown track may be as fast as an aircraft, and its points in any order");
    core_arena_fini(&r.arena);
    r = read_text("<gpx><trk><name>a</name><trkseg>" PT("54", "7", "04:00:00")
                      PT("54.1", "7", "04:10:00") "</trkseg><trkseg>" PT("54.2", "7", "04:40:00") PT(
                          "54.3", "7", "04:50:00") "</trkseg></trk><trk><trkseg>" PT("54.3", "7", "06:00:00")
                          PT("54.3", "7.2", "06:10:00") "</trkseg></trk></gpx>",
                  "gpx", NAN);
    tap_ok(!r.status && r.flown.n == 3 && r.flown.piece[1].point->pos.lat_deg == 54.2,
           "several trk and trkseg: between them nobody searched");
    core_arena_fini(&r.arena);
    r = read_text("<gpx><trk><trkseg>" PT("54", "7", "04:00:00")
                      PT("54.1", "7", "04:10:00") "</trkseg></trk><trk><trkseg>" PT("55", "8", "04:05:00")
                          PT("55.3", "8", "04:15:00") "</trkseg></trk></gpx>",
                  "gpx", NAN);
    tap_ok(r.status == PH_EINPUT && strstr(r.err.what, "overlap"),
           "two tracks at one time in one file are not one searcher");
    core_arena_fini(&r.arena);
    r = read_text("<gpx><trk><trkseg>" PT("54", "7", "04:00:00") "<trkpt lat=\"54.1\" lon=\"7\"/>" PT(
                      "54.2", "7", "04:10:00") "</trkseg></trk></gpx>",
                  "gpx", NAN);
    tap_ok(r.status == PH_EINPUT && strstr(r.err.what, "no time"), "a point without a time is refused");
    core_arena_fini(&r.arena);
}

static void csv(void)
{
    struct read r = read_text("\xEF\xBB\xBF\"Time (UTC)\";\"Latitude\";\"Longitude\"\r\n\"2022-11-12 "
                              "04:00:00\";54,5;7,25\r\n\"2022-11-12 04:20:00\";54,6;7,25\r\n",
                              "csv", NAN);
    tap_ok(!r.status && r.flown.n == 1 && r.flown.piece->point[1].pos.lat_deg == 54.6,
           "a table with a byte order mark, semicolons, quotes and decimal commas");
    core_arena_fini(&r.arena);
    r = read_text(
        "lat\tlon\ttimestamp\n54.5\t7.25\t1668225600\n54.6\t7.25\t1668226200500\n54.7\t7.25\t1668226800\n",
        "txt", NAN);
    tap_ok(!r.status && r.flown.piece->n == 3, "tabs, and seconds or milliseconds since 1970");
    core_arena_fini(&r.arena);
    r = read_text("time,lat,lon\n2022-11-12T04:00:00,54.5,7\n2022-11-12T04:10:00,54.6,7\n", "csv", NAN);
    tap_ok(r.status == PH_EINPUT, "times of no zone are refused");
    core_arena_fini(&r.arena);
}

// Fixes every ten seconds with a pause of half an hour in the middle.
static void gaps(void)
{
    struct core_buf text = {0};
    core_buf_puts(&text, "time,lat,lon\n");
    for (int i = 0; i < 120; i++) {
        int t = i * 10 + (i >= 60 ? 1800 : 0);
        core_buf_printf(&text, "%d,%.5f,7\n", 1668225600 + t, 54 + 0.0005 * i);
    }
    struct read r = read_text(text.text, "csv", NAN);
    tap_ok(!r.status && r.flown.n == 2 && r.flown.n_gaps == 1 && fabs(r.flown.paused_s - 1810) < 1e-6,
           "a long pause in a dense track does not count as searched");
    core_arena_fini(&r.arena);
    r = read_text(text.text, "csv", 3600);
    tap_ok(!r.status && r.flown.n == 1 && !r.flown.n_gaps, "unless it is said that it does");
    int64_t from_ns = (int64_t)1668225600 * CORE_NS_PER_S;
    enum ph_status status = run_flown_cut(
        &r.flown, (struct scenario_window){from_ns + 5 * CORE_NS_PER_S, INT64_MAX}, &r.arena, &r.err);
    tap_ok(!status && r.flown.n == 1 && r.flown.piece->point->t_ns == from_ns + 5 * CORE_NS_PER_S &&
               r.flown.piece->n == 120,
           "a window open at one end cuts the other to the moment");
    status = run_flown_cut(&r.flown, (struct scenario_window){INT64_MIN, from_ns}, &r.arena, &r.err);
    tap_ok(!status && !r.flown.n, "and may leave nothing");
    core_arena_fini(&r.arena);
    core_buf_puts(&text, "1668228605,20,7\n");
    r = read_text(text.text, "csv", NAN);
    tap_ok(!r.status && r.flown.n_jumps == 1, "a fix that nothing that flies reaches is left out");
    core_arena_fini(&r.arena);
    core_buf_fini(&text);
}

// ---- fewer fixes ----

enum { PARTICLES = 3000, FIXES = 43200 };

// Twelve hours at one fix a second: a vessel on parallel legs, with the noise of a receiver.
static void dense_fill(struct scenario_track_point *point, double noise_m)
{
    const double leg_s = 2700, speed_mps = 7, spacing_m = 900;
    struct geo_pos origin = {50, -10};
    for (int i = 0; i < FIXES; i++) {
        double turn = leg_s + spacing_m / speed_mps, at = fmod(i, turn), leg = floor(i / turn), u[4];
        double along = fmin(at, leg_s) * speed_mps, up = leg * spacing_m + fmax(0, at - leg_s) * speed_mps;
        core_rng_normal(4, (uint64_t)i, 0, CORE_RNG_PLAN, u);
        double x = (int)leg % 2 ? leg_s * speed_mps - along : along;
        struct geo_pos pos = {origin.lat_deg + (up + noise_m * u[0]) / 111229.0,
                              origin.lon_deg + (x + noise_m * u[1]) / 71700.0};
        point[i] = (struct scenario_track_point){pos, (int64_t)i * CORE_NS_PER_S};
    }
}

static double pos_of(const struct run_flown *flown, double sweep_m)
{
    static float lat[2 * PARTICLES], lon[2 * PARTICLES];
    static double weight[PARTICLES], exposure[PARTICLES];
    static uint16_t object[PARTICLES];
    int64_t knot_ns[] = {0, (int64_t)FIXES * CORE_NS_PER_S};
    for (size_t i = 0; i < PARTICLES; i++) {
        double u[4];
        core_rng_uniform(9, i, 0, CORE_RNG_PLAN, u);
        lat[i] = (float)(50 + 0.13 * u[0]), lon[i] = (float)(-10 + 0.26 * u[1]);
        lat[PARTICLES + i] = lat[i] + 0.02f, lon[PARTICLES + i] = lon[i] + 0.03f;
        weight[i] = 1.0 / PARTICLES, exposure[i] = 0, object[i] = 0;
    }
    struct plan_cloud cloud = {.n = PARTICLES,
                               .n_knots = 2,
                               .time_ns = knot_ns,
                               .lat_deg = lat,
                               .lon_deg = lon,
                               .weight = weight,
                               .object = object,
                               .source = object,
                               .n_objects = 1,
                               .n_sources = 1};
    for (size_t p = 0; p < flown->n; p++) {
        struct plan_waypoint *way = calloc(flown->piece[p].n, sizeof *way);
        for (size_t i = 0; way && i < flown->piece[p].n; i++)
            way[i] = (struct plan_waypoint){flown->piece[p].point[i].pos, flown->piece[p].point[i].t_ns};
        struct plan_track track = {way, flown->piece[p].n, &sweep_m, 7, NULL};
        if (plan_expose(&cloud, &track, PLAN_INVERSE_CUBE, 2, exposure, NULL))
            exposure[0] = NAN;
        free(way);
    }
    return plan_pos(&cloud, exposure);
}

static void thinner(void)
{
    static struct scenario_track_point all[FIXES], few[FIXES];
    const double noises[] = {0, 2}, widths[] = {200, 1000};
    for (size_t k = 0; k < 2; k++) {
        struct core_arena arena = {0};
        struct run_flown whole, thin;
        dense_fill(all, noises[k]);
        memcpy(few, all, sizeof all);
        bool good =
            !run_flown_of(all, FIXES, &arena, &whole, NULL) && !run_flown_of(few, FIXES, &arena, &thin, NULL);
        double tolerance_m = run_flown_tolerance_m(widths[k]);
        run_flown_thin(&thin, tolerance_m);
        double a = pos_of(&whole, widths[k]), b = pos_of(&thin, widths[k]), worst = 0;
        for (size_t i = 0, at = 0; i < FIXES; i++) { // each fix against the way that is left, at its own time
            while (at + 2 < thin.piece->n && thin.piece->point[at + 1].t_ns <= all[i].t_ns)
                at++;
            const struct scenario_track_point *p = &thin.piece->point[at];
            double f = (double)(all[i].t_ns - p->t_ns) / (double)(p[1].t_ns - p->t_ns);
            struct plan_flat flat;
            plan_flat_init(&flat, p->pos);
            struct geo_xy to = plan_flat_to_xy(&flat, p[1].pos.lat_deg, p[1].pos.lon_deg);
            struct geo_xy is = plan_flat_to_xy(&flat, all[i].pos.lat_deg, all[i].pos.lon_deg);
            worst = fmax(worst, hypot(is.x_m - f * to.x_m, is.y_m - f * to.y_m));
        }
        tap_ok(good && thin.piece->n < FIXES / 100 && fabs(a - b) < 1e-4,
               "12 h at 1 Hz, noise %.0f m, W %.0f m: %zu fixes are left and POS is %.5f for %.5f", noises[k],
               widths[k], thin.piece->n, b, a);
        tap_ok(worst <= 1.01 * tolerance_m, "nobody is further than %.1f m from where they were then (%.2f)",
               tolerance_m, worst);
        tap_near(run_flown_speed_mps(&thin), 7, 0.15, "and the speed is that of the ship, not of the noise");
        core_arena_fini(&arena);
    }
}

int main(void)
{
    gpx();
    csv();
    gaps();
    thinner();
    return tap_done();
}
