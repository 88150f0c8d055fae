// The OpenAPI 3.1 document, made of the table of routes.
#include <stdio.h>
#include <string.h>

#include "api/problem.h"
#include "api/server.h"
#include "api/shape.h"
#include "api/tools.h"

void api_health(struct api_call *call)
{
    api_answer_json(call, 200, json_pack("{s:s, s:s}", "status", "good", "version", ph_version()));
}

static json_t *parameter(const char *name, const char *where, bool required, const char *text)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:{s:s}}", "name", name, "in", where, "required", required,
                     "description", text, "schema", "type", "string");
}

// One for each {name} of the pattern, and the headers that a change needs.
static json_t *parameters(const struct api_route *route)
{
    json_t *list = json_array();
    for (const char *p = route->pattern; (p = strchr(p, '{')); p++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(p + 1, "}"), p + 1);
        json_array_append_new(list, parameter(name, "path", true, "as in the list"));
    }
    if (route->changes)
        json_array_append_new(
            list, parameter("If-Match", "header", true, "ETag of the case that the change is made on"));
    if (!strcmp(route->method, "POST") && route->role >= API_COORDINATOR)
        json_array_append_new(list, parameter("Idempotency-Key", "header", false,
                                              "the same key again gives the first answer and does nothing"));
    return list;
}

static json_t *response(const char *text, const char *media, const char *schema)
{
    return json_pack("{s:s, s:{s:{s:{s:s}}}}", "description", text, "content", media, "schema", "$ref",
                     schema);
}

static json_t *responses(const struct api_route *route)
{
    json_t *all = json_pack(
        "{s:o}", "default",
        response("what went wrong (RFC 9457)", "application/problem+json", "#/components/schemas/Problem"));
    char where[96];
    const char *answer = api_forms_find(route->name)->answer;
    snprintf(where, sizeof where, "#/components/schemas/%s", answer ? answer : "");
    json_object_set_new(all, "2XX",
                        answer ? response("done", "application/json", where)
                               : json_pack("{s:s}", "description", "done"));
    return all;
}

static json_t *request_body(const struct api_route *route)
{
    char where[96];
    const char *body = api_forms_find(route->name)->body;
    snprintf(where, sizeof where, "#/components/schemas/%s", body ? body : "");
    json_t *schema = body ? json_pack("{s:s}", "$ref", where)
                          : json_pack("{s:s}", "type", route->takes == API_JSON_BODY ? "object" : "string");
    return json_pack("{s:b, s:{s:{s:o}}}", "required", 1, "content",
                     route->takes == API_JSON_BODY ? "application/json" : "application/octet-stream",
                     "schema", schema);
}

static json_t *operation(const struct api_route *route)
{
    static const char *const roles[] = {"anybody", "viewer", "coordinator", "admin"};
    json_t *all = json_pack("{s:s, s:s, s:s, s:o, s:o}", "operationId", route->name, "summary",
                            route->summary, "x-role", roles[route->role], "parameters", parameters(route),
                            "responses", responses(route));
    if (route->owners_only)
        json_object_set_new(all, "x-owners-only", json_true());
    if (route->takes != API_NO_BODY)
        json_object_set_new(all, "requestBody", request_body(route));
    return all;
}

static void method_lower(const char *method, char out[16])
{
    size_t n = 0;
    for (; method[n] && n < 15; n++)
        out[n] = (char)(method[n] | 0x20);
    out[n] = '\0';
}

void api_openapi(struct api_call *call)
{
    json_t *paths = json_object();
    for (size_t i = 0; i < api_n_routes; i++) {
        char method[16];
        json_t *path = json_object_get(paths, api_routes[i].pattern);
        if (!path) {
            path = json_object();
            json_object_set_new(paths, api_routes[i].pattern, path);
        }
        method_lower(api_routes[i].method, method);
        json_object_set_new(path, method, operation(&api_routes[i]));
    }
    api_answer_json(call, 200,
                    json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o}}", "openapi", "3.1.0", "info", "title",
                              "Pharos", "version", "1", "summary", "Search planning for people adrift",
                              "paths", paths, "components", "schemas", api_shapes_all()));
}
