#include "plan/allocate.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "core/json.h"

static const size_t MOST_BYTES = 512u << 20;
static const double CHANCE_SLACK = 1e-9; // rows of the transition sum to 1

// The file as it is read: the problem's arrays are writable here.
struct reading {
    struct plan_allocation_problem problem;
    struct core_arena arena;
    double *prior, *effectiveness, *budget;
    struct plan_move *transition;
    const char *path;
    struct ph_err *err;
};

static enum ph_status refuse(struct reading *in, const char *pointer, const char *fix, const char *what)
{
    enum ph_status status = core_err_set(in->err, PH_EINPUT, pointer, fix, "%s", what);
    core_err_within(in->err, in->path);
    return status;
}

// A finite number of 0 or more.
static enum ph_status number(struct reading *in, const json_t *value, const char *pointer, double *out)
{
    double got = json_number_value(value);
    if (!json_is_number(value) || !isfinite(got) || got < 0)
        return refuse(in, pointer, "give a number of 0 or more", "this is not a number of 0 or more");
    *out = got;
    return PH_OK;
}

static enum ph_status numbers(struct reading *in, const json_t *array, const char *pointer, size_t n,
                              double *out)
{
    char at[96];
    if (!json_is_array(array) || json_array_size(array) != n) {
        snprintf(at, sizeof at, "an array of %zu numbers is expected here", n);
        return refuse(in, pointer, "one number for each cell (or period)", at);
    }
    for (size_t i = 0; i < n; i++) {
        snprintf(at, sizeof at, "%s/%zu", pointer, i);
        enum ph_status status = number(in, json_array_get(array, i), at, &out[i]);
        if (status)
            return status;
    }
    return PH_OK;
}

static enum ph_status table(struct reading *in, const json_t *rows, const char *name, size_t n_rows,
                            size_t n_columns, double **out)
{
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", name);
    if (!json_is_array(rows) || json_array_size(rows) != n_rows)
        return refuse(in, pointer, "one row for each resource in effectiveness and in budget",
                      "an array with one row for each resource is expected here");
    *out = CORE_ARENA_NEW(&in->arena, double, n_rows *n_columns);
    if (!*out)
        return core_err_nomem(in->err);
    for (size_t r = 0; r < n_rows; r++) {
        snprintf(pointer, sizeof pointer, "/%s/%zu", name, r);
        enum ph_status status =
            numbers(in, json_array_get(rows, r), pointer, n_columns, *out + r * n_columns);
        if (status)
            return status;
    }
    return PH_OK;
}

static bool cell_index(const json_t *value, size_t n, size_t *out)
{
    json_int_t got = json_integer_value(value);
    if (!json_is_integer(value) || got < 0 || (size_t)got >= n)
        return false;
    *out = (size_t)got;
    return true;
}

static enum ph_status move_read(struct reading *in, const json_t *row, size_t k, double *leaving)
{
    char pointer[64];
    struct plan_move *move = &in->transition[k];
    snprintf(pointer, sizeof pointer, "/transition/%zu", k);
    if (!json_is_array(row) || json_array_size(row) != 3 ||
        !cell_index(json_array_get(row, 0), in->problem.n_cells, &move->from) ||
        !cell_index(json_array_get(row, 1), in->problem.n_cells, &move->to))
        return refuse(in, pointer, "write [from, to, p] with cells counted from 0",
                      "this is not a transition between two of the cells");
    snprintf(pointer, sizeof pointer, "/transition/%zu/2", k);
    enum ph_status status = number(in, json_array_get(row, 2), pointer, &move->p);
    leaving[move->from] += move->p;
    return status;
}

static enum ph_status transition_read(struct reading *in, const json_t *rows)
{
    if (!json_is_array(rows))
        return refuse(in, "/transition", "write [[from, to, p], ...]", "transition is not an array");
    size_t n = json_array_size(rows), cells = in->problem.n_cells;
    double *leaving = CORE_ARENA_NEW(&in->arena, double, cells);
    in->transition = CORE_ARENA_NEW(&in->arena, struct plan_move, n + 1);
    if (!leaving || !in->transition)
        return core_err_nomem(in->err);
    enum ph_status status = PH_OK;
    for (size_t k = 0; k < n && !status; k++)
        status = move_read(in, json_array_get(rows, k), k, leaving);
    for (size_t c = 0; c < cells && !status; c++)
        if (fabs(leaving[c] - 1) > CHANCE_SLACK) {
            char what[96];
            snprintf(what, sizeof what, "the chances of leaving cell %zu sum to %.9g, not to 1", c,
                     leaving[c]);
            status = refuse(in, "/transition", "add the chance of staying: [c, c, p]", what);
        }
    in->problem.transition = in->transition;
    in->problem.n_transitions = n;
    return status;
}

static enum ph_status law_read(struct reading *in, const json_t *name)
{
    const char *text = json_string_value(name);
    if (!name || (text && !strcmp(text, "exponential")))
        in->problem.law = PLAN_LAW_EXPONENTIAL;
    else if (text && !strcmp(text, "inverse-cube"))
        in->problem.law = PLAN_LAW_INVERSE_CUBE;
    else
        return refuse(in, "/detection", "write \"exponential\" or \"inverse-cube\"",
                      "detection is not known");
    return PH_OK;
}

