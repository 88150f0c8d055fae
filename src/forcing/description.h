// What a NetCDF file says of itself, without its data: dimensions, variables, attributes. The decoding
// process writes it into memory it shares with us as plain bytes; we read it without trust.
#ifndef FORCING_DESCRIPTION_H
#define FORCING_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "pharos/pharos.h"

enum {
    DESCRIPTION_DIMS = 1024,
    DESCRIPTION_VARS = 4096,
    DESCRIPTION_GROUPS = 64,
    DESCRIPTION_ATTS = 512,   // per variable
    DESCRIPTION_RANK = 8,     // dimensions of a variable that we can read
    DESCRIPTION_NUMBERS = 64, // of a numeric attribute
    DESCRIPTION_TEXT = 4096,  // of an attribute
};

struct forcing_att {
    const char *name;
    const char *text;      // NULL for numbers
    const double *numbers; // n of them, NULL for text
    size_t n;
    bool integer; // the numbers are whole by their type
};

struct forcing_dim {
    const char *name;
    uint64_t length;
};

enum forcing_number { NUMBER_NONE, NUMBER_FLOAT32, NUMBER_FLOAT64, NUMBER_INTEGER };

struct forcing_var {
    const char *name; // in a group of NetCDF-4: as it is, when no other variable has it, else "group/name"
    enum forcing_number number; // NUMBER_NONE: text or a compound, cannot be read
    double default_fill;        // what libnetcdf writes where nothing was written
    bool has_default_fill;
    bool is_text; // characters: read as their codes
    int bits;     // of whole numbers; else 0
    int rank;     // 0..DESCRIPTION_RANK; more: number is NUMBER_NONE
    int dims[DESCRIPTION_RANK];
    const struct forcing_att *atts;
    size_t n_atts;
};

struct forcing_description {
    const struct forcing_dim *dims;
    size_t n_dims;
    const struct forcing_var *vars;
    size_t n_vars;
    const struct forcing_att *globals;
    size_t n_globals;
    const char *format; // "NetCDF-3", "NetCDF-4"
};

// Writes numbers and texts one after another, never beyond the end; `full` then.
struct forcing_writer {
    unsigned char *at, *end;
    bool full;
};
void forcing_writer_u64(struct forcing_writer *writer, uint64_t value);
void forcing_writer_f64(struct forcing_writer *writer, double value);
void forcing_writer_text(struct forcing_writer *writer, const char *text, size_t length);

// Reads what forcing_worker wrote. PH_EINPUT when it does not hold together.
enum ph_status forcing_description_parse(const unsigned char *bytes, size_t n, struct core_arena *arena,
                                         struct forcing_description *out, struct ph_err *err) PH_NODISCARD;

// Attribute by name; NULL when there is none (or it is of the other type).
const struct forcing_att *forcing_att_find(const struct forcing_var *var, const char *name);
const char *forcing_att_text(const struct forcing_var *var, const char *name);
bool forcing_att_number(const struct forcing_var *var, const char *name, double *out);

// Variable by exact name; NULL when there is none.
const struct forcing_var *forcing_var_find(const struct forcing_description *desc, const char *name);

#endif
