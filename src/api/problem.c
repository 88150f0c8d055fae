#include "api/problem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Also as the answer when there is no memory for a better one.
static const char out_of_memory[] =
    "{\"type\": \"urn:pharos:problem:memory\", \"title\": \"out of memory\", \"status\": 500}\n";

void api_answer_json(struct api_call *call, int status, json_t *document)
{
    char *text = document ? json_dumps(document, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(document);
    call->reply->type = status < 400 ? "application/json" : "application/problem+json";
    call->reply->status = text ? status : 500;
    core_buf_puts(&call->reply->body, text ? text : out_of_memory);
    core_buf_puts(&call->reply->body, text ? "\n" : "");
    free(text);
}

void api_answer_problem(struct api_call *call, int status, const char *code, const char *title,
                        const char *where, const char *fix)
{
    char type[96];
    snprintf(type, sizeof type, "urn:pharos:problem:%s", code);
    json_t *document = json_pack("{s:s, s:s, s:i}", "type", type, "title", title, "status", status);
    if (document && where && where[0])
        json_object_set_new(document, "where", json_string(where));
    if (document && fix && fix[0])
        json_object_set_new(document, "fix", json_string(fix));
    api_answer_json(call, status, document);
}

void api_answer_err(struct api_call *call, const struct ph_err *err)
{
    switch (err->status) {
    case PH_EINPUT:
    case PH_EUNSUPPORTED:
        api_answer_problem(call, 422, "input", err->what, err->where, err->fix);
        return;
    case PH_EIO:
        api_answer_problem(call, 503, "storage", err->what, NULL, err->fix);
        return;
    case PH_ENOMEM:
        api_answer_json(call, 500, NULL);
        return;
    default:
        api_answer_problem(call, 500, "internal", err->what, NULL, err->fix);
    }
}

void api_answer_missing(struct api_call *call, const char *what)
{
    char title[128];
    snprintf(title, sizeof title, "there is no such %s", what);
    api_answer_problem(call, 404, "not-found", title, call->request->path, NULL);
}
