// One case of a study: drifted, summed up, kept in a file of its own under DIR/jobs.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "core/file.h"
#include "run/study.h"

enum { RESULT_BYTES = 1 << 30 };
static const char magic[8] = "phjob1\n";

// What the file begins with; the cloud's latitudes, longitudes (float) and weights (double) follow.
struct head {
    char magic[8];
    uint64_t failed, active, stranded, missing, waiting, n;
    double mean_lat_deg, mean_lon_deg, sd_east_m, sd_north_m, area50_m2, area90_m2;
    char error[512], codes[512];
};

enum ph_status study_case_path(const char *dir, const char *key, char out[4096], struct ph_err *err)
{
    if (snprintf(out, 4096, "%s/jobs/%s.job", dir, key) >= 4096)
        return core_err_set(err, PH_EIO, dir, "use a shorter path", "the path is too long");
    return PH_OK;
}

// A case that failed before is tried again: what it missed may be there now.
bool study_case_done(const char *dir, const char *key)
{
    char path[4096];
    struct head head = {0};
    if (study_case_path(dir, key, path, NULL))
        return false;
    FILE *file = fopen(path, "rbe");
    size_t n = file ? fread(&head, sizeof head, 1, file) : 0;
    if (file)
        fclose(file);
    return n == 1 && !memcmp(head.magic, magic, sizeof magic) && !head.failed;
}

static void codes_add(const struct core_job *job, char codes[512])
{
    size_t used = 0;
    codes[0] = '\0';
    for (const struct core_warning *w = job->first_warning; w && used < 512; w = w->next)
        used += (size_t)snprintf(codes + used, 512 - used, "%s%s", used ? " " : "", w->code);
}

static void head_fill(const struct run *run, struct head *head)
{
    const struct export_time *t = &run->time[0];
    head->active = t->active;
    head->stranded = t->stranded;
    head->missing = t->missing;
    head->waiting = t->not_released + t->underway;
    if (t->has_moments) {
        head->mean_lat_deg = t->moments.mean.lat_deg;
        head->mean_lon_deg = t->moments.mean.lon_deg;
        head->sd_east_m = sqrt(t->moments.xx_m2);
        head->sd_north_m = sqrt(t->moments.yy_m2);
    }
    for (size_t r = 0; r < t->n_regions; r++) {
        if (t->region[r].mass == 0.50)
            head->area50_m2 = t->region[r].area_m2;
        if (t->region[r].mass == 0.90)
            head->area90_m2 = t->region[r].area_m2;
    }
}

// Those adrift at the map's time, with their weights after the searches of the case.
static void cloud_add(const struct run *run, struct head *head, struct core_buf *lat, struct core_buf *lon,
                      struct core_buf *weight)
{
    const struct drift_ensemble *e = &run->ensemble;
    for (size_t i = 0; i < e->n; i++)
        if (e->status[i] == DRIFT_ACTIVE) {
            core_buf_add(lat, &e->lat_deg[i], sizeof(float));
            core_buf_add(lon, &e->lon_deg[i], sizeof(float));
            core_buf_add(weight, &run->posterior[i], sizeof(double));
            head->n++;
        }
}

static enum ph_status result_write(const char *path, struct head *head, const struct run *run,
                                   struct ph_err *err)
{
    struct core_buf all = {0}, lat = {0}, lon = {0}, weight = {0};
    if (!head->failed)
        cloud_add(run, head, &lat, &lon, &weight);
    core_buf_add(&all, head, sizeof *head);
    core_buf_add(&all, lat.text, lat.length);
    core_buf_add(&all, lon.text, lon.length);
    core_buf_add(&all, weight.text, weight.length);
    all.failed = all.failed || lat.failed || lon.failed || weight.failed;
    enum ph_status status = core_file_write_buf(path, &all, err);
    core_buf_fini(&all);
    core_buf_fini(&lat);
    core_buf_fini(&lon);
    core_buf_fini(&weight);
    return status;
}

