#include "run/study.h"

#include <errno.h>
#include <glob.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "core/units.h"

enum { PATH_BYTES = 4096, STUDY_BYTES = 64 << 20, CASE_BYTES = 256 << 20 };

static enum ph_status bad(struct ph_err *err, const char *where, const char *fix, const char *what)
{
    return core_err_set(err, PH_EINPUT, where, fix, "%s", what);
}

// A member that must be a text; NULL and an error when it is something else or missing.
static const char *text_of(json_t *object, const char *key, const char *where, struct ph_err *err)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (!text)
        core_err_set(err, PH_EINPUT, where, "see docs/sweep.md", "\"%s\" must be a text", key);
    return text;
}

// ---- The three short ways to write an axis: values, numbers that ascend, files that match ----

static enum ph_status choice_add(struct study *study, struct study_axis *axis, const char *id,
                                 const char *pointer, json_t *value, struct ph_err *err)
{
    json_t *set = json_object();
    if (!set || json_object_set(set, pointer, value) || json_array_append_new(study->kept, set))
        return core_err_nomem(err);
    axis->choice[axis->n] = (struct study_choice){core_arena_text(&study->arena, id), 1, set};
    return axis->choice[axis->n++].id ? PH_OK : core_err_nomem(err);
}

static bool choices_room(struct study *study, struct study_axis *axis, size_t n)
{
    axis->choice = n <= STUDY_MAX_CASES ? CORE_ARENA_NEW(&study->arena, struct study_choice, n) : NULL;
    return axis->choice;
}

static enum ph_status axis_values(struct study *study, struct study_axis *axis, const char *pointer,
                                  json_t *values, struct ph_err *err)
{
    if (!choices_room(study, axis, json_array_size(values)))
        return core_err_nomem(err);
    size_t i;
    json_t *value;
    enum ph_status status = PH_OK;
    json_array_foreach(values, i, value)
    {
        char id[32];
        snprintf(id, sizeof id, "%zu", i + 1);
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
        bool plain = json_is_string(value) || (text && strlen(text) < 24);
        const char *name = json_is_string(value) ? json_string_value(value) : plain ? text : id;
        if (!status)
            status = text ? choice_add(study, axis, name, pointer, value, err) : core_err_nomem(err);
        free(text);
    }
    return status;
}

static enum ph_status axis_numbers(struct study *study, struct study_axis *axis, const char *pointer,
                                   json_t *object, const char *where, struct ph_err *err)
{
    json_t *from = json_object_get(object, "from"), *step = json_object_get(object, "step");
    json_int_t count = json_integer_value(json_object_get(object, "count"));
    if (count < 1 || count > STUDY_MAX_CASES || !json_is_number(from) || (step && !json_is_number(step)))
        return bad(err, where, "give numbers \"from\" and \"step\" and a \"count\" of at least 1",
                   "this range has no beginning or no end");
    bool whole = json_is_integer(from) && (!step || json_is_integer(step));
    if (!choices_room(study, axis, (size_t)count))
        return core_err_nomem(err);
    enum ph_status status = PH_OK;
    for (json_int_t i = 0; !status && i < count; i++) {
        json_t *value =
            whole ? json_integer(json_integer_value(from) + i * (step ? json_integer_value(step) : 1))
                  : json_real(json_number_value(from) + (double)i * (step ? json_number_value(step) : 1));
        char *text =
            value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12)) : NULL;
        status = text ? choice_add(study, axis, text, pointer, value, err) : core_err_nomem(err);
        free(text);
        json_decref(value);
    }
    return status;
}

// Paths relative to the study's own folder, as those of a case are to the case's.
static enum ph_status path_of(const struct study *study, const char *name, char out[PATH_BYTES],
                              struct ph_err *err)
{
    int n = name[0] == '/' ? snprintf(out, PATH_BYTES, "%s", name)
                           : snprintf(out, PATH_BYTES, "%s/%s", study->dir, name);
    return n < PATH_BYTES ? PH_OK : bad(err, name, "use a shorter path", "the path is too long");
}

