// The server: what all answers share. Everything that changes goes through the case store (store/store.h);
// drift and plans are made by child processes (api/child.h).
#ifndef API_SERVER_H
#define API_SERVER_H

#include "api/http.h"
#include "api/route.h"
#include "store/store.h"

struct api_options {
    const char *address; // "127.0.0.1"
    uint16_t port;       // 0: any free one
    const char *db;      // path or postgresql://...
    const char *web;     // folder of the pages; NULL: only the API
    const char *proxy;   // what a server in front of this one is asked under, "https://…"; NULL: none is
    const char *environment;  // folder of forcing files that every case may use ("environment/NAME"), or NULL
    int jobs;                 // runs at the same time, at least 1
    const volatile int *stop; // set: end
};

// Serves until *stop is set. `ready` is called once with the port that it listens at.
enum ph_status api_serve(const struct api_options *options, void (*ready)(void *arg, uint16_t port),
                         void *arg, struct ph_err *err) PH_NODISCARD;

// ---- for the files of this room

// A connection to the store for one answer; given back after it. NULL with a problem answered.
struct store *api_store_take(struct api_call *call);
void api_store_give(struct api_server *server, struct store *store);
// The same outside an answer.
enum ph_status api_server_store(struct api_server *server, struct store **out,
                                struct ph_err *err) PH_NODISCARD;

struct api_access *api_server_access(struct api_server *server);
struct api_runs *api_server_runs(struct api_server *server);
const struct api_options *api_server_options(const struct api_server *server);

// All routes of /api/v1.
extern const struct api_route api_routes[];
extern const size_t api_n_routes;

#endif
