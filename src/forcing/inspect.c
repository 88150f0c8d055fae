// `pharos forcing inspect`: what is in files, and how it will be read.
#include "forcing/forcing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/json.h"
#include "core/time.h"
#include "core/units.h"
#include "forcing/format.h"
#include "forcing/sample.h"
#include "forcing/source.h"
#include "forcing/survey.h"

// Levels looked over for extremes: the first, one in the middle, the last.
enum { LOOKS = 3 };
#define MOST_LOOK_POINTS (16UL << 20)

struct found {
    bool has, served;
    struct forcing_field field;
    struct forcing_survey survey;
    double u, v; // at the place and time asked for, when served
};

struct report {
    const char *path;
    struct forcing_file *file; // NULL: could not be opened
    struct found found[FORCING_KINDS];
    struct core_arena arena;
    struct forcing_notes notes;
    const int64_t *t_ns; // of a file without fields that are known
    size_t n_times;
    bool readable;
    struct ph_err refused;
};

static void tell_notes(void *arg, const char *code, const char *text)
{
    forcing_note_add(arg, code, "%s", text);
}

static void notes_copy(struct forcing_notes *to, const struct forcing_note *note)
{
    for (; note; note = note->next)
        forcing_note_add(to, note->code, "%s", note->text);
}

// Some levels, whole: the extremes and what looks wrong.
static enum ph_status look_over(struct report *report, struct found *found, struct ph_err *err)
{
    const struct forcing_field *field = &found->field;
    struct forcing_block all = {0, field->grid.nj, 0, field->grid.ni};
    size_t n = all.nj * all.ni;
    if (field->parts != FORCING_PART_BOTH)
        return PH_OK;
    if (all.nj > MOST_LOOK_POINTS / all.ni) {
        forcing_note_mention(&report->notes, "not-looked-over", "the fields are too large to look over here");
        return PH_OK;
    }
    float *uv = malloc(n * 2 * sizeof *uv);
    if (!uv)
        return core_err_nomem(err);
    enum ph_status status = PH_OK;
    for (size_t k = 0, last = SIZE_MAX; k < LOOKS && !status; k++) {
        size_t level = k * (field->n_times - 1) / (LOOKS - 1);
        if (level == last)
            continue;
        last = level;
        status = report->file->format->read(report->file, field, FORCING_PART_BOTH, level, all, uv,
                                            2 * all.ni, err);
        if (!status)
            forcing_survey_add(&found->survey, field->kind, uv, n);
    }
    free(uv);
    if (!status)
        forcing_survey_tell(&found->survey, field->kind, tell_notes, &report->notes);
    if (!status && !found->survey.valid)
        forcing_note_add(&report->notes, "all-missing", "every value of %s that was looked at is missing",
                         forcing_kind_name(field->kind));
    return status;
}

// What a particle there and then would feel from this file alone.
static enum ph_status value_at(struct report *report, enum forcing_kind kind,
                               const struct forcing_inspect_at *at, struct ph_err *err)
{
    struct found *found = &report->found[kind];
    struct forcing_request request = {.kind = kind, .file = report->path, .depth_m = (double)NAN};
    struct geo_box box = {at->place.lon_deg, at->place.lat_deg, at->place.lon_deg, at->place.lat_deg};
    struct core_job job = {0};
    struct forcing_source *source;
    double t_s = 0;
    int8_t served = -1;
    uint8_t flags = 0;
    if (found->field.parts != FORCING_PART_BOTH)
        return PH_OK;
    enum ph_status status = forcing_source_open(&request, &job, &source, err);
    if (!status) {
        status = forcing_source_window(source, at->t_ns, at->t_ns, box, false, err);
        if (!status)
            forcing_source_sample(source, 0, 1, &at->place.lat_deg, &at->place.lon_deg, &t_s, &found->u,
                                  &found->v, &served, &flags);
        forcing_source_free(source);
    }
    for (const struct core_warning *warning = job.first_warning; warning; warning = warning->next)
        if (!strcmp(warning->code, "forcing-gap"))
            forcing_note_add(&report->notes, warning->code, "%s", warning->text);
    core_job_fini(&job);
    found->served = served >= 0;
    return status;
}

static enum ph_status kind_examine(struct report *report, enum forcing_kind kind,
                                   const struct forcing_inspect_at *at)
{
    struct forcing_ask ask = {.kind = kind, .depth_m = (double)NAN};
    struct found *found = &report->found[kind];
    struct ph_err err = {0};
    bool absent;
    enum ph_status status = report->file->format->find(report->file, &ask, &found->field, &absent, &err);
    if (status && absent)
        return PH_OK;
    found->has = !status;
    if (!status) {
        notes_copy(&report->notes, found->field.notes.first);
        if (found->field.parts != FORCING_PART_BOTH)
            forcing_note_add(&report->notes, "half", "%s has no counterpart in this file",
                             found->field.u_name ? found->field.u_name : found->field.v_name);
        status = look_over(report, found, &err);
    }
    if (!status && at)
        status = value_at(report, kind, at, &err);
    if (status == PH_ENOMEM || status == PH_EINTERNAL)
        return status;
    if (status) {
        found->has = false;
        forcing_note_add(&report->notes, "refused", "%s: %s", forcing_kind_name(kind), err.what);
        report->refused = report->refused.status ? report->refused : err;
    }
    return PH_OK;
}

