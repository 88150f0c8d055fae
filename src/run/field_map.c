#include "run/field_map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "export/field_map.h"
#include "geo/grid.h"

enum { MOST_PANELS = 12, MOST_REFUSED = 12 };

// One field of one file, open and live at its time.
struct panel {
    struct forcing *forcing;
    struct geo_coast *coast;
    enum forcing_kind kind;
    struct core_buf title, notes, refused;
    double *t_s; // zeros, for forcing_sample
    int8_t *source;
    uint8_t *flags;
    size_t room;
};

struct pictures {
    struct panel panel[MOST_PANELS];
    struct export_field field[MOST_PANELS];
    size_t n, left_out;
    struct core_buf refused[MOST_REFUSED + 1];
    size_t n_refused;
    struct core_job job;
};

static bool room_make(struct panel *panel, size_t n)
{
    if (n <= panel->room)
        return true;
    free(panel->t_s);
    free(panel->source);
    free(panel->flags);
    panel->t_s = calloc(n, sizeof *panel->t_s);
    panel->source = calloc(n, 1);
    panel->flags = calloc(n, 1);
    panel->room = panel->t_s && panel->source && panel->flags ? n : 0;
    return panel->room;
}

static void sample(void *arg, size_t n, const double *lat_deg, const double *lon_deg, double *u, double *v,
                   uint8_t *served)
{
    struct panel *panel = arg;
    memset(served, EXPORT_FIELD_NONE, n);
    if (!room_make(panel, n))
        return;
    forcing_sample(panel->forcing, panel->kind, n, lat_deg, lon_deg, panel->t_s, u, v, panel->source,
                   panel->flags);
    for (size_t k = 0; k < n; k++)
        if (panel->source[k] >= 0)
            served[k] = panel->flags[k] & FORCING_FLAG_COASTAL ? EXPORT_FIELD_COASTAL : EXPORT_FIELD_OWN;
}

// The middle one of the field's times.
static int64_t middle_time(const struct forcing *forcing)
{
    size_t n = 0;
    int64_t t_ns = INT64_MIN;
    for (int64_t t = forcing_next_level(forcing, INT64_MIN); t != INT64_MAX;
         t = forcing_next_level(forcing, t))
        n++;
    for (size_t i = 0; i < (n + 1) / 2; i++)
        t_ns = forcing_next_level(forcing, t_ns);
    return t_ns;
}

static const char *coast_resolution(struct geo_box box)
{
    double wide = fmax(box.east_deg - box.west_deg, box.north_deg - box.south_deg);
    return wide < 8 ? "auto" : wide < 30 ? "intermediate" : wide < 90 ? "low" : "crude";
}

static enum ph_status live_make(struct panel *panel, struct export_field *field, const char *path,
                                int64_t t_ns, struct core_job *job, struct ph_err *err)
{
    struct forcing_request request = {
        .kind = panel->kind, .file = path, .depth_m = (double)NAN, .label = path};
    enum ph_status status = forcing_open(&request, 1, FORCING_MISSING_STOP, INT64_MIN, INT64_MIN,
                                         (struct geo_box){-180, -90, 180, 90}, job, &panel->forcing, err);
    if (status)
        return status;
    field->source = forcing_source_text(panel->forcing, panel->kind, 0);
    field->box = forcing_source_area(panel->forcing, panel->kind, 0);
    field->t_ns = t_ns == INT64_MIN ? middle_time(panel->forcing) : t_ns;
    status = geo_coast_open(coast_resolution(field->box), NULL, &panel->coast, err);
    if (status) // not every resolution is installed everywhere
        status = geo_coast_open("auto", NULL, &panel->coast, err);
    field->coast = panel->coast;
    return status ? status : forcing_window(panel->forcing, field->t_ns, field->t_ns, field->box, err);
}

