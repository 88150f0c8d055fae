// `pharos forcing inspect`: what is in files, and how it will be read.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/inspect.h"
#include "forcing/sample.h"
#include "forcing/source.h"

static void notes_copy(struct forcing_notes *to, const struct forcing_note *note)
{
    for (; note; note = note->next)
        forcing_note_add(to, note->code, "%s", note->text);
}

// What a particle there and then would feel from this file alone.
static enum ph_status value_at(struct forcing_report *report, enum forcing_kind kind,
                               const struct forcing_inspect_at *at, struct ph_err *err)
{
    struct forcing_found *found = &report->found[kind];
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

static enum ph_status kind_examine(struct forcing_report *report, enum forcing_kind kind,
                                   const struct forcing_inspect_ask *ask)
{
    struct forcing_ask wanted = {.kind = kind, .depth_m = (double)NAN};
    struct forcing_found *found = &report->found[kind];
    struct ph_err err = {0};
    bool absent;
    enum ph_status status = report->file->format->find(report->file, &wanted, &found->field, &absent, &err);
    if (status && absent)
        return PH_OK;
    found->has = !status;
    if (!status) {
        notes_copy(&report->notes, found->field.notes.first);
        if (found->field.parts != FORCING_PART_BOTH)
            forcing_note_add(&report->notes, "half", "%s has no counterpart in this file",
                             found->field.u_name ? found->field.u_name : found->field.v_name);
        else
            status =
                forcing_look_over(report->file, &found->field, ask->full, &report->notes, &found->look, &err);
    }
    if (!status && ask->at)
        status = value_at(report, kind, ask->at, &err);
    if (status == PH_ENOMEM || status == PH_EINTERNAL)
        return status;
    if (status) {
        found->has = false;
        forcing_note_add(&report->notes, "refused", "%s: %s", forcing_kind_name(kind), err.what);
        report->refused = report->refused.status ? report->refused : err;
    }
    return PH_OK;
}

static enum ph_status file_examine(struct forcing_report *report, const struct forcing_inspect_ask *ask,
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
        status = kind_examine(report, (enum forcing_kind)kind, ask);
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

// ---- Several files ----

enum { MOST_CONTRASTS = 32 };

// The first earlier file of the same kind that has time and place in common.
static enum ph_status contrast_find(struct forcing_inspection *is, size_t file, enum forcing_kind kind,
                                    struct ph_err *err)
{
    const struct forcing_found *mine = &is->report[file].found[kind];
    for (size_t other = 0; other < file && is->n_contrasts < MOST_CONTRASTS; other++) {
        const struct forcing_found *its = &is->report[other].found[kind];
        struct forcing_contrast made;
        bool met = false;
        if (!its->has || its->field.parts != FORCING_PART_BOTH ||
            its->field.t_ns[its->field.n_times - 1] < mine->field.t_ns[0] ||
            its->field.t_ns[0] > mine->field.t_ns[mine->field.n_times - 1])
            continue;
        enum ph_status status =
            forcing_contrast_make(is->report[other].path, is->report[file].path, kind, &made, &met, err);
        if (status == PH_ENOMEM || status == PH_EINTERNAL)
            return status;
        if (status || !met)
            continue;
        made.a = other;
        made.b = file;
        is->contrast[is->n_contrasts++] = made;
        if (made.other)
            forcing_note_add(
                &is->report[file].notes, "sign-or-swap",
                "%s of %s and of this file differ by %.2g m/s, but only by %.2g read %s: one of them is "
                "wrong",
                forcing_kind_name(kind), is->report[other].path, made.difference_mps, made.other_mps,
                made.other);
        break;
    }
    return PH_OK;
}

static enum ph_status contrasts_make(struct forcing_inspection *is, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    is->contrast = calloc(MOST_CONTRASTS, sizeof *is->contrast);
    if (!is->contrast)
        return core_err_nomem(err);
    for (size_t i = 1; i < is->n && !status; i++)
        for (int kind = 0; kind < FORCING_SEA_TEMPERATURE && !status; kind++)
            if (is->report[i].found[kind].has && is->report[i].found[kind].field.parts == FORCING_PART_BOTH)
                status = contrast_find(is, i, (enum forcing_kind)kind, err);
    return status;
}

// ---- A case ----

static bool boxes_meet(struct geo_box a, struct geo_box b)
{
    double from_west = core_deg_wrap360(b.west_deg - a.west_deg);
    bool east = from_west <= a.east_deg - a.west_deg || 360 - from_west <= b.east_deg - b.west_deg;
    return east && a.south_deg <= b.north_deg && b.south_deg <= a.north_deg;
}

static void case_tell(const struct forcing_inspect_ask *ask, struct forcing_report *report)
{
    for (int kind = 0; kind < FORCING_KINDS; kind++) {
        const struct forcing_field *field = &report->found[kind].field;
        if (!report->found[kind].has)
            continue;
        int64_t first = field->t_ns[0], last = field->t_ns[field->n_times - 1];
        const char *name = forcing_kind_name((enum forcing_kind)kind);
        if (last < ask->from_ns || first > ask->to_ns)
            forcing_note_add(&report->notes, "far-from-case", "%s is %.3g h %s the case's time", name,
                             (double)(last < ask->from_ns ? ask->from_ns - last : first - ask->to_ns) /
                                 3.6e12,
                             last < ask->from_ns ? "before" : "after");
        else if (first > ask->from_ns || last < ask->to_ns)
            forcing_note_add(&report->notes, "short-of-case", "%s covers only a part of the case's time",
                             name);
        if (!boxes_meet(forcing_grid_box(&field->grid), ask->box))
            forcing_note_add(&report->notes, "far-from-case",
                             "%s does not reach where the case's drift starts", name);
    }
}

static enum ph_status files_examine(struct forcing_inspection *is, const char *const *files,
                                    struct ph_err *err)
{
    enum ph_status status = PH_OK;
    for (size_t i = 0; i < is->n && !status; i++) {
        is->report[i].path = files[i];
        status = file_examine(&is->report[i], &is->ask, err);
        if (is->report[i].file)
            forcing_decoder_sleep(is->report[i].file->decoder);
        if (!status && is->ask.has_case)
            case_tell(&is->ask, &is->report[i]);
    }
    return status ? status : contrasts_make(is, err);
}

enum ph_status forcing_inspect(const char *const *files, size_t n, const struct forcing_inspect_ask *ask,
                               struct forcing_inspection **out, struct ph_err *err)
{
    struct forcing_inspection *is = calloc(1, sizeof *is);
    struct forcing_report *report = calloc(n ? n : 1, sizeof *report);
    if (!is || !report) {
        free(is);
        free(report);
        return core_err_nomem(err);
    }
    *is = (struct forcing_inspection){.ask = *ask, .report = report, .n = n};
    if (ask->at) {
        is->at = *ask->at;
        is->ask.at = &is->at;
    }
    enum ph_status status = files_examine(is, files, err);
    if (status)
        forcing_inspection_free(is);
    else
        *out = is;
    return status;
}

void forcing_inspection_free(struct forcing_inspection *is)
{
    if (!is)
        return;
    for (size_t i = 0; i < is->n; i++) {
        forcing_file_free(is->report[i].file);
        core_arena_fini(&is->report[i].arena);
    }
    free(is->contrast);
    free(is->report);
    free(is);
}

size_t forcing_inspection_readable(const struct forcing_inspection *is)
{
    size_t n = 0;
    for (size_t i = 0; i < is->n; i++)
        n += is->report[i].readable;
    return n;
}

bool forcing_inspection_has(const struct forcing_inspection *is, size_t file, enum forcing_kind kind)
{
    return is->report[file].found[kind].has && is->report[file].found[kind].field.parts == FORCING_PART_BOTH;
}
