#include "forcing/source.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "forcing/ahead.h"
#include "forcing/survey.h"

enum { MOST_FILES = 4096, MOST_AWAKE = 4, MOST_DAMAGED = 8 };

// The live box is this much larger than asked for on each side, so that a cloud that moves does not reload it
// at every step.
#define BOX_MARGIN_FRAC 0.2
#define MOST_BLOCK_POINTS (64UL << 20)
#define SHORTEST_GAP_NS (6 * 3600 * CORE_NS_PER_S)

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void notes_warn(struct forcing_source *source, const struct forcing_file *file,
                       const struct forcing_notes *notes)
{
    for (const struct forcing_note *note = notes->first; note; note = note->next)
        if (note->grave)
            core_job_warn(source->job, note->code, "%s: %s", base_name(file->path), note->text);
}

// A name that exists is itself, whatever signs it has: these get a backslash each.
static char *pattern_of(const char *path)
{
    size_t n = strlen(path), used = 0;
    char *pattern = malloc(2 * n + 1);
    bool literal = !access(path, F_OK);
    for (size_t i = 0; pattern && i < n; i++) {
        if (literal && strchr("*?[]\\", path[i]))
            pattern[used++] = '\\';
        pattern[used++] = path[i];
    }
    if (pattern)
        pattern[used] = 0;
    return pattern;
}

// Files of a path or pattern in the order of their names.
static enum ph_status paths_find(const char *path, glob_t *found, struct ph_err *err)
{
    char *pattern = pattern_of(path);
    if (!pattern)
        return core_err_nomem(err);
    int failed = glob(pattern, GLOB_ERR, NULL, found);
    free(pattern);
    if (failed == GLOB_NOMATCH)
        return core_err_set(err, PH_EIO, path, "check the path", "no file has this name");
    if (failed == GLOB_NOSPACE)
        return core_err_nomem(err);
    if (failed)
        return core_err_set(err, PH_EIO, path, "check the path and its rights", "the folder cannot be read");
    if (found->gl_pathc > MOST_FILES) {
        size_t n = found->gl_pathc;
        globfree(found);
        return core_err_set(err, PH_EINPUT, path, "name fewer files", "%zu files match", n);
    }
    return PH_OK;
}

// Opens a file and finds the field in it. A file of a pattern that holds nothing of the kind is left out: its
// wind may lie beside its currents; what it lacks is kept in case that no file has any.
static enum ph_status file_add(struct forcing_source *source, const char *path, bool one_of_many,
                               const struct forcing_ask *ask, struct ph_err *lacks, struct ph_err *err)
{
    struct forcing_file *file = NULL;
    struct forcing_field field;
    struct ph_err why = {0};
    bool absent = false;
    enum ph_status status = forcing_file_open(path, &file, err);
    if (status)
        return status;
    status = file->format->find(file, ask, &field, &absent, &why);
    if (status) {
        forcing_file_free(file);
        *lacks = why;
        if (err)
            *err = why;
        return absent && one_of_many ? PH_OK : status;
    }
    notes_warn(source, file, &field.notes);
    if (one_of_many && source->n_files >= MOST_AWAKE)
        forcing_decoder_sleep(file->decoder);
    source->files[source->n_files] = file;
    source->fields[source->n_files++] = field;
    return PH_OK;
}

static enum ph_status files_open(struct forcing_source *source, const struct forcing_request *request,
                                 struct ph_err *err)
{
    struct forcing_ask ask = {
        request->kind, {request->variables[0], request->variables[1]}, request->depth_m, request->calendar};
    glob_t found;
    enum ph_status status = paths_find(request->file, &found, err);
    if (status)
        return status;
    source->files = CORE_ARENA_NEW(&source->arena, struct forcing_file *, found.gl_pathc);
    source->fields = CORE_ARENA_NEW(&source->arena, struct forcing_field, found.gl_pathc);
    if (!source->files || !source->fields)
        status = core_err_nomem(err);
    struct ph_err lacks = {0};
    for (size_t i = 0; i < found.gl_pathc && !status; i++)
        status = file_add(source, found.gl_pathv[i], found.gl_pathc > 1, &ask, &lacks, err);
    if (!status && !source->n_files) {
        status = lacks.status;
        if (err)
            *err = lacks;
    }
    globfree(&found);
    return status;
}

