#include "api/export.h"

#include <stdlib.h>
#include <string.h>

#include "api/cases.h"
#include "api/problem.h"
#include "api/server.h"

// What leaves: all that a program fetches, all that is saved, and what is made to be handed on. What a page
// draws and shows (JSON, particles, texts, pictures) stays.
static bool leaves(const struct api_call *call, const char *name)
{
    static const char *const shown[] = {".json", ".geojson", ".bin", ".txt", ".png", ".svg"};
    const char *end = strrchr(name, '.');
    if (call->person.by_token || api_request_query(call->request, "download") || !strncmp(name, "tasks/", 6))
        return true;
    for (size_t i = 0; end && i < sizeof shown / sizeof *shown; i++)
        if (!strcmp(end, shown[i]))
            return false;
    return true;
}

static bool note(struct api_call *call, const char *name)
{
    struct store *store = api_store_take(call);
    json_t *body = json_pack("{s:s, s:s}", "run", call->part[1], "file", name);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    struct store_entry entry = {.case_id = call->part[0],
                                .who = call->person.id,
                                .expected_seq = STORE_ANY,
                                .kind = "export",
                                .body = text};
    struct store_receipt receipt;
    struct ph_err err;
    bool good = store && text && !store_append(store, &entry, &receipt, &err);
    if (store && !text)
        api_answer_json(call, 500, NULL);
    else if (store && !good)
        api_answer_store(call, &err);
    free(text);
    json_decref(body);
    api_store_give(call->server, store);
    return good;
}

bool api_export_noted(struct api_call *call, const char *name)
{
    return !leaves(call, name) || note(call, name);
}
