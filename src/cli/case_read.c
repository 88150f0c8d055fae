// pharos case list, show, log, get, verify.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "cli/case.h"
#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "core/time.h"
#include "store/bundle.h"
#include "store/verify.h"

enum { PAGE = 256 };

// ---- list

static void case_json(const struct store_case *c, struct core_json *json)
{
    char head[STORE_HEX], document[STORE_HEX];
    store_hex(c->head, head);
    store_hex(c->document, document);
    core_json_object(json);
    core_json_key_text(json, "id", c->id);
    core_json_key_text(json, "name", c->name);
    core_json_key_text(json, "status", c->status);
    core_json_key_time(json, "created", c->created_ns);
    core_json_key_time(json, "updated", c->updated_ns);
    core_json_key_int(json, "last_seq", c->last_seq);
    core_json_key_text(json, "head", head);
    core_json_key_int(json, "document_seq", c->document_seq);
    core_json_key_text(json, "case_sha256", c->document_seq ? document : NULL);
    core_json_object_end(json);
}

static void case_line(const struct store_case *c, struct core_buf *out)
{
    char dtg[CORE_TIME_TEXT];
    core_time_dtg(c->updated_ns, dtg);
    core_buf_printf(out, "%s  %s  %-6s  %4lld  %s\n", c->id, dtg, c->status, (long long)c->last_seq, c->name);
}

static enum ph_status lists_walk(struct cli_case *c, struct core_json *json, struct core_arena *arena,
                                 struct ph_err *err)
{
    struct store_case *list, last, *before = NULL;
    size_t n;
    enum ph_status status;
    do {
        status =
            store_list(c->store, c->args->on_case.all ? NULL : "open", before, PAGE, arena, &list, &n, err);
        for (size_t i = 0; !status && i < n; i++)
            if (c->args->json)
                case_json(&list[i], json);
            else
                case_line(&list[i], &c->out);
        if (!status && n)
            last = list[n - 1];
        before = &last;
    } while (!status && n == PAGE);
    return status;
}

enum ph_status cli_case_list(struct cli_case *c, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct core_json json;
    core_json_init(&json, &c->out);
    if (c->args->json) {
        core_json_object(&json);
        core_json_key_text(&json, "pharos", "case-list/1");
        core_json_key(&json, "cases");
        core_json_array(&json);
    }
    enum ph_status status = lists_walk(c, &json, &arena, err);
    if (c->args->json) {
        core_json_array_end(&json);
        core_json_object_end(&json);
    }
    core_arena_fini(&arena);
    return status;
}

// ---- show

static void case_text(const struct store_case *c, struct core_buf *out)
{
    char created[CORE_TIME_TEXT], updated[CORE_TIME_TEXT], head[STORE_HEX];
    core_time_iso(c->created_ns, created);
    core_time_iso(c->updated_ns, updated);
    store_hex(c->head, head);
    core_buf_printf(out,
                    "%s\nid       %s\nstatus   %s\ncreated  %s\nupdated  %s\nevents   %lld\nhead     %s\n",
                    c->name, c->id, c->status, created, updated, (long long)c->last_seq, head);
    if (c->document_seq)
        core_buf_printf(out, "case     of event %lld\n", (long long)c->document_seq);
    if (c->folder[0])
        core_buf_printf(out, "folder   %s\n", c->folder);
}

static enum ph_status document_write(struct cli_case *c, const struct store_case *shown, struct ph_err *err)
{
    struct core_buf document = {0};
    enum ph_status status = store_document(c->store, shown->id, shown->last_seq, &document, err);
    if (!status)
        status = core_file_write_buf(c->args->out, &document, err);
    core_buf_fini(&document);
    return status;
}

enum ph_status cli_case_show(struct cli_case *c, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct store_case shown;
    char id[STORE_ID];
    const struct cli_case_args *given = &c->args->on_case;
    enum ph_status status = cli_case_id(c, 0, id, err);
    if (!status)
        status = given->has_seq ? store_get_at(c->store, id, (int64_t)given->seq, &arena, &shown, err)
                                : store_get(c->store, id, &arena, &shown, err);
    if (!status && c->args->out)
        status = document_write(c, &shown, err);
    struct core_json json;
    core_json_init(&json, &c->out);
    if (!status && c->args->json)
        case_json(&shown, &json);
    else if (!status)
        case_text(&shown, &c->out);
    core_arena_fini(&arena);
    return status;
}

// ---- log

static void event_text(const struct store_event *event, const char *before, struct core_buf *out)
{
    char received[CORE_TIME_TEXT], valid[CORE_TIME_TEXT];
    core_time_iso(event->received_ns, received);
    core_time_iso(event->valid_ns, valid);
    core_buf_printf(out, "%s%lld  %s  %s by %s", before, (long long)event->seq, received, event->kind,
                    event->who);
    if (event->valid_ns != event->received_ns)
        core_buf_printf(out, ", of %s", valid);
    if (event->why[0])
        core_buf_puts(out, ": ");
    for (const char *at = event->why; *at;
         at++) // of others, too: nothing in it may look like a line of the log
        core_buf_add(out, (unsigned char)*at < 32 || *at == 127 ? " " : at, 1);
    core_buf_puts(out, "\n");
    if (strcmp(event->body, "{}") != 0)
        core_buf_printf(out, "%s    %.600s%s\n", before, event->body, strlen(event->body) > 600 ? "..." : "");
    for (size_t i = 0; i < event->n_refs; i++) {
        char hex[STORE_HEX];
        store_hex(event->ref[i].hash, hex);
        core_buf_printf(out, "%s    %.12s  %9lld  %s\n", before, hex, (long long)event->ref[i].size,
                        event->ref[i].name);
    }
}

