#include "api/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/problem.h"
#include "api/server.h"
#include "api/user.h"
#include "core/time.h"
#include "scenario/case.h"

enum { MOST_PAGE = 200, USUAL_PAGE = 50 };

// ---- what the store says

void api_answer_store(struct api_call *call, const struct ph_err *err)
{
    switch (err->status) {
    case PH_ENOTFOUND:
        api_answer_problem(call, 404, "not-found", err->what, err->where, err->fix);
        return;
    case PH_ECONFLICT:
        api_answer_problem(
            call, 412, "stale", err->what, err->where,
            "somebody else has changed the case: fetch it again and repeat your change on that");
        return;
    case PH_EBUSY:
        api_reply_header(call->reply, "Retry-After", "2");
        api_answer_problem(call, 503, "busy", err->what, NULL, err->fix);
        return;
    case PH_EFULL:
        api_answer_problem(call, 507, "full", err->what, NULL, err->fix);
        return;
    default:
        api_answer_err(call, err);
    }
}

bool api_case_find(struct api_call *call, struct store *store, struct core_arena *arena,
                   struct store_case *out)
{
    struct ph_err err;
    if (!store_get(store, call->part[0], arena, out, &err))
        return true;
    api_answer_store(call, &err);
    return false;
}

static void etag_add(struct api_call *call, int64_t seq)
{
    api_reply_header(call->reply, "ETag", "\"%lld\"", (long long)seq);
}

// That something was exported since does not make what was read stale: the number goes on over such events.
static bool expected_settle(struct api_call *call, struct store *store, int64_t *seq)
{
    struct core_arena arena = {0};
    struct store_event *event;
    struct ph_err err;
    size_t n = 0;
    enum ph_status status = store_log(store, call->part[0], *seq, MOST_PAGE, &arena, &event, &n, &err);
    for (size_t i = 0; !status && i < n && !strcmp(event[i].kind, "export"); i++)
        *seq = event[i].seq;
    core_arena_fini(&arena);
    if (status)
        api_answer_store(call, &err);
    return !status;
}

// If-Match: "12". A change of a case without it is refused: nobody overwrites what he has not seen.
static bool expected_read(struct api_call *call, struct store *store, int64_t *seq)
{
    const char *match = api_request_header(call->request, "If-Match");
    char *end;
    if (!match) {
        api_answer_problem(call, 428, "unconditional", "say which state of the case this change is made on",
                           "If-Match", "send the ETag of the case as If-Match");
        return false;
    }
    if (!strcmp(match, "*")) {
        *seq = STORE_ANY;
        return true;
    }
    *seq = match[0] == '"' ? strtoll(match + 1, &end, 10) : -1;
    if (*seq >= 1 && end[0] == '"' && !end[1])
        return expected_settle(call, store, seq);
    api_answer_problem(call, 412, "stale", "this ETag is none of a case", "If-Match",
                       "send the ETag as it came");
    return false;
}

static bool key_read(struct api_call *call, struct store_entry *entry)
{
    const char *key = api_request_header(call->request, "Idempotency-Key");
    if (key && (strlen(key) < 8 || strlen(key) > 128)) {
        api_answer_problem(call, 422, "input", "an idempotency key has 8 to 128 letters", "Idempotency-Key",
                           NULL);
        return false;
    }
    entry->key = key;
    entry->key_owner = call->person.id;
    return true;
}

bool api_case_append(struct api_call *call, struct store *store, struct store_entry *entry,
                     struct store_receipt *receipt)
{
    struct ph_err err;
    entry->case_id = call->part[0];
    entry->who = call->person.id;
    entry->expected_seq = STORE_ANY;
    if (!key_read(call, entry) || (call->route->changes && !expected_read(call, store, &entry->expected_seq)))
        return false;
    if (!store_append(store, entry, receipt, &err)) {
        etag_add(call, receipt->seq);
        return true;
    }
    api_answer_store(call, &err);
    return false;
}

// ---- JSON of what there is

static json_t *time_json(int64_t t_ns)
{
    char text[CORE_TIME_TEXT];
    core_time_iso(t_ns, text);
    return json_string(text);
}

static json_t *case_json(const struct store_case *c)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:I}", "id", c->id, "name", c->name ? c->name : "", "status",
                     c->status, "created", time_json(c->created_ns), "updated", time_json(c->updated_ns),
                     "version", (json_int_t)c->last_seq);
}

