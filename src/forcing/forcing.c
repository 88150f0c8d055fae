#include "forcing/forcing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "forcing/ahead.h"
#include "forcing/sample.h"
#include "forcing/source.h"

// Sources are numbered within their kind in an int8_t.
enum { MOST_SOURCES = 100 };

struct forcing {
    struct forcing_source **source[FORCING_KINDS];
    size_t n[FORCING_KINDS];
    enum forcing_missing on_missing;
    struct core_job *job;
    size_t bytes_peak;
};

static bool has_hold(const struct forcing *forcing)
{
    return forcing->on_missing == FORCING_MISSING_HOLD;
}

// Is [from, to] served by the sources of the kind together? *gap_ns is the first time that none serves.
static bool times_served(const struct forcing *forcing, enum forcing_kind kind, int64_t from_ns,
                         int64_t to_ns, int64_t *gap_ns)
{
    int64_t t_ns = from_ns;
    for (;;) {
        int64_t until = INT64_MIN;
        for (size_t s = 0; s < forcing->n[kind]; s++) {
            int64_t end = forcing_source_until(forcing->source[kind][s], t_ns);
            until = end > until ? end : until;
        }
        if (until >= to_ns)
            return true;
        *gap_ns = t_ns;
        if (until <= t_ns)
            return false;
        t_ns = until;
    }
}

static void outside_warn(struct forcing *forcing, const struct forcing_source *source, int64_t from_ns,
                         int64_t to_ns, struct geo_box box)
{
    int64_t first, last;
    char begin[CORE_TIME_TEXT], end[CORE_TIME_TEXT];
    forcing_source_times(source, &first, &last);
    if (!forcing_source_touches(source, box)) {
        core_job_warn(forcing->job, "forcing-outside", "%s does not reach the area where the drift starts",
                      source->text);
        return;
    }
    if (first <= from_ns && last >= to_ns)
        return;
    core_time_iso(first, begin);
    core_time_iso(last, end);
    bool apart = last < from_ns || first > to_ns;
    core_job_warn(forcing->job, "forcing-outside", "%s holds %s to %s, %s", source->text, begin, end,
                  apart ? "none of which is in the run" : "which is not all of the run");
}

static enum ph_status area_check(const struct forcing *forcing, enum forcing_kind kind, struct geo_box box,
                                 struct ph_err *err)
{
    for (size_t s = 0; s < forcing->n[kind]; s++)
        if (forcing_source_touches(forcing->source[kind][s], box))
            return PH_OK;
    const struct forcing_source *source = forcing->source[kind][0];
    return core_err_set(err, PH_EINPUT, source->label,
                        "name a file of the right area, or a constant after it",
                        "%s does not reach the area where the drift starts (%.2f to %.2f N, %.2f to %.2f E)",
                        source->text, box.south_deg, box.north_deg, box.west_deg, box.east_deg);
}

static enum ph_status times_check(const struct forcing *forcing, enum forcing_kind kind, int64_t from_ns,
                                  int64_t to_ns, struct ph_err *err)
{
    int64_t gap_ns, first, last;
    char gap[CORE_TIME_TEXT], begin[CORE_TIME_TEXT], end[CORE_TIME_TEXT];
    if (times_served(forcing, kind, from_ns, to_ns, &gap_ns))
        return PH_OK;
    const struct forcing_source *source = forcing->source[kind][0];
    forcing_source_times(source, &first, &last);
    core_time_iso(gap_ns, gap);
    core_time_iso(first, begin);
    core_time_iso(last, end);
    return core_err_set(
        err, PH_EINPUT, source->label, "name further files, shorten the run, or say \"on_missing\": \"hold\"",
        "no %s from %s on: %s holds %s to %s", forcing_kind_name(kind), gap, source->text, begin, end);
}

// Every source that falls short is said; a kind that is not served at all ends here when the case says so.
static enum ph_status reach_check(struct forcing *forcing, int64_t from_ns, int64_t to_ns, struct geo_box box,
                                  struct ph_err *err)
{
    for (int kind = 0; kind < FORCING_KINDS; kind++) {
        for (size_t s = 0; s < forcing->n[kind]; s++)
            outside_warn(forcing, forcing->source[kind][s], from_ns, to_ns, box);
        if (!forcing->n[kind] || forcing->on_missing != FORCING_MISSING_ERROR)
            continue;
        enum ph_status status = area_check(forcing, (enum forcing_kind)kind, box, err);
        if (!status)
            status = times_check(forcing, (enum forcing_kind)kind, from_ns, to_ns, err);
        if (status)
            return status;
    }
    return PH_OK;
}

