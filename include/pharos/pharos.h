// Pharos: the open search planner for people adrift. The only public header.
//
// Every function that can fail returns a status; its outputs come last, by pointer, and are untouched on
// failure. The library never prints and never ends the process. Times are int64 nanoseconds since
// 1970-01-01T00:00Z (UTC without leap seconds); positions are degrees on WGS84, north and east positive.
#ifndef PHAROS_PHAROS_H
#define PHAROS_PHAROS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PH_API __attribute__((visibility("default")))
#define PH_NODISCARD __attribute__((warn_unused_result))
#define PH_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PH_API
#define PH_NODISCARD
#define PH_PRINTF(fmt, args)
#endif

// What came of a call. The comment is the exit status of the command line.
enum ph_status {
    PH_OK = 0,
    PH_EINPUT,       // 2: the case, a file's content or an argument is wrong; nothing was written
    PH_EUNSUPPORTED, // 2: right, but not in this version
    PH_EIO,          // 3: cannot read or write
    PH_ENOMEM,       // 4: out of memory
    PH_EINTERNAL,    // 4: a fault of Pharos itself
    PH_EINTERRUPTED, // 130: stopped by the user
    PH_ENOTFOUND,    // 2: no such case, event or attachment in the store
    PH_ECONFLICT,    // 2: somebody else has changed it since it was read; nothing was written
    PH_EBUSY,        // 3: the store is held by others for too long, or its server is away: try again
    PH_EFULL,        // 3: no space left: nothing was written, what was there is there
};

// What went wrong, where (file, JSON pointer, variable) and what to do about it. Texts may be empty.
struct ph_err {
    enum ph_status status;
    char what[512];
    char where[256];
    char fix[256];
};

// Plain name of a status; any integer gives a text.
PH_API const char *ph_status_text(int status);

// "0.1.0"
PH_API const char *ph_version(void);

// ---- positions and times

struct ph_position {
    double lat_deg, lon_deg;
};
#define PH_TEXT 64 // room for any position or time written by the functions below

// Any usual marine notation: "33-24.5N 012-42.0E", "33.4083, 12.7" (latitude first), ...
PH_API enum ph_status ph_position_parse(const char *text, struct ph_position *out,
                                        struct ph_err *err) PH_NODISCARD;
// "33-24.5N 012-42.0E", with 0 to 4 decimals of a minute.
PH_API void ph_position_format(struct ph_position position, int decimals, char out[PH_TEXT]);
// ISO 8601 with `Z` or a numeric offset; without one it is refused.
PH_API enum ph_status ph_time_parse(const char *text, int64_t *t_ns, struct ph_err *err) PH_NODISCARD;
// "2016-08-29T02:00:00Z"
PH_API void ph_time_format(int64_t t_ns, char out[PH_TEXT]);

// ---- objects

enum ph_side { PH_RIGHT, PH_LEFT }; // of downwind

// Mean leeway (m/s toward east and north, without regression error) of a class of the leeway table in a 10 m
// wind that blows toward (wind_u, wind_v). PH_EINPUT when the class is unknown.
PH_API enum ph_status ph_leeway(const char *key, double wind_u_mps, double wind_v_mps, enum ph_side side,
                                double *u_mps, double *v_mps, struct ph_err *err) PH_NODISCARD;

// ---- a case from start to end

// A zeroed struct takes everything from the case and uses all processors.
struct ph_options {
    int threads;      // 0: as many as there are
    size_t particles; // 0: the case's
    int has_seed;
    uint64_t seed; // when has_seed
    volatile int
        *stop; // set it from another thread or a signal handler to end with PH_EINTERRUPTED; may be NULL
};

struct ph_run; // a case that has been drifted; owns all memory

// Reads the case, opens its forcing and drifts the ensemble. Free with ph_run_free.
PH_API enum ph_status ph_run_drift(const char *case_path, const struct ph_options *options,
                                   struct ph_run **out, struct ph_err *err) PH_NODISCARD;
// The same and the probability map, the searches already flown, and the plan for the case's assets.
PH_API enum ph_status ph_run_plan(const char *case_path, const struct ph_options *options,
                                  struct ph_run **out, struct ph_err *err) PH_NODISCARD;
// Writes all files of the contract into a folder (after ph_run_plan).
PH_API enum ph_status ph_run_write(struct ph_run *run, const char *folder, struct ph_err *err) PH_NODISCARD;
PH_API void ph_run_free(struct ph_run *run); // NULL is fine

enum ph_particle_status { PH_ACTIVE, PH_STRANDED, PH_MISSING_DATA, PH_NOT_RELEASED, PH_UNDERWAY };

PH_API size_t ph_run_particles(const struct ph_run *run);
PH_API size_t ph_run_times(const struct ph_run *run);
PH_API int64_t ph_run_time(const struct ph_run *run, size_t t);
// Views of ph_run_particles() values at time t, valid as long as the run; lat and lon are NaN before release.
PH_API const float *ph_run_lat(const struct ph_run *run, size_t t);
PH_API const float *ph_run_lon(const struct ph_run *run, size_t t);
PH_API const uint8_t *ph_run_status(const struct ph_run *run, size_t t);
PH_API const double *ph_run_weight(const struct ph_run *run); // sums to 1
// Mean position of the active particles; PH_EINPUT when none is active.
PH_API enum ph_status ph_run_datum(const struct ph_run *run, size_t t, struct ph_position *out,
                                   struct ph_err *err) PH_NODISCARD;
// Warnings that change how far the result can be trusted; NULL beyond the last.
PH_API const char *ph_run_warning(const struct ph_run *run, size_t i);

// Chance to find them with the plan, and the upper bound of any plan with the same effort. 0 without assets.
PH_API double ph_run_pos(const struct ph_run *run);
PH_API double ph_run_pos_bound(const struct ph_run *run);

#ifdef __cplusplus
}
#endif
#endif
