// One source of one kind as the case states it: files that belong together, a constant, or observations.
// It keeps the two time levels around the window on the box that is needed, and nothing else.
#ifndef FORCING_SOURCE_H
#define FORCING_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/job.h"
#include "forcing/format.h"

// Where the parts of a time level are.
struct forcing_level {
    int64_t t_ns;
    uint32_t file[2], time[2]; // of u and of v
};

enum forcing_serves {
    SERVES_NOT,     // the window is outside its times, or in a gap
    SERVES_BETWEEN, // linear between two levels (or on one)
    SERVES_HELD,    // the nearest level, on demand of the case
};

struct forcing_source {
    enum forcing_kind kind;
    struct core_arena arena;
    const char *label, *text;

    const struct forcing_observation *series; // constants and observations; NULL for files
    size_t n_series;

    struct forcing_file **files;
    struct forcing_field *fields; // one per file
    size_t n_files;
    const struct forcing_grid *grid; // the same for all files
    struct forcing_level *levels;
    size_t n_levels;
    int64_t most_gap_ns; // a longer way between two levels is not interpolated over

    struct forcing_block block; // what is live, rows of stride 2 * block.ni
    struct {
        float *uv;
        size_t level; // SIZE_MAX: nothing
    } slab[2];
    float *place; // latitude and longitude of each live point; NULL on regular grids
    float *turn;  // of each live point: cosine and sine of the grid's angle, when vectors are along the grid

    enum forcing_serves serves;
    size_t live[2];            // slabs (files) or observations at the ends of the window
    double w_at_from, w_per_s; // fraction of the way from live[0] to live[1]

    struct forcing_ahead *ahead; // the next level, on its way (forcing/ahead.h); NULL: none
    int64_t until_ns;            // levels that are needed only from here on are not read ahead
    uint64_t n_read;             // values asked of the decoders for levels, so far

    struct core_job *job;
    size_t bytes;
    size_t damaged;   // the level that could not be decoded just now; SIZE_MAX: none
    size_t n_damaged; // left out so far
};

// Values of a level on a block, as the file has them. Touches nothing of the source but the level's files.
enum ph_status forcing_source_read(const struct forcing_source *source, const struct forcing_level *level,
                                   struct forcing_block block, float *uv, struct ph_err *err) PH_NODISCARD;

// Opens all files of a request (or copies its series). Warnings of the files go to the job.
enum ph_status forcing_source_open(const struct forcing_request *request, struct core_job *job,
                                   struct forcing_source **out, struct ph_err *err) PH_NODISCARD;
void forcing_source_free(struct forcing_source *source);

// First and last time served.
void forcing_source_times(const struct forcing_source *source, int64_t *first_ns, int64_t *last_ns);

// The end of the stretch without gaps that begins at or before t; INT64_MIN when t is not served.
int64_t forcing_source_until(const struct forcing_source *source, int64_t t_ns);

// First level strictly after t; INT64_MAX: none.
int64_t forcing_source_next(const struct forcing_source *source, int64_t t_ns);

// True when some of the box lies on the source's grid.
bool forcing_source_touches(const struct forcing_source *source, struct geo_box box);

// Forgets what is live when it is far more than the box needs, so that the next window loads little.
void forcing_source_narrow(struct forcing_source *source, struct geo_box box);

// Makes the window live. `hold`: outside its times, the nearest level serves.
enum ph_status forcing_source_window(struct forcing_source *source, int64_t from_ns, int64_t to_ns,
                                     struct geo_box box, bool hold, struct ph_err *err) PH_NODISCARD;

#endif
