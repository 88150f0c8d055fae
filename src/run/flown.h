// The way that somebody flew: from a file or a list of points to the pieces on which they searched.
#ifndef RUN_FLOWN_H
#define RUN_FLOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "scenario/case.h"

// Fixes of one piece ascend in time; between pieces nobody searched. Pieces ascend and do not overlap.
struct run_flown_piece {
    struct scenario_track_point *point;
    size_t n; // >= 2
};
struct run_flown {
    struct run_flown_piece *piece;
    size_t n;
    size_t n_fixes;  // as recorded
    size_t n_jumps;  // fixes that nothing that flies reaches: left out
    size_t n_bad;    // rows of a radio log that could not be read
    size_t n_gaps;   // pauses longer than `gap_s`, which do not count,
    double paused_s; // and how long they are together
    double gap_s;    // INFINITY: none is too long
};

// No searcher goes faster.
#define RUN_FLOWN_FASTEST_MPS 350.0
// Without a gap given, a recorded track (so many fixes or more) is broken where two are further apart than
// this, or than ten times what is usual in it.
#define RUN_FLOWN_GAP_S 600.0
enum { RUN_FLOWN_RECORDED = 20 };

// Of a file that run/track.h reads; one ship of an AIS log by its MMSI (`ship`; NULL: the only one). GPX
// segments are pieces. `gap_s` NAN: as above. PH_EINPUT: fewer than two fixes, a point without time or place
// (but for radio logs), tracks that overlap in time, several ships and none named.
enum ph_status run_flown_read(const char *path, const char *ship, double gap_s, struct core_arena *arena,
                              struct run_flown *out, struct ph_err *err) PH_NODISCARD;

// One piece; `point` is not copied.
enum ph_status run_flown_of(struct scenario_track_point *point, size_t n, struct core_arena *arena,
                            struct run_flown *out, struct ph_err *err) PH_NODISCARD;

// Keeps what lies in the window, its ends cut to the moment. May leave nothing.
enum ph_status run_flown_cut(struct run_flown *flown, struct scenario_window window, struct core_arena *arena,
                             struct ph_err *err) PH_NODISCARD;

// Leaves out fixes as long as the way between those that stay is never further than `tolerance_m` from where
// they were at the same time. One pass: from the last fix kept, each further one allows a square of
// velocities, and the next to stay is the last whose own velocity all before it allow.
void run_flown_thin(struct run_flown *flown, double tolerance_m);

// The tolerance for a sweep width: a hundredth of it, at most 10 m. POS changes by less than 1e-4 (a test).
double run_flown_tolerance_m(double sweep_m);

// Length / time of the pieces: the speed to which a sweep width belongs. 0 when nobody moved.
double run_flown_speed_mps(const struct run_flown *flown);

// Where a track is at a time between two of its points: straight in longitude and latitude, the short way.
struct scenario_track_point run_flown_between(struct scenario_track_point a, struct scenario_track_point b,
                                              int64_t t_ns);

#endif
