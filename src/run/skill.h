// How well the case's drift follows observed drifters: from many starts along their tracks the case is
// drifted anew, and compared with where the drifter was.
#ifndef RUN_SKILL_H
#define RUN_SKILL_H

#include "prob/skill.h"
#include "run/run.h"
#include "run/track.h"

enum { RUN_SKILL_HORIZONS = 16 };

// Tracks and model are compared at each of these, and the observed path is measured with this step.
#define RUN_SKILL_STEP_S 3600.0
// Over a longer gap between fixes a track is not interpolated.
#define RUN_SKILL_GAP_S 21600.0
// Sources are ranked at the longest horizon up to this.
#define RUN_SKILL_RANK_S 86400.0
// There a start counts half at this time from the case's own, and half at this distance from its place.
#define RUN_SKILL_RANK_AGE_S 259200.0
#define RUN_SKILL_RANK_REACH_M 100e3
// Fewer starts than this (of equal weight) rank nothing.
enum { RUN_SKILL_RANK_STARTS = 5 };

struct run_skill_options {
    double every_s;                       // between starts
    double horizon_s[RUN_SKILL_HORIZONS]; // whole hours, ascending
    size_t n_horizons;
};

// One simple model beside the case's: separation at the horizon, and SS*.
struct run_skill_baseline {
    double separation_m, ss_star; // NAN where it could not be drifted or scored
};

// One start at one horizon.
struct run_skill_entry {
    size_t track;
    int64_t start_ns;
    struct geo_pos start;
    size_t horizon;                // index
    struct prob_skill_score score; // of the cloud's median; its separation is that of the median
    double mean_m;                 // separation of the cloud's mean
    double energy_m;
    struct prob_skill_place place;
    struct run_skill_baseline put, current; // stays put; moves with the current only
};

// All starts at one horizon. Means are over the starts counted beside them, NAN when there are none.
struct run_skill_summary {
    double horizon_s;
    size_t n;                                      // compared
    size_t n_scored;                               // thereof moved far enough for SS
    double separation_median_m, separation_mean_m; // over starts, of the cloud's median
    double mean_m, energy_m, ss, ss_star;
    size_t hits[PROB_SKILL_LEVELS];
    double area_m2[PROB_SKILL_LEVELS]; // mean
    struct run_skill_baseline put, current;
    double *p_star; // [n]
};

// One source of current by itself, over the starts that every source serves.
struct run_skill_source {
    const char *text;
    size_t n_served;            // starts that this source serves
    double ss_star, ss_star_sd; // weighted mean and standard deviation over the common starts
    double separation_m;        // weighted mean
};

struct run_skill {
    struct core_arena arena;
    struct run_track *track;
    size_t n_tracks;
    size_t n_bad_rows;
    size_t n_starts;   // asked for, where the track is known long enough
    size_t n_unserved; // thereof without forcing
    struct run_skill_entry *entry;
    size_t n_entries;
    struct run_skill_options options;
    struct run_skill_summary summary[RUN_SKILL_HORIZONS];
    struct run_skill_source *source; // best first; none when the case has one current only
    size_t n_sources;
    size_t n_common;    // starts that every source serves
    double n_effective; // how many of equal weight they are worth: (sum w)^2 / sum w^2
    double rank_horizon_s;
};

// `run` has its case (run_load) and nothing else yet; its scenarios, start and end are replaced by those of
// the tracks. Warnings of the single drifts come once each. PH_EINPUT when no start can be compared.
enum ph_status run_skill_make(struct run *run, const char *const *paths, size_t n_paths,
                              const struct run_skill_options *options, struct run_skill *out,
                              struct ph_err *err) PH_NODISCARD;
void run_skill_fini(struct run_skill *skill);

// The result as a document, a table for people, and one row per start and horizon.
enum ph_status run_skill_json(const struct run *run, const struct run_skill *skill, struct core_buf *out,
                              struct ph_err *err) PH_NODISCARD;
enum ph_status run_skill_text(const struct run *run, const struct run_skill *skill, struct core_buf *out,
                              struct ph_err *err) PH_NODISCARD;
enum ph_status run_skill_csv(const struct run_skill *skill, struct core_buf *out,
                             struct ph_err *err) PH_NODISCARD;

// skill.json, skill.txt, skill.csv, calibration.svg and calibration.png into `dir`.
enum ph_status run_skill_write(const struct run *run, const struct run_skill *skill, const char *dir,
                               struct ph_err *err) PH_NODISCARD;

#endif