static enum ph_status axis_files(struct study *study, struct study_axis *axis, const char *pointer,
                                 const char *pattern, struct ph_err *err)
{
    char full[PATH_BYTES];
    glob_t found = {0};
    enum ph_status status = path_of(study, pattern, full, err);
    if (!status && glob(full, GLOB_ERR, NULL, &found)) // sorted by name
        status = bad(err, full, "check the path of the members", "no file has such a name");
    if (!status && !choices_room(study, axis, found.gl_pathc))
        status = core_err_nomem(err);
    for (size_t i = 0; !status && i < found.gl_pathc; i++) {
        const char *slash = strrchr(found.gl_pathv[i], '/');
        char *absolute = realpath(found.gl_pathv[i], NULL);
        json_t *value = absolute ? json_string(absolute) : NULL;
        status = value ? choice_add(study, axis, slash ? slash + 1 : found.gl_pathv[i], pointer, value, err)
                       : bad(err, found.gl_pathv[i], "give UTF-8 names", "cannot use this file's name");
        json_decref(value);
        free(absolute);
    }
    globfree(&found);
    return status;
}

static bool members_known(json_t *object, const char *const *known, const char *where, struct ph_err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        bool good = !strncmp(key, "x-", 2);
        for (size_t i = 0; known[i]; i++)
            good = good || !strcmp(key, known[i]);
        if (!good) {
            core_err_set(err, PH_EINPUT, where, "see docs/sweep.md", "there is no member \"%s\" here", key);
            return false;
        }
    }
    return true;
}

static enum ph_status axis_choices(struct study *study, struct study_axis *axis, json_t *choices,
                                   const char *where, struct ph_err *err)
{
    if (!choices_room(study, axis, json_array_size(choices)))
        return core_err_nomem(err);
    size_t i;
    json_t *choice;
    json_array_foreach(choices, i, choice)
    {
        static const char *const known[] = {"id", "set", "weight", NULL};
        if (!members_known(choice, known, where, err))
            return PH_EINPUT;
        const char *id = text_of(choice, "id", where, err);
        json_t *set = json_object_get(choice, "set"), *weight = json_object_get(choice, "weight");
        if (!id)
            return PH_EINPUT;
        if (!json_is_object(set) || (weight && !(json_number_value(weight) > 0)))
            return bad(err, where, "write {\"id\", \"set\": {\"/pointer\": value}, \"weight\": 1}",
                       "a choice has an object \"set\" and, if any, a positive \"weight\"");
        axis->choice[axis->n++] = (struct study_choice){id, weight ? json_number_value(weight) : 1, set};
    }
    return PH_OK;
}

static enum ph_status axis_read(struct study *study, json_t *object, size_t index, struct ph_err *err)
{
    static const char *const known[] = {"id",    "choices", "pointer", "values", "from",
                                        "count", "step",    "files",   NULL};
    struct study_axis *axis = &study->axis[index];
    char where[64];
    snprintf(where, sizeof where, "/axes/%zu", index);
    if (!json_is_object(object))
        return bad(err, where, "see docs/sweep.md", "an axis is an object");
    if (!members_known(object, known, where, err) || !(axis->id = text_of(object, "id", where, err)))
        return PH_EINPUT;
    json_t *choices = json_object_get(object, "choices"), *values = json_object_get(object, "values");
    const char *pointer = json_string_value(json_object_get(object, "pointer"));
    const char *files = json_string_value(json_object_get(object, "files"));
    enum ph_status status;
    if (json_is_array(choices) && !pointer)
        status = axis_choices(study, axis, choices, where, err);
    else if (!pointer)
        status = bad(err, where, "give \"choices\", or a \"pointer\" with values, numbers or files",
                     "this axis does not say what changes");
    else if (json_is_array(values))
        status = axis_values(study, axis, pointer, values, err);
    else if (files)
        status = axis_files(study, axis, pointer, files, err);
    else
        status = axis_numbers(study, axis, pointer, object, where, err);
    return !status && !axis->n
               ? bad(err, where, "add choices, or leave the axis out", "this axis has no choice")
               : status;
}

// ---- From the axes to the cases ----

size_t study_choice_of(const struct study *study, size_t i, size_t axis)
{
    if (study->zipped)
        return i;
    for (size_t a = study->n_axes; a-- > axis + 1;) // the last axis runs fastest
        i /= study->axis[a].n;
    return i % study->axis[axis].n;
}

