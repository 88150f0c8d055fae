// The table of what can be asked: method and path to the function that answers, who may ask, and how much may
// be sent along. The OpenAPI document, the tests of roles and the server itself all read this table.
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <jansson.h>

#include "api/http.h"

enum api_role { API_ANYBODY, API_VIEWER, API_COORDINATOR, API_ADMIN };

struct api_server;

// Who asks (access.h). Without users everybody at the loopback address is the one person, an admin.
struct api_person {
    char id[64], centre[64]; // name; the centre in which the role is best
    enum api_role role;      // for this request: in the case that it names, or the best in any centre
    bool owns;               // coordinator or more of the centre whose the case is
    bool alone;              // there are no users
    bool by_token;           // a program, not a page
    char session[64];        // token of the session, "" when there is none
};

enum { API_MOST_PARTS = 4 };

// One request on its way through the function that answers it.
struct api_call {
    struct api_server *server;
    const struct api_request *request;
    struct api_reply *reply;
    const struct api_route *route;
    struct api_person person;
    char part[API_MOST_PARTS][256]; // what stood in place of {…}, in order
    json_t *body;                   // parsed JSON of the body, when the route wants it; borrowed
};

enum api_body { API_NO_BODY, API_JSON_BODY, API_BYTES_BODY };

struct api_route {
    const char *method, *pattern; // "/api/v1/cases/{case}/runs/{run}"
    enum api_role role;           // the least that may ask
    enum api_body takes;
    bool quick;                 // answered between other connections (http.h)
    bool changes;               // needs If-Match on the case that {case} names
    const char *name, *summary; // operationId and one line of the OpenAPI document
    void (*answer)(struct api_call *call);
    bool knows_person; // open to anybody, and yet told who asks
    bool owners_only;  // of the centre whose the case is
};

// The route for a path, its parts copied out. NULL: none; *other_method is true when the path is known.
const struct api_route *api_route_find(const struct api_route *table, size_t n, const char *method,
                                       const char *path, char part[API_MOST_PARTS][256], bool *other_method);

// Methods of a path, "GET, POST", for the Allow header.
void api_route_methods(const struct api_route *table, size_t n, const char *path, char *out, size_t size);

#endif
