#include "api/attachments.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/cases.h"
#include "api/child.h"
#include "api/problem.h"
#include "api/server.h"
#include "api/workspace.h"
#include "core/err.h"
#include "core/file.h"

enum { PAGE = 500 };
#define MOST_BYTES ((size_t)256 << 20)

// Calls `each` for every event of a case that brought files by hand; false ends it.
static enum ph_status attached_each(struct store *store, const char *case_id,
                                    void (*each)(void *arg, const struct store_event *event), void *arg,
                                    struct ph_err *err)
{
    enum ph_status status = PH_OK;
    size_t n = PAGE;
    for (int64_t after = 0; !status && n == PAGE;) {
        struct core_arena arena = {0};
        struct store_event *event;
        status = store_log(store, case_id, after, PAGE, &arena, &event, &n, err);
        for (size_t i = 0; !status && i < n; i++) {
            if (!strcmp(event[i].kind, "attached"))
                each(arg, &event[i]);
            after = event[i].seq;
        }
        core_arena_fini(&arena);
    }
    return status;
}

struct wanted {
    const char *name;
    int64_t seq;
};

static void match(void *arg, const struct store_event *event)
{
    struct wanted *wanted = arg;
    for (size_t i = 0; i < event->n_refs; i++)
        if (!strcmp(event->ref[i].name, wanted->name))
            wanted->seq = event->seq;
}

enum ph_status api_attachment_find(struct store *store, const char *case_id, const char *name, int64_t *seq,
                                   struct ph_err *err)
{
    struct wanted wanted = {.name = name};
    enum ph_status status = attached_each(store, case_id, match, &wanted, err);
    if (status)
        return status;
    if (!wanted.seq)
        return core_err_set(err, PH_EINPUT, name, "attach it to the case",
                            "the case has no file of this name");
    *seq = wanted.seq;
    return PH_OK;
}

static void list_add(void *arg, const struct store_event *event)
{
    json_t *list = arg;
    for (size_t i = 0; i < event->n_refs; i++) {
        char hex[STORE_HEX];
        store_hex(event->ref[i].hash, hex);
        json_object_set_new(list, event->ref[i].name,
                            json_pack("{s:s, s:s, s:I, s:s, s:I, s:s}", "name", event->ref[i].name, "type",
                                      event->ref[i].media ? event->ref[i].media : "", "size",
                                      (json_int_t)event->ref[i].size, "sha256", hex, "seq",
                                      (json_int_t)event->seq, "who", event->who));
    }
}

void api_files_list(struct api_call *call)
{
    struct store *store = api_store_take(call);
    json_t *by_name = json_object(), *list = json_array(), *value;
    struct ph_err err;
    const char *key;
    if (!store) {
        json_decref(by_name);
        json_decref(list);
        return;
    }
    if (attached_each(store, call->part[0], list_add, by_name, &err)) {
        api_answer_store(call, &err);
        json_decref(list);
    } else {
        json_object_foreach(by_name, key, value) json_array_append(list, value);
        api_answer_json(call, 200, json_pack("{s:o}", "files", list));
    }
    json_decref(by_name);
    api_store_give(call->server, store);
}

void api_file_put(struct api_call *call)
{
    struct store *store = api_store_take(call);
    if (!store)
        return;
    struct store_file file = {.name = call->part[1],
                              .media = api_workspace_media(call->part[1]),
                              .bytes = call->request->body,
                              .length = call->request->body_length};
    struct store_entry entry = {.kind = "attached", .file = &file, .n_files = 1};
    struct store_receipt receipt;
    if (!api_workspace_name_good(call->part[1]))
        api_answer_problem(call, 422, "input", "this is not a name for a file", call->part[1],
                           "plain letters, digits, - _ . and no folder");
    else if (!strcmp(call->part[1], STORE_DOCUMENT))
        api_answer_problem(call, 422, "input", "this name is the case's own", call->part[1],
                           "take another one");
    else if (api_case_append(call, store, &entry, &receipt))
        api_answer_json(call, 201,
                        json_pack("{s:I, s:s}", "seq", (json_int_t)receipt.seq, "name", call->part[1]));
    api_store_give(call->server, store);
}

// A file as it was attached: shown by the browser only where it cannot do anything there.
void api_file_get(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct ph_err err;
    int64_t seq;
    if (!store)
        return;
    enum ph_status status = api_attachment_find(store, call->part[0], call->part[1], &seq, &err);
    if (!status)
        status =
            store_file_read(store, call->part[0], seq, call->part[1], MOST_BYTES, &call->reply->body, &err);
    if (status == PH_EINPUT) {
        api_answer_missing(call, "file");
    } else if (status) {
        api_answer_store(call, &err);
    } else {
        call->reply->status = 200;
        call->reply->type = api_workspace_media(call->part[1]);
        call->reply->policy = "default-src 'none'; sandbox";
        api_reply_header(call->reply, "Content-Disposition", "attachment");
    }
    api_store_give(call->server, store);
}

// ---- what is in a forcing file: `pharos forcing inspect`, in a process of its own

static enum ph_status inspect(const char *path, json_t **out, struct ph_err *err)
{
    const char *const arguments[] = {"forcing", "inspect", path, "--json", NULL};
    struct core_buf text = {0};
    enum ph_status status = api_child_answer(arguments, NULL, 120000, &text, err);
    *out = status ? NULL : json_loadb(text.text, text.length, 0, NULL);
    core_buf_fini(&text);
    return status || *out ? status
                          : core_err_set(err, PH_EINPUT, NULL, NULL, "this file cannot be looked at");
}

void api_file_inspect(struct api_call *call)
{
    struct store *store = api_store_take(call);
    struct core_buf bytes = {0};
    char folder[] = "/tmp/pharos-inspect-XXXXXX", path[512];
    json_t *found = NULL;
    struct ph_err err;
    int64_t seq;
    if (!store)
        return;
    enum ph_status status = api_attachment_find(store, call->part[0], call->part[1], &seq, &err);
    if (!status)
        status = store_file_read(store, call->part[0], seq, call->part[1], MOST_BYTES, &bytes, &err);
    if (!status && !mkdtemp(folder))
        status = core_err_errno(&err, "make", folder);
    snprintf(path, sizeof path, "%s/%s", folder, call->part[1]);
    if (!status) {
        status = core_file_write_buf(path, &bytes, &err);
        if (!status)
            status = inspect(path, &found, &err);
        api_workspace_remove(folder);
    }
    if (status)
        api_answer_store(call, &err);
    else
        api_answer_json(call, 200, found);
    core_buf_fini(&bytes);
    api_store_give(call->server, store);
}

void api_environment_list(struct api_call *call)
{
    const char *folder = api_server_options(call->server)->environment;
    json_t *list = json_array();
    struct dirent **entry;
    int n = folder ? scandir(folder, &entry, NULL, alphasort) : 0;
    for (int i = 0; i < n; i++) {
        if (entry[i]->d_type == DT_REG && api_workspace_name_good(entry[i]->d_name)) {
            char name[300];
            snprintf(name, sizeof name, "environment/%s", entry[i]->d_name);
            json_array_append_new(list, json_string(name));
        }
        free(entry[i]);
    }
    if (n > 0)
        free(entry);
    api_answer_json(call, 200, json_pack("{s:o}", "files", list));
}