static enum ph_status members_check(struct reading *in, json_t *root)
{
    static const char *const known[] = {"pharos", "prior",      "effectiveness",
                                        "budget", "transition", "detection"};
    const char *key, *version = json_string_value(json_object_get(root, "pharos"));
    json_t *value;
    if (!json_is_object(root) || !version || strcmp(version, "allocation/1"))
        return refuse(in, "/pharos", "begin with \"pharos\": \"allocation/1\"",
                      "this is not an allocation problem");
    json_object_foreach(root, key, value)
    {
        bool found = !strncmp(key, "x-", 2);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found = found || !strcmp(key, known[i]);
        if (!found) {
            char pointer[128];
            snprintf(pointer, sizeof pointer, "/%.100s", key);
            return refuse(in, pointer, "remove it or check its spelling", "this member is not known");
        }
    }
    return PH_OK;
}

static enum ph_status problem_read(struct reading *in, json_t *root)
{
    enum ph_status status = members_check(in, root);
    if (status)
        return status;
    struct plan_allocation_problem *p = &in->problem;
    const json_t *prior = json_object_get(root, "prior"), *w = json_object_get(root, "effectiveness");
    const json_t *budget = json_object_get(root, "budget"), *transition = json_object_get(root, "transition");
    p->n_cells = json_array_size(prior);
    p->n_resources = json_array_size(w);
    p->n_periods = json_array_size(json_array_get(budget, 0));
    if (!p->n_cells)
        return refuse(in, "/prior", "give one number for each cell", "prior is missing or empty");
    if (!p->n_resources)
        return refuse(in, "/effectiveness", "give one row for each resource",
                      "effectiveness is missing or empty");
    if (!p->n_periods)
        return refuse(in, "/budget/0", "give one row for each resource with one number for each period",
                      "budget is missing or empty");
    in->prior = CORE_ARENA_NEW(&in->arena, double, p->n_cells);
    if (!in->prior)
        return core_err_nomem(in->err);
    status = numbers(in, prior, "/prior", p->n_cells, in->prior);
    if (!status)
        status = table(in, w, "effectiveness", p->n_resources, p->n_cells, &in->effectiveness);
    if (!status)
        status = table(in, budget, "budget", p->n_resources, p->n_periods, &in->budget);
    if (!status)
        status = law_read(in, json_object_get(root, "detection"));
    if (!status && transition && !json_is_null(transition))
        status = transition_read(in, transition);
    p->prior = in->prior, p->effectiveness = in->effectiveness, p->budget = in->budget;
    return status;
}

static void answer_write(const struct plan_allocation_problem *p, const struct plan_allocation *a,
                         struct core_buf *out)
{
    struct core_json json;
    core_json_init(&json, out);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "allocation-result/1");
    core_json_key_num(&json, "pos", a->pos, 15);
    core_json_key_num(&json, "upper_bound", a->upper_bound, 15);
    core_json_key_num(&json, "gap", a->gap, 6);
    core_json_key_num(&json, "myopic_pos", a->myopic_pos, 15);
    core_json_key_bool(&json, "stopped_early", a->stopped_early);
    core_json_key(&json, "effort");
    core_json_array(&json);
    for (size_t t = 0; t < p->n_periods; t++) {
        core_json_array(&json);
        for (size_t r = 0; r < p->n_resources; r++) {
            core_json_array_flat(&json);
            for (size_t c = 0; c < p->n_cells; c++)
                core_json_num(&json, a->effort[(t * p->n_resources + r) * p->n_cells + c], 15);
            core_json_array_end(&json);
        }
        core_json_array_end(&json);
    }
    core_json_array_end(&json);
    core_json_object_end(&json);
    core_buf_puts(out, "\n");
}

static enum ph_status text_solve(struct reading *in, const struct core_buf *text, struct core_job *job,
                                 struct core_buf *out)
{
    json_error_t fault;
    json_t *root = json_loadb(text->text ? text->text : "", text->length, JSON_REJECT_DUPLICATES, &fault);
    if (!root) {
        enum ph_status status = core_err_set(in->err, PH_EINPUT, NULL, "check the file with any JSON tool",
                                             "line %d, column %d: %s", fault.line, fault.column, fault.text);
        core_err_within(in->err, in->path);
        return status;
    }
    enum ph_status status = problem_read(in, root);
    json_decref(root);
    if (status)
        return status;
    struct plan_allocation answer;
    status = plan_allocate(&in->problem, job, &in->arena, &answer, in->err);
    if (status) {
        core_err_within(in->err, in->path);
        return status;
    }
    struct core_buf made = {0};
    answer_write(&in->problem, &answer, &made);
    status = core_buf_check(&made, in->err);
    if (!status)
        core_buf_add(out, made.text, made.length);
    core_buf_fini(&made);
    return status ? status : core_buf_check(out, in->err);
}

enum ph_status plan_allocate_file(const char *path, struct core_job *job, struct core_buf *json,
                                  struct ph_err *err)
{
    struct core_buf text = {0};
    enum ph_status status = core_file_read(path, MOST_BYTES, &text, err);
    if (status)
        return status;
    struct reading in = {.path = path, .err = err};
    status = text_solve(&in, &text, job, json);
    core_arena_fini(&in.arena);
    core_buf_fini(&text);
    return status;
}
