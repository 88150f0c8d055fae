// The case file, parsed and validated: everything a run needs, in SI, in one struct.
#ifndef SCENARIO_CASE_H
#define SCENARIO_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"
#include "geo/position.h"
#include "object/leeway.h"
#include "object/preset.h"
#include "pharos/pharos.h"

struct scenario_window {
    int64_t from_ns, to_ns; // equal for an instant
};

// One thing that may be drifting. A preset of the case becomes one of these for each part, with base_id the
// id that the user wrote and id "base_id/KEY".
struct scenario_object {
    const char *id, *base_id;
    const char *key;             // leeway class, NULL for custom coefficients
    const char *preset;          // preset it came from, NULL
    const char *label;           // for people
    const char *search_object;   // override of the sensor's map ("search_object" member), NULL
    struct object_leeway leeway; // after the state's factor
    enum object_tier tier;
    enum object_state state;
    double change_probability; // that it changes its state on the way (0: it never does),
    double change_after_s[2];  // at a time uniform between these, from its start;
    double change_factor;      // then its leeway, noise included, is multiplied by this
    double weight;             // normalised over the case
    int persons;               // -1 unknown
    double jibing_per_h;
    int jibing_resistance;
    double crossover_mps; // see object/leeway.h
    int crossover_rule;
};

enum scenario_kind {
    SCENARIO_POINT,
    SCENARIO_POINTS,
    SCENARIO_AREA,
    SCENARIO_LINE,
    SCENARIO_BEARING,
    SCENARIO_VOYAGE,
    SCENARIO_BACKTRACK,
};

// How a position is uncertain: sigma_m per axis, or a uniform disc of radius_m; both 0 is exact.
struct scenario_spread {
    double sigma_m, radius_m;
};

struct scenario_start {
    struct geo_pos pos;
    struct scenario_window time;
    struct scenario_spread spread;
};

// Inside, distress is `factor` times as likely as outside. Of areas that overlap the first counts.
struct scenario_hazard {
    struct geo_pos *polygon;
    size_t n_polygon;
    double factor;
};

// A craft under way along a route (the source's starts) that came to grief somewhere on it.
enum { SCENARIO_MAX_ROUTE = 1000 };
struct scenario_voyage {
    struct scenario_window depart, distress;
    bool has_distress;   // else anywhere between departure and arrival
    double speed_mps[3]; // triangular: least, likely, most
    struct scenario_hazard *hazard;
    size_t n_hazards;
};

// Seen or heard on a bearing from the source's one start.
struct scenario_bearing {
    double toward_deg, sd_deg, range_m[2];
};

struct scenario_source {
    const char *id;
    double weight; // normalised
    enum scenario_kind kind;
    struct scenario_start
        *start; // POINT, BEARING, BACKTRACK 1, LINE 2, POINTS n, VOYAGE the route without times
    size_t n_start;
    struct geo_pos *polygon; // AREA
    size_t n_polygon;
    struct scenario_voyage voyage;
    struct scenario_bearing bearing;
    bool *found_object;          // BACKTRACK: [n_objects] what the find may be; start is the find
    int64_t earliest_ns;         // BACKTRACK: nothing began before
    struct scenario_window time; // AREA, BEARING; BACKTRACK: from the earliest to the find; VOYAGE: from the
                                 // first departure to the end of the distress window, or the last departure;
                                 // for the others the hull of their starts
    bool *object_allowed;        // [n_objects]
};

// One source of forcing: see forcing/forcing.h, to which run hands it on.
struct scenario_observation {
    int64_t t_ns;
    double u_mps, v_mps; // toward
};
struct scenario_forcing {
    const char *pointer; // "/environment/wind/0"
    const char *file;    // resolved against the case's folder, or NULL
    const char *variables[2];
    double depth_m;       // NAN when not given
    const char *calendar; // "standard" where the file's own is wrong, or NULL
    struct scenario_observation *series;
    size_t n_series;
};
enum scenario_forcing_kind {
    SCENARIO_CURRENT,
    SCENARIO_WIND,
    SCENARIO_WAVES,
    SCENARIO_SEA_TEMPERATURE,
    SCENARIO_FORCING_KINDS
};
enum scenario_on_missing { SCENARIO_MISSING_ERROR, SCENARIO_MISSING_HOLD, SCENARIO_MISSING_STOP };