static enum ph_status file_examine(struct report *report, const struct forcing_inspect_at *at,
                                   struct ph_err *err)
{
    report->notes.arena = &report->arena;
    enum ph_status status = forcing_file_open(report->path, &report->file, &report->refused);
    if (status == PH_ENOMEM || status == PH_EINTERNAL) {
        if (err)
            *err = report->refused;
        return status;
    }
    if (status)
        return PH_OK;
    for (int kind = 0; kind < FORCING_KINDS; kind++) {
        status = kind_examine(report, (enum forcing_kind)kind, at);
        if (status)
            return core_err_set(err, status, report->path, NULL, "%s", ph_status_text(status));
        report->readable = report->readable || report->found[kind].has;
    }
    if (report->readable || report->refused.status)
        return PH_OK;
    status = report->file->format->times(report->file, &report->t_ns, &report->n_times, &report->notes,
                                         &report->refused);
    if (!status)
        core_err_set(&report->refused, PH_EINPUT, report->path,
                     "name them in the case: \"variables\": [\"u\", \"v\"]",
                     "no variables of current, wind, Stokes drift or sea temperature were found");
    return PH_OK;
}

static const struct found *first_found(const struct report *report)
{
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        if (report->found[kind].has)
            return &report->found[kind];
    return NULL;
}

static void refused_text(const struct ph_err *refused, struct core_buf *out)
{
    core_buf_printf(out, "%s%s%s", refused->what, refused->fix[0] ? ": " : "", refused->fix);
}

static void json_variable(struct core_json *json, const struct found *found, const char *name)
{
    if (!name)
        return;
    core_json_object_flat(json);
    core_json_key_text(json, "name", name);
    core_json_key_text(json, "kind", forcing_kind_name(found->field.kind));
    core_json_key_text(json, "units", found->field.units);
    core_json_key_text(json, "reading", found->field.reading);
    if (found->survey.valid) {
        core_json_key_num(json, "size_min", found->survey.smallest, 4);
        core_json_key_num(json, "size_max", found->survey.largest, 4);
    }
    core_json_object_end(json);
}

static void json_times(struct core_json *json, const int64_t *t_ns, size_t n)
{
    if (!n) {
        core_json_key_text(json, "times", NULL);
        return;
    }
    core_json_key(json, "times");
    core_json_object_flat(json);
    core_json_key_time(json, "from", t_ns[0]);
    core_json_key_time(json, "to", t_ns[n - 1]);
    core_json_key_int(json, "count", (int64_t)n);
    core_json_object_end(json);
}

static void json_extent(struct core_json *json, const struct found *found)
{
    struct geo_box box = forcing_grid_box(&found->field.grid);
    json_times(json, found->field.t_ns, found->field.n_times);
    core_json_key(json, "box");
    core_json_object_flat(json);
    core_json_key_fixed(json, "west", box.west_deg, 6);
    core_json_key_fixed(json, "south", box.south_deg, 6);
    core_json_key_fixed(json, "east", box.east_deg, 6);
    core_json_key_fixed(json, "north", box.north_deg, 6);
    core_json_object_end(json);
}

