// Which route a path is, and that the table itself is sound.
#include "api/route.h"

#include "api/server.h"
#include "test/tap.h"

static const struct api_route table[] = {
    {.method = "GET", .pattern = "/a", .name = "list"},
    {.method = "POST", .pattern = "/a", .name = "make"},
    {.method = "GET", .pattern = "/a/{x}", .name = "show"},
    {.method = "GET", .pattern = "/a/{x}/b/{y}", .name = "inner"},
};

static void finds(const char *method, const char *path, const char *name, bool other)
{
    char part[API_MOST_PARTS][256];
    bool other_method;
    const struct api_route *found = api_route_find(table, 4, method, path, part, &other_method);
    tap_ok(found ? name && !strcmp(found->name, name) : !name, "%s %.24s is %s", method, path,
           name ? name : "nothing");
    if (!found)
        tap_ok(other_method == other, "and it is %sthe method", other ? "" : "not ");
}

static void parts(void)
{
    char part[API_MOST_PARTS][256], methods[32], path[400] = "/a/";
    bool other;
    (void)api_route_find(table, 4, "GET", "/a/one/b/two words", part, &other);
    tap_text(part[0], "one", "the first part is copied out");
    tap_text(part[1], "two words", "and the second");
    api_route_methods(table, 4, "/a", methods, sizeof methods);
    tap_text(methods, "GET, POST", "methods of a path are named");
    memset(path + 3, 'x', 300);
    finds("GET", path, NULL, false); // a segment longer than its room
}

// A path that two routes could answer would be answered by their order.
static bool distinct(size_t i, size_t k)
{
    return strcmp(api_routes[i].method, api_routes[k].method) ||
           strcmp(api_routes[i].pattern, api_routes[k].pattern);
}

static void own_table(void)
{
    bool once = true, named = true, guarded = true;
    for (size_t i = 0; i < api_n_routes; i++) {
        const struct api_route *r = &api_routes[i];
        for (size_t k = 0; k < i; k++) {
            once &= distinct(i, k);
            named &= strcmp(r->name, api_routes[k].name) != 0;
        }
        guarded &= r->role > API_ANYBODY || !strstr(r->pattern, "/{case}");
        guarded &= r->role > API_ANYBODY || !strcmp(r->method, "GET") || r->knows_person;
        guarded &= !r->changes || r->role >= API_COORDINATOR;
    }
    tap_ok(once, "no method and path stands twice in the table");
    tap_ok(named, "nor an operation's name");
    tap_ok(guarded, "nothing of a case, and no change, is open to anybody");
}

int main(void)
{
    finds("GET", "/a", "list", false);
    finds("POST", "/a", "make", false);
    finds("GET", "/a/1", "show", false);
    finds("GET", "/a/1/b/2", "inner", false);
    finds("DELETE", "/a/1", NULL, true);
    finds("GET", "/a/", NULL, false);
    finds("GET", "/a//b/2", NULL, false);
    finds("GET", "/a/1/b", NULL, false);
    finds("GET", "", NULL, false);
    finds("GET", "/a/1/b/2/", NULL, false);
    parts();
    own_table();
    return tap_done();
}