enum scenario_integrator { SCENARIO_RK2, SCENARIO_EULER, SCENARIO_RK4 };
enum scenario_orientation { SCENARIO_BOTH, SCENARIO_LEFT, SCENARIO_RIGHT };
enum scenario_jibe_model { SCENARIO_JIBE_CONSTANT, SCENARIO_JIBE_ALLEN };

struct scenario_drift {
    int64_t start_ns, until_ns;
    double step_s, output_every_s;
    size_t particles;
    uint64_t seed;
    enum scenario_integrator integrator;
    enum scenario_orientation orientation;
    enum scenario_jibe_model jibe_model;
    bool leeway_noise, jibing;
    double wind_sd_mps, wind_correlation_s;
    double current_sd_mps, current_correlation_s;
    double diffusivity_m2s;
    bool on_land_start; // a start on land moves to the nearest water (default true)
};

enum scenario_asset_type {
    SCENARIO_FIXED_WING,
    SCENARIO_HELICOPTER,
    SCENARIO_VESSEL,
    SCENARIO_BOAT,
    SCENARIO_DRONE,
};
enum scenario_sensor { SCENARIO_VISUAL, SCENARIO_RADAR, SCENARIO_INFRARED };
enum scenario_detection { SCENARIO_INVERSE_CUBE, SCENARIO_RANDOM };

struct scenario_conditions { // NAN where not given
    double visibility_nm, wind_kn, sea_height_ft;
    bool fatigue, night;
    enum scenario_detection detection;
};

enum scenario_objective { SCENARIO_POS, SCENARIO_EXPECTED_TIME, SCENARIO_SURVIVAL };

struct scenario_asset {
    const char *id;
    const char *pointer; // "/assets/0"
    enum scenario_asset_type type;
    enum scenario_sensor sensor;
    double speed_mps;
    double altitude_m, eye_height_m; // NAN where not given
    double sweep_width_m;            // NAN: from the tables
    // either on_scene_ns and search_s, or base, available_ns, transit_mps, endurance_s
    bool has_on_scene;
    int64_t on_scene_ns;
    double search_s;
    struct geo_pos from;
    int64_t available_ns;
    double transit_mps, endurance_s;
    double reserve_frac; // 0.15
    bool has_return;
    struct geo_pos return_to;              // equal to from when not given
    double turn_allowance_frac;            // 0.15
    struct scenario_conditions conditions; // the case's, overridden by the asset's own
    struct scenario_window *window;        // it searches only within one of them
    size_t n_windows;
    bool daylight_only; // between sunrise and sunset
    bool parked;        // not to be used
    const char *keep;   // plan.json (resolved) whose area for this asset is kept, NULL
};

struct scenario_avoid { // water that no search area may touch
    struct geo_pos *corner;
    size_t n;
};

struct scenario_must { // water that must be searched
    const char *id;
    struct geo_pos *corner;
    size_t n;
    double coverage; // sweep width / track spacing, 1 when not given
};

struct scenario_track_point {
    struct geo_pos pos;
    int64_t t_ns;
};
struct scenario_search {
    const char *id, *asset, *pointer;
    struct scenario_track_point *track;
    size_t n_track;
    const char *file; // GPX, CSV or AIS, resolved; NULL when the track is in the case
    const char *mmsi; // the ship in an AIS log; NULL: the only one
    bool has_window;  // only what was flown between these counts
    struct scenario_window window;
    const char *plan; // plan.json (resolved) whose waypoints of `asset` count as flown; NULL: a track
    double gap_s;     // in a file, fixes further apart than this: nobody searched; NAN: by the file's fixes
    double sweep_width_m; // NAN: that of the asset named, from the tables
    bool found;
    bool has_find; // where and when it was found
    struct scenario_track_point find;
    bool withdrawn; // reported, and taken back: does not count
};

