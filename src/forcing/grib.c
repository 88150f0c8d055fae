// The format GRIB, editions 1 and 2: which of a file's messages are current, wind, Stokes drift and sea
// temperature, and how blocks of them are read.
#include "forcing/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "forcing/grib_choice.h"
#include "forcing/grib_grid.h"
#include "forcing/grib_message.h"
#include "forcing/units.h"

struct content {
    const struct forcing_grib_keys *keys;
    size_t n;
    size_t damaged; // messages that are broken off, and fields that cannot be read
    int editions;   // bit 1: GRIB1, bit 2: GRIB2
};

static bool grib_probe(const unsigned char *head, size_t n)
{
    return forcing_grib_is(head, n);
}

static const struct content *content(const struct forcing_file *file)
{
    return file->content;
}

static enum ph_status grib_open(struct forcing_file *file, struct ph_err *err)
{
    struct content *made = CORE_ARENA_NEW(&file->arena, struct content, 1);
    struct forcing_grib_keys *keys = NULL;
    size_t n = 0, damaged = 0, kept = 0;
    forcing_decoder_expect_grib(file->decoder);
    enum ph_status status =
        made ? forcing_decoder_grib_index(file->decoder, &keys, &n, &damaged, err) : core_err_nomem(err);
    if (status)
        return status;
    struct forcing_grib_keys *copy = CORE_ARENA_NEW(&file->arena, struct forcing_grib_keys, n ? n : 1);
    *made = (struct content){.keys = copy, .damaged = damaged};
    for (size_t i = 0; copy && i < n; i++) {
        bool good = !keys[i].failed && (keys[i].edition == 1 || keys[i].edition == 2);
        if (good)
            copy[kept++] = keys[i];
        made->damaged += !good;
        made->editions |= good ? 1 << keys[i].edition : 0;
    }
    made->n = kept;
    free(keys);
    file->content = made;
    if (!copy)
        return core_err_nomem(err);
    if (!kept)
        return core_err_set(err, PH_EINPUT, file->path, "fetch it again, and look at it with grib_ls",
                            "no message of this GRIB file can be decoded");
    return PH_OK;
}

static const char *grib_title(const struct forcing_file *file)
{
    static const char *const titles[3][4] = {
        {"GRIB1", "GRIB1 (gzip)", "GRIB1 (bzip2)", "GRIB1 (xz)"},
        {"GRIB2", "GRIB2 (gzip)", "GRIB2 (bzip2)", "GRIB2 (xz)"},
        {"GRIB1 and 2", "GRIB1 and 2 (gzip)", "GRIB1 and 2 (bzip2)", "GRIB1 and 2 (xz)"}};
    int editions = content(file)->editions;
    return titles[editions == 6 ? 2 : editions == 4 ? 1 : 0][forcing_decoder_packed(file->decoder)];
}

static void damage_tell(const struct forcing_file *file, struct forcing_notes *notes)
{
    size_t damaged = content(file)->damaged;
    if (damaged)
        forcing_note_add(notes, "damaged-messages",
                         "%zu message%s of this file %s damaged or cannot be decoded; the other %zu are used",
                         damaged, damaged == 1 ? "" : "s", damaged == 1 ? "is" : "are", content(file)->n);
}

static enum ph_status unit_find(const struct forcing_grib_keys *keys, enum forcing_kind kind,
                                struct forcing_unit *out, struct ph_err *err)
{
    bool heat = kind == FORCING_SEA_TEMPERATURE;
    bool known = heat ? forcing_unit_temperature(keys->units, out) : forcing_unit_speed(keys->units, out);
    // Parameters that ecCodes has no name for, found by the number of the WMO's table, are in SI.
    if (!known && (!keys->units[0] || !strcmp(keys->units, "unknown") || !strcmp(keys->units, "~")))
        *out = heat ? (struct forcing_unit){1, -273.15} : (struct forcing_unit){1, 0};
    else if (!known)
        return core_err_set(err, PH_EINPUT, keys->name, "convert it, e.g. with grib_set -s scaleValuesBy=...",
                            "the unit \"%s\" is not known for %s", keys->units,
                            heat ? "a temperature" : "a speed");
    return PH_OK;
}

