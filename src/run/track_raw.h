// Fixes as a file gives them, before they are put in order: what the readers of all formats fill.
#ifndef RUN_TRACK_RAW_H
#define RUN_TRACK_RAW_H

#include "core/buf.h"
#include "run/track.h"

enum { TRACK_RAW_SHOWN = 5 };

struct track_raw_fix {
    struct geo_pos pos;
    int64_t t_ns;
    uint32_t id; // index of its drifter
    uint32_t number;
};

// A zeroed struct is empty.
struct track_raw {
    struct track_raw_fix *at;
    size_t n, capacity;
    struct core_arena arena; // of the ids
    char **id;
    size_t n_ids, ids_capacity;
    bool radio;         // as received by radio: broken rows are to be expected
    bool by_segment;    // asked for: each segment of a GPX track has an id of its own
    double fastest_mps; // asked for: nothing goes faster; 0: nothing drifts faster
    size_t n_bad;
    char why[TRACK_RAW_SHOWN][160]; // of the first bad rows: "line 7: no time"
};

// Index of a drifter's id, made when it is new. False when out of memory.
bool track_raw_id(struct track_raw *raw, const char *id, uint32_t *out);
bool track_raw_add(struct track_raw *raw, uint32_t id, struct geo_pos pos, int64_t t_ns);
void track_raw_bad(struct track_raw *raw, size_t line, const char *why, ...) PH_PRINTF(3, 4);
void track_raw_fini(struct track_raw *raw);

// Any file, told by its first bytes. PH_EINPUT also with fewer than two usable fixes.
enum ph_status track_raw_read(const char *path, struct track_raw *raw, struct ph_err *err) PH_NODISCARD;

// "3 rows left out: line 7: no time; line 9: ..."
void track_raw_tell(const struct track_raw *raw, char *out, size_t size);

// Sorted, without repetitions and jumps, one track a drifter; drifters with fewer than two fixes are left
// out.
enum ph_status track_raw_clean(struct track_raw *raw, const char *path, struct core_arena *arena,
                               struct run_tracks *out, struct ph_err *err) PH_NODISCARD;

// The readers. A file that is none of their kind is PH_EINPUT; what is wrong with single rows goes to `raw`.
// Cuts the text in place.
enum ph_status track_text_read(struct core_buf *file, const char *path, struct track_raw *raw,
                               struct ph_err *err) PH_NODISCARD;
enum ph_status track_gpx_read(const struct core_buf *file, const char *path, struct track_raw *raw,
                              struct ph_err *err) PH_NODISCARD;
// AIS position reports in NMEA sentences; the id is the MMSI, nine digits.
bool track_ais_is(const struct core_buf *file);
enum ph_status track_ais_read(const struct core_buf *file, const char *path, struct track_raw *raw,
                              struct ph_err *err) PH_NODISCARD;
enum ph_status track_netcdf_read(const char *path, struct track_raw *raw, struct ph_err *err) PH_NODISCARD;

#endif