void study_case_name(const struct study *study, size_t i, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t a = 0; a < study->n_axes && used < size; a++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", a ? ", " : "",
                                 study->axis[a].choice[study_choice_of(study, i, a)].id);
}

// The next part of a JSON pointer (RFC 6901), unescaped. False when it is too long.
static bool token_next(const char **at, char *out, size_t size)
{
    size_t n = 0;
    for (*at += 1; **at && **at != '/' && n + 1 < size; ++*at) {
        char c = **at;
        if (c == '~' && ((*at)[1] == '0' || (*at)[1] == '1'))
            c = *++*at == '0' ? '~' : '/';
        out[n++] = c;
    }
    out[n] = '\0';
    return !**at || **at == '/';
}

static bool index_of(const char *token, size_t *out)
{
    char *end;
    unsigned long value = strtoul(token, &end, 10);
    *out = value;
    return token[0] >= '0' && token[0] <= '9' && !*end;
}

// Sets a member that may be new, an item that is there, or one behind the last ("-").
static bool pointer_set(json_t *root, const char *pointer, json_t *value)
{
    char token[256];
    json_t *at = root;
    if (*pointer != '/')
        return false;
    for (const char *rest = pointer; token_next(&rest, token, sizeof token);) {
        size_t index = 0;
        bool item = json_is_array(at) && index_of(token, &index);
        if (!*rest && json_is_array(at) && (!strcmp(token, "-") || (item && index == json_array_size(at))))
            return !json_array_append(at, value);
        if (!*rest)
            return item ? !json_array_set(at, index, value) : !json_object_set(at, token, value);
        at = item ? json_array_get(at, index) : json_object_get(at, token);
        if (!at)
            return false;
    }
    return false;
}

