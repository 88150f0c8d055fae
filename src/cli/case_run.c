// pharos case run, again: a plan together with all that it came from, so that it can be made again years
// later.
#include <dirent.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <sodium.h>

#include "cli/case.h"
#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "run/run.h"

enum { PATH_BYTES = 4096, MOST_RESULTS = 2048 };
#define RUN_KIND "run-done"

// ---- what went in

struct input {
    const char *path;
    int64_t size;
    uint8_t hash[STORE_HASH];
};

struct inputs {
    struct core_arena arena;
    struct input *item;
    size_t n, capacity;
};

static enum ph_status file_hash(const char *path, struct input *out, struct ph_err *err)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return core_err_errno(err, "open", path);
    crypto_hash_sha256_state sum;
    crypto_hash_sha256_init(&sum);
    unsigned char piece[65536];
    size_t n;
    out->size = 0;
    while ((n = fread(piece, 1, sizeof piece, file))) {
        crypto_hash_sha256_update(&sum, piece, n);
        out->size += (int64_t)n;
    }
    enum ph_status status = ferror(file) ? core_err_errno(err, "read", path) : PH_OK;
    fclose(file);
    crypto_hash_sha256_final(&sum, out->hash);
    return status;
}

static enum ph_status input_add(struct inputs *inputs, const char *path, struct ph_err *err)
{
    for (size_t i = 0; i < inputs->n; i++)
        if (!strcmp(inputs->item[i].path, path))
            return PH_OK;
    if (inputs->n == inputs->capacity) {
        size_t capacity = inputs->capacity ? 2 * inputs->capacity : 16;
        struct input *grown = CORE_ARENA_NEW(&inputs->arena, struct input, capacity);
        if (!grown)
            return core_err_nomem(err);
        if (inputs->n)
            memcpy(grown, inputs->item, inputs->n * sizeof *grown);
        inputs->item = grown;
        inputs->capacity = capacity;
    }
    struct input *input = &inputs->item[inputs->n];
    input->path = core_arena_text(&inputs->arena, path);
    enum ph_status status = input->path ? file_hash(path, input, err) : core_err_nomem(err);
    inputs->n += !status;
    return status;
}

// A path or a glob, as forcing takes it.
static enum ph_status pattern_add(struct inputs *inputs, const char *pattern, struct ph_err *err)
{
    glob_t found;
    if (glob(pattern, 0, NULL, &found))
        return PH_OK; // the run will say that nothing is there
    enum ph_status status = PH_OK;
    for (size_t i = 0; !status && i < found.gl_pathc; i++)
        status = input_add(inputs, found.gl_pathv[i], err);
    globfree(&found);
    return status;
}

static enum ph_status inputs_find(const struct scenario_case *c, struct inputs *inputs, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    for (int kind = 0; kind < SCENARIO_FORCING_KINDS; kind++)
        for (size_t i = 0; !status && i < c->n_forcing[kind]; i++)
            if (c->forcing[kind][i].file)
                status = pattern_add(inputs, c->forcing[kind][i].file, err);
    for (size_t i = 0; !status && i < c->n_searches; i++)
        if (c->search[i].file || c->search[i].plan)
            status = pattern_add(inputs, c->search[i].file ? c->search[i].file : c->search[i].plan, err);
    return status;
}

// ---- one run

struct stored_run {
    struct run run;
    struct inputs inputs;
    char folder[PATH_BYTES]; // of its results
    struct core_buf *content;
    struct store_file *file;
    size_t n_files;
};

static enum ph_status run_compute(struct stored_run *r, const struct core_buf *document, const char *folder,
                                  const struct scenario_overrides *overrides, struct core_job *job,
                                  struct ph_err *err)
{
    enum ph_status status = run_parse(&r->run, document->text, document->length, folder[0] ? folder : ".",
                                      STORE_DOCUMENT, overrides, job, NULL, err);
    if (!status) // before they are read: what the run sees is what is named
        status = inputs_find(&r->run.c, &r->inputs, err);
    if (!status)
        status = run_all(&r->run, err);
    if (status)
        return status;
    const char *base = getenv("TMPDIR");
    snprintf(r->folder, sizeof r->folder, "%s/pharos-case-XXXXXX", base && base[0] ? base : "/tmp");
    if (!mkdtemp(r->folder)) {
        status = core_err_errno(err, "make folder", r->folder);
        r->folder[0] = '\0';
        return status;
    }
    return run_write(&r->run, r->folder, RUN_PART_ALL, err);
}