static enum forcing_reading reading_of(const struct forcing_grib_choice *choice)
{
    if (choice->kind == FORCING_SEA_TEMPERATURE)
        return READING_SCALAR;
    return choice->directed ? READING_SPEED_FROM : READING_COMPONENTS;
}

// The name that tells a field from its like: with its number when it is a member of an ensemble.
static const char *field_name(struct core_arena *arena, const struct forcing_grib_keys *keys)
{
    char name[2 * GRIB_TEXT];
    forcing_grib_choice_name(keys, name, sizeof name);
    return core_arena_text(arena, name);
}

static enum ph_status field_fill(struct forcing_file *file, struct forcing_grib_choice *choice,
                                 struct forcing_field *field, struct ph_err *err)
{
    const struct forcing_grib_keys *first = choice->sample[choice->sample[0] ? 0 : 1];
    bool direction_alone = choice->directed && !choice->sample[0];
    choice->unit = (struct forcing_unit){1, 0};
    enum ph_status status = direction_alone ? PH_OK : unit_find(first, choice->kind, &choice->unit, err);
    if (!status)
        status = forcing_grib_grid(file->decoder, first, &file->arena, &field->grid, &field->notes, err);
    if (status)
        return status;
    bool scalar = choice->kind == FORCING_SEA_TEMPERATURE;
    choice->unit.factor *= choice->factor;
    field->u_name = choice->sample[0] ? field_name(&file->arena, choice->sample[0]) : NULL;
    field->v_name = choice->sample[1] ? field_name(&file->arena, choice->sample[1]) : NULL;
    field->parts =
        (choice->sample[0] ? FORCING_PART_U : 0) | (choice->sample[1] || scalar ? FORCING_PART_V : 0);
    field->units = first->units;
    field->grid_relative =
        !scalar && !choice->directed && (choice->grid_relative || forcing_grib_grid_turned(first));
    field->turn = reading_of(choice);
    field->reading = field->grid_relative ? "components along the grid, turned toward east and north"
                                          : forcing_reading_text(field->turn);
    field->t_ns = choice->t_ns;
    field->n_times = choice->n_times;
    field->plan = choice;
    return PH_OK;
}

static enum ph_status grib_find(struct forcing_file *file, const struct forcing_ask *ask,
                                struct forcing_field *out, bool *absent, struct ph_err *err)
{
    struct forcing_field field = {.kind = ask->kind, .notes = {.arena = &file->arena}};
    struct forcing_grib_choice *choice = CORE_ARENA_NEW(&file->arena, struct forcing_grib_choice, 1);
    *absent = false;
    enum ph_status status = choice ? PH_OK : core_err_nomem(err);
    if (!status)
        status = forcing_grib_choose(content(file)->keys, content(file)->n, ask, &file->arena, choice,
                                     &field.notes, absent, err);
    if (!status)
        status = field_fill(file, choice, &field, err);
    if (status) {
        core_err_within(err, file->path);
        return status;
    }
    damage_tell(file, &field.notes);
    *out = field;
    return PH_OK;
}

static int time_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

// "gh, t, 2t (regular_ll)": what a file holds that is none of what drift needs.
static void holdings_tell(const struct forcing_file *file, struct forcing_notes *notes)
{
    const struct content *made = content(file);
    char line[256] = "";
    size_t used = 0, different = 0;
    for (size_t i = 0; i < made->n; i++) {
        bool before = false;
        for (size_t k = 0; k < i && !before; k++)
            before = !strcmp(made->keys[k].name, made->keys[i].name);
        if (before)
            continue;
        if (used < sizeof line - 2 * GRIB_TEXT)
            used += (size_t)snprintf(line + used, sizeof line - used, "%s%s", used ? ", " : "",
                                     *made->keys[i].name ? made->keys[i].name : "unnamed");
        if (++different > 64)
            break;
    }
    const char *grid = made->keys[0].grid.type;
    forcing_note_mention(notes, "holds", "%zu %s: %s%s (%s)", made->n, made->n == 1 ? "field" : "fields",
                         line, different > 12 ? ", ..." : "",
                         *grid ? grid : "a grid that ecCodes does not know");
}

