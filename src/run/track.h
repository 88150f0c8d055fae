// Tracks that were recorded: of drifters and of searchers, from the files that people have.
#ifndef RUN_TRACK_H
#define RUN_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/job.h"
#include "scenario/case.h"

// One drifter. Fixes ascend in time; where `piece` changes the track is broken (it was carried off, or its
// fixes jumped) and nothing may be said about the time between.
struct run_track {
    const char *file;
    const char *name; // "file.csv", or "file.csv: ID" when the file holds several
    struct scenario_track_point *fix;
    uint32_t *piece;
    size_t n;
    size_t n_repeated; // fixes at a time that was there already: left out
    size_t n_jumps;    // fixes no drifter could have reached: left out
    size_t n_breaks;
};
struct run_tracks {
    struct run_track *track;
    size_t n;
    size_t n_bad_rows; // of the file
};

// A drifter faster than this did not drift there. The first fixes of a receiver wander: so much is forgiven.
#define RUN_TRACK_FASTEST_MPS 5.0
#define RUN_TRACK_WANDER_M 300.0

// Reads CSV (comma, semicolon or tab; columns by their names), PANGAEA .tab, GPX and NetCDF trajectories
// (TrajAn's layouts: trajectory x obs, trajectory x time, ragged, single). Everything lives in the arena.
// Rows that cannot be read are left out and said by line ("track-rows"), so are jumps ("track-jumps").
// PH_EINPUT when fewer than two fixes remain, with the first row's reason.
enum ph_status run_tracks_read(const char *path, struct core_job *job, struct core_arena *arena,
                               struct run_tracks *out, struct ph_err *err) PH_NODISCARD;

// Where the track was at a time: between two fixes of one piece that are at most `gap_s` apart, linear. False
// when that is not known.
bool run_track_at(const struct run_track *track, int64_t t_ns, double gap_s, struct geo_pos *out);

#endif