static enum ph_status result_read(struct stored_run *r, struct core_arena *arena, const char *name,
                                  struct ph_err *err)
{
    char path[2 * PATH_BYTES];
    if (r->n_files == MOST_RESULTS)
        return core_err_set(err, PH_EINTERNAL, r->folder, NULL, "more than %d results", MOST_RESULTS);
    snprintf(path, sizeof path, "%s/%s", r->folder, name);
    char *kept = core_arena_text(arena, name);
    struct core_buf *content = &r->content[r->n_files];
    enum ph_status status = kept ? core_file_read(path, (size_t)1 << 30, content, err) : core_err_nomem(err);
    if (!status)
        r->file[r->n_files++] = (struct store_file){
            .name = kept, .media = cli_case_media(kept), .bytes = content->text, .length = content->length};
    return status;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

// Everything below the folder of results, in the order of names. `below`: "" or "tasks/".
static enum ph_status results_read(struct stored_run *r, struct core_arena *arena, const char *below,
                                   struct ph_err *err)
{
    char folder[2 * PATH_BYTES];
    struct dirent **entry;
    snprintf(folder, sizeof folder, "%s/%s", r->folder, below);
    int n = scandir(folder, &entry, NULL, by_name);
    if (n < 0)
        return core_err_errno(err, "read folder", folder);
    enum ph_status status = PH_OK;
    for (int i = 0; i < n; i++) {
        char name[PATH_BYTES];
        bool is_folder = entry[i]->d_type == DT_DIR;
        snprintf(name, sizeof name, "%s%s%s", below, entry[i]->d_name, is_folder ? "/" : "");
        if (!status && entry[i]->d_name[0] != '.')
            status = is_folder ? results_read(r, arena, name, err) : result_read(r, arena, name, err);
        free(entry[i]);
    }
    free(entry);
    return status;
}

static enum ph_status results_take(struct stored_run *r, struct ph_err *err)
{
    struct core_arena *arena = &r->inputs.arena;
    r->content = CORE_ARENA_NEW(arena, struct core_buf, MOST_RESULTS);
    r->file = CORE_ARENA_NEW(arena, struct store_file, MOST_RESULTS);
    return r->content && r->file ? results_read(r, arena, "", err) : core_err_nomem(err);
}

static void folder_remove(const char *folder)
{
    static const char *const below[] = {"/tasks/rtz-1.2", "/tasks", ""};
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        char path[2 * PATH_BYTES];
        snprintf(path, sizeof path, "%s%s", folder, below[i]);
        DIR *dir = opendir(path);
        for (struct dirent *entry; dir && (entry = readdir(dir));)
            unlinkat(dirfd(dir), entry->d_name, 0);
        if (dir)
            closedir(dir);
        rmdir(path);
    }
}

static void run_end(struct stored_run *r)
{
    for (size_t i = 0; r->content && i < r->n_files; i++)
        core_buf_fini(&r->content[i]);
    if (r->folder[0])
        folder_remove(r->folder);
    core_arena_fini(&r->inputs.arena);
    run_fini(&r->run);
}

// ---- what is kept of it

static void inputs_json(const struct inputs *inputs, struct core_json *json)
{
    core_json_key(json, "inputs");
    core_json_array(json);
    for (size_t i = 0; i < inputs->n; i++) {
        char hex[STORE_HEX];
        store_hex(inputs->item[i].hash, hex);
        core_json_object(json);
        core_json_key_text(json, "file", inputs->item[i].path);
        core_json_key_int(json, "size", inputs->item[i].size);
        core_json_key_text(json, "sha256", hex);
        core_json_object_end(json);
    }
    core_json_array_end(json);
}

