#include "api/runs.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/cases.h"
#include "api/child.h"
#include "api/export.h"
#include "api/particles.h"
#include "api/problem.h"
#include "api/server.h"
#include "api/workspace.h"
#include "core/err.h"
#include "core/time.h"

enum {
    MOST_RUNS = 2000, // that this process remembers; older ones are in the log
    MOST_QUEUED = 64,
    MOST_WARM = 3,       // children kept to score edited plans
    MOST_LISTENERS = 64, // of one run
    EVALUATE_MS = 20000,
    SILENCE_MS = 900000, // a child that says nothing for so long is ended
    PAGE = 500,
};
#define MOST_RESULT                                                                                          \
    ((size_t)64 << 20) // larger files are not kept: the case, the seed and the program make them again

enum run_state { QUEUED, RUNNING, DONE, FAILED, CANCELLED };
static const char *const state_names[] = {"queued", "running", "done", "failed", "cancelled"};

struct api_run {
    char id[24], case_id[STORE_ID], who[64];
    int64_t seq; // the state of the case that is run
    enum run_state state;
    char stage[32];
    double done_frac;
    int64_t queued_ns, started_ns, finished_ns;
    int64_t result_seq; // the event that has the results
    json_t *outcome;    // {exit, warnings} or {problem}
    bool cancel;
    char folder[API_PATH];
    struct api_stream *listener[MOST_LISTENERS];
    size_t n_listeners;
    // the child: while it runs, and after it as long as it is kept warm
    struct api_child child;
    bool warm;
    int64_t used_ns;         // the last time it scored a plan
    pthread_mutex_t scoring; // one plan at a time
};

struct api_runs {
    struct api_server *server;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct api_run *run[MOST_RUNS]; // by time of queueing
    size_t n;
    bool stopping;
    pthread_t *thread;
    int n_threads;
    char root[256]; // of workspaces
};

// ---- telling
// -----------------------------------------------------------------------------------------------

static json_t *time_json(int64_t t_ns)
{
    char text[CORE_TIME_TEXT];
    if (!t_ns)
        return json_null();
    core_time_iso(t_ns, text);
    return json_string(text);
}

// With the lock held.
static json_t *run_json(const struct api_run *run)
{
    json_t *answer =
        json_pack("{s:s, s:s, s:I, s:s, s:s, s:f, s:o, s:o, s:o, s:s}", "id", run->id, "case", run->case_id,
                  "version", (json_int_t)run->seq, "state", state_names[run->state], "stage", run->stage,
                  "done", run->done_frac, "queued", time_json(run->queued_ns), "started",
                  time_json(run->started_ns), "finished", time_json(run->finished_ns), "who", run->who);
    json_object_update(answer, run->outcome);
    return answer;
}

// With the lock held: one line to everybody who listens; those that left are forgotten.
static void tell(struct api_run *run)
{
    json_t *document = run_json(run);
    char *text = json_dumps(document, JSON_COMPACT);
    size_t kept = 0;
    bool over = run->state > RUNNING;
    for (size_t i = 0; i < run->n_listeners; i++) {
        struct api_stream *listener = run->listener[i];
        bool there = text && api_stream_send(listener, "run", text);
        if (there && !over) {
            run->listener[kept++] = listener;
            continue;
        }
        api_stream_close(listener);
        api_stream_release(listener);
    }
    run->n_listeners = kept;
    free(text);
    json_decref(document);
}

static void state_set(struct api_runs *runs, struct api_run *run, enum run_state state, json_t *outcome)
{
    pthread_mutex_lock(&runs->lock);
    run->state = state;
    if (state == RUNNING)
        run->started_ns = core_time_now();
    if (state > RUNNING)
        run->finished_ns = core_time_now();
    json_decref(run->outcome);
    run->outcome = outcome;
    tell(run);
    pthread_mutex_unlock(&runs->lock);
}

// ---- running
// -----------------------------------------------------------------------------------------------

static void run_free(struct api_run *run)
{
    for (size_t i = 0; i < run->n_listeners; i++) {
        api_stream_close(run->listener[i]);
        api_stream_release(run->listener[i]);
    }
    if (run->child.pid)
        api_child_end(&run->child);
    if (run->folder[0])
        api_workspace_remove(run->folder);
    pthread_mutex_destroy(&run->scoring);
    json_decref(run->outcome);
    free(run);
}

