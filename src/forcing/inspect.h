// What inspect.c finds out and inspect_write.c says.
#ifndef FORCING_INSPECT_H
#define FORCING_INSPECT_H

#include "forcing/contrast.h"
#include "forcing/format.h"
#include "forcing/look.h"

struct forcing_found {
    bool has, served;
    struct forcing_field field;
    struct forcing_look look;
    double u, v; // at the place and time asked for, when served
};

struct forcing_report {
    const char *path;
    struct forcing_file *file; // NULL: could not be opened
    struct forcing_found found[FORCING_KINDS];
    struct core_arena arena;
    struct forcing_notes notes;
    const int64_t *t_ns; // of a file without fields that are known
    size_t n_times;
    bool readable;
    struct ph_err refused;
};

struct forcing_inspection {
    struct forcing_inspect_ask ask;
    struct forcing_inspect_at at; // when ask.at
    struct forcing_report *report;
    size_t n;
    struct forcing_contrast *contrast;
    size_t n_contrasts;
};

#endif