static enum ph_status grids_check(struct forcing_source *source, struct ph_err *err)
{
    source->grid = &source->fields[0].grid;
    for (size_t f = 1; f < source->n_files; f++)
        if (!forcing_grid_same(source->grid, &source->fields[f].grid))
            return core_err_set(err, PH_EINPUT, source->files[f]->path, "name them as sources of their own",
                                "this file is on another grid than %s, yet both are one source",
                                base_name(source->files[0]->path));
        else if (source->fields[f].grid_relative != source->fields[0].grid_relative)
            return core_err_set(err, PH_EINPUT, source->files[f]->path, "name them as sources of their own",
                                "vectors are along the grid in one of this file and %s, not in the other",
                                base_name(source->files[0]->path));
    return PH_OK;
}

// One part (u or v) of one time, on the way to the levels.
struct entry {
    int64_t t_ns;
    uint32_t file, time;
    int part;
};

static int entry_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->t_ns != y->t_ns)
        return x->t_ns < y->t_ns ? -1 : 1;
    if (x->part != y->part)
        return x->part - y->part;
    return x->file < y->file ? -1 : x->file > y->file;
}

static size_t entries_list(const struct forcing_source *source, struct entry *out)
{
    size_t n = 0;
    for (uint32_t f = 0; f < source->n_files; f++)
        for (uint32_t t = 0; t < source->fields[f].n_times; t++)
            for (int p = 0; p < 2; p++)
                if (source->fields[f].parts & (1 << p)) {
                    if (out)
                        out[n] = (struct entry){source->fields[f].t_ns[t], f, t, p};
                    n++;
                }
    return n;
}

// A time that has both parts becomes a level; where several files hold it, the first by name serves.
static void levels_pair(struct forcing_source *source, const struct entry *entry, size_t n, size_t *twice,
                        size_t *alone)
{
    for (size_t i = 0; i < n;) {
        struct forcing_level level = {.t_ns = entry[i].t_ns};
        int has = 0, times[2] = {0, 0};
        for (; i < n && entry[i].t_ns == level.t_ns; i++) {
            int p = entry[i].part;
            times[p]++;
            if (has & (1 << p))
                continue;
            has |= 1 << p;
            level.file[p] = entry[i].file;
            level.time[p] = entry[i].time;
        }
        *twice += times[0] > 1 || times[1] > 1;
        *alone += has != FORCING_PART_BOTH;
        if (has == FORCING_PART_BOTH)
            source->levels[source->n_levels++] = level;
    }
}

static int gap_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

// A gap is longer than six hours and longer than one and a half times the usual step.
static enum ph_status gaps_measure(struct forcing_source *source, struct ph_err *err)
{
    size_t n = source->n_levels - 1;
    source->most_gap_ns = SHORTEST_GAP_NS;
    if (!n)
        return PH_OK;
    int64_t *gap = malloc(n * sizeof *gap);
    if (!gap)
        return core_err_nomem(err);
    for (size_t i = 0; i < n; i++)
        gap[i] = source->levels[i + 1].t_ns - source->levels[i].t_ns;
    qsort(gap, n, sizeof *gap, gap_order);
    int64_t usual = gap[n / 2] / 2 * 3;
    if (n > 1 && usual > source->most_gap_ns)
        source->most_gap_ns = usual;
    else if (n == 1 && gap[0] <= 24 * 3600 * CORE_NS_PER_S) // two daily levels are a step, not a gap
        source->most_gap_ns = gap[0] > SHORTEST_GAP_NS ? gap[0] : SHORTEST_GAP_NS;
    free(gap);
    return PH_OK;
}

static void gaps_warn(struct forcing_source *source)
{
    for (size_t i = 0; i + 1 < source->n_levels; i++) {
        char from[CORE_TIME_TEXT], to[CORE_TIME_TEXT];
        if (source->levels[i + 1].t_ns - source->levels[i].t_ns <= source->most_gap_ns)
            continue;
        core_time_iso(source->levels[i].t_ns, from);
        core_time_iso(source->levels[i + 1].t_ns, to);
        core_job_warn(source->job, "forcing-gap", "%s: nothing between %s and %s; not interpolated over",
                      base_name(source->files[0]->path), from, to);
    }
}