static void progress_take(struct api_runs *runs, struct api_run *run, json_t *progress)
{
    pthread_mutex_lock(&runs->lock);
    const char *stage = json_string_value(json_object_get(progress, "stage"));
    snprintf(run->stage, sizeof run->stage, "%s", stage ? stage : "");
    run->done_frac = json_number_value(json_object_get(progress, "done"));
    tell(run);
    pthread_mutex_unlock(&runs->lock);
}

// Lines of the child until it is done or has failed: that last document; NULL when it died.
static json_t *child_follow(struct api_runs *runs, struct api_run *run)
{
    struct core_buf line = {0};
    json_t *last = NULL;
    while (!last && api_child_line(&run->child, SILENCE_MS, &line)) {
        json_t *said = json_loadb(line.text ? line.text : "", line.length, 0, NULL);
        json_t *progress = json_object_get(said, "progress");
        if (progress)
            progress_take(runs, run, progress);
        else if (json_object_get(said, "done") || json_object_get(said, "problem"))
            last = json_incref(said);
        json_decref(said);
    }
    core_buf_fini(&line);
    return last;
}

static enum ph_status child_start(struct api_runs *runs, struct api_run *run, bool write, struct ph_err *err)
{
    const char *const writing[] = {"worker", "case.json", "-o", "out", NULL};
    const char *const scoring[] = {"worker", "case.json", NULL};
    const struct api_child_limits limits = {.memory_bytes = (size_t)16 << 30, .cpu_s = 7200};
    struct store *store = NULL;
    enum ph_status status = api_server_store(runs->server, &store, err);
    if (!status && !run->folder[0])
        status =
            api_workspace_make(store, run->case_id, run->seq, api_server_options(runs->server)->environment,
                               runs->root, run->folder, err);
    api_store_give(runs->server, store);
    if (status)
        run->folder[0] = '\0';
    return status ? status
                  : api_child_start(write ? writing : scoring, run->folder, &limits, &run->child, err);
}

// The results become one event of the case's log.
static enum ph_status results_keep(struct api_runs *runs, struct api_run *run, json_t *outcome,
                                   struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store *store = NULL;
    struct store_receipt receipt;
    struct store_entry entry = {
        .case_id = run->case_id, .expected_seq = STORE_ANY, .kind = "run-done", .who = run->who};
    json_t *left_out = json_array();
    enum ph_status status =
        api_workspace_files(run->folder, "out", MOST_RESULT, &arena,
                            (struct store_file **)(uintptr_t)&entry.file, &entry.n_files, left_out, err);
    if (!status)
        status = api_server_store(runs->server, &store, err);
    json_t *body = json_pack("{s:s, s:I, s:O, s:s, s:o}", "run", run->id, "version", (json_int_t)run->seq,
                             "outcome", outcome, "program", ph_version(), "left_out", left_out);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    entry.body = text;
    if (!status)
        status = text ? store_append(store, &entry, &receipt, err) : core_err_nomem(err);
    if (!status)
        run->result_seq = receipt.seq;
    free(text);
    json_decref(body);
    api_store_give(runs->server, store);
    core_arena_fini(&arena);
    return status;
}

static json_t *problem_of(const struct ph_err *err)
{
    return json_pack("{s:{s:s, s:s, s:s}}", "problem", "what", err->what, "where", err->where, "fix",
                     err->fix);
}

// Too many warm children: the one that was not asked for the longest time goes. With the lock held.
static void warm_limit(struct api_runs *runs)
{
    size_t warm = 0;
    struct api_run *oldest = NULL;
    for (size_t i = 0; i < runs->n; i++) {
        struct api_run *run = runs->run[i];
        if (!run->warm)
            continue;
        warm++;
        if (!oldest || run->used_ns < oldest->used_ns)
            oldest = run;
    }
    if (warm <= MOST_WARM || pthread_mutex_trylock(&oldest->scoring))
        return;
    oldest->warm = false;
    api_child_end(&oldest->child);
    pthread_mutex_unlock(&oldest->scoring);
}

static void run_finish(struct api_runs *runs, struct api_run *run, json_t *last)
{
    struct ph_err err = {0};
    json_t *done = json_object_get(last, "done");
    if (run->cancel) {
        state_set(runs, run, CANCELLED, NULL);
    } else if (!last) {
        core_err_set(&err, PH_EINTERNAL, NULL, "try again, with fewer particles if memory is short",
                     "the process that made this run ended before its time");
        state_set(runs, run, FAILED, problem_of(&err));
    } else if (!done) {
        state_set(runs, run, FAILED, json_incref(last));
    } else if (results_keep(runs, run, done, &err)) {
        state_set(runs, run, FAILED, problem_of(&err));
    } else {
        pthread_mutex_lock(&runs->lock);
        run->warm = true;
        run->used_ns = core_time_now();
        warm_limit(runs);
        pthread_mutex_unlock(&runs->lock);
        state_set(runs, run, DONE, json_incref(done));
        return;
    }
    api_child_end(&run->child);
}