static json_t *document_json(struct store *store, const struct store_case *c, struct ph_err *err)
{
    struct core_buf text = {0};
    if (store_document(store, c->id, 0, &text, err)) {
        core_buf_fini(&text);
        return NULL;
    }
    json_t *document = json_loadb(text.text, text.length, 0, NULL);
    core_buf_fini(&text);
    return document;
}

static json_t *event_json(const struct store_event *e)
{
    json_t *files = json_array();
    for (size_t i = 0; i < e->n_refs; i++) {
        char hex[STORE_HEX];
        store_hex(e->ref[i].hash, hex);
        json_array_append_new(files, json_pack("{s:s, s:s, s:I, s:s}", "name", e->ref[i].name, "type",
                                               e->ref[i].media ? e->ref[i].media : "", "size",
                                               (json_int_t)e->ref[i].size, "sha256", hex));
    }
    char hash[STORE_HEX];
    store_hex(e->hash, hash);
    return json_pack("{s:I, s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:s}", "seq", (json_int_t)e->seq, "kind",
                     e->kind, "received", time_json(e->received_ns), "valid", time_json(e->valid_ns), "who",
                     e->who, "why", e->why, "body", json_loads(e->body, 0, NULL), "files", files, "hash",
                     hash);
}

static size_t limit_read(const struct api_call *call)
{
    const char *text = api_request_query(call->request, "limit");
    long n = text ? strtol(text, NULL, 10) : USUAL_PAGE;
    return n < 1 ? 1 : n > MOST_PAGE ? MOST_PAGE : (size_t)n;
}

// ---- cases

// The page goes on behind the case named by `after`.
static bool list_from(struct api_call *call, struct store *store, struct core_arena *arena,
                      struct store_case *before, bool *given)
{
    const char *after = api_request_query(call->request, "after");
    struct ph_err err;
    *given = after != NULL;
    if (!after || !store_get(store, after, arena, before, &err))
        return true;
    api_answer_store(call, &err);
    return false;
}

static json_t *listed_json(struct store *store, const struct store_case *c)
{
    struct ph_err err;
    json_t *one = case_json(c), *document = document_json(store, c, &err);
    json_object_set(one, "objects", json_object_get(document, "objects"));
    json_object_set(one, "assets", json_object_get(document, "assets"));
    json_object_set(one, "scenarios", json_object_get(document, "scenarios"));
    json_object_set(one, "persons", json_object_get(document, "x-persons"));
    json_decref(document);
    return one;
}

static enum ph_status visible(const struct api_call *call, struct store *store, const char *id, bool *out,
                              struct ph_err *err)
{
    enum api_role role = API_VIEWER;
    bool owns;
    enum ph_status status = PH_OK;
    if (!call->person.alone)
        status = api_user_case_role(store_db_of(store), call->person.id, id, &role, &owns, err);
    *out = role >= API_VIEWER;
    return status;
}

// Adds what this person may see of the cases behind `last`, until `limit` are in the list; *more: there may
// be others.
static enum ph_status list_fill(struct api_call *call, struct store *store, struct core_arena *arena,
                                struct store_case *last, bool from, json_t *list, bool *more,
                                struct ph_err *err)
{
    const size_t limit = limit_read(call);
    const char *wanted = api_request_query(call->request, "status");
    enum ph_status status = PH_OK;
    for (*more = true; !status && *more && json_array_size(list) < limit; from = true) {
        struct store_case *found;
        size_t n = 0;
        status = store_list(store, wanted, from ? last : NULL, limit, arena, &found, &n, err);
        *more = n == limit;
        for (size_t i = 0; !status && i < n && json_array_size(list) < limit; i++) {
            bool seen = false;
            status = visible(call, store, found[i].id, &seen, err);
            if (seen)
                json_array_append_new(list, listed_json(store, &found[i]));
            *last = found[i];
            *more |= i + 1 < n;
        }
    }
    return status;
}

void api_cases_list(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct core_arena arena = {0};
    struct store_case last;
    struct ph_err err;
    bool from, more;
    if (!store)
        return;
    if (list_from(call, store, &arena, &last, &from)) {
        json_t *list = json_array();
        if (list_fill(call, store, &arena, &last, from, list, &more, &err)) {
            json_decref(list);
            api_answer_store(call, &err);
        } else {
            api_answer_json(call, 200,
                            json_pack("{s:o, s:s?}", "cases", list, "next", more ? last.id : NULL));
        }
    }
    core_arena_fini(&arena);
    api_store_give(call->server, store);
}

