#include "forcing/description.h"

#include <string.h>

#include "core/err.h"

void forcing_writer_u64(struct forcing_writer *writer, uint64_t value)
{
    if (writer->full || (size_t)(writer->end - writer->at) < sizeof value) {
        writer->full = true;
        return;
    }
    memcpy(writer->at, &value, sizeof value);
    writer->at += sizeof value;
}

void forcing_writer_f64(struct forcing_writer *writer, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    forcing_writer_u64(writer, bits);
}

void forcing_writer_text(struct forcing_writer *writer, const char *text, size_t length)
{
    forcing_writer_u64(writer, length);
    if (writer->full || (size_t)(writer->end - writer->at) < length) {
        writer->full = true;
        return;
    }
    memcpy(writer->at, text, length);
    writer->at += length;
}

// Once broken, everything reads as zero.
struct reader {
    const unsigned char *at, *end;
    bool broken;
    struct core_arena *arena;
};

static uint64_t read_u64(struct reader *reader)
{
    uint64_t value = 0;
    if (reader->broken || (size_t)(reader->end - reader->at) < sizeof value) {
        reader->broken = true;
        return 0;
    }
    memcpy(&value, reader->at, sizeof value);
    reader->at += sizeof value;
    return value;
}

static size_t read_count(struct reader *reader, size_t most)
{
    uint64_t value = read_u64(reader);
    reader->broken = reader->broken || value > most;
    return reader->broken ? 0 : (size_t)value;
}

static double read_f64(struct reader *reader)
{
    uint64_t bits = read_u64(reader);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void *read_alloc(struct reader *reader, size_t count, size_t size)
{
    void *memory = core_arena_alloc(reader->arena, count ? count : 1, size);
    reader->broken = reader->broken || !memory;
    return memory;
}

static const char *read_text(struct reader *reader)
{
    size_t length = read_count(reader, DESCRIPTION_TEXT);
    if (reader->broken || (size_t)(reader->end - reader->at) < length) {
        reader->broken = true;
        return "";
    }
    char *text = read_alloc(reader, length + 1, 1);
    if (!text)
        return "";
    memcpy(text, reader->at, length);
    reader->at += length;
    return text;
}

static void read_att(struct reader *reader, struct forcing_att *att)
{
    att->name = read_text(reader);
    if (read_u64(reader)) {
        att->text = read_text(reader);
        return;
    }
    att->integer = read_u64(reader) != 0;
    att->n = read_count(reader, DESCRIPTION_NUMBERS);
    double *numbers = read_alloc(reader, att->n, sizeof *numbers);
    for (size_t i = 0; numbers && i < att->n; i++)
        numbers[i] = read_f64(reader);
    att->numbers = numbers;
}

static const struct forcing_att *read_atts(struct reader *reader, size_t *n)
{
    *n = read_count(reader, DESCRIPTION_ATTS);
    struct forcing_att *atts = read_alloc(reader, *n, sizeof *atts);
    for (size_t i = 0; i < *n && !reader->broken; i++)
        read_att(reader, &atts[i]);
    return atts;
}

static void read_var(struct reader *reader, size_t n_dims, struct forcing_var *var)
{
    var->name = read_text(reader);
    var->number = (enum forcing_number)read_count(reader, NUMBER_INTEGER);
    var->is_text = read_u64(reader) != 0;
    var->bits = (int)read_count(reader, 64);
    var->has_default_fill = read_u64(reader) != 0;
    var->default_fill = read_f64(reader);
    var->rank = (int)read_count(reader, DESCRIPTION_RANK);
    for (int d = 0; d < var->rank; d++) {
        var->dims[d] = (int)read_count(reader, DESCRIPTION_DIMS);
        reader->broken = reader->broken || (size_t)var->dims[d] >= n_dims;
    }
    var->atts = read_atts(reader, &var->n_atts);
}

static void read_dims(struct reader *reader, struct forcing_description *desc)
{
    desc->n_dims = read_count(reader, DESCRIPTION_DIMS);
    struct forcing_dim *dims = read_alloc(reader, desc->n_dims, sizeof *dims);
    for (size_t i = 0; i < desc->n_dims && !reader->broken; i++) {
        dims[i].name = read_text(reader);
        dims[i].length = read_u64(reader);
    }
    desc->dims = dims;
}

enum ph_status forcing_description_parse(const unsigned char *bytes, size_t n, struct core_arena *arena,
                                         struct forcing_description *out, struct ph_err *err)
{
    struct reader reader = {.at = bytes, .end = bytes + n, .arena = arena};
    struct forcing_description desc = {.format = read_text(&reader)};
    read_dims(&reader, &desc);
    desc.globals = read_atts(&reader, &desc.n_globals);
    desc.n_vars = read_count(&reader, DESCRIPTION_VARS);
    struct forcing_var *vars = read_alloc(&reader, desc.n_vars, sizeof *vars);
    for (size_t i = 0; i < desc.n_vars && !reader.broken; i++)
        read_var(&reader, desc.n_dims, &vars[i]);
    desc.vars = vars;
    if (reader.broken)
        return core_err_set(err, PH_EINPUT, NULL, "check the file with ncdump -h, or fetch it again",
                            "the file's header does not hold together");
    *out = desc;
    return PH_OK;
}

const struct forcing_att *forcing_att_find(const struct forcing_var *var, const char *name)
{
    for (size_t i = 0; i < var->n_atts; i++)
        if (!strcmp(var->atts[i].name, name))
            return &var->atts[i];
    return NULL;
}

const char *forcing_att_text(const struct forcing_var *var, const char *name)
{
    const struct forcing_att *att = forcing_att_find(var, name);
    return att ? att->text : NULL;
}

bool forcing_att_number(const struct forcing_var *var, const char *name, double *out)
{
    const struct forcing_att *att = forcing_att_find(var, name);
    if (!att || !att->numbers || !att->n)
        return false;
    *out = att->numbers[0];
    return true;
}

const struct forcing_var *forcing_var_find(const struct forcing_description *desc, const char *name)
{
    for (size_t i = 0; i < desc->n_vars; i++)
        if (!strcmp(desc->vars[i].name, name))
            return &desc->vars[i];
    return NULL;
}