static void run_make(struct api_runs *runs, struct api_run *run)
{
    struct ph_err err;
    json_t *last = NULL;
    state_set(runs, run, RUNNING, NULL);
    if (child_start(runs, run, true, &err)) {
        state_set(runs, run, FAILED, problem_of(&err));
        return;
    }
    last = child_follow(runs, run);
    run_finish(runs, run, last);
    json_decref(last);
}

static struct api_run *run_next(struct api_runs *runs)
{
    pthread_mutex_lock(&runs->lock);
    for (;;) {
        for (size_t i = 0; i < runs->n && !runs->stopping; i++)
            if (runs->run[i]->state == QUEUED) {
                runs->run[i]->state = RUNNING;
                pthread_mutex_unlock(&runs->lock);
                return runs->run[i];
            }
        if (runs->stopping)
            break;
        pthread_cond_wait(&runs->wake, &runs->lock);
    }
    pthread_mutex_unlock(&runs->lock);
    return NULL;
}

static void *thread_run(void *arg)
{
    struct api_runs *runs = arg;
    for (struct api_run *run; (run = run_next(runs));)
        run_make(runs, run);
    return NULL;
}

enum ph_status api_runs_start(struct api_server *server, int jobs, struct api_runs **out, struct ph_err *err)
{
    struct api_runs *runs = calloc(1, sizeof *runs);
    if (!runs)
        return core_err_nomem(err);
    const char *tmp = getenv("TMPDIR");
    runs->server = server;
    snprintf(runs->root, sizeof runs->root, "%s/pharos-%d", tmp ? tmp : "/tmp", (int)getpid());
    pthread_mutex_init(&runs->lock, NULL);
    pthread_cond_init(&runs->wake, NULL);
    runs->thread = calloc((size_t)jobs, sizeof *runs->thread);
    for (; runs->thread && runs->n_threads < jobs; runs->n_threads++)
        if (pthread_create(&runs->thread[runs->n_threads], NULL, thread_run, runs))
            break;
    if (!runs->n_threads) {
        api_runs_stop(runs);
        return core_err_nomem(err);
    }
    *out = runs;
    return PH_OK;
}

void api_runs_stop(struct api_runs *runs)
{
    if (!runs)
        return;
    pthread_mutex_lock(&runs->lock);
    runs->stopping = true;
    for (size_t i = 0; i < runs->n; i++)
        if (runs->run[i]->state == RUNNING)
            api_child_stop(&runs->run[i]->child);
    pthread_cond_broadcast(&runs->wake);
    pthread_mutex_unlock(&runs->lock);
    for (int i = 0; i < runs->n_threads; i++)
        pthread_join(runs->thread[i], NULL);
    for (size_t i = 0; i < runs->n; i++)
        run_free(runs->run[i]);
    rmdir(runs->root);
    pthread_mutex_destroy(&runs->lock);
    pthread_cond_destroy(&runs->wake);
    free(runs->thread);
    free(runs);
}

// ---- answers
// -----------------------------------------------------------------------------------------------

// With the lock held.
static struct api_run *run_find(struct api_runs *runs, const char *case_id, const char *id)
{
    for (size_t i = 0; i < runs->n; i++)
        if (!strcmp(runs->run[i]->id, id) && !strcmp(runs->run[i]->case_id, case_id))
            return runs->run[i];
    return NULL;
}

