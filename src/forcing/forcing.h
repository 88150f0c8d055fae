// Current and wind: many files, constants and observations become one thing that is asked one way.
//
// A run opens its sources once, then moves a window over time: forcing_window makes the time levels around
// [from, to] live on the box where the particles can be, and forcing_sample answers within it, from any
// number of threads. Sources are asked in the order given; the first that covers place and time answers, none
// are blended.
#ifndef FORCING_FORCING_H
#define FORCING_FORCING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/job.h"
#include "geo/position.h"
#include "pharos/pharos.h"

enum forcing_kind {
    FORCING_CURRENT,         // m/s, toward east and north
    FORCING_WIND,            // m/s at 10 m, toward east and north
    FORCING_WAVES,           // Stokes drift at the surface, m/s toward east and north
    FORCING_SEA_TEMPERATURE, // degrees Celsius in u; v is 0
    FORCING_KINDS,
};

// What to do where no source covers place and time.
enum forcing_missing {
    FORCING_MISSING_ERROR, // the run ends with PH_EINPUT
    FORCING_MISSING_HOLD,  // nearest time level, else the particle's last value; flagged
    FORCING_MISSING_STOP,  // the particle stops with status missing_data
};

struct forcing_observation {
    int64_t t_ns;
    double u_mps, v_mps; // toward
};

// One source as the case states it. Exactly one of file, series is set.
struct forcing_request {
    enum forcing_kind kind;
    const char *file;         // path or glob, already relative to the working directory; several files that
                              // match are one source, split by time or by variable
    const char *variables[2]; // NULL: found by themselves
    double depth_m;           // NAN: the shallowest
    const struct forcing_observation *series; // n_series == 1: a constant at all times
    size_t n_series;      // > 1: linear between; serves from its first to its last time, everywhere
    const char *calendar; // NULL: as the file declares; "standard" where a file's calendar is wrong
    const char *label;    // for messages, "/environment/wind/0"
};

struct forcing;

// Opens all sources for [from, to] and checks that they can be read; loads no fields yet. Fails with every
// reason why a file is refused. A file that does not reach the time window or the box is a warning
// ("forcing-outside") when another source follows it, PH_EINPUT when it is the only source of its kind and
// on_missing is "error".
enum ph_status forcing_open(const struct forcing_request *requests, size_t n, enum forcing_missing on_missing,
                            int64_t from_ns, int64_t to_ns, struct geo_box start_box, struct core_job *job,
                            struct forcing **out, struct ph_err *err) PH_NODISCARD;
void forcing_free(struct forcing *forcing);

size_t forcing_n_sources(const struct forcing *forcing, enum forcing_kind kind);
// "gfs.nc: u10, v10 (0.25 deg, 3-hourly)", "constant 315 deg 14.0 kn", "3 observations"
const char *forcing_source_text(const struct forcing *forcing, enum forcing_kind kind, size_t source);

// Next time level (strictly after t) of any source, INT64_MAX when there is none: steps end there.
int64_t forcing_next_level(const struct forcing *forcing, int64_t t_ns);

// Makes [from, to] live on the box. No time level of any source may lie strictly inside (from, to). Levels
// already live are kept. Memory holds only these levels on this box.
enum ph_status forcing_window(struct forcing *forcing, int64_t from_ns, int64_t to_ns, struct geo_box box,
                              struct ph_err *err) PH_NODISCARD;

// How an answer came about, beside its source.
enum {
    FORCING_FLAG_COASTAL = 1, // no valid corner: nearest valid value within the stated distance
    FORCING_FLAG_HELD = 2,    // outside the source's times: nearest time level (only with on_missing hold)
};

// u and v at n places, each t_s seconds after the window's from. source[i] is the index of the source that
// served, or -1: none covers (u, v are then 0 and must not be used). Thread-safe between windows.
void forcing_sample(const struct forcing *forcing, enum forcing_kind kind, size_t n, const double *lat_deg,
                    const double *lon_deg, const double *t_s, double *u, double *v, int8_t *source,
                    uint8_t *flags);

// What each source of a kind says by itself at a place and time: u[s], v[s], NAN where it covers not. `box`
// holds all places that will be asked about in one go. Ends the live window.
enum ph_status forcing_sample_each(struct forcing *forcing, enum forcing_kind kind, int64_t t_ns,
                                   struct geo_pos place, struct geo_box box, double *u, double *v,
                                   struct ph_err *err) PH_NODISCARD;

// Distance over which a value is carried to the coast where all corners are land (m).
double forcing_coastal_reach_m(const struct forcing *forcing);

// Bytes of fields held now, and the most there were.
size_t forcing_bytes_live(const struct forcing *forcing);
size_t forcing_bytes_peak(const struct forcing *forcing);

// Values of levels that were asked of the decoders so far: the box and the times that were needed, no more.
uint64_t forcing_values_read(const struct forcing *forcing);

// True when any source of the kind serves the live window.
bool forcing_live(const struct forcing *forcing, enum forcing_kind kind);

// The box of a source's grid; all the world for constants and observations.
struct geo_box forcing_source_area(const struct forcing *forcing, enum forcing_kind kind, size_t source);

// `pharos forcing inspect`: what is in the files.
struct forcing_inspect_at {
    int64_t t_ns;
    struct geo_pos place;
};
struct forcing_inspect_ask {
    const struct forcing_inspect_at *at; // NULL: without values
    bool full;                           // look at every level, however long it takes
    bool has_case;                       // tell of files that do not reach a case's time and start
    int64_t from_ns, to_ns;
    struct geo_box box;
};
struct forcing_inspection;
// Looks at all files; those that cannot be read are told of, and are no failure. `files` must outlive it.
enum ph_status forcing_inspect(const char *const *files, size_t n, const struct forcing_inspect_ask *ask,
                               struct forcing_inspection **out, struct ph_err *err) PH_NODISCARD;
void forcing_inspection_free(struct forcing_inspection *inspection);

size_t forcing_inspection_readable(const struct forcing_inspection *inspection); // files
bool forcing_inspection_has(const struct forcing_inspection *inspection, size_t file, enum forcing_kind kind);
// Why a file cannot be used, and what to do; false when it can.
bool forcing_inspection_refused(const struct forcing_inspection *inspection, size_t file,
                                struct core_buf *out);
// "odd-calendar, turned": codes of what there is to say of a file.
void forcing_inspection_codes(const struct forcing_inspection *inspection, size_t file, struct core_buf *out);

// For people, and as JSON (contract section 5).
enum ph_status forcing_inspection_text(const struct forcing_inspection *inspection, struct core_buf *out,
                                       struct ph_err *err) PH_NODISCARD;
enum ph_status forcing_inspection_json(const struct forcing_inspection *inspection, struct core_buf *out,
                                       struct ph_err *err) PH_NODISCARD;

// "wind"
const char *forcing_kind_name(enum forcing_kind kind);

#endif
