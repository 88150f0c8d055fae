// A plausible product for tests, built without a run: a cloud that drifts north-east and grows, two units
// with parallel legs, forcing, warnings. `at` moves all of it anywhere: off Libya, across the antimeridian,
// far north.
#ifndef EXPORT_FIXTURE_H
#define EXPORT_FIXTURE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "core/units.h"
#include "export/product.h"

// Pango and fontconfig keep their caches until the process ends; the leak checker need not name them.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\nleak:libcairo\nleak:libglib\n";
}

enum { FIXTURE_TIMES = 9, FIXTURE_RING = 72, FIXTURE_TRACKS = 3 };

struct fixture {
    struct core_arena arena;
    struct core_job job;
    struct export_product p;
    struct plan_result plan;
};

static const int64_t fixture_t0 = 1472436000LL * CORE_NS_PER_S; // 2016-08-29T02:00Z

static inline struct geo_pos fixture_step(struct geo_pos from, double east_nm, double north_nm)
{
    return geo_earth_step(from, east_nm * CORE_M_PER_NM, north_nm * CORE_M_PER_NM);
}

// An ellipse in miles about a place, its long axis on `bearing`.
static inline struct prob_region fixture_region(struct fixture *f, struct geo_pos at, double mass,
                                                double a_nm, double b_nm, double bearing_deg)
{
    struct prob_ring *ring = CORE_ARENA_NEW(&f->arena, struct prob_ring, 1);
    ring->pos = CORE_ARENA_NEW(&f->arena, struct geo_pos, FIXTURE_RING);
    ring->n = FIXTURE_RING;
    double turn = (90 - bearing_deg) * CORE_RAD_PER_DEG;
    for (int i = 0; i < FIXTURE_RING; i++) {
        double angle = 2 * CORE_PI * i / FIXTURE_RING;
        double u = a_nm * cos(angle), v = b_nm * sin(angle) * (1 + 0.12 * cos(3 * angle));
        ring->pos[i] = fixture_step(at, u * cos(turn) - v * sin(turn), u * sin(turn) + v * cos(turn));
    }
    double area_m2 = CORE_PI * a_nm * b_nm * CORE_M_PER_NM * CORE_M_PER_NM;
    return (struct prob_region){.mass = mass, .level = 1e-9, .area_m2 = area_m2, .ring = ring, .n_rings = 1};
}

static inline void fixture_times(struct fixture *f, struct geo_pos at, double size)
{
    static const double mass[4] = {0.5, 0.75, 0.9, 0.95}, radius[4] = {1, 1.41, 1.82, 2.08};
    struct export_time *time = CORE_ARENA_NEW(&f->arena, struct export_time, FIXTURE_TIMES);
    for (int i = 0; i < FIXTURE_TIMES; i++) {
        struct geo_pos mean = fixture_step(at, 1.6 * size * i, 1.3 * size * i);
        double a = size * (2 + 0.8 * i), b = size * (2 + 0.35 * i);
        struct prob_region *region = CORE_ARENA_NEW(&f->arena, struct prob_region, 4);
        for (int k = 0; k < 4; k++)
            region[k] = fixture_region(f, mean, mass[k], a * radius[k], b * radius[k], 62);
        double m2 = CORE_M_PER_NM * CORE_M_PER_NM;
        time[i] = (struct export_time){.t_ns = fixture_t0 + i * 3600 * CORE_NS_PER_S,
                                       .active = 9800,
                                       .stranded = 200,
                                       .active_mass = 0.98,
                                       .stranded_mass = 0.02,
                                       .has_moments = true,
                                       .moments = {mean, a * a * m2, 0.2 * a * b * m2, b * b * m2, 0.98},
                                       .region = region,
                                       .n_regions = 4};
    }
    f->p.time = time;
    f->p.n_times = FIXTURE_TIMES;
}