static enum ph_status panel_add(struct pictures *all, const char *path, enum forcing_kind kind, size_t file,
                                const struct forcing_inspection *inspection, int64_t t_ns, struct ph_err *err)
{
    struct panel *panel = &all->panel[all->n];
    struct export_field *field = &all->field[all->n++];
    const char *slash = strrchr(path, '/');
    struct ph_err why = {0};
    panel->kind = kind;
    core_buf_printf(&panel->title, "%s, %s", forcing_kind_name(kind), slash ? slash + 1 : path);
    forcing_inspection_codes(inspection, file, &panel->notes);
    *field = (struct export_field){
        .scalar = kind == FORCING_SEA_TEMPERATURE, .sample = sample, .arg = panel, .t_ns = t_ns};
    enum ph_status status = live_make(panel, field, path, t_ns, &all->job, &why);
    if (status == PH_ENOMEM || status == PH_EINTERNAL)
        return core_err_set(err, status, path, NULL, "%s", why.what);
    if (status)
        core_buf_printf(&panel->refused, "%s%s%s", why.what, why.fix[0] ? ": " : "", why.fix);
    else if (!forcing_live(panel->forcing, kind))
        core_buf_puts(&panel->refused, "the file does not cover this time");
    field->title = panel->title.text;
    field->notes = panel->notes.length ? panel->notes.text : NULL;
    field->refused = panel->refused.length ? panel->refused.text : NULL;
    return core_buf_check(&panel->title, err);
}

static enum ph_status file_add(struct pictures *all, const char *path, size_t file,
                               const struct forcing_inspection *inspection, int64_t t_ns, struct ph_err *err)
{
    struct core_buf *refused = &all->refused[all->n_refused];
    enum ph_status status = PH_OK;
    core_buf_printf(refused, "refused: %s: ", path);
    if (forcing_inspection_refused(inspection, file, refused)) {
        all->n_refused += all->n_refused < MOST_REFUSED;
        return PH_OK;
    }
    core_buf_fini(refused);
    *refused = (struct core_buf){0};
    for (int kind = 0; kind < FORCING_KINDS && !status; kind++)
        if (!forcing_inspection_has(inspection, file, (enum forcing_kind)kind))
            continue;
        else if (all->n == MOST_PANELS)
            all->left_out++;
        else
            status = panel_add(all, path, (enum forcing_kind)kind, file, inspection, t_ns, err);
    return status;
}

static void pictures_fini(struct pictures *all)
{
    for (size_t i = 0; i < all->n; i++) {
        struct panel *panel = &all->panel[i];
        forcing_free(panel->forcing);
        geo_coast_free(panel->coast);
        core_buf_fini(&panel->title);
        core_buf_fini(&panel->notes);
        core_buf_fini(&panel->refused);
        free(panel->t_s);
        free(panel->source);
        free(panel->flags);
    }
    for (size_t i = 0; i <= MOST_REFUSED; i++)
        core_buf_fini(&all->refused[i]);
    core_job_fini(&all->job);
    free(all);
}

enum ph_status run_field_map(const char *const *files, size_t n, const struct forcing_inspection *inspection,
                             int64_t t_ns, int width_px, enum export_map_format format, struct core_buf *out,
                             struct ph_err *err)
{
    struct pictures *all = calloc(1, sizeof *all);
    const char *refused[MOST_REFUSED + 1];
    enum ph_status status = all ? PH_OK : core_err_nomem(err);
    for (size_t i = 0; i < n && !status; i++)
        status = file_add(all, files[i], i, inspection, t_ns, err);
    if (!status && all->left_out) {
        core_buf_fini(&all->refused[all->n_refused]);
        all->refused[all->n_refused] = (struct core_buf){0};
        core_buf_printf(&all->refused[all->n_refused++], "%zu more fields are not drawn: name fewer files",
                        all->left_out);
    }
    for (size_t i = 0; !status && i < all->n_refused; i++)
        refused[i] = all->refused[i].text ? all->refused[i].text : "";
    if (!status)
        status = export_field_map(all->field, all->n, refused, all->n_refused, width_px, format, out, err);
    if (all)
        pictures_fini(all);
    return status;
}
