// All that was reported since: searches without find, sightings, debris, a find; and what it makes of the
// cloud.
//
// Reports are read once and put in an order of their own (searches by the time of their first fix, then id;
// all others by id), so that the order in which they came makes no difference to any digit.
#ifndef RUN_REPORTS_H
#define RUN_REPORTS_H

#include "run/inner.h"

// A search that found nothing: its pieces, each a track with the same sweep widths and speed.
struct run_searched {
    const struct scenario_search *search;
    struct plan_track *track;
    size_t n_tracks;
    int64_t from_ns, to_ns;
    double track_m, paused_s;
};

struct run_reports {
    struct run_searched *searched;
    size_t n_searched;
    const struct scenario_sighting **sighting;
    size_t n_sightings;
    const struct scenario_debris **debris;
    size_t n_debris;
};

// The pieces of one search, thinned, with its sweep widths.
enum ph_status run_searched_make(struct run *run, const struct scenario_search *search,
                                 struct run_searched *out, struct ph_err *err) PH_NODISCARD;

// Everything that counts. A find goes to run->taught.
enum ph_status run_reports_read(struct run *run, struct run_reports *out, struct ph_err *err) PH_NODISCARD;

// Weights after all reports, from cloud->weight (before any of them), into run->posterior; also
// run->prior_pos and what each report says. `tell`: warn of reports that cannot be used.
enum ph_status run_reports_weigh(struct run *run, const struct run_reports *reports,
                                 const struct plan_cloud *cloud, bool tell, struct ph_err *err) PH_NODISCARD;

// How likely it was that the debris came from where each particle started: likely[i] >= 0, a density (per m2)
// at the place of the find; NAN where that is not known. *inside: false when the find is not within the
// drift's time.
enum ph_status run_debris_likely(struct run *run, const struct scenario_debris *debris, double *likely,
                                 bool *inside, struct ph_err *err) PH_NODISCARD;

// Runs the ensemble again from starts that agree with the reports (resample.c): run->seeds and run->ensemble
// are new, the ensemble's weights are still those before any report. likelihood[i]: what the reports made of
// particle i's weight. `round` counts from 1.
enum ph_status run_resample(struct run *run, const double *likelihood, size_t round,
                            struct ph_err *err) PH_NODISCARD;

// The cloud as the planner sees it, with the weights before any report.
enum ph_status run_planner_cloud(struct run *run, struct plan_cloud *out, struct ph_err *err) PH_NODISCARD;

// The same with these weights [ensemble.n], and every k-th particle only, so that they are at most `most`.
enum ph_status run_planner_cloud_thin(struct run *run, const double *weight, size_t most,
                                      struct plan_cloud *out, struct ph_err *err) PH_NODISCARD;

#endif