static enum ph_status grib_times(struct forcing_file *file, const int64_t **t_ns, size_t *n,
                                 struct forcing_notes *notes, struct ph_err *err)
{
    const struct content *made = content(file);
    int64_t *times = CORE_ARENA_NEW(&file->arena, int64_t, made->n);
    size_t found = 0, kept = 0;
    if (!times)
        return core_err_nomem(err);
    for (size_t i = 0; i < made->n; i++)
        found += !forcing_grib_time(&made->keys[i], &times[found], NULL);
    qsort(times, found, sizeof *times, time_order);
    for (size_t i = 0; i < found; i++)
        if (!kept || times[i] != times[kept - 1])
            times[kept++] = times[i];
    damage_tell(file, notes);
    holdings_tell(file, notes);
    *t_ns = times;
    *n = kept;
    return PH_OK;
}

// Rows and columns of the grid that are neighbours in the file too.
struct piece {
    size_t j0, nj, i0, ni;
    float *out;
    size_t stride;
};

static enum ph_status piece_read(struct forcing_file *file, const struct forcing_field *field,
                                 const struct forcing_grib_keys *keys, bool scaled, const struct piece *piece,
                                 struct ph_err *err)
{
    const struct forcing_grib_choice *choice = field->plan;
    uint64_t start[2] = {piece->j0, piece->i0};
    uint64_t count[2] = {piece->nj, piece->ni};
    const double *values;
    enum ph_status status = forcing_decoder_grib_read(file->decoder, keys, start, count, &values, err);
    if (status)
        return status;
    for (size_t j = 0; j < piece->nj; j++) {
        const double *row = values + j * piece->ni;
        float *out = piece->out + j * piece->stride;
        for (size_t i = 0; i < piece->ni; i++) {
            double value = row[i];
            bool valid = fabs(value) < 1e15; // false for NAN
            value = scaled ? value * choice->unit.factor + choice->unit.offset : value;
            out[2 * i] = valid ? (float)value : (float)NAN;
        }
    }
    return PH_OK;
}

// One field on a block: cut at the seam of the longitudes and where an answer would be too large.
static enum ph_status part_read(struct forcing_file *file, const struct forcing_field *field,
                                const struct forcing_grib_keys *keys, bool scaled, struct forcing_block block,
                                float *out, size_t stride, struct ph_err *err)
{
    size_t n = field->grid.ni;
    for (size_t c = 0; c < block.ni;) {
        size_t i0 = (block.i0 + c) % n;
        size_t ni = block.ni - c < n - i0 ? block.ni - c : n - i0;
        ni = ni < forcing_decoder_most() ? ni : forcing_decoder_most();
        size_t rows = forcing_decoder_most() / ni;
        for (size_t j = 0; j < block.nj; j += rows) {
            size_t nj = block.nj - j < rows ? block.nj - j : rows;
            struct piece piece = {block.j0 + j, nj, i0, ni, out + j * stride + 2 * c, stride};
            enum ph_status status = piece_read(file, field, keys, scaled, &piece, err);
            if (status)
                return status;
        }
        c += ni;
    }
    return PH_OK;
}

static enum ph_status grib_read(struct forcing_file *file, const struct forcing_field *field, int parts,
                                size_t time, struct forcing_block block, float *uv, size_t stride,
                                struct ph_err *err)
{
    const struct forcing_grib_choice *choice = field->plan;
    enum ph_status status = PH_OK;
    for (int p = 0; p < 2 && !status; p++)
        if ((parts & (1 << p)) && choice->sample[p])
            status = part_read(file, field, choice->part[p][time], !(p && choice->directed), block, uv + p,
                               stride, err);
    if (!status && parts == FORCING_PART_BOTH)
        forcing_reading_turn(reading_of(choice), block, uv, stride);
    return status;
}

const struct forcing_format forcing_format_grib = {
    .name = "GRIB",
    .probe = grib_probe,
    .open = grib_open,
    .title = grib_title,
    .find = grib_find,
    .times = grib_times,
    .read = grib_read,
};
