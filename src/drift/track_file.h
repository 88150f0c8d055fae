// The file of trajectories while it is made: first what is known before the drift, then the cloud row by row
// in order of time, at last what only the end can tell.
#ifndef DRIFT_TRACK_FILE_H
#define DRIFT_TRACK_FILE_H

#include "drift/ensemble.h"

struct drift_track_file {
    int id;
    int code; // first failure of the library; later calls do nothing
    size_t n;
    int dim_particle, dim_time;
    int trajectory, time, lon, lat, status, scenario, object, orientation, weight, start_time;
    double south_deg, north_deg, west_deg, east_deg; // extremes of all places so far
};

// Creates `path` for all times and particles of `all`, whose places are not looked at.
void drift_track_file_create(const char *path, const struct scenario_case *c,
                             const struct drift_ensemble *all, struct drift_track_file *out);

// Row `time` of the cloud, n each.
void drift_track_file_row(struct drift_track_file *file, size_t time, const float *lat_deg,
                          const float *lon_deg, const uint8_t *status);

// `warnings` as drift_track_warnings made it. After a failure only closes.
void drift_track_file_close(struct drift_track_file *file, const char *warnings);

// All warnings of the job as one text, "none" without. The caller frees; NULL: out of memory.
char *drift_track_warnings(const struct core_job *job);

// What a failure of the library means to a person who wanted to write `path`.
enum ph_status drift_track_failed(const char *path, int code, struct ph_err *err) PH_NODISCARD;

#endif