// A parallel sweep of n legs about a centre; orientation of the legs in degrees.
static inline void fixture_area(struct fixture *f, struct plan_area *a, struct geo_pos centre,
                                double length_nm, double spacing_nm, int n_legs, double orientation_deg,
                                double speed_kn)
{
    double turn = (90 - orientation_deg) * CORE_RAD_PER_DEG, width_nm = n_legs * spacing_nm, track_nm = 0;
    double ux = cos(turn), uy = sin(turn), half = length_nm / 2, side = width_nm / 2;
    static const int sign[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
    for (int k = 0; k < 4; k++)
        a->corner[k] = fixture_step(centre, sign[k][0] * half * ux - sign[k][1] * side * uy,
                                    sign[k][0] * half * uy + sign[k][1] * side * ux);
    a->waypoint = CORE_ARENA_NEW(&f->arena, struct plan_waypoint, 2 * (size_t)n_legs);
    a->n_waypoints = 2 * (size_t)n_legs;
    for (int k = 0; k < 2 * n_legs; k++) {
        double v = -side + (k / 2 + 0.5) * spacing_nm,
               u = (half - spacing_nm / 2) * ((k + 1) / 2 % 2 ? 1 : -1);
        if (k)
            track_nm += k % 2 ? length_nm - spacing_nm : spacing_nm;
        a->waypoint[k].pos = fixture_step(centre, u * ux - v * uy, u * uy + v * ux);
        a->waypoint[k].t_ns = a->start_ns + (int64_t)(track_nm / speed_kn * 3600) * CORE_NS_PER_S;
    }
    a->pattern = "PS";
    a->creep = "NW";
    a->centre = centre;
    a->csp = a->waypoint[0].pos;
    a->end_ns = a->waypoint[a->n_waypoints - 1].t_ns;
    a->leave_ns = a->start_ns + (int64_t)((double)(a->end_ns - a->start_ns) / 0.85e9) * CORE_NS_PER_S;
    a->length_m = core_m_from_nm(length_nm);
    a->width_m = core_m_from_nm(width_nm);
    a->spacing_m = core_m_from_nm(spacing_nm);
    a->orientation_deg = orientation_deg;
    a->track_m = core_m_from_nm(track_nm);
}

static inline struct sensor_sweep *fixture_sweep(struct fixture *f, double table_nm, const char *reason)
{
    struct sensor_sweep *sweep = CORE_ARENA_NEW(&f->arena, struct sensor_sweep, 2);
    for (int i = 0; i < 2; i++) {
        sweep[i] = (struct sensor_sweep){
            .width_nm = table_nm * 0.9 / (i + 1), .search_object = i ? "Person" : "Raft 10", .n_factors = 3};
        sweep[i].factor[0] = (struct sensor_factor){
            .name = "table", .value = table_nm / (i + 1), .source = "COMDTINST M16130.2F, table H-19"};
        snprintf(sweep[i].factor[0].reason, sizeof sweep[i].factor[0].reason, "%s", reason);
        sweep[i].factor[1] = (struct sensor_factor){.name = "weather",
                                                    .value = 1,
                                                    .reason = "wind 12 kn, seas 1 ft",
                                                    .source = "COMDTINST M16130.2F, table H-26"};
        sweep[i].factor[2] = (struct sensor_factor){
            .name = "fatigue", .value = 0.9, .reason = "crew tired", .source = "COMDTINST M16130.2F, 3.8.6"};
    }
    return sweep;
}

static inline void fixture_assets(struct fixture *f)
{
    struct export_asset *asset = CORE_ARENA_NEW(&f->arena, struct export_asset, 3);
    asset[0] = (struct export_asset){.turn_allowance_frac = 0.15,
                                     .id = "Seabird",
                                     .type = "fixed-wing",
                                     .speed_kn = 120,
                                     .altitude_ft = 1000,
                                     .eye_height_m = NAN,
                                     .base_text = "from 35-51.0N 014-29.0E, available 290600Z AUG 16"};
    asset[0].sweep = fixture_sweep(f, 1.6, "Fixed wing 1000 ft, visibility 8 NM (between 5 and 10)");
    asset[1] = (struct export_asset){.turn_allowance_frac = 0.15,
                                     .id = "Rescue-1",
                                     .type = "vessel",
                                     .speed_kn = 14,
                                     .altitude_ft = NAN,
                                     .eye_height_m = 12,
                                     .base_text = ""};
    asset[1].sweep = fixture_sweep(f, 2.9, "Ship's bridge, visibility 8 NM (between 5 and 10)");
    asset[2] = (struct export_asset){.turn_allowance_frac = 0.15,
                                     .id = "Drone-3",
                                     .type = "drone",
                                     .speed_kn = 50,
                                     .altitude_ft = 400,
                                     .eye_height_m = NAN,
                                     .base_text = ""};
    f->p.asset = asset;
    f->p.n_assets = 3;
}

static inline void fixture_plan(struct fixture *f, struct geo_pos at, double size)
{
    static double per_source[2] = {0.74, 0.66}, per_object[2] = {0.78, 0.6};
    static struct plan_unused unused[1] = {{2, "it cannot reach the area and return with its reserve"}};
    struct plan_area *area = CORE_ARENA_NEW(&f->arena, struct plan_area, 2);
    area[0] = (struct plan_area){.asset = 0,
                                 .poc = 0.62,
                                 .pod = 0.84,
                                 .pos = 0.52,
                                 .pos_alone = 0.52,
                                 .pos_other = 0.44,
                                 .coverage = 1.14,
                                 .sweep_m = core_m_from_nm(1.6),
                                 .transit_s = 4300,
                                 .return_s = 4500,
                                 .start_ns = fixture_t0 + 4 * 3600 * CORE_NS_PER_S + 240 * CORE_NS_PER_S};
    area[1] = (struct plan_area){.asset = 1,
                                 .poc = 0.24,
                                 .pod = 0.87,
                                 .pos = 0.191,
                                 .pos_alone = 0.21,
                                 .pos_other = 0.16,
                                 .coverage = 1.21,
                                 .sweep_m = core_m_from_nm(2.9),
                                 .start_ns = fixture_t0 + 4 * 3600 * CORE_NS_PER_S};
    fixture_area(f, &area[0], fixture_step(at, 8 * size, 8.5 * size), 20 * size, 1.4 * size, 6, 62, 120);
    fixture_area(f, &area[1], fixture_step(at, 11 * size, 0.5 * size), 12 * size, 2.4 * size, 3, 62, 14);
    f->plan = (struct plan_result){.area = area,
                                   .n_areas = 2,
                                   .unused = unused,
                                   .n_unused = 1,
                                   .valid_from_ns = area[1].start_ns,
                                   .valid_to_ns = area[1].end_ns,
                                   .pos_total = 0.711,
                                   .pos_bound = 0.752,
                                   .pos_other = 0.6,
                                   .pos_per_source = per_source,
                                   .pos_per_object = per_object,
                                   .bound_cell_m = 926,
                                   .bound_gap = 1e-4,
                                   .manual_pos = 0.58};
    f->p.plan = &f->plan;
}

// Currents missing for a fifth of the second hour; two sources of wind that differ by 2 m/s.
static inline void fixture_forcing(struct fixture *f)
{
    static const double served[2][2] = {{1, 1}, {0.8, 1}};
    static const size_t source[2] = {1, 1};
    static const struct export_compared_pair pair = {0, 1, FIXTURE_TIMES, 2, 2, 5184};
    struct export_coverage *coverage = CORE_ARENA_NEW(&f->arena, struct export_coverage, 2);
    struct export_compared *compared = CORE_ARENA_NEW(&f->arena, struct export_compared, 1);
    double *u = CORE_ARENA_NEW(&f->arena, double, 2 * FIXTURE_TIMES);
    double *v = CORE_ARENA_NEW(&f->arena, double, 2 * FIXTURE_TIMES);
    for (int h = 0; h < 2; h++)
        coverage[h] = (struct export_coverage){.from_ns = fixture_t0 + h * 3600 * CORE_NS_PER_S,
                                               .to_ns = fixture_t0 + (h + 1) * 3600 * CORE_NS_PER_S,
                                               .particle_s = 3.6e7,
                                               .served = served[h],
                                               .missing = {h ? 0.2 : 0, 0}};
    for (int i = 0; i < 2 * FIXTURE_TIMES; i++)
        u[i] = i % 2 ? 5 : 7, v[i] = i == 3 ? NAN : 0;
    *compared = (struct export_compared){"wind", 2, source, u, v, &pair, 1, 0.03};
    f->p.coverage = coverage, f->p.n_coverage = 2;
    f->p.compared = compared, f->p.n_compared = 1;
}

static inline void fixture_story(struct fixture *f, struct geo_pos at, double size)
{
    static const struct export_source source[2] = {
        {"current", "med-currents.nc (uo, vo), 2016-08-28 to 2016-08-30", 0.942},
        {"wind", "gfs.grib2 (10u, 10v)", 1}};
    static const struct export_object object[2] = {
        {"raft", "LIFE-RAFT-NB-2", "Life raft, no ballast, canopy", "B: measured indirectly", "Raft 10", 0.7,
         72},
        {"swamped", "REFUGEE-RAFT-1", "Rubber boat, overloaded, swamped", "D: judgement", "Person", 0.3, 72}};
    struct export_scenario *scenario = CORE_ARENA_NEW(&f->arena, struct export_scenario, 2);
    scenario[0] =
        (struct export_scenario){"call", "point", "33-10.0N 012-30.0E, 50 % within 2.0 NM, 290200Z AUG 16",
                                 0.6,    at,      core_m_from_nm(2 * size)};
    scenario[1] = (struct export_scenario){"voyage",
                                           "voyage",
                                           "from 32-48.0N 012-29.0E toward 34-30.0N 012-35.0E",
                                           0.4,
                                           fixture_step(at, -3 * size, -4 * size),
                                           0};
    float *lat = CORE_ARENA_NEW(&f->arena, float, FIXTURE_TRACKS *FIXTURE_TIMES);
    float *lon = CORE_ARENA_NEW(&f->arena, float, FIXTURE_TRACKS *FIXTURE_TIMES);
    for (int i = 0; i < FIXTURE_TRACKS * FIXTURE_TIMES; i++) {
        struct geo_pos pos =
            fixture_step(at, size * (i % FIXTURE_TIMES) * (1 + 0.3 * (i / FIXTURE_TIMES)), size * (i % 9));
        lat[i] = i == 2 ? NAN : (float)pos.lat_deg;
        lon[i] = i == 2 ? NAN : (float)pos.lon_deg;
    }
    f->p.source = source, f->p.n_sources = 2;
    fixture_forcing(f);
    f->p.object = object, f->p.n_objects = 2;
    f->p.scenario = scenario, f->p.n_scenarios = 2;
    f->p.track_lat_deg = lat, f->p.track_lon_deg = lon, f->p.n_tracks = FIXTURE_TRACKS;
}

// Freed with fixture_fini. size 1 is a cloud of some ten miles.
static inline void fixture_init(struct fixture *f, struct geo_pos at, double size)
{
    *f = (struct fixture){.job = {.threads = 1}};
    f->p = (struct export_product){
        .case_name = "Rubber boat north of Sabratha",
        .case_path = "case.json",
        .case_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        .program_version = "0.1.0",
        .seed = 1,
        .particles = 10000,
        .wall_s = 1.25,
        .particle_steps = 1320000,
        .kernel = "v3",
        .start_ns = fixture_t0,
        .until_ns = fixture_t0 + 8 * 3600 * CORE_NS_PER_S,
        .prior_pos = NAN,
        .conditions_text = "visibility 8 NM, wind 12 kn, seas 1 ft, crews tired, daylight",
        .motion_text =
            "RK2 (Heun), steps of 600 s; wind error 2 m/s over 12 h; current error 0.12 m/s over 24 h",
        .coast_text = "none installed",
        .box = {NAN, NAN, NAN, NAN},
        .job = &f->job,
    };
    core_job_warn(&f->job, "forcing-held", "wind: the last 3 h of 24 are held from 290500Z");
    fixture_times(f, at, size);
    fixture_assets(f);
    fixture_plan(f, at, size);
    fixture_story(f, at, size);
}

static inline void fixture_fini(struct fixture *f)
{
    core_arena_fini(&f->arena);
    core_job_fini(&f->job);
}

#endif