static enum ph_status case_drift(const struct study *study, size_t i, struct run *run, struct ph_err *err)
{
    run->prior_pos = NAN;
    enum ph_status status = study_case_make(study, i, &run->c, err);
    if (!status)
        status = run_open(run, err);
    if (!status)
        status = run_drift(run, err);
    if (!status)
        status = run_weights(run, err);
    if (!status)
        status = run_snapshot(run, study->map_ns, err);
    return status ? status : run_map(run, err);
}

// What another case may do better. A full disk or memory, or the user's wish to stop, ends the study.
static bool is_result(enum ph_status status)
{
    return status == PH_OK || status == PH_EINPUT || status == PH_EUNSUPPORTED || status == PH_EIO;
}

enum ph_status study_case_run(const struct study *study, size_t i, const char *dir, struct core_job *job,
                              struct ph_err *err)
{
    struct ph_err failure = {0};
    struct core_job own = {.threads = job->threads, .stop = job->stop}; // its warnings are the case's
    struct run run = {.job = &own, .cell_m = study->cell_m};
    struct head head = {.mean_lat_deg = NAN,
                        .mean_lon_deg = NAN,
                        .sd_east_m = NAN,
                        .sd_north_m = NAN,
                        .area50_m2 = NAN,
                        .area90_m2 = NAN};
    memcpy(head.magic, magic, sizeof magic);
    char path[4096];
    enum ph_status status = case_drift(study, i, &run, &failure);
    if (!is_result(status)) {
        if (err)
            *err = failure;
    } else {
        head.failed = status != PH_OK;
        if (head.failed)
            snprintf(head.error, sizeof head.error, "%.300s%s%.200s", failure.what,
                     failure.where[0] ? ": " : "", failure.where);
        else
            head_fill(&run, &head);
        codes_add(&own, head.codes);
        status = study_case_path(dir, study->item[i].key, path, err);
        if (!status)
            status = result_write(path, &head, &run, err);
    }
    run_fini(&run);
    core_job_fini(&own);
    return status;
}

enum ph_status study_result_read(const char *path, struct core_arena *arena, struct study_result *out,
                                 struct ph_err *err)
{
    struct core_buf file = {0};
    enum ph_status status = core_file_read(path, RESULT_BYTES, &file, err);
    if (status)
        return status;
    struct head head = {0};
    size_t each = 2 * sizeof(float) + sizeof(double);
    if (file.length >= sizeof head)
        memcpy(&head, file.text, sizeof head);
    if (memcmp(head.magic, magic, sizeof magic) || head.n > RESULT_BYTES / each ||
        file.length != sizeof head + head.n * each) {
        core_buf_fini(&file);
        return core_err_set(err, PH_EIO, path, "remove it and start the study again",
                            "this result is damaged");
    }
    head.error[511] = head.codes[511] = '\0';
    char *values = core_arena_alloc(arena, head.n, each);
    if (!values) {
        core_buf_fini(&file);
        return core_err_nomem(err);
    }
    // The widest first, so that each array is aligned.
    const char *places = file.text + sizeof head;
    size_t n = head.n, floats = 2 * n * sizeof(float);
    memcpy(values, places + floats, n * sizeof(double));
    memcpy(values + n * sizeof(double), places, floats);
    float *lat = (float *)(void *)(values + n * sizeof(double));
    *out = (struct study_result){
        .failed = head.failed,
        .active = head.active,
        .stranded = head.stranded,
        .missing = head.missing,
        .waiting = head.waiting,
        .mean_lat_deg = head.mean_lat_deg,
        .mean_lon_deg = head.mean_lon_deg,
        .sd_east_m = head.sd_east_m,
        .sd_north_m = head.sd_north_m,
        .area50_m2 = head.area50_m2,
        .area90_m2 = head.area90_m2,
        .cloud = {.n = n, .lat_deg = lat, .lon_deg = lat + n, .weight = (double *)(void *)values},
    };
    memcpy(out->error, head.error, sizeof head.error);
    memcpy(out->codes, head.codes, sizeof head.codes);
    core_buf_fini(&file);
    return PH_OK;
}
