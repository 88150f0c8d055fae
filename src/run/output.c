#include "run/run.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/err.h"
#include "core/file.h"
#include "run/inner.h"

enum { PATH_BYTES = 4096, MAX_SUMMARY_BYTES = 64 << 20 };

#define TASKS "tasks"
#define TASKS_RTZ12 "tasks/rtz-1.2"

// A folder beside the target where everything is made whole first.
struct stage {
    char dir[PATH_BYTES];    // where files are written
    char target[PATH_BYTES]; // where they will be
    char **name;             // relative names, in the order written
    size_t n, capacity;
    struct core_arena arena;
};

static enum ph_status path_join(char out[PATH_BYTES], const char *dir, const char *name, struct ph_err *err)
{
    if (snprintf(out, PATH_BYTES, "%s/%s", dir, name) >= PATH_BYTES)
        return core_err_set(err, PH_EIO, dir, "use a shorter path", "the path is too long");
    return PH_OK;
}

static enum ph_status stage_init(struct stage *stage, const char *target, struct ph_err *err)
{
    *stage = (struct stage){.capacity = 1024};
    size_t length = strlen(target);
    while (length > 1 && target[length - 1] == '/')
        length--;
    if (!length || length > PATH_BYTES - 64)
        return core_err_set(err, PH_EIO, target, "give a folder with -o", "cannot write to this folder");
    memcpy(stage->target, target, length);
    snprintf(stage->dir, PATH_BYTES, "%.*s.part-%ld", PATH_BYTES - 64, stage->target, (long)getpid());
    stage->name = CORE_ARENA_NEW(&stage->arena, char *, stage->capacity);
    if (!stage->name)
        return core_err_nomem(err);
    struct stat is;
    if (!stat(stage->target, &is) && !S_ISDIR(is.st_mode))
        return core_err_set(err, PH_EIO, stage->target, "give another folder with -o",
                            "this is not a folder");
    char tasks[PATH_BYTES];
    enum ph_status status = path_join(tasks, stage->dir, TASKS_RTZ12, err);
    return status ? status : core_file_mkdir(tasks, err);
}

// Path of a file in the stage; its name is kept for the move.
static enum ph_status stage_path(struct stage *stage, const char *name, char out[PATH_BYTES],
                                 struct ph_err *err)
{
    char *kept = core_arena_text(&stage->arena, name);
    if (!kept || stage->n == stage->capacity)
        return core_err_nomem(err);
    stage->name[stage->n++] = kept;
    return path_join(out, stage->dir, name, err);
}

// Takes over the buffer: writes and frees it.
static enum ph_status stage_buffer(struct stage *stage, const char *name, struct core_buf *buf,
                                   enum ph_status made, struct ph_err *err)
{
    char path[PATH_BYTES];
    enum ph_status status = made ? made : stage_path(stage, name, path, err);
    if (!status)
        status = core_file_write_buf(path, buf, err);
    core_buf_fini(buf);
    return status;
}

// Removes the task folders where they are empty.
static void folders_trim(const char *dir)
{
    static const char *const folders[] = {TASKS_RTZ12, TASKS};
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (!path_join(path, dir, folders[i], NULL))
            rmdir(path);
}

static void stage_fini(struct stage *stage)
{
    char path[PATH_BYTES];
    for (size_t i = 0; i < stage->n; i++)
        if (!path_join(path, stage->dir, stage->name[i], NULL))
            unlink(path);
    folders_trim(stage->dir);
    rmdir(stage->dir);
    core_arena_fini(&stage->arena);
}

static bool stage_has(const struct stage *stage, const char *name)
{
    for (size_t i = 0; i < stage->n; i++)
        if (!strcmp(stage->name[i], name))
            return true;
    return false;
}

// A name that an earlier run may have written below its own folder, and nothing else.
static bool name_is_ours(const char *name)
{
    static const char *const folders[] = {TASKS_RTZ12 "/", TASKS "/", ""};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t length = strlen(folders[i]);
        if (!strncmp(name, folders[i], length))
            return name[length] && name[length] != '.' && !strchr(name + length, '/');
    }
    return false;
}

// A route of an earlier plan must not lie beside the new one: removes what the old summary.json names and
// this run does not write.
static void stale_remove(const struct stage *stage)
{
    char path[PATH_BYTES];
    struct core_buf text = {0};
    if (path_join(path, stage->target, "summary.json", NULL) ||
        core_file_read(path, MAX_SUMMARY_BYTES, &text, NULL))
        return;
    json_t *old = json_loadb(text.text, text.length, 0, NULL);
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(old, "files"), i, name)
    {
        const char *file = json_string_value(name);
        if (file && name_is_ours(file) && !stage_has(stage, file) &&
            !path_join(path, stage->target, file, NULL))
            unlink(path);
    }
    json_decref(old);
    core_buf_fini(&text);
}

// All files are whole: moves them to their place. summary.json last, as the sign that the set is complete.
static enum ph_status stage_commit(struct stage *stage, struct ph_err *err)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    enum ph_status status = path_join(to, stage->target, TASKS_RTZ12, err);
    if (!status)
        status = core_file_mkdir(to, err);
    if (status)
        return status;
    stale_remove(stage);
    for (size_t i = 0; i < stage->n; i++) {
        status = path_join(from, stage->dir, stage->name[i], err);
        if (!status)
            status = path_join(to, stage->target, stage->name[i], err);
        if (status)
            return status;
        if (rename(from, to))
            return core_err_errno(err, "write", to);
    }
    folders_trim(stage->target);
    return PH_OK;
}

