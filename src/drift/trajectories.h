// trajectories.nc: CF-1.11 featureType=trajectory, in the layout that TrajAn and OpenDrift open.
#ifndef DRIFT_TRAJECTORIES_H
#define DRIFT_TRAJECTORIES_H

#include "drift/ensemble.h"

// Writes aside and renames. `warnings` of the job go into a global attribute.
enum ph_status drift_trajectories_write(const char *path, const struct scenario_case *c,
                                        const struct drift_ensemble *ensemble, const struct core_job *job,
                                        struct ph_err *err) PH_NODISCARD;

// Reads such a file, or another program's of the same layout (dims trajectory,time; lon, lat; status and
// weight optional), for `pharos map FILE.nc`.
enum ph_status drift_trajectories_read(const char *path, struct drift_ensemble *out,
                                       struct ph_err *err) PH_NODISCARD;

#endif
