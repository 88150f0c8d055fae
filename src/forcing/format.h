// The wall between files and everything else: a format finds the fields in a file and reads blocks of them as
// (u, v) in SI on a grid whose axes rise: toward east and north, or along the grid when the field says so. A
// new format is a table like this one, with a line in format.c.
#ifndef FORCING_FORMAT_H
#define FORCING_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "forcing/decoder.h"
#include "forcing/forcing.h"
#include "forcing/grid.h"
#include "forcing/notes.h"
#include "forcing/reading.h"
#include "pharos/pharos.h"

// What is wanted of a file.
struct forcing_ask {
    enum forcing_kind kind;
    const char *variables[2]; // NULL: found by themselves
    double depth_m;           // NAN: the shallowest
    const char *calendar;     // NULL: what the file says
};

enum { FORCING_PART_U = 1, FORCING_PART_V = 2, FORCING_PART_BOTH = 3 };

struct forcing_field {
    enum forcing_kind kind;
    const char *u_name, *v_name; // as the file calls them; NULL: not in this file
    const char *units;           // as the file says
    const char *v_units;         // those of v, where it says others; else NULL
    const char *reading;         // "components", "speed and direction (from)", ...
    enum forcing_reading turn;   // how the two parts become a vector, once both are there
    int parts;
    struct forcing_grid grid;
    bool grid_relative;  // u and v are along the grid's own axes; turned to east and north when loaded
    const int64_t *t_ns; // strictly rising
    size_t n_times;
    struct forcing_notes notes;
    const void *plan; // the format's own
};

struct forcing_format;

struct forcing_file {
    const char *path; // a copy
    const struct forcing_format *format;
    struct forcing_decoder *decoder;
    struct core_arena arena;
    const void *content; // the format's own, made at open
};

struct forcing_format {
    const char *name;
    bool (*probe)(const unsigned char *head, size_t n);
    enum ph_status (*open)(struct forcing_file *file, struct ph_err *err);
    const char *(*title)(const struct forcing_file *file); // "NetCDF-4"
    // The best field of the kind asked for. PH_EINPUT with *absent = true: the file has nothing of this kind.
    enum ph_status (*find)(struct forcing_file *file, const struct forcing_ask *ask,
                           struct forcing_field *out, bool *absent, struct ph_err *err);
    // The times alone, for files that hold none of these fields.
    enum ph_status (*times)(struct forcing_file *file, const int64_t **t_ns, size_t *n,
                            struct forcing_notes *notes, struct ph_err *err);
    // Values of a time level on a block, NAN where missing: uv[row * stride + 2 * column] is u, the next one
    // v. Only the parts asked for are written; with both, forcing_reading_turn has been done.
    enum ph_status (*read)(struct forcing_file *file, const struct forcing_field *field, int parts,
                           size_t time, struct forcing_block block, float *uv, size_t stride,
                           struct ph_err *err);
};

extern const struct forcing_format forcing_format_netcdf;
extern const struct forcing_format forcing_format_grib;

// Opens a file with the format that knows its first bytes.
enum ph_status forcing_file_open(const char *path, struct forcing_file **out,
                                 struct ph_err *err) PH_NODISCARD;
void forcing_file_free(struct forcing_file *file);

#endif