// The centre that the request names, or the one in which this person may do most. False with a problem
// answered.
static bool centre_choose(struct api_call *call, struct store *store, char out[API_NAME])
{
    const char *named = api_request_query(call->request, "centre");
    struct core_arena arena = {0};
    struct api_membership *in = NULL;
    struct ph_err err;
    size_t n = 0;
    bool good = false;
    snprintf(out, API_NAME, "%s", named ? named : call->person.centre);
    if (api_memberships(store_db_of(store), call->person.id, &arena, &in, &n, &err)) {
        api_answer_store(call, &err);
    } else {
        for (size_t i = 0; i < n; i++)
            good |= !strcmp(in[i].centre, out) && in[i].role >= API_COORDINATOR;
        if (!good)
            api_answer_problem(call, 403, "role", "you make no cases in this centre", "centre", NULL);
    }
    core_arena_fini(&arena);
    return good;
}

// The case and whose it is, both or none. `centre` NULL: nobody's, there are no users.
static enum ph_status case_make(struct store *store, const struct store_entry *entry, const char *text,
                                const char *centre, struct store_receipt *receipt, struct ph_err *err)
{
    struct store_db *db = store_db_of(store);
    if (!centre)
        return store_create(store, entry, text, strlen(text), NULL, receipt, err);
    enum ph_status status = store_db_begin(db, true, err);
    if (status)
        return status;
    status = store_create(store, entry, text, strlen(text), NULL, receipt, err);
    if (!status)
        status = api_case_give(db, receipt->case_id, centre, err);
    return store_db_end(db, status, err);
}