// The expanded case as text, members in alphabetical order; the caller frees.
static enum ph_status case_text(const struct study *study, size_t i, char **out, struct ph_err *err)
{
    json_t *expanded = json_deep_copy(study->base);
    enum ph_status status = expanded ? PH_OK : core_err_nomem(err);
    for (size_t a = 0; !status && a < study->n_axes; a++) {
        const char *pointer;
        json_t *value;
        json_object_foreach(study->axis[a].choice[study_choice_of(study, i, a)].set, pointer, value)
        {
            if (!status && !pointer_set(expanded, pointer, value))
                status = core_err_set(err, PH_EINPUT, pointer,
                                      "name a member of the base case, or one to add to it",
                                      "axis \"%s\" sets what the case has no place for", study->axis[a].id);
        }
    }
    char *text = status ? NULL : json_dumps(expanded, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(expanded);
    if (!status && !text)
        return core_err_nomem(err);
    *out = text;
    return status;
}

enum ph_status study_case_make(const struct study *study, size_t i, struct scenario_case *out,
                               struct ph_err *err)
{
    char *text = NULL, name[256];
    enum ph_status status = case_text(study, i, &text, err);
    if (status)
        return status;
    study_case_name(study, i, name, sizeof name);
    status = scenario_case_parse(text, strlen(text), study->dir, name, NULL, out, NULL, err);
    free(text);
    return status;
}

// Size and time of every file that a name or pattern stands for.
static void files_hash(crypto_hash_sha256_state *hash, const char *pattern)
{
    glob_t found = {0};
    if (!pattern || glob(pattern, GLOB_NOCHECK, NULL, &found))
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char line[PATH_BYTES + 128];
        struct stat is = {0};
        if (stat(found.gl_pathv[i], &is))
            is.st_size = -1;
        int n = snprintf(line, sizeof line, "%s %lld %lld.%09ld\n", found.gl_pathv[i], (long long)is.st_size,
                         (long long)is.st_mtim.tv_sec, is.st_mtim.tv_nsec);
        crypto_hash_sha256_update(hash, (unsigned char *)line,
                                  (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    }
    globfree(&found);
}

static void key_make(const struct study *study, const struct scenario_case *c, char key[STUDY_KEY])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char line[256];
    crypto_hash_sha256_state hash;
    crypto_hash_sha256_init(&hash);
    int n = snprintf(line, sizeof line, "Pharos %s\n%s\n%lld\n", ph_version(), c->sha256,
                     (long long)study->map_ns);
    crypto_hash_sha256_update(&hash, (unsigned char *)line, (size_t)n);
    for (int kind = 0; kind < SCENARIO_FORCING_KINDS; kind++)
        for (size_t i = 0; i < c->n_forcing[kind]; i++)
            files_hash(&hash, c->forcing[kind][i].file);
    for (size_t i = 0; i < c->n_searches; i++)
        files_hash(&hash, c->search[i].file ? c->search[i].file : c->search[i].plan);
    crypto_hash_sha256_final(&hash, digest);
    sodium_bin2hex(key, STUDY_KEY, digest, (STUDY_KEY - 1) / 2);
}

// The map's time must be one of every case; without one given, the end that they share.
static enum ph_status map_time_check(struct study *study, const struct scenario_case *c, size_t i,
                                     struct ph_err *err)
{
    if (!i && !study->has_map_time)
        study->map_ns = c->drift.until_ns;
    char name[256], when[CORE_TIME_TEXT];
    study_case_name(study, i, name, sizeof name);
    core_time_iso(study->map_ns, when);
    if (!study->has_map_time && study->map_ns != c->drift.until_ns)
        return bad(err, name, "give \"map_at\": the time at which all cases are mapped",
                   "the cases do not end at the same time");
    if (study->map_ns < c->drift.start_ns || study->map_ns > c->drift.until_ns)
        return core_err_set(err, PH_EINPUT, name, "choose another \"map_at\", or another \"until\"",
                            "this case does not drift at %s", when);
    return PH_OK;
}

static enum ph_status case_check(struct study *study, size_t i, struct ph_err *err)
{
    struct scenario_case c = {0};
    char name[256];
    enum ph_status status = study_case_make(study, i, &c, err);
    if (status) {
        study_case_name(study, i, name, sizeof name);
        core_err_within(err, name);
    }
    if (!status)
        status = map_time_check(study, &c, i, err);
    if (!status)
        key_make(study, &c, study->item[i].key);
    scenario_case_fini(&c);
    return status;
}

static enum ph_status cases_count(struct study *study, struct ph_err *err)
{
    size_t n = 1;
    for (size_t a = 0; a < study->n_axes; a++) {
        size_t more = study->axis[a].n;
        if (study->zipped && a && more != n)
            return core_err_set(err, PH_EINPUT, "/axes",
                                "give each axis as many choices, or leave \"combine\" out",
                                "axes that go in step have %zu and %zu choices", n, more);
        if (!study->zipped && n > STUDY_MAX_CASES / more)
            return core_err_set(err, PH_EINPUT, "/axes", "split the study", "more than %d cases",
                                STUDY_MAX_CASES);
        n = study->zipped ? more : n * more;
    }
    study->item = CORE_ARENA_NEW(&study->arena, struct study_case, n);
    study->n = n;
    return study->item ? PH_OK : core_err_nomem(err);
}

static enum ph_status cases_make(struct study *study, struct core_job *job, struct ph_err *err)
{
    double sum = 0;
    enum ph_status status = cases_count(study, err);
    for (size_t i = 0; !status && i < study->n; i++) {
        double weight = 1;
        for (size_t a = 0; a < study->n_axes; a++)
            weight *= study->axis[a].choice[study_choice_of(study, i, a)].weight;
        study->item[i].weight = weight;
        sum += weight;
        status = core_job_cancelled(job) ? core_job_interrupted(err) : case_check(study, i, err);
        core_job_progress(job, "check", (double)(i + 1) / (double)study->n);
    }
    for (size_t i = 0; !status && i < study->n; i++)
        study->item[i].weight /= sum;
    return status;
}

// ---- The document ----

static enum ph_status json_read(const char *path, size_t limit, json_t **out, char sha256[65],
                                struct ph_err *err)
{
    struct core_buf text = {0};
    enum ph_status status = core_file_read(path, limit, &text, err);
    if (status)
        return status;
    json_error_t at;
    unsigned char digest[crypto_hash_sha256_BYTES];
    json_t *document = json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, &at);
    crypto_hash_sha256(digest, (const unsigned char *)text.text, text.length);
    sodium_bin2hex(sha256, 65, digest, sizeof digest);
    core_buf_fini(&text);
    if (!document)
        return core_err_set(err, PH_EINPUT, path, "correct the JSON", "line %d, column %d: %s", at.line,
                            at.column, at.text);
    *out = document;
    return PH_OK;
}