// A finished run that this process does not remember: from the case's log. False when there is none.
static bool run_logged(struct store *store, const char *case_id, const char *id, int64_t *result_seq,
                       json_t **out)
{
    struct ph_err err;
    size_t n = PAGE;
    bool found = false;
    for (int64_t after = 0; n == PAGE && !found;) {
        struct core_arena arena = {0};
        struct store_event *event = NULL;
        if (store_log(store, case_id, after, PAGE, &arena, &event, &n, &err))
            n = 0;
        for (size_t i = 0; i < n && !found; i++) {
            after = event[i].seq;
            json_t *body = strcmp(event[i].kind, "run-done") ? NULL : json_loads(event[i].body, 0, NULL);
            const char *named = json_string_value(json_object_get(body, "run"));
            found = named && !strcmp(named, id);
            if (found) {
                *result_seq = event[i].seq;
                if (out) {
                    *out = json_pack("{s:s, s:s, s:O?, s:s, s:f, s:o, s:s}", "id", id, "case", case_id,
                                     "version", json_object_get(body, "version"), "state", "done", "done",
                                     1.0, "finished", time_json(event[i].received_ns), "who", event[i].who);
                    json_object_update(*out, json_object_get(body, "outcome"));
                }
            }
            json_decref(body);
        }
        core_arena_fini(&arena);
    }
    return found;
}

static void logged_add(json_t *list, const struct store_event *event, struct api_runs *runs)
{
    json_t *body = json_loads(event->body, 0, NULL);
    const char *id = json_string_value(json_object_get(body, "run"));
    pthread_mutex_lock(&runs->lock);
    bool remembered = id && run_find(runs, event->case_id, id);
    pthread_mutex_unlock(&runs->lock);
    if (id && !remembered)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:O?, s:s, s:o, s:s}", "id", id, "case", event->case_id,
                                        "version", json_object_get(body, "version"), "state", "done",
                                        "finished", time_json(event->received_ns), "who", event->who));
    json_decref(body);
}

void api_runs_list(struct api_call *call)
{
    struct api_runs *runs = api_server_runs(call->server);
    struct store *store = api_store_take(call);
    json_t *list = json_array();
    struct ph_err err;
    size_t n = PAGE;
    if (!store) {
        json_decref(list);
        return;
    }
    enum ph_status status = PH_OK;
    for (int64_t after = 0; n == PAGE && !status;) {
        struct core_arena arena = {0};
        struct store_event *event = NULL;
        status = store_log(store, call->part[0], after, PAGE, &arena, &event, &n, &err);
        for (size_t i = 0; !status && i < n; i++) {
            after = event[i].seq;
            if (!strcmp(event[i].kind, "run-done"))
                logged_add(list, &event[i], runs);
        }
        core_arena_fini(&arena);
    }
    pthread_mutex_lock(&runs->lock);
    for (size_t i = 0; i < runs->n && !status; i++)
        if (!strcmp(runs->run[i]->case_id, call->part[0]))
            json_array_append_new(list, run_json(runs->run[i]));
    pthread_mutex_unlock(&runs->lock);
    if (status) {
        json_decref(list);
        api_answer_store(call, &err);
    } else {
        api_answer_json(call, 200, json_pack("{s:o}", "runs", list));
    }
    api_store_give(call->server, store);
}

// The oldest finished run that nobody listens to makes room. With the lock held.
static bool room_make(struct api_runs *runs)
{
    size_t queued = 0;
    for (size_t i = 0; i < runs->n; i++)
        queued += runs->run[i]->state <= RUNNING;
    if (queued >= MOST_QUEUED)
        return false;
    for (size_t i = 0; runs->n == MOST_RUNS && i < runs->n; i++) {
        struct api_run *run = runs->run[i];
        if (run->state <= RUNNING || run->n_listeners || pthread_mutex_trylock(&run->scoring))
            continue;
        pthread_mutex_unlock(&run->scoring);
        run_free(run);
        memmove(&runs->run[i], &runs->run[i + 1], (--runs->n - i) * sizeof *runs->run);
        break;
    }
    return runs->n < MOST_RUNS;
}

static struct api_run *run_new(const struct store_case *c, const struct api_person *person)
{
    struct api_run *run = calloc(1, sizeof *run);
    unsigned char random[8];
    if (!run)
        return NULL;
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(run->id, sizeof run->id, random, sizeof random);
    snprintf(run->case_id, sizeof run->case_id, "%s", c->id);
    snprintf(run->who, sizeof run->who, "%s", person->id);
    pthread_mutex_init(&run->scoring, NULL);
    run->seq = c->last_seq;
    run->queued_ns = core_time_now();
    return run;
}