void api_cases_create(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct store_entry entry = {.kind = "created", .who = call->person.id};
    char centre[API_NAME];
    struct store_receipt receipt;
    struct ph_err err;
    if (!store)
        return;
    char *text = json_dumps(call->body, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    if (!text) {
        api_answer_json(call, 500, NULL);
    } else if (!json_is_string(json_object_get(call->body, "name"))) {
        api_answer_problem(call, 422, "input", "a case has a name", "/name", "add \"name\"");
    } else if (key_read(call, &entry) && (call->person.alone || centre_choose(call, store, centre))) {
        if (case_make(store, &entry, text, call->person.alone ? NULL : centre, &receipt, &err)) {
            api_answer_store(call, &err);
        } else {
            etag_add(call, receipt.seq);
            api_reply_header(call->reply, "Location", "/api/v1/cases/%s", receipt.case_id);
            api_answer_json(call, 201,
                            json_pack("{s:s, s:I, s:b}", "id", receipt.case_id, "version",
                                      (json_int_t)receipt.seq, "repeated", receipt.repeated));
        }
    }
    free(text);
    api_store_give(call->server, store);
}

void api_case_show(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct core_arena arena = {0};
    struct store_case c;
    struct ph_err err = {0};
    if (!store)
        return;
    if (api_case_find(call, store, &arena, &c)) {
        json_t *document = document_json(store, &c, &err), *answer = case_json(&c);
        if (err.status) {
            api_answer_store(call, &err);
            json_decref(answer);
        } else {
            json_object_set_new(answer, "document", document);
            etag_add(call, c.last_seq);
            api_answer_json(call, 200, answer);
        }
    }
    core_arena_fini(&arena);
    api_store_give(call->server, store);
}

// The present document with the merge patch of the request (RFC 7396); the caller frees `out`.
static enum ph_status patched(struct api_call *call, struct store *store, struct core_buf *out,
                              struct ph_err *err)
{
    struct core_buf now = {0};
    char *patch = json_dumps(call->body, JSON_REAL_PRECISION(15));
    enum ph_status status = store_document(store, call->part[0], 0, &now, err);
    if (!status && patch)
        status = store_patch(now.text, now.length, patch, strlen(patch), out, err);
    free(patch);
    core_buf_fini(&now);
    return status;
}

void api_case_patch(struct api_call *call)
{
    struct store *store = api_store_take(call);
    const char *why = api_request_header(call->request, "X-Pharos-Why");
    struct store_entry entry = {
        .kind = "edited", .why = why, .case_id = call->part[0], .who = call->person.id};
    struct store_receipt receipt;
    struct core_buf document = {0};
    struct ph_err err;
    if (!store)
        return;
    if (key_read(call, &entry) && expected_read(call, store, &entry.expected_seq)) {
        enum ph_status status = patched(call, store, &document, &err);
        if (!status)
            status = store_edit(store, &entry, document.text, document.length, &receipt, &err);
        if (status) {
            api_answer_store(call, &err);
        } else {
            etag_add(call, receipt.seq);
            api_answer_json(call, 200,
                            json_pack("{s:s, s:I}", "id", call->part[0], "version", (json_int_t)receipt.seq));
        }
    }
    core_buf_fini(&document);
    api_store_give(call->server, store);
}

// ---- events of a case

static const char *text_member(const struct api_call *call, const char *name)
{
    return json_string_value(json_object_get(call->body, name));
}

// Appends `kind` with the request's body; `needs` must be in it and not be empty.
static void event_append(struct api_call *call, const char *kind, const char *needs)
{
    const char *said = text_member(call, needs);
    if (!said || !said[0]) {
        char where[64];
        snprintf(where, sizeof where, "/%s", needs);
        api_answer_problem(call, 422, "input", "this must be said", where, "give a text");
        return;
    }
    struct store *store = api_store_take(call);
    if (!store)
        return;
    char *body = json_dumps(call->body, JSON_COMPACT);
    const char *valid = text_member(call, "valid");
    struct store_entry entry = {.kind = kind, .body = body, .why = text_member(call, "why")};
    struct store_receipt receipt;
    struct ph_err err;
    entry.has_valid = valid != NULL;
    if (valid && core_time_parse(valid, &entry.valid_ns, &err))
        api_answer_problem(call, 422, "input", err.what, "/valid", err.fix);
    else if (api_case_append(call, store, &entry, &receipt))
        api_answer_json(
            call, 201, json_pack("{s:I, s:b}", "seq", (json_int_t)receipt.seq, "repeated", receipt.repeated));
    free(body);
    api_store_give(call->server, store);
}

// A search ends by a person's decision with a reason, never by the program.
void api_case_close(struct api_call *call)
{
    event_append(call, "closed", "why");
}

void api_case_reopen(struct api_call *call)
{
    event_append(call, "reopened", "why");
}

void api_case_note(struct api_call *call)
{
    event_append(call, "note", "text");
}

void api_case_report(struct api_call *call)
{
    event_append(call, "reported", "text");
}

void api_case_log(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct core_arena arena = {0};
    struct store_case c;
    struct store_event *event = NULL;
    struct ph_err err;
    size_t n = 0, limit = limit_read(call);
    const char *after = api_request_query(call->request, "after");
    if (!store)
        return;
    if (api_case_find(call, store, &arena, &c)) {
        if (store_log(store, c.id, after ? strtoll(after, NULL, 10) : 0, limit, &arena, &event, &n, &err)) {
            api_answer_store(call, &err);
        } else {
            json_t *list = json_array();
            for (size_t i = 0; i < n; i++)
                json_array_append_new(list, event_json(&event[i]));
            json_t *answer = json_pack("{s:o}", "events", list);
            if (n == limit)
                json_object_set_new(answer, "next", json_integer((json_int_t)event[n - 1].seq));
            etag_add(call, c.last_seq);
            api_answer_json(call, 200, answer);
        }
    }
    core_arena_fini(&arena);
    api_store_give(call->server, store);
}

// ---- is the case complete?

static json_t *problems_json(const struct scenario_problems *problems)
{
    json_t *list = json_array();
    for (size_t i = 0; i < problems->n; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:s}", "pointer", problems->item[i].pointer, "text",
                                        problems->item[i].text, "found",
                                        problems->item[i].found ? problems->item[i].found : "", "expected",
                                        problems->item[i].expected ? problems->item[i].expected : ""));
    return list;
}

void api_case_check(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct core_buf text = {0};
    struct scenario_problems problems = {0};
    struct scenario_case c = {0};
    struct ph_err err;
    if (!store)
        return;
    if (store_document(store, call->part[0], 0, &text, &err)) {
        api_answer_store(call, &err);
    } else {
        enum ph_status status =
            scenario_case_parse(text.text, text.length, ".", call->part[0], NULL, &c, &problems, &err);
        api_answer_json(call, 200,
                        json_pack("{s:b, s:o}", "valid", !status, "problems", problems_json(&problems)));
        scenario_case_fini(&c);
    }
    scenario_problems_fini(&problems);
    core_buf_fini(&text);
    api_store_give(call->server, store);
}