static enum ph_status body_make(const struct stored_run *r, int64_t document_seq, struct core_buf *out,
                                struct ph_err *err)
{
    const struct export_product *p = &r->run.product;
    struct core_json json;
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)p->seed);
    core_json_init(&json, out);
    core_json_object_flat(&json);
    core_json_key_int(&json, "case_event", document_seq);
    core_json_key_text(&json, "case_sha256", p->case_sha256);
    core_json_key_text(&json, "program_version", p->program_version);
    core_json_key_text(&json, "seed", seed); // 64 bits: as text
    core_json_key_int(&json, "particles", (int64_t)p->particles);
    if (p->plan && p->plan->n_areas) {
        core_json_key_num(&json, "pos_total", p->plan->pos_total, 6);
        core_json_key_num(&json, "pos_bound", p->plan->pos_bound, 6);
    }
    inputs_json(&r->inputs, &json);
    core_json_key(&json, "warnings");
    core_json_array(&json);
    for (const struct core_warning *w = r->run.job->first_warning; w; w = w->next)
        core_json_text(&json, w->code);
    core_json_array_end(&json);
    core_json_object_end(&json);
    enum ph_status status = core_buf_check(out, err);
    if (!status)
        out->text[--out->length] = '\0';
    return status;
}

static enum ph_status results_keep(struct cli_case *c, const struct store_case *of,
                                   const struct stored_run *r, struct ph_err *err)
{
    struct core_buf body = {0};
    struct store_entry entry;
    struct store_receipt receipt;
    enum ph_status status = body_make(r, of->document_seq, &body, err);
    if (!status)
        status = cli_case_entry(c, of->id, &entry, err);
    if (!status) {
        entry.kind = RUN_KIND;
        entry.body = body.text;
        entry.file = r->file;
        entry.n_files = r->n_files;
        status = store_append(c->store, &entry, &receipt, err);
    }
    if (!status)
        cli_case_receipt(c, &receipt);
    core_buf_fini(&body);
    return status;
}

static enum ph_status case_compute(struct cli_case *c, const char *id, int64_t seq,
                                   const struct scenario_overrides *overrides, struct core_job *job,
                                   struct stored_run *r, struct store_case *of, struct ph_err *err)
{
    struct core_buf document = {0};
    struct core_arena *arena = &r->inputs.arena;
    enum ph_status status =
        seq ? store_get_at(c->store, id, seq, arena, of, err) : store_get(c->store, id, arena, of, err);
    if (!status)
        status = store_document(c->store, id, seq, &document, err);
    if (!status)
        status = run_compute(r, &document, of->folder, overrides, job, err);
    if (!status)
        status = results_take(r, err);
    core_buf_fini(&document);
    return status;
}

enum ph_status cli_case_run(struct cli_case *c, struct ph_err *err)
{
    struct stored_run r = {0};
    struct store_case of;
    char id[STORE_ID];
    const struct scenario_overrides overrides = {c->args->has_particles, c->args->has_seed,
                                                 c->args->particles, c->args->seed};
    enum ph_status status = cli_case_id(c, 0, id, err);
    if (status)
        return status;
    struct core_job *job = cli_job_start(c->args);
    status = case_compute(c, id, 0, &overrides, job, &r, &of, err);
    if (!status)
        status = results_keep(c, &of, &r, err);
    if (!status && c->args->out)
        status = run_write(&r.run, c->args->out, RUN_PART_ALL, err);
    run_end(&r);
    c->exit_status = cli_job_end(c->args, PH_OK, err);
    return status;
}

// ---- again

// Results that hold the time it took.
static bool is_dated(const char *name)
{
    return !strcmp(name, "summary.json") || !strcmp(name, "report.html");
}

