// The cloud of particles, as it was at each output time.
#ifndef DRIFT_ENSEMBLE_H
#define DRIFT_ENSEMBLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/job.h"
#include "forcing/forcing.h"
#include "geo/coast.h"
#include "scenario/case.h"
#include "scenario/seed.h"

enum drift_status {
    DRIFT_ACTIVE = 0,
    DRIFT_STRANDED = 1,
    DRIFT_MISSING_DATA = 2, // stopped where no forcing covers it
    DRIFT_NOT_RELEASED = 3, // before its start time; lon, lat are NaN
    DRIFT_UNDERWAY = 4,     // before its distress: on its voyage (underway.h), not adrift
};

// Snapshots are time-major: [time][particle].
struct drift_ensemble {
    struct core_arena arena; // owns all arrays
    size_t n, n_times;
    int64_t *time_ns;          // [n_times]
    float *lat_deg, *lon_deg;  // [n_times * n]
    uint8_t *status;           // [n_times * n], enum drift_status
    uint16_t *source, *object; // [n] indices into the case
    uint8_t *side;             // [n] initial: 0 right, 1 left
    double *weight;            // [n] sums to 1
    int64_t *start_ns;         // [n]
    void *stored; // where places and states are when they are too large for memory (drift/store.h)
    size_t stored_bytes;
};

// Who takes the cloud at each output time as the run reaches it. Then the ensemble keeps the last one only.
// Called by the process that leads (core/mpi.h) and by the thread that owns the job.
struct drift_sink {
    void *arg;
    // Before the first step: `all` has everything but places and states, and stays where it is.
    enum ph_status (*begin)(void *arg, const struct drift_ensemble *all, struct ph_err *err);
    // `now` is the cloud at output time number `time`, an ensemble of this time alone.
    enum ph_status (*take)(void *arg, const struct drift_ensemble *now, size_t time, struct ph_err *err);
};

// The same between two output times, for the kinds that drive the drift (FORCING_CURRENT, FORCING_WIND).
struct drift_interval {
    int64_t from_ns, to_ns;
    double total_s;
    double served_s[2][32]; // by source
    double held_s[2], missing_s[2];
};

// Where the forcing came from: particle-time in seconds by source, and what was irregular.
struct drift_service {
    double total_s;                     // particle-time asked for
    double served_s[FORCING_KINDS][32]; // by source
    double coastal_s[FORCING_KINDS];    // thereof extrapolated to the coast
    double held_s[FORCING_KINDS];       // thereof held in time or place
    double missing_s[FORCING_KINDS];    // no source, particle stopped
    size_t particle_steps;
    double wall_s;
    const char *kernel; // "v4", "v3", "any", "scalar": which did the bulk (docs/performance.md)
    const struct drift_interval *interval; // [n_intervals], in the ensemble's arena (drift/coverage.h)
    size_t n_intervals;
};

// Runs the case from seeds to drift.until: the model of docs/drift.md. Same case, same bytes, whatever
// job->threads. PH_EINPUT where forcing is missing and on_missing is "error": err says kind, place and time.
// Warnings: "forcing-held", "forcing-missing", "forcing-coastal" (from 1 % of the particle time up). Under
// MPI all ranks call it and the one that leads has the cloud. Out is freed with drift_ensemble_free.
enum ph_status drift_run(const struct scenario_case *c, const struct scenario_seeds *seeds,
                         struct forcing *forcing, struct geo_coast *coast, struct core_job *job,
                         struct drift_ensemble *out, struct drift_service *service,
                         struct ph_err *err) PH_NODISCARD;
void drift_ensemble_free(struct drift_ensemble *ensemble);

// Places and states of an output time are not looked at for a while: frees their memory if they have another
// place to be.
void drift_ensemble_rest(const struct drift_ensemble *ensemble, size_t time);

// The same, with every output time given to the sink: out->lat_deg, lon_deg and status are [n], of the last.
// Memory does not grow with the number of output times.
enum ph_status drift_run_into(const struct scenario_case *c, const struct scenario_seeds *seeds,
                              struct forcing *forcing, struct geo_coast *coast, struct core_job *job,
                              const struct drift_sink *sink, struct drift_ensemble *out,
                              struct drift_service *service, struct ph_err *err) PH_NODISCARD;

// Output times of a drift.
size_t drift_n_times(const struct scenario_drift *drift);

// Bytes of memory that the run will hold beside the fields and its starts: stated before it starts. n_kept:
// the output times that are kept, 1 with a sink.
size_t drift_bytes_needed(const struct scenario_case *c, size_t particles, size_t n_kept);

#endif