static enum ph_status levels_make(struct forcing_source *source, struct ph_err *err)
{
    size_t n = entries_list(source, NULL), twice = 0, alone = 0;
    struct entry *entry = malloc((n ? n : 1) * sizeof *entry);
    source->levels = CORE_ARENA_NEW(&source->arena, struct forcing_level, n ? n : 1);
    if (!entry || !source->levels) {
        free(entry);
        return core_err_nomem(err);
    }
    entries_list(source, entry);
    qsort(entry, n, sizeof *entry, entry_order);
    levels_pair(source, entry, n, &twice, &alone);
    free(entry);
    if (!source->n_levels)
        return core_err_set(err, PH_EINPUT, source->files[0]->path,
                            "name the file with the other one as well",
                            "only %s was found, its counterpart was not",
                            source->fields[0].u_name ? source->fields[0].u_name : source->fields[0].v_name);
    const char *name = base_name(source->files[0]->path);
    if (twice)
        core_job_warn(source->job, "overlapping-times",
                      "%s: %zu times are in several files; the first by name serves", name, twice);
    if (alone)
        core_job_warn(source->job, "half-times", "%s: %zu times have only one of u and v; they are left out",
                      name, alone);
    enum ph_status status = gaps_measure(source, err);
    if (!status)
        gaps_warn(source);
    return status;
}

// "gfs.nc: u10, v10 (0.25 deg, 3-hourly)"
static enum ph_status file_text(struct forcing_source *source, struct ph_err *err)
{
    char files[256], step[64] = "one time", size[32];
    const struct forcing_field *field = &source->fields[0];
    snprintf(files, sizeof files, source->n_files > 1 ? "%s and %zu more" : "%s",
             base_name(source->files[0]->path), source->n_files - 1);
    if (source->n_levels > 1) {
        double h = (double)(source->levels[1].t_ns - source->levels[0].t_ns) / 3.6e12;
        snprintf(step, sizeof step,
                 fabs(h - 1) < 1e-6    ? "hourly"
                 : fabs(h - 24) < 1e-6 ? "daily"
                                       : "%.4g-hourly",
                 h);
    }
    const char *u = field->u_name ? field->u_name : source->fields[source->n_files - 1].u_name;
    const char *v = field->v_name ? field->v_name : source->fields[source->n_files - 1].v_name;
    char line[512];
    if (source->grid->shape == FORCING_REGULAR)
        snprintf(size, sizeof size, "%.3g deg", source->grid->lat.step);
    else
        snprintf(size, sizeof size, "%.3g km", source->grid->step_m / 1000);
    snprintf(line, sizeof line, "%s: %s%s%s (%s, %s)", files, u ? u : "", u && v ? ", " : "", v ? v : "",
             size, step);
    source->text = core_arena_text(&source->arena, line);
    return source->text ? PH_OK : core_err_nomem(err);
}

static enum ph_status series_open(struct forcing_source *source, const struct forcing_request *request,
                                  struct ph_err *err)
{
    char line[128];
    struct forcing_observation *copy =
        CORE_ARENA_NEW(&source->arena, struct forcing_observation, request->n_series);
    if (!copy)
        return core_err_nomem(err);
    memcpy(copy, request->series, request->n_series * sizeof *copy);
    for (size_t i = 0; i < request->n_series; i++) {
        if (!isfinite(copy[i].u_mps) || !isfinite(copy[i].v_mps))
            return core_err_set(err, PH_EINPUT, request->label, "give a number",
                                "observation %zu is not a number", i + 1);
        if (i && copy[i].t_ns <= copy[i - 1].t_ns)
            return core_err_set(err, PH_EINPUT, request->label,
                                "put the observations in the order of their times",
                                "observation %zu is not later than the one before", i + 1);
    }
    double toward = core_deg_wrap360(atan2(copy[0].u_mps, copy[0].v_mps) / CORE_RAD_PER_DEG);
    double from = core_deg_wrap360(toward + 180);
    double speed = core_kn_from_mps(hypot(copy[0].u_mps, copy[0].v_mps));
    bool wind = request->kind == FORCING_WIND;
    if (request->n_series > 1)
        snprintf(line, sizeof line, "%zu observations", request->n_series);
    else if (request->kind == FORCING_SEA_TEMPERATURE)
        snprintf(line, sizeof line, "constant %.1f C", copy[0].u_mps);
    else
        snprintf(line, sizeof line, "constant %s %03.0f deg %.1f kn", wind ? "from" : "toward",
                 core_deg_wrap360(round(wind ? from : toward)), speed);
    source->series = copy;
    source->n_series = request->n_series;
    source->text = core_arena_text(&source->arena, line);
    return source->text ? PH_OK : core_err_nomem(err);
}