// What the other centre wrote, below the event that took it in.
static enum ph_status branch_text(struct cli_case *c, const struct store_event *event,
                                  struct core_arena *arena, struct ph_err *err)
{
    struct store_event *branch = NULL;
    size_t n = 0;
    if (strcmp(event->kind, "merged") != 0)
        return PH_OK;
    enum ph_status status = store_branch_read(c->store, event, arena, &branch, &n, err);
    for (size_t i = 0; !status && i < n; i++)
        event_text(&branch[i], "    | ", &c->out);
    return status;
}

static enum ph_status events_walk(struct cli_case *c, const char *id, struct core_json *json,
                                  struct ph_err *err)
{
    int64_t after = 0;
    size_t n;
    enum ph_status status;
    do {
        struct core_arena arena = {0};
        struct store_event *event;
        status = store_log(c->store, id, after, PAGE, &arena, &event, &n, err);
        for (size_t i = 0; !status && i < n; i++) {
            if (c->args->json)
                store_event_json(&event[i], json);
            else
                event_text(&event[i], "", &c->out);
            if (!c->args->json)
                status = branch_text(c, &event[i], &arena, err);
            after = event[i].seq;
        }
        core_arena_fini(&arena);
    } while (!status && n == PAGE);
    return status;
}

enum ph_status cli_case_log(struct cli_case *c, struct ph_err *err)
{
    char id[STORE_ID];
    struct core_json json;
    core_json_init(&json, &c->out);
    enum ph_status status = cli_case_id(c, 0, id, err);
    if (status)
        return status;
    if (!c->args->json)
        return events_walk(c, id, &json, err);
    core_json_object(&json);
    core_json_key_text(&json, "pharos", "case-log/1");
    core_json_key_text(&json, "case", id);
    core_json_key(&json, "events");
    core_json_array(&json);
    status = events_walk(c, id, &json, err);
    core_json_array_end(&json);
    core_json_object_end(&json);
    return status;
}

// ---- get

enum ph_status cli_case_get(struct cli_case *c, struct ph_err *err)
{
    char id[STORE_ID];
    int64_t seq = 0;
    struct core_buf file = {0};
    if (!c->args->out)
        return core_err_set(err, PH_EINPUT, "-o", "usage: pharos case get ID N NAME -o FILE",
                            "say where to write");
    enum ph_status status = cli_case_id(c, 0, id, err);
    if (!status)
        status = cli_case_number(c, 1, &seq, err);
    if (!status)
        status = store_file_read(c->store, id, seq, c->operand[2], SIZE_MAX, &file, err);
    if (!status)
        status = core_file_write_buf(c->args->out, &file, err);
    core_buf_fini(&file);
    return status;
}

// ---- verify

struct telling {
    struct core_json *json; // NULL: text
    struct core_buf *out;
};

static void problem_tell(void *arg, const char *where, const char *what)
{
    const struct telling *telling = arg;
    if (!telling->json) {
        core_buf_printf(telling->out, "%s: %s\n", where, what);
        return;
    }
    core_json_object(telling->json);
    core_json_key_text(telling->json, "where", where);
    core_json_key_text(telling->json, "what", what);
    core_json_object_end(telling->json);
}

static enum ph_status head_read(const char *text, uint8_t out[STORE_HASH], struct ph_err *err)
{
    size_t length = 0;
    if (sodium_hex2bin(out, STORE_HASH, text, strlen(text), NULL, &length, NULL) || length != STORE_HASH ||
        strlen(text) != 2 * STORE_HASH)
        return core_err_set(err, PH_EINPUT, "--head", "`pharos case show` prints it",
                            "this is not 64 hexadecimal digits");
    return PH_OK;
}

static void verdict_tell(struct cli_case *c, const struct store_verdict *v, struct core_json *json)
{
    if (!c->args->json) {
        core_buf_printf(&c->out, "%zu cases, %zu events, %zu files of %lld bytes: ", v->cases, v->events,
                        v->files, (long long)v->bytes);
        if (v->problems)
            core_buf_printf(&c->out, "%zu problem%s\n", v->problems, v->problems == 1 ? "" : "s");
        else
            core_buf_puts(&c->out, "all as they were written\n");
        return;
    }
    core_json_array_end(json);
    core_json_key_int(json, "cases", (int64_t)v->cases);
    core_json_key_int(json, "events", (int64_t)v->events);
    core_json_key_int(json, "files", (int64_t)v->files);
    core_json_key_int(json, "bytes", v->bytes);
    core_json_object_end(json);
}

enum ph_status cli_case_verify(struct cli_case *c, struct ph_err *err)
{
    char id[STORE_ID];
    uint8_t head[STORE_HASH];
    const char *noted = c->args->on_case.head;
    struct store_verdict verdict = {0};
    struct core_json json;
    struct telling telling = {c->args->json ? &json : NULL, &c->out};
    enum ph_status status = noted ? head_read(noted, head, err) : PH_OK;
    if (!status && c->n_operands)
        status = cli_case_id(c, 0, id, err);
    core_json_init(&json, &c->out);
    if (c->args->json) {
        core_json_object(&json);
        core_json_key_text(&json, "pharos", "case-verify/1");
        core_json_key(&json, "problems");
        core_json_array(&json);
    }
    if (!status)
        status = store_verify(c->store, c->n_operands ? id : NULL, noted ? head : NULL, problem_tell,
                              &telling, &verdict, err);
    if (!status)
        verdict_tell(c, &verdict, &json);
    c->exit_status = verdict.problems ? 3 : 0;
    return status;
}
