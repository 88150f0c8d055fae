// The search plan: who searches where, in which pattern, and what chance that gives.
//
// POS is evaluated on the moving cloud along the actual legs (plan/evaluate.h), the areas are found by
// optimising it (plan/optimise.h), and plan/bound.h says how far any plan could be from it.
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/job.h"
#include "geo/coast.h"
#include "geo/earth.h"
#include "sensor/sweep.h"

// The cloud as the planner sees it: positions at knots (time-major), linear in between. NaN positions
// (stranded, missing, not released) cannot be found.
struct plan_cloud {
    size_t n, n_knots;
    const int64_t *time_ns;
    const float *lat_deg, *lon_deg; // [n_knots * n]
    const double *weight;           // [n], after the searches already flown; sums to <= 1
    const uint16_t *object;         // [n]
    const uint16_t *source;         // [n] scenario
    size_t n_objects, n_sources;
};

enum plan_detection { PLAN_INVERSE_CUBE, PLAN_RANDOM };
enum plan_objective { PLAN_POS, PLAN_EXPECTED_TIME, PLAN_SURVIVAL }; // see plan/worth.h
enum plan_separation { PLAN_SURFACE, PLAN_AIR }; // assets of one kind keep their areas apart

// Times at which an asset may search.
struct plan_span {
    int64_t from_ns, to_ns;
};

struct plan_asset {
    const char *id;
    int kind; // of craft; equal numbers are of one kind
    enum plan_separation separation;
    bool is_air;
    double altitude_m; // NAN; aircraft more than 150 m (500 ft) apart in height may still not overlap
    double speed_mps;  // search speed
    double *sweep_m;   // [n_objects] sweep width for each object
    double turn_allowance_frac;
    // either fixed on scene, or from a base with transit, reserve and return
    bool has_on_scene;
    int64_t on_scene_ns;
    double search_s;
    struct geo_pos from, return_to;
    int64_t available_ns;
    double transit_mps, endurance_s, reserve_frac;
    const struct plan_span *window; // it searches within one of them; NULL: at any time
    size_t n_windows;
    double min_spacing_m;         // a crew cannot fly closer legs (0: by type)
    const struct plan_area *keep; // flown as it is: nothing of it is changed; NULL: planned
};

// Water that no area may touch (a minefield, a firing range, somebody else's area).
struct plan_avoid {
    const struct geo_pos *corner;
    size_t n;
};

// Water that must be searched whatever the chance there: at least this coverage (sweep width / spacing).
struct plan_must {
    const char *id;
    const struct geo_pos *corner;
    size_t n;
    double coverage;
};

struct plan_problem {
    struct plan_cloud cloud;
    const struct plan_asset *asset;
    size_t n_assets;
    enum plan_detection detection;
    uint64_t seed;
    const struct geo_coast *coast; // may be NULL; waypoints stay off land where that is possible
    double budget_s; // units of work, about a second each, 2 at least; results do not depend on the clock.
                     // Every unit beyond 2 is a round on top that only ever improves
    const struct plan_avoid *avoid;
    size_t n_avoid;
    const struct plan_must *must;
    size_t n_must;
    bool brief; // leave out the reasons (plan_result.reason, another)
    enum plan_objective objective;
    const double *half_life_s; // [n_objects] of those in the water, INFINITY: others; NULL: nobody
    bool quick;                // areas that are given are scored and no more: pos_bound and bound_gap are NAN
};

struct plan_waypoint {
    struct geo_pos pos;
    int64_t t_ns;
};

