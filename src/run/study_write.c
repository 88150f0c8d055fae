// The results of a study side by side, and their average.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "core/units.h"
#include "prob/map_file.h"
#include "run/study.h"

// The average is on one grid, so coarser than the map of one case; each cloud gives its extent with this
// many.
enum { AVERAGE_CELLS_MAX = 200 * 200, EXTENT_PARTICLES = 500, PICTURE_WIDTH_PX = 1400, WARNED_MAX = 64 };
static const double masses[RUN_N_REGIONS] = {0.50, 0.75, 0.90, 0.95};

static double nm2(double m2)
{
    return m2 / (CORE_M_PER_NM * CORE_M_PER_NM);
}

struct gathering {
    const struct study *study;
    const char *dir;
    struct core_job *job;
    struct core_arena arena;
    struct study_result *row; // [n], without clouds
    struct prob_cloud *thin;  // [n]
    struct study_totals totals;
    double weight_done; // of the cases that did not fail
    struct prob_map map;
    struct prob_region region[RUN_N_REGIONS];
};

static enum ph_status result_of(const struct gathering *g, size_t i, struct core_arena *arena,
                                struct study_result *out, struct ph_err *err)
{
    char path[4096];
    enum ph_status status = study_case_path(g->dir, g->study->item[i].key, path, err);
    return status ? status : study_result_read(path, arena, out, err);
}

// Every so-many-th particle, enough to lay a grid.
static enum ph_status cloud_thin(const struct prob_cloud *cloud, struct core_arena *arena,
                                 struct prob_cloud *out, struct ph_err *err)
{
    size_t stride = (cloud->n + EXTENT_PARTICLES - 1) / EXTENT_PARTICLES,
           n = stride ? (cloud->n - 1) / stride + 1 : 0;
    float *lat = CORE_ARENA_NEW(arena, float, n), *lon = CORE_ARENA_NEW(arena, float, n);
    double *weight = CORE_ARENA_NEW(arena, double, n);
    if (!lat || !lon || !weight)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++) {
        lat[i] = cloud->lat_deg[i * stride];
        lon[i] = cloud->lon_deg[i * stride];
        weight[i] = cloud->weight[i * stride];
    }
    *out = (struct prob_cloud){n, lat, lon, weight};
    return PH_OK;
}

static enum ph_status rows_read(struct gathering *g, struct ph_err *err)
{
    size_t n = g->study->n;
    g->row = CORE_ARENA_NEW(&g->arena, struct study_result, n);
    g->thin = CORE_ARENA_NEW(&g->arena, struct prob_cloud, n);
    enum ph_status status = g->row && g->thin ? PH_OK : core_err_nomem(err);
    for (size_t i = 0; !status && i < n; i++) {
        struct core_arena one = {0};
        status = result_of(g, i, &one, &g->row[i], err);
        if (!status)
            status = cloud_thin(&g->row[i].cloud, &g->arena, &g->thin[i], err);
        g->row[i].cloud = (struct prob_cloud){0};
        core_arena_fini(&one);
        g->totals.n_failed += g->row[i].failed;
        g->totals.n_done += !g->row[i].failed;
        g->weight_done += g->row[i].failed ? 0 : g->study->item[i].weight;
        core_job_progress(g->job, "gather", 0.5 * (double)(i + 1) / (double)n);
    }
    return status;
}

// ---- The averaged map: each case's own map on the common grid, times its share ----

static enum ph_status map_add(struct gathering *g, size_t i, struct ph_err *err)
{
    struct core_arena one = {0};
    struct study_result result;
    struct prob_map map;
    double share = g->study->item[i].weight / g->weight_done;
    enum ph_status status = result_of(g, i, &one, &result, err);
    if (!status && result.cloud.n) {
        status = prob_map_make(&result.cloud, &g->map.grid, &one, &map, err);
        size_t cells = g->map.grid.nlat * g->map.grid.nlon;
        for (size_t k = 0; !status && k < cells; k++)
            g->map.mass[k] += share * map.mass[k];
        if (!status) {
            g->map.mapped += share * map.mapped;
            g->map.bandwidth_m += share * map.bandwidth_m;
        }
    }
    core_arena_fini(&one);
    return status;
}

