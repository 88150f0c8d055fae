#include "drift/trajectories.h"

#include <stdlib.h>

#include "core/err.h"
#include "core/file.h"
#include "drift/track_file.h"

enum ph_status drift_trajectories_write(const char *path, const struct scenario_case *c,
                                        const struct drift_ensemble *e, const struct core_job *job,
                                        struct ph_err *err)
{
    if (!e->n || !e->n_times)
        return core_err_set(err, PH_EINPUT, path, NULL, "there are no trajectories to write");
    char aside[4096];
    char *warnings = drift_track_warnings(job);
    enum ph_status status = warnings ? core_file_aside(path, aside, err) : core_err_nomem(err);
    if (!status) {
        struct drift_track_file f;
        drift_track_file_create(aside, c, e, &f);
        for (size_t t = 0; !f.code && t < e->n_times; t++) {
            drift_track_file_row(&f, t, e->lat_deg + t * e->n, e->lon_deg + t * e->n, e->status + t * e->n);
            drift_ensemble_rest(e, t);
        }
        drift_track_file_close(&f, warnings);
        if (f.code)
            core_file_discard(aside);
        status = f.code ? drift_track_failed(path, f.code, err) : core_file_commit(aside, path, err);
    }
    free(warnings);
    return status;
}