enum ph_status forcing_source_open(const struct forcing_request *request, struct core_job *job,
                                   struct forcing_source **out, struct ph_err *err)
{
    struct forcing_source *source = calloc(1, sizeof *source);
    if (!source)
        return core_err_nomem(err);
    source->kind = request->kind;
    source->job = job;
    source->slab[0].level = source->slab[1].level = SIZE_MAX;
    source->until_ns = INT64_MIN;
    source->label = core_arena_text(&source->arena, request->label ? request->label : "");
    enum ph_status status;
    if (request->series) {
        status = series_open(source, request, err);
    } else {
        status = files_open(source, request, err);
        if (!status)
            status = grids_check(source, err);
        if (!status)
            status = levels_make(source, err);
        if (!status)
            status = file_text(source, err);
    }
    if (status)
        forcing_source_free(source);
    else
        *out = source;
    return status;
}

void forcing_source_free(struct forcing_source *source)
{
    if (!source)
        return;
    forcing_ahead_end(source);
    for (size_t f = 0; f < source->n_files; f++)
        forcing_file_free(source->files[f]);
    free(source->slab[0].uv);
    free(source->slab[1].uv);
    free(source->place);
    free(source->turn);
    core_arena_fini(&source->arena);
    free(source);
}

static size_t n_times(const struct forcing_source *source)
{
    return source->series ? source->n_series : source->n_levels;
}

static int64_t time_at(const struct forcing_source *source, size_t i)
{
    return source->series ? source->series[i].t_ns : source->levels[i].t_ns;
}