// What one asset does. Lengths in whole 0.1 NM, centre in whole 0.1 minute, orientation in whole degrees.
struct plan_area {
    size_t asset;        // index
    const char *pattern; // "PS" legs along the long side, "CS" along the short side, "SS", "VS", "TS"
    double drift_mps, drift_toward_deg; // the frame of SS and VS; 0: over ground
    struct geo_pos centre, corner[4], csp;
    double length_m, width_m; // long and short side
    double orientation_deg;   // of the long side, [0, 180)
    double spacing_m;
    double sweep_m;       // weighted mean over objects
    double coverage;      // sweep / spacing
    double poc, pod, pos; // pos: marginal gain in the order listed
    double pos_alone;
    bool has_given;           // kept from a file that says what it was worth there
    double pos_given;         // marginal gain in that file
    double pos_other;         // pos under the other detection law (shown beside it)
    int64_t start_ns, end_ns; // searching, from CSP to the last waypoint, legs at search speed
    int64_t leave_ns;         // on scene until: the turn allowance lies between end_ns and leave_ns
    double track_m;
    struct plan_waypoint *waypoint; // ends of legs, first is the CSP
    size_t n_waypoints;
    double transit_s, return_s; // 0 when fixed on scene
    const char *creep;          // "NE": direction in which the legs advance
};

struct plan_unused {
    size_t asset;
    const char *why;
};

// Why an asset is where it is; hour_pos NAN: its area is kept, nothing was asked.
struct plan_reason {
    bool has_next;    // the best area centred outside the one it has, others unchanged
    double next_loss; // what the whole plan would give less with it there
    struct geo_pos next_centre;
    const char *next_pattern;
    double next_length_m, next_width_m, next_spacing_m;
    double hour_pos; // what an hour more on scene would add to the whole plan, all adapting
    bool clipped;    // the drift forecast ends first: more hours cannot be used
};

// What another unit like this asset would add to the whole plan.
struct plan_another {
    size_t asset;
    double pos;
};

// The manual worksheet for the same effort, step by step: POS = POC x POD of one square on a circular normal.
struct plan_worksheet_unit {
    size_t asset;
    double sweep_m, track_m; // track at search speed, less the turn allowance
};

struct plan_worksheet {
    struct plan_worksheet_unit *unit;
    size_t n_units;
    double error_m;   // E, total probable error: 50 % lie within it
    double effort_m2; // Z, sum of sweep width x track at search speed
    double factor;    // fs, the optimal search factor
    double radius_m;  // R = fs E, half the side of the square
    double coverage;  // C = Z / 4 R2
    double poc, pod, pos;
};

// POS by a time.
struct plan_moment {
    int64_t t_ns;
    double pos;
};

struct plan_result {
    struct core_arena arena;
    struct plan_area *area; // in the order of the case's assets
    size_t n_areas;
    struct plan_unused *unused;
    size_t n_unused;
    int64_t valid_from_ns, valid_to_ns;
    double pos_total, pos_bound;
    double pos_other;                // total under the other detection law
    double *pos_per_source;          // [n_sources] given that the scenario is the right one
    double *pos_per_object;          // [n_objects]
    double bound_cell_m;             // cells of the relaxation
    double bound_gap;                // its own certificate: how far the relaxation may be from its optimum
    struct plan_worksheet worksheet; // all 0 when nobody is planned
    struct plan_moment *moment;      // [n_moments] how the chance grows while they search
    size_t n_moments;
    double mean_time_s;         // from the first moment at which anybody can search until found, or until the
                                // last one for who is not found
    double pos_alive;           // found and alive by the survival band; NAN without one
    struct plan_reason *reason; // [n_areas], NULL: nobody takes part
    struct plan_another *another; // one for each kind that takes part
    size_t n_another;
    double *left;        // [cloud.n] weight x chance of not having been found by this plan
    double left_inside;  // of what is left, who was in an area at the middle of its search
    double left_outside; // and who was in none, though adrift
    double left_gone;    // and who is not adrift any more when the plan ends (ashore, stopped)
    double manual_pos;   // IAMSAR-style single square/strip worksheet for the same effort; NAN if none
};

enum ph_status plan_make(const struct plan_problem *problem, struct core_job *job, struct plan_result *out,
                         struct ph_err *err) PH_NODISCARD;
void plan_result_fini(struct plan_result *result);

#endif
