// Everything that is written for people and plotters comes from this one view of a run. The structs point
// into the run's own memory; nothing is owned here.
#ifndef EXPORT_PRODUCT_H
#define EXPORT_PRODUCT_H

#include "core/buf.h"
#include "core/job.h"
#include "geo/coast.h"
#include "plan/plan.h"
#include "prob/density.h"

// The cloud at one output time.
struct export_time {
    int64_t t_ns;
    size_t active, stranded, missing, not_released, underway; // particles
    double active_mass, stranded_mass;
    bool has_moments;
    struct prob_moments moments;      // of the active particles
    const struct prob_region *region; // [n_regions], 50, 75, 90, 95 %; n_regions 0 when nothing is active
    size_t n_regions;
    const struct prob_map *map; // may be NULL
    const char *heading;        // over the legend, NULL: "Where at"
};

struct export_source { // one source of forcing
    const char *kind;  // "current", "wind"
    const char *text;
    double fraction;         // of the particle-time
    double coastal_fraction; // of the particle-time: any source of this kind, carried to the coast
};

// Between two output times: which source of forcing served what share of the particle-time.
enum { EXPORT_DRIVERS = 2 }; // "current", "wind"
struct export_coverage {
    int64_t from_ns, to_ns;
    double particle_s;
    const double *served; // [n_sources of the product]; NAN for kinds that do not drive the drift
    double held[EXPORT_DRIVERS], missing[EXPORT_DRIVERS];
};

// What two sources of a kind say along the datum's way, where both cover it.
struct export_compared_pair {
    size_t a, b;              // among the sources of the comparison
    size_t n;                 // output times that both cover
    double mean_mps, max_mps; // size of the difference
    double drift_m;           // drift in a day by the mean difference (wind: by leeway in it)
};
struct export_compared {
    const char *kind; // "current", "wind"
    size_t n_sources;
    const size_t *source; // [n_sources] in the product's list
    const double *u, *v;  // [n_times * n_sources] toward east and north; NAN where it does not cover
    const struct export_compared_pair *pair;
    size_t n_pairs;
    double slope; // leeway for a m/s of difference, 1 for currents
};

struct export_object {
    const char *id, *key, *label, *tier, *search_object;
    double weight;
    int persons;
};

struct export_scenario {
    const char *id, *kind, *text; // text: "33-10.0N 012-30.0E, 50 % within 2 NM, 290200Z-290300Z AUG 16"
    double weight;
    struct geo_pos centre; // last known position for the map
    double circle_m;       // radius to draw, 0 none
};

// The route of a voyage as the case states it.
struct export_route {
    const char *id;
    const struct geo_pos *way; // [n]
    size_t n;
    bool meets_land; // the case is wrong: where first, and on which leg, counted from 1
    struct geo_pos land;
    size_t leg;
};

struct export_asset {
    const char *id, *type;                      // "fixed-wing"
    double speed_kn, altitude_ft, eye_height_m; // NAN
    double turn_allowance_frac;                 // of the time on scene, after the last leg
    const struct sensor_sweep *sweep;           // [n_objects]
    const char *base_text;                      // "from 35-51.0N 014-29.0E, available 290600Z" or ""
    struct geo_pos from;
    bool has_from;
};

// A scenario that began with a find: where and when the drift to it began.
struct export_traced {
    const char *scenario;
    struct geo_pos find, mean; // mean of the starts
    int64_t find_ns;
    int64_t median_ns, from_ns, to_ns; // of the starts: median, and where nine tenths lie
    const struct prob_region *region;  // [n_regions], 50, 75, 90, 95 % of the starts' places
    size_t n_regions;
    size_t members;
    double effective; // members that agree with the find
};

// Published times of survival in the water at its coldest and warmest (hours, NAN: no figure for it).
struct export_survival {
    const char *what, *source;
    double hours[2];
    bool more_than;
};

// One search flown without find, in the order in which they were flown.
struct export_searched {
    const char *id, *by; // by: its asset, ""
    int64_t from_ns, to_ns;
    double track_m, paused_s; // pauses do not count
    double pos, pos_alone;    // what it added to those before it; had it been the only one
    double cumulative;
};

// One sighting, or debris found.
struct export_report {
    const char *kind, *id; // "sighting", "debris"
    struct geo_pos pos;
    int64_t t_ns;
    double trust;
    bool used;             // false: no particle explains it
    double *source_factor; // [n_sources] how many times as likely it makes each
};

// The object was found. Regions as of the highest-density maps at that time.
struct export_find {
    const char *id, *kind; // of the search or sighting
    bool placed;           // the rest is known
    struct geo_pos pos;
    int64_t t_ns;
    double region_before, region_after; // the smallest region that holds it, before and after the reports; 1:
                                        // outside; NAN: the time is outside the drift
};

// What all that was reported has changed. Shares of the probability, before and after.
struct export_taught {
    double *source_before, *source_after; // [n_sources of the case]
    double *object_before, *object_after; // [n_objects]
    size_t n_sources, n_objects;
    double effective;       // particles that count after, as a share of those before: (sum w)^2 / sum w^2
    double effective_first; // the same before any was replaced
    size_t rounds;          // of replacing them (resampling); 0: there was no need
    struct export_searched *searched;
    size_t n_searched;
    struct export_report *report;
    size_t n_reports;
    const struct export_time *before; // [n_times] the cloud before any report; NULL: not made
    const char *found;                // id of the search or sighting that found it; NULL: none
    struct export_find find;
};