// Somebody says to have seen what is searched for.
struct scenario_sighting {
    const char *id;
    struct geo_pos pos;
    struct scenario_spread spread; // sigma only
    int64_t t_ns;
    double trust;         // chance that it was what is searched for
    bool *object_allowed; // [n_objects] what it looked like
    bool found;           // what was seen is what is searched for, and somebody is with it
    bool withdrawn;
};

// Something of the craft was found: it drifted there from where the craft came to grief.
struct scenario_debris {
    const char *id;
    struct geo_pos pos;
    struct scenario_spread spread; // sigma only
    int64_t t_ns;
    double trust;                  // chance that it is of this craft
    struct scenario_object object; // how it drifts
    bool withdrawn;
};

struct scenario_case {
    struct core_arena arena; // owns everything below
    const char *name;
    const char *path;            // as given
    char sha256[65];             // of the file's bytes, hex
    const char *extensions_json; // the top level's "x-..." members as one JSON object, or NULL
    struct scenario_object *object;
    size_t n_objects;
    struct scenario_source *source;
    size_t n_sources;
    struct scenario_forcing *forcing[SCENARIO_FORCING_KINDS];
    size_t n_forcing[SCENARIO_FORCING_KINDS];
    enum scenario_on_missing on_missing;
    const char *coast_resolution; // "auto", ..., "none"
    struct scenario_drift drift;
    struct scenario_asset *asset;
    size_t n_assets;
    struct scenario_avoid *avoid;
    size_t n_avoid;
    struct scenario_must *must;
    size_t n_must;
    enum scenario_objective objective;
    struct scenario_conditions conditions;
    struct scenario_search *search;
    size_t n_searches;
    struct scenario_sighting *sighting;
    size_t n_sightings;
    struct scenario_debris *debris;
    size_t n_debris;
};

enum { SCENARIO_MAX_PROBLEMS = 1000 };

// One thing that is wrong with a case.
struct scenario_problem {
    const char *pointer; // JSON pointer, "/drift/until"; "" for the document
    const char *found;   // what stands there, shortened
    const char *expected;
    const char *text;      // one sentence
    enum ph_status status; // PH_EINPUT, or PH_EUNSUPPORTED
    size_t line, column;   // where the value (or what should hold it) begins, from 1; 0: nowhere
};
struct scenario_problems {
    struct core_arena arena;
    struct scenario_problem *item;
    size_t n;
    size_t n_more; // beyond the first SCENARIO_MAX_PROBLEMS
};
void scenario_problems_fini(struct scenario_problems *problems);

// Overrides from the command line; SIZE_MAX / -1 / 0 where not given.
struct scenario_overrides {
    bool has_particles, has_seed;
    size_t particles;
    uint64_t seed;
};

// Reads and validates. On PH_EINPUT / PH_EUNSUPPORTED `problems` (may be NULL) holds every problem, in
// document order, and err the first. Files named in the case are not opened. The case is freed with
// scenario_case_fini, also after failure.
enum ph_status scenario_case_load(const char *path, const struct scenario_overrides *overrides,
                                  struct scenario_case *out, struct scenario_problems *problems,
                                  struct ph_err *err) PH_NODISCARD;

// The same from memory; `dir` resolves relative paths, `name` stands for the path in messages.
enum ph_status scenario_case_parse(const char *text, size_t length, const char *dir, const char *name,
                                   const struct scenario_overrides *overrides, struct scenario_case *out,
                                   struct scenario_problems *problems, struct ph_err *err) PH_NODISCARD;
void scenario_case_fini(struct scenario_case *c);

#endif