typedef enum ph_status writer(const struct export_product *product, struct core_buf *out, struct ph_err *err);
typedef enum ph_status task_writer(const struct export_product *product, size_t area, struct core_buf *out,
                                   struct ph_err *err);

static enum ph_status tasks_write(struct stage *stage, const struct export_product *p, struct ph_err *err)
{
    static const struct {
        const char *folder, *ending;
        task_writer *write;
    } kinds[] = {
        {TASKS, ".gpx", export_task_gpx},
        {TASKS, ".rtz", export_task_rtz},
        {TASKS_RTZ12, ".rtz", export_task_rtz12}, // bears the route's name too, so a folder of its own
        {TASKS, ".txt", export_task_text}};
    enum ph_status status = PH_OK;
    for (size_t area = 0; p->plan && area < p->plan->n_areas; area++)
        for (size_t k = 0; !status && k < sizeof kinds / sizeof *kinds; k++) {
            char stem[EXPORT_STEM], name[EXPORT_STEM + 64];
            struct core_buf buf = {0};
            export_task_stem(p, area, stem);
            snprintf(name, sizeof name, "%s/%s%s", kinds[k].folder, stem, kinds[k].ending);
            enum ph_status made = kinds[k].write(p, area, &buf, err);
            status = stage_buffer(stage, name, &buf, made, err);
        }
    return status;
}

// The plan as a picture to send.
static enum ph_status plan_png(const struct export_product *p, struct core_buf *out, struct ph_err *err)
{
    enum { WIDTH_PX = 800 };
    return export_map_png(p, export_plan_time(p), WIDTH_PX, out, err);
}

static enum ph_status texts_write(struct stage *stage, const struct export_product *p, enum run_parts parts,
                                  struct ph_err *err)
{
    static const struct {
        const char *name;
        writer *write;
        bool always, needs_plan;
    } files[] = {
        {"plan.json", export_plan_json, true, true},
        {"plan.geojson", export_plan_geojson, true, true},
        {"plan.kml", export_plan_kml, true, true},
        {"plan.png", plan_png, true, true},
        {"search-action-plan.txt", export_action_plan_text, true, true},
        {"worksheet.txt", export_worksheet_text, true, true},
        {"sitrep.txt", export_sitrep_text, true, false},
        {"containment.geojson", export_containment_geojson, false, false},
        {"start-region.geojson", export_start_region_geojson, false, false},
        {"report.html", export_report_html, false, false},
    };
    enum ph_status status = PH_OK;
    for (size_t i = 0; !status && i < sizeof files / sizeof *files; i++) {
        if ((files[i].needs_plan && !p->plan) || (!files[i].always && parts != RUN_PART_ALL))
            continue;
        if (files[i].write == export_start_region_geojson && !p->n_traced)
            continue;
        struct core_buf buf = {0};
        enum ph_status made = files[i].write(p, &buf, err);
        status = stage_buffer(stage, files[i].name, &buf, made, err);
    }
    return status;
}

static enum ph_status grids_write(struct run *run, struct stage *stage, struct ph_err *err)
{
    const struct prob_map_attrs attrs = {
        .title = run->c.name,
        .source = run->product.program_version,
        .case_sha256 = run->c.sha256,
        .seed = run->c.drift.seed,
    };
    char path[PATH_BYTES];
    enum ph_status status = stage_path(stage, "trajectories.nc", path, err);
    if (!status)
        status = drift_trajectories_write(path, &run->c, &run->ensemble, run->job, err);
    if (!status)
        status = stage_path(stage, "probability.nc", path, err);
    return status ? status : run_maps_write(run, path, &attrs, err);
}

static enum ph_status summary_write(struct run *run, struct stage *stage, struct ph_err *err)
{
    struct core_buf buf = {0};
    run->product.file = (const char *const *)stage->name;
    run->product.n_files = stage->n;
    enum ph_status made = export_summary_json(&run->product, &buf, err);
    run->product.file = NULL;
    run->product.n_files = 0;
    return stage_buffer(stage, "summary.json", &buf, made, err);
}

enum ph_status run_write(struct run *run, const char *dir, enum run_parts parts, struct ph_err *err)
{
    struct stage stage;
    enum ph_status status = stage_init(&stage, dir, err);
    core_job_progress(run->job, "write", 0.0);
    if (!status && parts == RUN_PART_ALL)
        status = grids_write(run, &stage, err);
    if (!status)
        status = tasks_write(&stage, &run->product, err);
    if (!status)
        status = texts_write(&stage, &run->product, parts, err);
    if (!status && parts == RUN_PART_ALL)
        status = summary_write(run, &stage, err);
    if (!status && core_job_cancelled(run->job))
        status = core_job_interrupted(err);
    if (!status)
        status = stage_commit(&stage, err);
    core_job_progress(run->job, "write", 1.0);
    stage_fini(&stage);
    return status;
}