// The base case may be a file beside the study or stand in it. Relative paths in it start where it lies.
static enum ph_status base_read(struct study *study, struct ph_err *err)
{
    json_t *base = json_object_get(study->document, "case");
    if (json_is_object(base)) {
        study->base = json_incref(base);
        return PH_OK;
    }
    char path[PATH_BYTES], unused[65];
    const char *name = text_of(study->document, "case", "/case", err);
    enum ph_status status = name ? path_of(study, name, path, err) : PH_EINPUT;
    if (!status)
        status = json_read(path, CASE_BYTES, &study->base, unused, err);
    if (status)
        return status;
    *strrchr(path, '/') = '\0';
    study->dir = core_arena_text(&study->arena, path);
    return study->dir ? PH_OK : core_err_nomem(err);
}

static enum ph_status members_read(struct study *study, struct ph_err *err)
{
    static const char *const known[] = {"pharos",  "name",   "case",    "axes",
                                        "combine", "map_at", "cell_nm", NULL};
    json_t *doc = study->document, *axes = json_object_get(doc, "axes"),
           *cell = json_object_get(doc, "cell_nm");
    const char *kind = json_string_value(json_object_get(doc, "pharos")),
               *combine = json_string_value(json_object_get(doc, "combine"));
    if (!kind || strcmp(kind, "study/1"))
        return bad(err, "/pharos", "begin with \"pharos\": \"study/1\"", "this is no study");
    if (!members_known(doc, known, "(document)", err))
        return PH_EINPUT;
    if (json_object_get(doc, "combine") &&
        (!combine || (strcmp(combine, "all") && strcmp(combine, "in-step"))))
        return bad(err, "/combine", "write \"all\" (every choice with every other) or \"in-step\"",
                   "this way to combine axes is not known");
    if (!json_is_array(axes) || !json_array_size(axes) || json_array_size(axes) > STUDY_MAX_AXES)
        return bad(err, "/axes", "see docs/sweep.md", "a study has an array of 1 to 8 axes");
    if (cell && !(json_number_value(cell) >= 0.01 && json_number_value(cell) <= 1000))
        return bad(err, "/cell_nm", NULL, "cells are 0.01 to 1000 miles");
    study->cell_m = core_m_from_nm(json_number_value(cell));
    study->zipped = combine && !strcmp(combine, "in-step");
    const char *name = json_string_value(json_object_get(doc, "name")), *at = NULL;
    study->name = name ? name : study->path;
    study->has_map_time = json_object_get(doc, "map_at");
    if (study->has_map_time && !(at = text_of(doc, "map_at", "/map_at", err)))
        return PH_EINPUT;
    enum ph_status status = at ? core_time_parse(at, &study->map_ns, err) : PH_OK;
    if (status)
        core_err_within(err, "/map_at");
    study->n_axes = json_array_size(axes);
    for (size_t a = 0; !status && a < study->n_axes; a++)
        status = axis_read(study, json_array_get(axes, a), a, err);
    return status ? status : base_read(study, err);
}

enum ph_status study_load(const char *path, struct core_job *job, struct study *out, struct ph_err *err)
{
    struct study study = {.kept = json_array()};
    char *absolute = realpath(path, NULL), *slash = absolute ? strrchr(absolute, '/') : NULL;
    if (!absolute)
        return json_decref(study.kept), core_err_errno(err, "open", path);
    study.path = core_arena_text(&study.arena, path);
    slash[slash == absolute] = '\0'; // "/study.json" lies in "/"
    study.dir = core_arena_text(&study.arena, absolute);
    free(absolute);
    enum ph_status status = study.kept && study.path && study.dir && sodium_init() >= 0
                                ? json_read(path, STUDY_BYTES, &study.document, study.sha256, err)
                                : core_err_nomem(err);
    if (!status) {
        status = members_read(&study, err);
        if (!status)
            status = cases_make(&study, job, err);
        if (status)
            core_err_within(err, path);
    }
    if (status)
        study_fini(&study);
    else
        *out = study;
    return status;
}

void study_fini(struct study *study)
{
    json_decref(study->document);
    json_decref(study->base);
    json_decref(study->kept);
    core_arena_fini(&study->arena);
    *study = (struct study){0};
}