static enum ph_status map_average(struct gathering *g, struct ph_err *err)
{
    enum ph_status status =
        prob_grid_choose(g->thin, g->study->n, g->study->cell_m, AVERAGE_CELLS_MAX, &g->map.grid, err);
    if (status)
        return status;
    g->map.mass = CORE_ARENA_NEW(&g->arena, double, g->map.grid.nlat * g->map.grid.nlon);
    if (!g->map.mass)
        return core_err_nomem(err);
    for (size_t i = 0; !status && i < g->study->n; i++) {
        status = core_job_cancelled(g->job) ? core_job_interrupted(err) : PH_OK;
        if (!status && !g->row[i].failed)
            status = map_add(g, i, err);
        core_job_progress(g->job, "gather", 0.5 + 0.5 * (double)(i + 1) / (double)g->study->n);
    }
    for (size_t r = 0; !status && r < RUN_N_REGIONS; r++) {
        status = prob_region_make(&g->map, masses[r], &g->arena, &g->region[r], err);
        g->totals.area_m2[r] = status ? 0 : g->region[r].area_m2;
    }
    g->totals.mapped = g->map.mapped;
    return status;
}

// ---- Warnings: each code once, with how many cases it stands for ----

static bool code_in(const char *codes, const char *code)
{
    size_t length = strlen(code);
    for (const char *at = codes; (at = strstr(at, code)); at += length)
        if ((at == codes || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

static void code_warn(const struct gathering *g, const char *code)
{
    size_t n = 0, first = g->study->n;
    for (size_t i = g->study->n; i-- > 0;)
        if (code_in(g->row[i].codes, code)) {
            n++;
            first = i;
        }
    char name[256];
    study_case_name(g->study, first, name, sizeof name);
    core_job_warn(g->job, code, "in %zu of %zu cases, first in: %s", n, g->study->n, name);
}

static void warnings_sum(struct gathering *g)
{
    char seen[WARNED_MAX * 64] = "";
    for (size_t i = 0; i < g->study->n; i++) {
        char codes[512], *rest = codes;
        memcpy(codes, g->row[i].codes, sizeof codes);
        for (const char *code; (code = strsep(&rest, " "));)
            if (*code && !code_in(seen, code) && strlen(seen) + strlen(code) + 2 < sizeof seen) {
                strcat(strcat(seen, " "), code);
                code_warn(g, code);
            }
    }
    char name[256];
    for (size_t i = 0; i < g->study->n && g->totals.n_failed; i++)
        if (g->row[i].failed) {
            study_case_name(g->study, i, name, sizeof name);
            core_job_warn(g->job, "study-failed",
                          "%zu of %zu cases failed and are not in the average; the first: %s: %s",
                          g->totals.n_failed, g->study->n, name, g->row[i].error);
            return;
        }
}

// ---- Files ----

// A field of a CSV file (RFC 4180).
static void csv_text(struct core_buf *out, const char *text)
{
    bool plain = !strpbrk(text, ",\"\r\n");
    core_buf_puts(out, plain ? "" : "\"");
    for (const char *at = text; *at; at++) {
        core_buf_add(out, at, 1);
        if (!plain && *at == '"')
            core_buf_add(out, at, 1);
    }
    core_buf_puts(out, plain ? "" : "\"");
}

static void csv_number(struct core_buf *out, double value, int decimals)
{
    core_buf_puts(out, ",");
    if (!isnan(value))
        core_buf_printf(out, "%.*f", decimals, value);
}

static enum ph_status table_write(const struct gathering *g, const char *path, struct ph_err *err)
{
    struct core_buf out = {0};
    const struct study *s = g->study;
    core_buf_puts(&out, "case,key,weight");
    for (size_t a = 0; a < s->n_axes; a++) {
        core_buf_puts(&out, ",");
        csv_text(&out, s->axis[a].id);
    }
    core_buf_puts(&out,
                  ",status,active,stranded,missing,waiting,mean_lat_deg,mean_lon_deg,sd_east_nm,sd_north_nm,"
                  "area50_nm2,area90_nm2,warnings,error\n");
    for (size_t i = 0; i < s->n; i++) {
        const struct study_result *r = &g->row[i];
        core_buf_printf(&out, "%zu,%s,%.9g", i + 1, s->item[i].key, s->item[i].weight);
        for (size_t a = 0; a < s->n_axes; a++) {
            core_buf_puts(&out, ",");
            csv_text(&out, s->axis[a].choice[study_choice_of(s, i, a)].id);
        }
        core_buf_printf(&out, ",%s,%zu,%zu,%zu,%zu", r->failed ? "failed" : "done", r->active, r->stranded,
                        r->missing, r->waiting);
        csv_number(&out, r->mean_lat_deg, 5);
        csv_number(&out, r->mean_lon_deg, 5);
        csv_number(&out, core_nm_from_m(r->sd_east_m), 3);
        csv_number(&out, core_nm_from_m(r->sd_north_m), 3);
        csv_number(&out, nm2(r->area50_m2), 3);
        csv_number(&out, nm2(r->area90_m2), 3);
        core_buf_puts(&out, ",");
        csv_text(&out, r->codes);
        core_buf_puts(&out, ",");
        csv_text(&out, r->error);
        core_buf_puts(&out, "\n");
    }
    enum ph_status status = core_file_write_buf(path, &out, err);
    core_buf_fini(&out);
    return status;
}

static void case_json(struct core_json *json, const struct study *s, size_t i, const struct study_result *r)
{
    core_json_object_flat(json);
    core_json_key_int(json, "case", (int64_t)i + 1);
    core_json_key_text(json, "key", s->item[i].key);
    core_json_key_num(json, "weight", s->item[i].weight, 9);
    core_json_key(json, "choices");
    core_json_object(json);
    for (size_t a = 0; a < s->n_axes; a++)
        core_json_key_text(json, s->axis[a].id, s->axis[a].choice[study_choice_of(s, i, a)].id);
    core_json_object_end(json);
    core_json_key_text(json, "status", r->failed ? "failed" : "done");
    if (r->failed)
        core_json_key_text(json, "error", r->error);
    core_json_key_int(json, "active", (int64_t)r->active);
    core_json_key_int(json, "stranded", (int64_t)r->stranded);
    core_json_key_int(json, "missing", (int64_t)r->missing);
    core_json_key_int(json, "waiting", (int64_t)r->waiting);
    core_json_key(json, "mean");
    core_json_object(json);
    core_json_key_fixed(json, "lat", r->mean_lat_deg, 5);
    core_json_key_fixed(json, "lon", r->mean_lon_deg, 5);
    core_json_object_end(json);
    core_json_key_fixed(json, "area50_nm2", nm2(r->area50_m2), 3);
    core_json_key_fixed(json, "area90_nm2", nm2(r->area90_m2), 3);
    core_json_key_text(json, "warnings", r->codes);
    core_json_object_end(json);
}

static void average_json(struct core_json *json, const struct gathering *g)
{
    core_json_key(json, "average");
    core_json_object(json);
    core_json_key_time(json, "time", g->study->map_ns);
    core_json_key_num(json, "mapped", g->map.mapped, 9);
    core_json_key(json, "containment");
    core_json_array(json);
    for (size_t r = 0; r < RUN_N_REGIONS; r++) {
        core_json_object_flat(json);
        core_json_key_num(json, "mass", masses[r], 3);
        core_json_key_fixed(json, "area_nm2", nm2(g->region[r].area_m2), 3);
        core_json_object_end(json);
    }
    core_json_array_end(json);
    core_json_object_end(json);
}

static enum ph_status study_json_write(const struct gathering *g, const char *path, struct ph_err *err)
{
    struct core_buf out = {0};
    struct core_json json;
    core_json_init(&json, &out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "study-result/1");
    core_json_key_text(&json, "name", g->study->name);
    core_json_key_text(&json, "study_sha256", g->study->sha256);
    core_json_key_text(&json, "program_version", ph_version());
    core_json_key_int(&json, "done", (int64_t)g->totals.n_done);
    core_json_key_int(&json, "failed", (int64_t)g->totals.n_failed);
    average_json(&json, g);
    core_json_key(&json, "warnings");
    core_json_array(&json);
    for (const struct core_warning *w = g->job->first_warning; w; w = w->next) {
        core_json_object_flat(&json);
        core_json_key_text(&json, "code", w->code);
        core_json_key_text(&json, "text", w->text);
        core_json_object_end(&json);
    }
    core_json_array_end(&json);
    core_json_key(&json, "cases");
    core_json_array(&json);
    for (size_t i = 0; i < g->study->n; i++)
        case_json(&json, g->study, i, &g->row[i]);
    core_json_array_end(&json);
    core_json_object_end(&json);
    core_buf_puts(&out, "\n");
    enum ph_status status = core_file_write_buf(path, &out, err);
    core_buf_fini(&out);
    return status;
}

// The averaged map drawn as that of one case would be.
static enum ph_status picture_write(struct gathering *g, const char *path, struct ph_err *err)
{
    size_t cells = g->map.grid.nlat * g->map.grid.nlon;
    struct export_time time = {
        .t_ns = g->study->map_ns, .region = g->region, .n_regions = RUN_N_REGIONS, .map = &g->map};
    float *lat = CORE_ARENA_NEW(&g->arena, float, cells), *lon = CORE_ARENA_NEW(&g->arena, float, cells);
    struct geo_coast *coast = NULL;
    enum ph_status status = lat && lon ? geo_coast_open("auto", NULL, &coast, err) : core_err_nomem(err);
    if (status)
        return status;
    for (size_t k = 0; k < cells; k++) {
        lat[k] =
            (float)(g->map.grid.south_deg + ((double)(k / g->map.grid.nlon) + 0.5) * g->map.grid.dlat_deg);
        lon[k] =
            (float)(g->map.grid.west_deg + ((double)(k % g->map.grid.nlon) + 0.5) * g->map.grid.dlon_deg);
    }
    struct prob_cloud centres = {cells, lat, lon, g->map.mass};
    time.has_moments = prob_moments_of(&centres, &time.moments);
    struct export_product product = {.case_name = g->study->name,
                                     .case_path = g->study->path,
                                     .case_sha256 = g->study->sha256,
                                     .program_version = ph_version(),
                                     .start_ns = g->study->map_ns,
                                     .until_ns = g->study->map_ns,
                                     .time = &time,
                                     .n_times = 1,
                                     .prior_pos = NAN,
                                     .job = g->job,
                                     .coast = coast,
                                     .coast_text = geo_coast_source(coast)};
    struct core_buf png = {0};
    status = export_map_png(&product, 0, PICTURE_WIDTH_PX, &png, err);
    if (!status)
        status = core_file_write_buf(path, &png, err);
    core_buf_fini(&png);
    geo_coast_free(coast);
    return status;
}

static enum ph_status files_write(struct gathering *g, struct ph_err *err)
{
    static enum ph_status (*const text[])(const struct gathering *, const char *,
                                          struct ph_err *) = {table_write, study_json_write};
    static const char *const names[] = {"table.csv", "study.json"};
    const struct prob_map_attrs attrs = {.title = g->study->name,
                                         .source = ph_version(),
                                         .case_sha256 = g->study->sha256,
                                         .comment = "average over the cases of a study, by their weights"};
    char path[4096];
    snprintf(path, sizeof path, "%.4000s/probability.nc", g->dir);
    enum ph_status status = prob_map_write(path, &g->study->map_ns, 1, &g->map, NULL, &attrs, err);
    snprintf(path, sizeof path, "%.4000s/map.png", g->dir);
    if (!status)
        status = picture_write(g, path, err);
    for (size_t i = 0; !status && i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%.4000s/%s", g->dir, names[i]);
        status = text[i](g, path, err);
    }
    return status;
}

enum ph_status study_write(const struct study *study, const char *dir, struct core_job *job,
                           struct study_totals *totals, struct ph_err *err)
{
    struct gathering *g = calloc(1, sizeof *g);
    if (!g)
        return core_err_nomem(err);
    *g = (struct gathering){.study = study, .dir = dir, .job = job};
    enum ph_status status = rows_read(g, err);
    if (!status && !g->totals.n_done)
        status = core_err_set(err, PH_EINPUT, dir, "correct the case and start the study again",
                              "every case failed; the first: %s", g->row[0].error);
    if (!status)
        status = map_average(g, err);
    if (!status)
        warnings_sum(g);
    if (!status)
        status = files_write(g, err);
    if (!status)
        *totals = g->totals;
    core_arena_fini(&g->arena);
    free(g);
    return status;
}