static size_t inputs_compare(struct cli_case *c, const json_t *kept, const struct inputs *now)
{
    size_t i, differ = 0;
    json_t *item;
    json_array_foreach(json_object_get(kept, "inputs"), i, item)
    {
        const char *file = json_string_value(json_object_get(item, "file"));
        const char *hash = json_string_value(json_object_get(item, "sha256"));
        bool same = false;
        for (size_t k = 0; file && hash && k < now->n; k++) {
            char hex[STORE_HEX];
            store_hex(now->item[k].hash, hex);
            same = same || (!strcmp(file, now->item[k].path) && !strcmp(hash, hex));
        }
        if (!same)
            core_buf_printf(&c->out, "input differs: %s\n", file ? file : "?");
        differ += !same;
    }
    return differ;
}

static size_t results_compare(struct cli_case *c, const struct store_event *event, const struct stored_run *r)
{
    size_t differ = 0, same = 0;
    for (size_t i = 0; i < event->n_refs; i++) {
        const struct store_ref *ref = &event->ref[i];
        bool found = is_dated(ref->name);
        for (size_t k = 0; !found && k < r->n_files; k++) {
            uint8_t hash[STORE_HASH];
            crypto_hash_sha256(hash, r->file[k].bytes, r->file[k].length);
            found = !strcmp(r->file[k].name, ref->name) && !memcmp(hash, ref->hash, STORE_HASH);
        }
        if (!found)
            core_buf_printf(&c->out, "result differs: %s\n", ref->name);
        differ += !found;
        same += found && !is_dated(ref->name);
    }
    core_buf_printf(&c->out, "%zu results the same, %zu differ\n", same, differ);
    return differ;
}

static enum ph_status again_compute(struct cli_case *c, const struct store_event *event, const json_t *body,
                                    struct core_job *job, struct stored_run *r, struct ph_err *err)
{
    const char *seed = json_string_value(json_object_get(body, "seed"));
    const json_t *particles = json_object_get(body, "particles");
    const char *version = json_string_value(json_object_get(body, "program_version"));
    struct store_case of;
    const struct scenario_overrides overrides = {true, seed != NULL, (size_t)json_integer_value(particles),
                                                 seed ? strtoull(seed, NULL, 10) : 0};
    enum ph_status status =
        case_compute(c, event->case_id, json_integer_value(json_object_get(body, "case_event")), &overrides,
                     job, r, &of, err);
    if (status)
        return status;
    if (!version || strcmp(version, ph_version()) != 0)
        core_buf_printf(&c->out, "made by Pharos %s, this is %s\n", version ? version : "?", ph_version());
    size_t differ = inputs_compare(c, body, &r->inputs) + results_compare(c, event, r);
    c->exit_status = differ ? 1 : 0;
    return PH_OK;
}

static enum ph_status event_get(struct cli_case *c, struct core_arena *arena, struct store_event *out,
                                json_t **body, struct ph_err *err)
{
    char id[STORE_ID];
    int64_t seq = 0;
    struct store_event *event;
    size_t n = 0;
    enum ph_status status = cli_case_id(c, 0, id, err);
    if (!status)
        status = cli_case_number(c, 1, &seq, err);
    if (!status)
        status = store_log(c->store, id, seq - 1, 1, arena, &event, &n, err);
    if (status)
        return status;
    if (!n || event->seq != seq || strcmp(event->kind, RUN_KIND) != 0)
        return core_err_set(err, PH_ENOTFOUND, c->operand[1], "`pharos case log` shows the runs",
                            "this event is no run");
    *body = json_loads(event->body, 0, NULL);
    *out = *event;
    return *body ? PH_OK : core_err_nomem(err);
}

enum ph_status cli_case_again(struct cli_case *c, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct stored_run r = {0};
    struct store_event event = {0};
    json_t *body = NULL;
    enum ph_status status = event_get(c, &arena, &event, &body, err);
    if (!status) {
        struct core_job *job = cli_job_start(c->args);
        status = again_compute(c, &event, body, job, &r, err);
        run_end(&r);
        cli_job_end(c->args, PH_OK, err);
    }
    json_decref(body);
    core_arena_fini(&arena);
    return status;
}