// Number of times <= t.
static size_t times_until(const struct forcing_source *source, int64_t t_ns)
{
    size_t low = 0, high = n_times(source);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (time_at(source, middle) <= t_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_constant(const struct forcing_source *source)
{
    return source->series && source->n_series == 1;
}

// No gap between time i and the next one.
static bool joined(const struct forcing_source *source, size_t i)
{
    return source->series || time_at(source, i + 1) - time_at(source, i) <= source->most_gap_ns;
}

void forcing_source_times(const struct forcing_source *source, int64_t *first_ns, int64_t *last_ns)
{
    *first_ns = is_constant(source) ? INT64_MIN : time_at(source, 0);
    *last_ns = is_constant(source) ? INT64_MAX : time_at(source, n_times(source) - 1);
}

int64_t forcing_source_until(const struct forcing_source *source, int64_t t_ns)
{
    size_t n = n_times(source), i = times_until(source, t_ns);
    if (is_constant(source))
        return INT64_MAX;
    if (!i || (i == n && time_at(source, n - 1) < t_ns))
        return INT64_MIN;
    if (time_at(source, i - 1) < t_ns && !joined(source, i - 1))
        return INT64_MIN;
    size_t last = i - 1;
    while (last + 1 < n && joined(source, last))
        last++;
    return time_at(source, last);
}

int64_t forcing_source_next(const struct forcing_source *source, int64_t t_ns)
{
    size_t i = times_until(source, t_ns);
    return is_constant(source) || i == n_times(source) ? INT64_MAX : time_at(source, i);
}

bool forcing_source_touches(const struct forcing_source *source, struct geo_box box)
{
    return source->series || forcing_grid_block(source->grid, box, 0).nj;
}

struct teller {
    struct core_job *job;
    const char *file;
};

static void tell_job(void *arg, const char *code, const char *text)
{
    const struct teller *teller = arg;
    core_job_warn(teller->job, code, "%s: %s", base_name(teller->file), text);
}

// What is impossible becomes missing; what is odd is said once.
static void slab_check(struct forcing_source *source, float *uv, size_t n_points, const char *file)
{
    struct forcing_survey survey = {0};
    struct teller teller = {source->job, file};
    forcing_survey_add(&survey, source->kind, uv, n_points);
    forcing_survey_tell(&survey, source->kind, tell_job, &teller);
}

static void others_sleep(struct forcing_source *source, const struct forcing_level *level)
{
    for (uint32_t f = 0; source->n_files > MOST_AWAKE && f < source->n_files; f++)
        if (f != level->file[0] && f != level->file[1])
            forcing_decoder_sleep(source->files[f]->decoder);
}

static enum ph_status slab_load(struct forcing_source *source, int slab, size_t index, struct ph_err *err)
{
    const struct forcing_level *level = &source->levels[index];
    struct forcing_block block = source->block;
    source->slab[slab].level = SIZE_MAX;
    source->n_read += 2 * block.nj * block.ni;
    enum ph_status status = PH_OK;
    if (!forcing_ahead_take(source, index, &source->slab[slab].uv)) {
        others_sleep(source, level);
        status = forcing_source_read(source, level, block, source->slab[slab].uv, err);
    }
    float *uv = source->slab[slab].uv;
    bool one_file = level->file[0] == level->file[1];
    if (status) {
        source->damaged = index;
        return status;
    }
    if (!one_file) // the file with the direction knows which way it points
        forcing_reading_turn(source->fields[level->file[1]].turn, block, uv, 2 * block.ni);
    for (size_t k = 0; source->turn && k < block.nj * block.ni; k++) {
        double u = (double)uv[2 * k], v = (double)uv[2 * k + 1];
        double c = (double)source->turn[2 * k], s = (double)source->turn[2 * k + 1];
        uv[2 * k] = (float)(u * c - v * s);
        uv[2 * k + 1] = (float)(u * s + v * c);
    }
    slab_check(source, uv, block.nj * block.ni, source->files[level->file[0]]->path);
    source->slab[slab].level = index;
    return PH_OK;
}

static void slabs_drop(struct forcing_source *source)
{
    forcing_ahead_end(source);
    for (int s = 0; s < 2; s++) {
        free(source->slab[s].uv);
        source->slab[s].uv = NULL;
        source->slab[s].level = SIZE_MAX;
    }
    free(source->place);
    free(source->turn);
    source->place = source->turn = NULL;
    source->block = (struct forcing_block){0};
    source->bytes = 0;
}

void forcing_source_narrow(struct forcing_source *source, struct geo_box box)
{
    if (source->series || !source->block.nj)
        return;
    struct forcing_block needed = forcing_grid_block(source->grid, box, BOX_MARGIN_FRAC);
    if (source->block.nj * source->block.ni > 4 * needed.nj * needed.ni)
        slabs_drop(source);
}

// Where each live point lies, and how the grid's axes lie there for vectors that are along them.
static enum ph_status points_find(struct forcing_source *source, struct ph_err *err)
{
    const struct forcing_block *block = &source->block;
    const struct forcing_grid *grid = source->grid;
    size_t n = block->nj * block->ni;
    bool turned = source->fields[0].grid_relative;
    source->place = malloc(n * 2 * sizeof(float));
    source->turn = turned ? malloc(n * 2 * sizeof(float)) : NULL;
    if (!source->place || (turned && !source->turn)) {
        slabs_drop(source);
        return core_err_nomem(err);
    }
    source->bytes += n * 2 * sizeof(float) * (turned ? 2 : 1);
    for (size_t k = 0; k < n; k++) {
        size_t point = (block->j0 + k / block->ni) * grid->ni + (block->i0 + k % block->ni) % grid->ni;
        struct geo_pos at = forcing_grid_point(grid, point);
        double angle = turned ? forcing_grid_angle(grid, point) : 0;
        source->place[2 * k] = (float)at.lat_deg;
        source->place[2 * k + 1] = (float)at.lon_deg;
        if (turned) {
            source->turn[2 * k] = (float)cos(angle);
            source->turn[2 * k + 1] = (float)sin(angle);
        }
    }
    return PH_OK;
}

static enum ph_status block_grow(struct forcing_source *source, struct geo_box box, struct ph_err *err)
{
    struct forcing_block block = forcing_grid_block(source->grid, box, BOX_MARGIN_FRAC);
    slabs_drop(source);
    if (block.ni && block.nj > MOST_BLOCK_POINTS / block.ni)
        return core_err_set(err, PH_EINPUT, source->files[0]->path, "use a coarser file or a smaller area",
                            "the part of this file that is needed has more points than memory should hold");
    for (int s = 0; s < 2 && block.nj; s++) {
        source->slab[s].uv = malloc(block.nj * block.ni * 2 * sizeof(float));
        if (!source->slab[s].uv) {
            slabs_drop(source);
            return core_err_nomem(err);
        }
    }
    source->block = block;
    source->bytes = block.nj * block.ni * 4 * sizeof(float);
    return source->grid->shape != FORCING_REGULAR && block.nj ? points_find(source, err) : PH_OK;
}

// Makes levels a and b live, keeping what is.
static enum ph_status levels_load(struct forcing_source *source, size_t a, size_t b, struct ph_err *err)
{
    size_t wanted[2] = {a, b};
    enum ph_status status = PH_OK;
    for (int w = 0; w < 2 && !status; w++) {
        size_t other = wanted[1 - w];
        int slab = source->slab[0].level == wanted[w] ? 0 : source->slab[1].level == wanted[w] ? 1 : -1;
        if (slab < 0) {
            slab = source->slab[0].level == other ? 1 : 0;
            status = slab_load(source, slab, wanted[w], err);
        }
        source->live[w] = (size_t)slab;
    }
    return status;
}

// Which two times serve [from, to], and how.
static enum forcing_serves bracket(const struct forcing_source *source, int64_t from_ns, int64_t to_ns,
                                   bool hold, size_t *a, size_t *b)
{
    size_t n = n_times(source), i = times_until(source, from_ns);
    *a = *b = i ? i - 1 : 0;
    if (is_constant(source))
        return SERVES_BETWEEN;
    if (i && time_at(source, i - 1) == from_ns && to_ns == from_ns)
        return SERVES_BETWEEN;
    if (i && i < n && time_at(source, i) >= to_ns && joined(source, i - 1)) {
        *b = i;
        return SERVES_BETWEEN;
    }
    if (!hold)
        return SERVES_NOT;
    // The nearer of the times before and after.
    int64_t middle = from_ns + (to_ns - from_ns) / 2;
    if (i && i < n && time_at(source, i) - middle < middle - time_at(source, i - 1))
        *a = *b = i;
    return SERVES_HELD;
}

static enum ph_status window_try(struct forcing_source *source, int64_t from_ns, int64_t to_ns,
                                 struct geo_box box, bool hold, struct ph_err *err)
{
    size_t a, b;
    enum ph_status status = PH_OK;
    source->serves = SERVES_NOT;
    enum forcing_serves serves = bracket(source, from_ns, to_ns, hold, &a, &b);
    if (serves == SERVES_NOT)
        return PH_OK;
    int64_t t_a = time_at(source, a), t_b = time_at(source, b);
    source->w_at_from = b > a ? (double)(from_ns - t_a) / (double)(t_b - t_a) : 0;
    source->w_per_s = b > a ? 1e9 / (double)(t_b - t_a) : 0;
    source->live[0] = a;
    source->live[1] = b;
    if (!source->series) {
        struct forcing_block needed = forcing_grid_block(source->grid, box, 0);
        if (!needed.nj)
            return PH_OK;
        if (!forcing_block_holds(source->grid, source->block, needed))
            status = block_grow(source, box, err);
        if (!status)
            status = levels_load(source, a, b, err);
        if (!status && b + 1 < source->n_levels && t_b < source->until_ns && joined(source, b))
            forcing_ahead_start(source, b + 1);
    }
    if (!status)
        source->serves = serves;
    return status;
}

// A level whose data cannot be decoded is as if it were not there: the gap it leaves is judged like any
// other.
static void damaged_drop(struct forcing_source *source, const struct ph_err *why)
{
    char time[CORE_TIME_TEXT];
    size_t index = source->damaged;
    forcing_ahead_end(source); // levels get other numbers
    core_time_iso(source->levels[index].t_ns, time);
    core_job_warn(source->job, "damaged-level", "%s: the fields of %s cannot be read and are left out (%s)",
                  base_name(source->files[source->levels[index].file[0]]->path), time, why->what);
    memmove(&source->levels[index], &source->levels[index + 1],
            (source->n_levels - index - 1) * sizeof *source->levels);
    source->n_levels--;
    source->n_damaged++;
    for (int s = 0; s < 2; s++)
        if (source->slab[s].level != SIZE_MAX && source->slab[s].level > index)
            source->slab[s].level--;
}

enum ph_status forcing_source_window(struct forcing_source *source, int64_t from_ns, int64_t to_ns,
                                     struct geo_box box, bool hold, struct ph_err *err)
{
    for (;;) {
        struct ph_err why = {0};
        source->damaged = SIZE_MAX;
        enum ph_status status = window_try(source, from_ns, to_ns, box, hold, &why);
        bool droppable = status == PH_EINPUT && source->damaged != SIZE_MAX && source->n_levels > 1 &&
                         source->n_damaged < MOST_DAMAGED;
        if (!droppable) {
            if (status && err)
                *err = why;
            return status;
        }
        damaged_drop(source, &why);
    }
}