static void json_notes(struct core_json *json, const struct forcing_notes *notes)
{
    core_json_key(json, "warnings");
    core_json_array(json);
    for (const struct forcing_note *note = notes->first; note; note = note->next) {
        core_json_object_flat(json);
        core_json_key_text(json, "code", note->code);
        core_json_key_text(json, "text", note->text);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void json_file(struct core_json *json, const struct report *report)
{
    const struct found *first = first_found(report);
    struct core_buf refused = {0};
    char grid[128];
    core_json_object(json);
    core_json_key_text(json, "file", report->path);
    core_json_key_text(json, "format", report->file ? report->file->format->title(report->file) : NULL);
    if (first)
        forcing_grid_text(&first->field.grid, grid, sizeof grid);
    core_json_key_text(json, "grid", first ? grid : NULL);
    core_json_key(json, "variables");
    core_json_array(json);
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        if (report->found[kind].has) {
            json_variable(json, &report->found[kind], report->found[kind].field.u_name);
            json_variable(json, &report->found[kind], report->found[kind].field.v_name);
        }
    core_json_array_end(json);
    if (first) {
        json_extent(json, first);
    } else {
        json_times(json, report->t_ns, report->n_times);
        core_json_key_text(json, "box", NULL);
    }
    json_notes(json, &report->notes);
    refused_text(&report->refused, &refused);
    core_json_key_text(json, "refused", report->readable ? NULL : refused.text);
    core_json_object_end(json);
    core_buf_fini(&refused);
}

static void json_values(struct core_json *json, const struct report *report)
{
    for (int kind = 0; kind < FORCING_KINDS; kind++) {
        const struct found *found = &report->found[kind];
        if (!found->has || !found->served)
            continue;
        core_json_object_flat(json);
        core_json_key_text(json, "file", report->path);
        core_json_key_text(json, "kind", forcing_kind_name((enum forcing_kind)kind));
        if (kind == FORCING_SEA_TEMPERATURE) {
            core_json_key_fixed(json, "value_c", found->u, 6);
        } else {
            core_json_key_fixed(json, "u_ms", found->u, 6);
            core_json_key_fixed(json, "v_ms", found->v, 6);
        }
        core_json_object_end(json);
    }
}

static void text_found(struct core_buf *out, const struct found *found)
{
    const struct forcing_field *field = &found->field;
    char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    core_time_iso(field->t_ns[0], from);
    core_time_iso(field->t_ns[field->n_times - 1], to);
    core_buf_printf(out, "  %s: %s%s%s in %s, read as %s\n", forcing_kind_name(field->kind),
                    field->u_name ? field->u_name : "", field->u_name && field->v_name ? ", " : "",
                    field->v_name ? field->v_name : "", *field->units ? field->units : "no units",
                    field->reading);
    core_buf_printf(out, "    times: %s to %s, %zu\n", from, to, field->n_times);
    if (found->survey.valid) {
        const struct forcing_survey *survey = &found->survey;
        double all = (double)(survey->valid + survey->missing + survey->impossible);
        core_buf_printf(out, "    values: %.3g to %.3g %s, %.0f %% missing\n", survey->smallest,
                        survey->largest, field->kind == FORCING_SEA_TEMPERATURE ? "C" : "m/s",
                        100 * (double)(survey->missing + survey->impossible) / all);
    }
    if (!found->served)
        return;
    if (field->kind == FORCING_SEA_TEMPERATURE)
        core_buf_printf(out, "    there and then: %.2f C\n", found->u);
    else
        core_buf_printf(out, "    there and then: %.4f m/s east, %.4f m/s north (%.2f kn toward %03.0f)\n",
                        found->u, found->v, core_kn_from_mps(hypot(found->u, found->v)),
                        core_deg_wrap360(round(atan2(found->u, found->v) / CORE_RAD_PER_DEG)));
}

static void text_file(struct core_buf *out, const struct report *report)
{
    const struct found *first = first_found(report);
    core_buf_printf(out, "%s\n", report->path);
    if (first) {
        char grid[128];
        struct geo_box box = forcing_grid_box(&first->field.grid);
        forcing_grid_text(&first->field.grid, grid, sizeof grid);
        core_buf_printf(out, "  %s, %s\n", report->file->format->title(report->file), grid);
        core_buf_printf(out, "  box: %.4f to %.4f N, %.4f to %.4f E\n", box.south_deg, box.north_deg,
                        box.west_deg, box.east_deg);
    }
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        if (report->found[kind].has)
            text_found(out, &report->found[kind]);
    for (const struct forcing_note *note = report->notes.first; note; note = note->next)
        if (report->readable || strcmp(note->code, "refused"))
            core_buf_printf(out, "  note (%s): %s\n", note->code, note->text);
    if (!report->readable) {
        core_buf_puts(out, "  refused: ");
        refused_text(&report->refused, out);
        core_buf_puts(out, "\n");
    }
}

static void reports_write(const struct report *reports, size_t n, bool values, struct core_buf *text,
                          struct core_buf *out)
{
    struct core_json json;
    core_json_init(&json, out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "forcing/1");
    core_json_key(&json, "files");
    core_json_array(&json);
    for (size_t i = 0; i < n; i++) {
        json_file(&json, &reports[i]);
        text_file(text, &reports[i]);
    }
    core_json_array_end(&json);
    if (values) {
        core_json_key(&json, "values");
        core_json_array(&json);
        for (size_t i = 0; i < n; i++)
            json_values(&json, &reports[i]);
        core_json_array_end(&json);
    }
    core_json_object_end(&json);
}

enum ph_status forcing_inspect(const char *const *files, size_t n, const struct forcing_inspect_at *at,
                               struct core_buf *text, struct core_buf *json, size_t *n_read,
                               struct ph_err *err)
{
    struct report *reports = calloc(n ? n : 1, sizeof *reports);
    enum ph_status status = reports ? PH_OK : core_err_nomem(err);
    size_t readable = 0;
    for (size_t i = 0; i < n && !status; i++) {
        reports[i].path = files[i];
        status = file_examine(&reports[i], at, err);
        if (reports[i].file)
            forcing_decoder_sleep(reports[i].file->decoder);
        readable += reports[i].readable;
    }
    if (!status)
        reports_write(reports, n, at, text, json);
    for (size_t i = 0; reports && i < n; i++) {
        forcing_file_free(reports[i].file);
        core_arena_fini(&reports[i].arena);
    }
    free(reports);
    if (!status)
        status = core_buf_check(text, err);
    if (!status)
        status = core_buf_check(json, err);
    if (!status)
        *n_read = readable;
    return status;
}