void api_runs_create(struct api_call *call)
{
    struct api_runs *runs = api_server_runs(call->server);
    struct store *store = api_store_take(call);
    struct core_arena arena = {0};
    struct store_case c;
    json_t *answer = NULL;
    if (!store)
        return;
    if (api_case_find(call, store, &arena, &c)) {
        pthread_mutex_lock(&runs->lock);
        struct api_run *run = room_make(runs) ? run_new(&c, &call->person) : NULL;
        if (run) {
            runs->run[runs->n++] = run;
            answer = run_json(run);
            pthread_cond_signal(&runs->wake);
        }
        pthread_mutex_unlock(&runs->lock);
        if (answer) {
            api_reply_header(call->reply, "Location", "/api/v1/cases/%s/runs/%s", run->case_id, run->id);
            api_answer_json(call, 202, answer);
        } else {
            api_reply_header(call->reply, "Retry-After", "10");
            api_answer_problem(call, 503, "busy", "too many runs wait already", NULL,
                               "wait until some are done");
        }
    }
    core_arena_fini(&arena);
    api_store_give(call->server, store);
}

void api_run_show(struct api_call *call)
{
    struct api_runs *runs = api_server_runs(call->server);
    int64_t seq;
    pthread_mutex_lock(&runs->lock);
    struct api_run *run = run_find(runs, call->part[0], call->part[1]);
    json_t *answer = run ? run_json(run) : NULL;
    pthread_mutex_unlock(&runs->lock);
    if (!answer) {
        struct store *store = api_store_take(call);
        if (!store)
            return;
        run_logged(store, call->part[0], call->part[1], &seq, &answer);
        api_store_give(call->server, store);
    }
    if (answer)
        api_answer_json(call, 200, answer);
    else
        api_answer_missing(call, "run");
}

void api_run_cancel(struct api_call *call)
{
    struct api_runs *runs = api_server_runs(call->server);
    pthread_mutex_lock(&runs->lock);
    struct api_run *run = run_find(runs, call->part[0], call->part[1]);
    bool there = run != NULL, over = run && run->state > RUNNING;
    if (run && !over) {
        run->cancel = true;
        if (run->state == QUEUED) {
            run->state = CANCELLED;
            run->finished_ns = core_time_now();
            tell(run);
        } else {
            api_child_stop(&run->child);
        }
    }
    pthread_mutex_unlock(&runs->lock);
    if (!there)
        api_answer_missing(call, "run under way");
    else if (over)
        api_answer_problem(call, 409, "over", "this run is over", NULL, NULL);
    else
        call->reply->status = 204;
}

void api_run_events(struct api_call *call)
{
    struct api_runs *runs = api_server_runs(call->server);
    struct api_stream *stream;
    struct ph_err err;
    if (api_stream_new(&stream, &err)) {
        api_answer_err(call, &err);
        return;
    }
    pthread_mutex_lock(&runs->lock);
    struct api_run *run = run_find(runs, call->part[0], call->part[1]);
    bool there = run && run->n_listeners < MOST_LISTENERS;
    if (there) {
        run->listener[run->n_listeners++] = api_stream_hold(stream);
        tell(run); // the state as it is, first; when it is over that is all
    }
    pthread_mutex_unlock(&runs->lock);
    if (!there) {
        api_stream_release(stream);
        api_answer_missing(call, "run");
        return;
    }
    call->reply->status = 200;
    call->reply->type = "text/event-stream";
    call->reply->stream = stream;
}

// The event with the results of a run; 0 when there are none (yet).
static int64_t result_seq_of(struct api_call *call, struct store *store)
{
    struct api_runs *runs = api_server_runs(call->server);
    int64_t seq = 0;
    pthread_mutex_lock(&runs->lock);
    struct api_run *run = run_find(runs, call->part[0], call->part[1]);
    if (run && run->state == DONE)
        seq = run->result_seq;
    pthread_mutex_unlock(&runs->lock);
    if (!run)
        run_logged(store, call->part[0], call->part[1], &seq, NULL);
    return seq;
}

// "tasks~A1.gpx" is tasks/A1.gpx: a part of a path is one segment.
static void result_name(const char *part, char out[256])
{
    snprintf(out, 256, "%s", part);
    if (!strncmp(out, "tasks~", 6))
        out[5] = '/';
}

static bool result_read(struct api_call *call, const char *name, struct core_buf *out)
{
    struct store *store = api_store_take(call);
    struct ph_err err = {0};
    if (!store)
        return false;
    int64_t seq = result_seq_of(call, store);
    enum ph_status status =
        seq ? store_file_read(store, call->part[0], seq, name, MOST_RESULT, out, &err) : PH_OK;
    api_store_give(call->server, store);
    if (!seq || status == PH_ENOTFOUND)
        api_answer_missing(call, "result");
    else if (status)
        api_answer_store(call, &err);
    return seq && !status;
}