// Adds what a source says is wrong to what others said, so that a case is put right in one go.
static void reasons_join(struct ph_err *all, const struct ph_err *one, const char *label)
{
    char line[512];
    snprintf(line, sizeof line, "%s", one->what);
    if (!all->status) {
        *all = *one;
        core_err_within(all, label);
        return;
    }
    size_t used = strlen(all->what);
    snprintf(all->what + used, sizeof all->what - used, "; %s%s%s: %s", label, one->where[0] ? ": " : "",
             one->where, line);
}

static enum ph_status sources_open(struct forcing *forcing, const struct forcing_request *requests, size_t n,
                                   int64_t until_ns, struct ph_err *err)
{
    struct ph_err all = {0};
    for (size_t r = 0; r < n; r++) {
        enum forcing_kind kind = requests[r].kind;
        struct forcing_source *source;
        struct ph_err one = {0};
        if (core_job_cancelled(forcing->job))
            return core_job_interrupted(err);
        enum ph_status status = forcing_source_open(&requests[r], forcing->job, &source, &one);
        if (!status) {
            source->until_ns = until_ns;
            forcing->source[kind][forcing->n[kind]++] = source;
        } else if (status == PH_ENOMEM || status == PH_EINTERNAL) {
            if (err)
                *err = one;
            return status;
        } else
            reasons_join(&all, &one, requests[r].label ? requests[r].label : "");
    }
    if (all.status && err)
        *err = all;
    return all.status;
}

static enum ph_status requests_check(const struct forcing_request *requests, size_t n,
                                     size_t count[FORCING_KINDS], struct ph_err *err)
{
    for (size_t r = 0; r < n; r++) {
        bool one = !requests[r].file != !requests[r].series && (requests[r].file || requests[r].n_series);
        if ((int)requests[r].kind < 0 || requests[r].kind >= FORCING_KINDS || !one)
            return core_err_set(err, PH_EINTERNAL, requests[r].label, NULL,
                                "a source is neither file nor series");
        if (++count[requests[r].kind] > MOST_SOURCES)
            return core_err_set(err, PH_EINPUT, requests[r].label, "name fewer sources",
                                "more than %d sources", MOST_SOURCES);
    }
    return PH_OK;
}

enum ph_status forcing_open(const struct forcing_request *requests, size_t n, enum forcing_missing on_missing,
                            int64_t from_ns, int64_t to_ns, struct geo_box start_box, struct core_job *job,
                            struct forcing **out, struct ph_err *err)
{
    size_t count[FORCING_KINDS] = {0};
    enum ph_status status = requests_check(requests, n, count, err);
    if (status)
        return status;
    struct forcing *forcing = calloc(1, sizeof *forcing);
    if (!forcing)
        return core_err_nomem(err);
    forcing->on_missing = on_missing;
    forcing->job = job;
    for (int kind = 0; kind < FORCING_KINDS && !status; kind++) {
        forcing->source[kind] = calloc(count[kind] ? count[kind] : 1, sizeof(struct forcing_source *));
        status = forcing->source[kind] ? PH_OK : core_err_nomem(err);
    }
    if (!status)
        status = sources_open(forcing, requests, n, to_ns, err);
    if (!status)
        status = reach_check(forcing, from_ns, to_ns, start_box, err);
    if (status)
        forcing_free(forcing);
    else
        *out = forcing;
    return status;
}

void forcing_free(struct forcing *forcing)
{
    if (!forcing)
        return;
    for (int kind = 0; kind < FORCING_KINDS; kind++) {
        for (size_t s = 0; s < forcing->n[kind]; s++)
            forcing_source_free(forcing->source[kind][s]);
        free(forcing->source[kind]);
    }
    free(forcing);
}

size_t forcing_n_sources(const struct forcing *forcing, enum forcing_kind kind)
{
    return forcing->n[kind];
}

const char *forcing_source_text(const struct forcing *forcing, enum forcing_kind kind, size_t source)
{
    return forcing->source[kind][source]->text;
}

int64_t forcing_next_level(const struct forcing *forcing, int64_t t_ns)
{
    int64_t next = INT64_MAX;
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        for (size_t s = 0; s < forcing->n[kind]; s++) {
            int64_t level = forcing_source_next(forcing->source[kind][s], t_ns);
            next = level < next ? level : next;
        }
    return next;
}