struct export_product {
    const char *case_name, *case_path, *case_sha256, *program_version;
    const char *extensions_json;
    uint64_t seed;
    size_t particles;
    int64_t created_ns; // provenance only; 0: left out
    double wall_s;
    size_t particle_steps;
    const char *kernel; // which of the drift's kernels ran (drift/ensemble.h); NULL: left out
    int64_t start_ns, until_ns;
    const struct export_time *time;
    size_t n_times;
    const struct export_source *source;
    size_t n_sources;
    const struct export_coverage *coverage; // by output interval; none when it is not known
    size_t n_coverage;
    const struct export_compared *compared; // kinds for which more than one source covers the datum's way
    size_t n_compared;
    const struct export_object *object;
    size_t n_objects;
    const struct export_scenario *scenario;
    size_t n_scenarios;
    const struct export_route *route;
    size_t n_routes;
    const struct export_asset *asset; // all of the case, indexed by plan_area.asset
    size_t n_assets;
    const struct plan_result *plan;         // NULL: no assets
    const struct export_time *after;        // who is left when the plan ends without a find, NULL: no plan
    enum plan_objective objective;          // that the plan raises
    bool detection_random;                  // the law that leads
    double prior_pos;                       // cumulative POS of the searches flown, NAN without
    const struct export_taught *taught;     // NULL: neither searches nor sightings
    const char *conditions_text;            // "visibility 8 NM, wind 14 kn, no fatigue"
    const char *motion_text;                // "RK2, 600 s; wind error 2.0 m/s over 12 h; ..."
    const struct export_survival *survival; // NULL: nobody in the water, or its temperature is not known
    size_t n_survival;
    double water_c[2]; // coldest and warmest along the datum
    const struct export_traced *traced;
    size_t n_traced;
    const struct core_job *job; // warnings
    struct geo_coast *coast;
    const char *coast_text;
    struct geo_box box; // what the map should show
    // some tracks of single particles for the map and KML: [n_tracks][n_times], NaN where not drawn
    const float *track_lat_deg, *track_lon_deg;
    size_t n_tracks;
    // files of the folder, for the list `files` in summary.json (itself left out); may be NULL
    const char *const *file;
    size_t n_files;
};

// The output time that shows the plan best: nearest to the middle of the search, without a plan the last one
// at which anything is afloat. 0 when there are no times.
size_t export_plan_time(const struct export_product *p);

// Every writer fills a buffer; run writes it to its place.
enum ph_status export_summary_json(const struct export_product *p, struct core_buf *out,
                                   struct ph_err *err) PH_NODISCARD;
enum ph_status export_plan_json(const struct export_product *p, struct core_buf *out,
                                struct ph_err *err) PH_NODISCARD;
enum ph_status export_plan_geojson(const struct export_product *p, struct core_buf *out,
                                   struct ph_err *err) PH_NODISCARD;
enum ph_status export_containment_geojson(const struct export_product *p, struct core_buf *out,
                                          struct ph_err *err) PH_NODISCARD;
// Regions of where traced scenarios began, with their times.
enum ph_status export_start_region_geojson(const struct export_product *p, struct core_buf *out,
                                           struct ph_err *err) PH_NODISCARD;
enum ph_status export_plan_kml(const struct export_product *p, struct core_buf *out,
                               struct ph_err *err) PH_NODISCARD;
enum ph_status export_task_gpx(const struct export_product *p, size_t area, struct core_buf *out,
                               struct ph_err *err) PH_NODISCARD;
enum ph_status export_task_rtz(const struct export_product *p, size_t area, struct core_buf *out,
                               struct ph_err *err) PH_NODISCARD;
enum ph_status export_task_rtz12(const struct export_product *p, size_t area, struct core_buf *out,
                                 struct ph_err *err) PH_NODISCARD;
enum ph_status export_task_text(const struct export_product *p, size_t area, struct core_buf *out,
                                struct ph_err *err) PH_NODISCARD;
enum ph_status export_action_plan_text(const struct export_product *p, struct core_buf *out,
                                       struct ph_err *err) PH_NODISCARD;
// The manual method step by step, for those who learned it on paper.
enum ph_status export_worksheet_text(const struct export_product *p, struct core_buf *out,
                                     struct ph_err *err) PH_NODISCARD;
enum ph_status export_sitrep_text(const struct export_product *p, struct core_buf *out,
                                  struct ph_err *err) PH_NODISCARD;
enum ph_status export_report_html(const struct export_product *p, struct core_buf *out,
                                  struct ph_err *err) PH_NODISCARD;

// The file name (without folder and extension) of a task: the asset's id where it is a safe name, else what
// is left of it; unique among the areas. RTZ wants its route named like its file, so all who write tasks use
// this.
enum { EXPORT_STEM = 64 };
void export_task_stem(const struct export_product *p, size_t area, char out[EXPORT_STEM]);

// Pictures of the map at output time t: PNG for people, GeoTIFF (float32 probability, EPSG:4326) for charts.
// The picture shows what it draws (regions, areas, datum track, nearby starts); p->box only when there is
// nothing of these. Height follows the content, 0.6 to 0.8 of the width.
enum ph_status export_map_png(const struct export_product *p, size_t t, int width_px, struct core_buf *out,
                              struct ph_err *err) PH_NODISCARD;
enum ph_status export_map_svg(const struct export_product *p, size_t t, int width_px, struct core_buf *out,
                              struct ph_err *err) PH_NODISCARD;
enum ph_status export_map_geotiff(const char *path, const struct prob_map *map,
                                  struct ph_err *err) PH_NODISCARD;

#endif
