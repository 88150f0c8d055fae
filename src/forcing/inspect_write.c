#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/time.h"
#include "core/units.h"
#include "forcing/inspect.h"
#include "geo/notation.h"

static const struct forcing_found *first_found(const struct forcing_report *report)
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

static double missing_frac(const struct forcing_survey *survey)
{
    double missing = (double)(survey->missing + survey->impossible), all = missing + (double)survey->valid;
    return all > 0 ? missing / all : 0;
}

static void json_variable(struct core_json *json, const struct forcing_found *found, const char *name,
                          const char *units)
{
    if (!name)
        return;
    core_json_object_flat(json);
    core_json_key_text(json, "name", name);
    core_json_key_text(json, "kind", forcing_kind_name(found->field.kind));
    core_json_key_text(json, "units", units);
    core_json_key_text(json, "reading", found->field.reading);
    const struct forcing_survey *survey = &found->look.survey;
    if (survey->valid) {
        core_json_key_num(json, "size_min", survey->smallest, 4);
        core_json_key_num(json, "size_max", survey->largest, 4);
        core_json_key_num(json, "size_mean", survey->sum / (double)survey->valid, 4);
    }
    if (found->look.n_levels) {
        core_json_key_num(json, "missing_frac", missing_frac(survey), 4);
        core_json_key_int(json, "levels_looked_at", (int64_t)found->look.n_levels);
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

static void json_extent(struct core_json *json, const struct forcing_found *found)
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

static void json_file(struct core_json *json, const struct forcing_report *report)
{
    const struct forcing_found *first = first_found(report);
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
            const struct forcing_field *field = &report->found[kind].field;
            json_variable(json, &report->found[kind], field->u_name, field->units);
            json_variable(json, &report->found[kind], field->v_name,
                          field->v_units ? field->v_units : field->units);
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

static void json_values(struct core_json *json, const struct forcing_report *report)
{
    for (int kind = 0; kind < FORCING_KINDS; kind++) {
        const struct forcing_found *found = &report->found[kind];
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

static void text_found(struct core_buf *out, const struct forcing_found *found)
{
    const struct forcing_field *field = &found->field;
    char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
    core_time_iso(field->t_ns[0], from);
    core_time_iso(field->t_ns[field->n_times - 1], to);
    core_buf_printf(out, "  %s: %s%s%s in %s%s%s, read as %s\n", forcing_kind_name(field->kind),
                    field->u_name ? field->u_name : "", field->u_name && field->v_name ? ", " : "",
                    field->v_name ? field->v_name : "", *field->units ? field->units : "no units",
                    field->v_units ? " and " : "", field->v_units ? field->v_units : "", field->reading);
    core_buf_printf(out, "    times: %s to %s, %zu\n", from, to, field->n_times);
    if (found->look.survey.valid) {
        const struct forcing_survey *survey = &found->look.survey;
        core_buf_printf(out, "    values: %.3g to %.3g %s, mean %.3g, %.0f %% missing", survey->smallest,
                        survey->largest, field->kind == FORCING_SEA_TEMPERATURE ? "C" : "m/s",
                        survey->sum / (double)survey->valid, 100 * missing_frac(survey));
        if (found->look.n_levels < field->n_times)
            core_buf_printf(out, " (in %zu of %zu times; --full looks at all)", found->look.n_levels,
                            field->n_times);
        core_buf_puts(out, "\n");
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

static void text_file(struct core_buf *out, const struct forcing_report *report)
{
    const struct forcing_found *first = first_found(report);
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

static void json_contrasts(struct core_json *json, const struct forcing_inspection *is)
{
    core_json_key(json, "comparisons");
    core_json_array(json);
    for (size_t i = 0; i < is->n_contrasts; i++) {
        const struct forcing_contrast *c = &is->contrast[i];
        core_json_object_flat(json);
        core_json_key_text(json, "kind", forcing_kind_name(c->kind));
        core_json_key_text(json, "a", is->report[c->a].path);
        core_json_key_text(json, "b", is->report[c->b].path);
        core_json_key_time(json, "time", c->t_ns);
        core_json_key_int(json, "places", (int64_t)c->n);
        core_json_key_num(json, "difference_ms", c->difference_mps, 4);
        core_json_key_num(json, "size_ms", c->size_mps, 4);
        core_json_key_text(json, "agrees", c->other);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static void text_contrasts(const struct forcing_inspection *is, struct core_buf *out)
{
    for (size_t i = 0; i < is->n_contrasts; i++) {
        const struct forcing_contrast *c = &is->contrast[i];
        char time[CORE_TIME_TEXT];
        core_time_iso(c->t_ns, time);
        core_buf_printf(
            out,
            "%s%s of %s and %s\n  at %s on %zu places: %.3g m/s apart (root mean square), where the "
            "first has %.3g m/s\n",
            i ? "" : "\n", forcing_kind_name(c->kind), is->report[c->a].path, is->report[c->b].path, time,
            c->n, c->difference_mps, c->size_mps);
    }
}

// "10.2 kn from 305": wind from, all others toward.
static void value_text(const struct forcing_found *found, struct core_buf *out)
{
    bool wind = found->field.kind == FORCING_WIND;
    if (found->field.kind == FORCING_SEA_TEMPERATURE) {
        core_buf_printf(out, "%.2f C", found->u);
        return;
    }
    double toward = atan2(found->u, found->v) / CORE_RAD_PER_DEG;
    core_buf_printf(out, "%9.4f m/s east %9.4f m/s north  %6.2f kn %s %03.0f", found->u, found->v,
                    core_kn_from_mps(hypot(found->u, found->v)), wind ? "from" : "toward",
                    core_deg_wrap360(round(wind ? toward + 180 : toward)));
}

// What each file says there and then, one below the other, by kind.
static void text_values(const struct forcing_inspection *is, struct core_buf *out)
{
    char place[GEO_TEXT], time[CORE_TIME_TEXT];
    if (!is->ask.at || is->n < 2)
        return;
    geo_pos_format(is->at.place, 1, place);
    core_time_iso(is->at.t_ns, time);
    core_buf_printf(out, "\nside by side at %s, %s\n", time, place);
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        for (size_t i = 0; i < is->n; i++) {
            const struct forcing_found *found = &is->report[i].found[kind];
            if (!found->has)
                continue;
            core_buf_printf(out, "  %-15s ", forcing_kind_name((enum forcing_kind)kind));
            if (found->served)
                value_text(found, out);
            else
                core_buf_puts(out, "not covered");
            core_buf_printf(out, "  %s\n", is->report[i].path);
        }
}

enum ph_status forcing_inspection_text(const struct forcing_inspection *is, struct core_buf *out,
                                       struct ph_err *err)
{
    for (size_t i = 0; i < is->n; i++)
        text_file(out, &is->report[i]);
    text_contrasts(is, out);
    text_values(is, out);
    return core_buf_check(out, err);
}

enum ph_status forcing_inspection_json(const struct forcing_inspection *is, struct core_buf *out,
                                       struct ph_err *err)
{
    struct core_json json;
    core_json_init(&json, out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "forcing/1");
    core_json_key(&json, "files");
    core_json_array(&json);
    for (size_t i = 0; i < is->n; i++)
        json_file(&json, &is->report[i]);
    core_json_array_end(&json);
    json_contrasts(&json, is);
    if (is->ask.at) {
        core_json_key(&json, "values");
        core_json_array(&json);
        for (size_t i = 0; i < is->n; i++)
            json_values(&json, &is->report[i]);
        core_json_array_end(&json);
    }
    core_json_object_end(&json);
    return core_buf_check(out, err);
}

bool forcing_inspection_refused(const struct forcing_inspection *is, size_t file, struct core_buf *out)
{
    if (is->report[file].readable)
        return false;
    refused_text(&is->report[file].refused, out);
    return true;
}

void forcing_inspection_codes(const struct forcing_inspection *is, size_t file, struct core_buf *out)
{
    const struct forcing_note *first = is->report[file].notes.first;
    for (const struct forcing_note *note = first; note; note = note->next) {
        bool said = false;
        for (const struct forcing_note *before = first; before != note && !said; before = before->next)
            said = !strcmp(before->code, note->code);
        if (!said)
            core_buf_printf(out, "%s%s", note == first ? "" : ", ", note->code);
    }
}