// The report brings its own style and pictures along and may do nothing else.
static const char report_policy[] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                                    "frame-ancestors 'self'; sandbox allow-same-origin";

void api_run_file(struct api_call *call)
{
    char name[256];
    result_name(call->part[2], name);
    if (!result_read(call, name, &call->reply->body))
        return;
    if (!api_export_noted(call, name))
        return;
    const char *last = strrchr(name, '/');
    call->reply->status = 200;
    call->reply->type = api_workspace_media(name);
    call->reply->policy = report_policy;
    if (api_request_query(call->request, "download"))
        api_reply_header(call->reply, "Content-Disposition", "attachment; filename=\"%s\"",
                         last ? last + 1 : name);
}

void api_run_particles(struct api_call *call)
{
    const char *time = api_request_query(call->request, "time");
    struct core_buf all = {0};
    struct ph_err err;
    int64_t t_ns = 0;
    if (!time || core_time_parse(time, &t_ns, &err)) {
        api_answer_problem(call, 422, "input", "say for which time", "time", "?time=2016-08-29T12:00Z");
        return;
    }
    if (!result_read(call, "particles.bin", &all))
        return;
    if (api_particles_at(&all, t_ns, &call->reply->body, &err)) {
        api_answer_err(call, &err);
    } else {
        call->reply->status = 200;
        call->reply->type = "application/octet-stream";
    }
    core_buf_fini(&all);
}

// ---- edited plans
// ------------------------------------------------------------------------------------------

// With run->scoring held: a child that has the cloud in memory.
static enum ph_status warm_up(struct api_runs *runs, struct api_run *run, struct ph_err *err)
{
    if (run->warm)
        return PH_OK;
    enum ph_status status = child_start(runs, run, false, err);
    if (status)
        return status;
    json_t *last = child_follow(runs, run);
    bool good = json_object_get(last, "done") != NULL;
    json_decref(last);
    if (!good) {
        api_child_end(&run->child);
        return core_err_set(err, PH_EINTERNAL, NULL, "start a new run", "this run cannot be brought back");
    }
    pthread_mutex_lock(&runs->lock);
    run->warm = true;
    run->used_ns = core_time_now();
    warm_limit(runs);
    pthread_mutex_unlock(&runs->lock);
    return PH_OK;
}

static enum ph_status score(struct api_runs *runs, struct api_run *run, json_t *plan, json_t **out,
                            struct ph_err *err)
{
    struct core_buf line = {0};
    enum ph_status status = warm_up(runs, run, err);
    if (status)
        return status;
    json_t *question = json_pack("{s:O}", "evaluate", plan);
    char *text = json_dumps(question, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(question);
    bool good = text && api_child_say(&run->child, text) && api_child_line(&run->child, EVALUATE_MS, &line);
    free(text);
    *out = good ? json_loadb(line.text, line.length, 0, NULL) : NULL;
    core_buf_fini(&line);
    run->used_ns = core_time_now();
    if (*out)
        return PH_OK;
    run->warm = false;
    api_child_end(&run->child);
    return core_err_set(err, PH_EINTERNAL, NULL, "try again", "the process that scores plans ended");
}

static void score_answer(struct api_call *call, json_t *scored)
{
    json_t *problem = json_object_get(scored, "problem");
    if (!problem) {
        api_answer_json(call, 200, json_incref(json_object_get(scored, "plan")));
        return;
    }
    api_answer_problem(call, 422, "input", json_string_value(json_object_get(problem, "what")),
                       json_string_value(json_object_get(problem, "where")),
                       json_string_value(json_object_get(problem, "fix")));
}

void api_run_evaluate(struct api_call *call)
{
    struct api_runs *runs = api_server_runs(call->server);
    struct ph_err err;
    json_t *scored = NULL;
    pthread_mutex_lock(&runs->lock);
    struct api_run *run = run_find(runs, call->part[0], call->part[1]);
    bool ready = run && run->state == DONE;
    pthread_mutex_unlock(&runs->lock);
    if (!ready) {
        api_answer_missing(call, run ? "result yet" : "run in this server's memory: start a new one");
        return;
    }
    pthread_mutex_lock(&run->scoring);
    enum ph_status status = score(runs, run, call->body, &scored, &err);
    pthread_mutex_unlock(&run->scoring);
    if (status)
        api_answer_err(call, &err);
    else
        score_answer(call, scored);
    json_decref(scored);
}