size_t forcing_bytes_live(const struct forcing *forcing)
{
    size_t bytes = 0;
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        for (size_t s = 0; s < forcing->n[kind]; s++)
            bytes += forcing->source[kind][s]->bytes + forcing_ahead_bytes(forcing->source[kind][s]);
    return bytes;
}

size_t forcing_bytes_peak(const struct forcing *forcing)
{
    return forcing->bytes_peak;
}

enum ph_status forcing_window(struct forcing *forcing, int64_t from_ns, int64_t to_ns, struct geo_box box,
                              struct ph_err *err)
{
    if (to_ns < from_ns || forcing_next_level(forcing, from_ns) < to_ns)
        return core_err_set(err, PH_EINTERNAL, NULL, NULL, "a window of the forcing goes over a time level");
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        for (size_t s = 0; s < forcing->n[kind]; s++) {
            enum ph_status status =
                forcing_source_window(forcing->source[kind][s], from_ns, to_ns, box, has_hold(forcing), err);
            if (status)
                return status;
        }
    size_t bytes = forcing_bytes_live(forcing);
    forcing->bytes_peak = bytes > forcing->bytes_peak ? bytes : forcing->bytes_peak;
    return PH_OK;
}

void forcing_sample(const struct forcing *forcing, enum forcing_kind kind, size_t n, const double *lat_deg,
                    const double *lon_deg, const double *t_s, double *u, double *v, int8_t *source,
                    uint8_t *flags)
{
    memset(source, -1, n);
    memset(flags, 0, n);
    memset(u, 0, n * sizeof *u);
    memset(v, 0, n * sizeof *v);
    // First those that serve this time, in order; only then those that are held.
    static const enum forcing_serves rounds[] = {SERVES_BETWEEN, SERVES_HELD};
    for (int r = 0; r < 2; r++)
        for (size_t s = 0; s < forcing->n[kind]; s++)
            if (forcing->source[kind][s]->serves == rounds[r])
                forcing_source_sample(forcing->source[kind][s], (int8_t)s, n, lat_deg, lon_deg, t_s, u, v,
                                      source, flags);
}

enum ph_status forcing_sample_each(struct forcing *forcing, enum forcing_kind kind, int64_t t_ns,
                                   struct geo_pos place, struct geo_box box, double *u, double *v,
                                   struct ph_err *err)
{
    for (size_t s = 0; s < forcing->n[kind]; s++) {
        struct forcing_source *source = forcing->source[kind][s];
        double t_s = 0;
        int8_t served = -1;
        uint8_t flags;
        forcing_source_narrow(source, box);
        enum ph_status status = forcing_source_window(source, t_ns, t_ns, box, false, err);
        if (status)
            return status;
        forcing_source_sample(source, 0, 1, &place.lat_deg, &place.lon_deg, &t_s, &u[s], &v[s], &served,
                              &flags);
        if (served < 0)
            u[s] = v[s] = (double)NAN;
    }
    return PH_OK;
}

uint64_t forcing_values_read(const struct forcing *forcing)
{
    uint64_t n = 0;
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        for (size_t s = 0; s < forcing->n[kind]; s++)
            n += forcing->source[kind][s]->n_read;
    return n;
}

bool forcing_live(const struct forcing *forcing, enum forcing_kind kind)
{
    for (size_t s = 0; s < forcing->n[kind]; s++)
        if (forcing->source[kind][s]->serves != SERVES_NOT)
            return true;
    return false;
}

struct geo_box forcing_source_area(const struct forcing *forcing, enum forcing_kind kind, size_t source)
{
    const struct forcing_source *is = forcing->source[kind][source];
    return is->series ? (struct geo_box){-180, -90, 180, 90} : forcing_grid_box(is->grid);
}

bool forcing_patch_of(const struct forcing *forcing, enum forcing_kind kind, struct forcing_patch *out)
{
    for (size_t s = 0; s < forcing->n[kind]; s++)
        if (forcing->source[kind][s]->serves == SERVES_BETWEEN)
            return forcing_source_patch(forcing->source[kind][s], (int8_t)s, out);
    return false;
}

double forcing_coastal_reach_m(const struct forcing *forcing)
{
    double reach = 0;
    for (int kind = 0; kind < FORCING_KINDS; kind++)
        for (size_t s = 0; s < forcing->n[kind]; s++) {
            const struct forcing_source *source = forcing->source[kind][s];
            reach = fmax(reach, source->series ? 0 : forcing_grid_reach_m(source->grid));
        }
    return reach;
}
