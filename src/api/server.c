#include "api/server.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/access.h"
#include "api/problem.h"
#include "api/runs.h"
#include "api/user.h"
#include "api/workspace.h"
#include "core/err.h"
#include "core/threads.h"

enum { MOST_IDLE = 16, MOST_JSON = 2 << 20, MOST_FILE = 256 << 20, MOST_NOTHING = 4096, WORKERS = 8 };

struct api_server {
    struct api_options options;
    struct api_http *http;
    struct api_runs *runs;
    struct api_access *access;
    pthread_mutex_t lock;
    struct store *idle[MOST_IDLE]; // connections that nobody uses
    size_t n_idle;
    char host[4][128]; // names under which this server may be asked for
};

struct api_access *api_server_access(struct api_server *server)
{
    return server->access;
}

struct api_runs *api_server_runs(struct api_server *server)
{
    return server->runs;
}

const struct api_options *api_server_options(const struct api_server *server)
{
    return &server->options;
}

// ---- connections to the store

enum ph_status api_server_store(struct api_server *server, struct store **out, struct ph_err *err)
{
    pthread_mutex_lock(&server->lock);
    struct store *store = server->n_idle ? server->idle[--server->n_idle] : NULL;
    pthread_mutex_unlock(&server->lock);
    *out = store;
    return store ? PH_OK : store_open(server->options.db, &(struct store_db_options){0}, out, err);
}

struct store *api_store_take(struct api_call *call)
{
    struct store *store = NULL;
    struct ph_err err;
    if (api_server_store(call->server, &store, &err)) {
        api_answer_err(call, &err);
        return NULL;
    }
    return store;
}

void api_store_give(struct api_server *server, struct store *store)
{
    if (!store)
        return;
    pthread_mutex_lock(&server->lock);
    bool kept = server->n_idle < MOST_IDLE;
    if (kept)
        server->idle[server->n_idle++] = store;
    pthread_mutex_unlock(&server->lock);
    if (!kept)
        store_close(store);
}

// ---- the pages

// Files of the web folder; "/" is its index. Names with a fingerprint never change.
static void page_answer(struct api_call *call)
{
    const char *web = call->server->options.web, *path = call->request->path;
    char file[1400];
    struct stat info;
    if (!web || strcmp(call->request->method, "GET")) {
        api_answer_missing(call, "page");
        return;
    }
    snprintf(file, sizeof file, "%s%s", web, strcmp(path, "/") ? path : "/index.html");
    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0 || fstat(descriptor, &info) || !S_ISREG(info.st_mode) || !info.st_size) {
        if (descriptor >= 0)
            close(descriptor);
        api_answer_missing(call, "page");
        return;
    }
    call->reply->status = 200;
    call->reply->type = api_workspace_media(file);
    call->reply->file = descriptor;
    call->reply->file_size = (uint64_t)info.st_size;
    call->reply->cacheable = strstr(path, "/assets/") == path;
}

// ---- who asks, and from where

// Behind a proxy the page has its address; else that of this server.
static bool origin_same(const struct api_server *server, const char *origin, const char *host)
{
    const char *behind = strstr(origin, "://");
    if (server->options.proxy && !strcmp(host, server->host[3]))
        return !strcmp(origin, server->options.proxy);
    return !strncmp(origin, "http", 4) && behind && !strcmp(behind + 3, host);
}

// A page of another site must not reach a server at this machine: neither under a name of its own (rebinding)
// nor by having a browser send something here.
static bool origin_good(struct api_call *call)
{
    const char *host = api_request_header(call->request, "Host");
    const char *origin = api_request_header(call->request, "Origin");
    const char *site = api_request_header(call->request, "Sec-Fetch-Site");
    bool known = false;
    for (size_t i = 0; i < 4; i++)
        known |= host && call->server->host[i][0] && !strcmp(host, call->server->host[i]);
    if (!known)
        return false;
    if (origin && !origin_same(call->server, origin, host))
        return false;
    bool reads = !strcmp(call->request->method, "GET");
    return reads || !site || !strcmp(site, "same-origin") || !strcmp(site, "none");
}

static bool body_read(struct api_call *call)
{
    json_error_t error;
    if (call->route->takes != API_JSON_BODY)
        return true;
    const char *type = api_request_header(call->request, "Content-Type");
    if (!type ||
        (strncmp(type, "application/json", 16) && strncmp(type, "application/merge-patch+json", 28))) {
        api_answer_problem(call, 415, "type", "send JSON", "Content-Type", "application/json");
        return false;
    }
    call->body = json_loadb(call->request->body, call->request->body_length, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(call->body))
        return true;
    char where[64];
    snprintf(where, sizeof where, "line %d, column %d", call->body ? 1 : error.line,
             call->body ? 1 : error.column);
    api_answer_problem(call, 400, "json", call->body ? "a JSON object is needed" : error.text, where, NULL);
    return false;
}

static void dispatch(struct api_call *call)
{
    bool other_method = false;
    const char *path = call->request->path;
    if (!origin_good(call)) {
        api_answer_problem(call, 403, "origin", "this server answers under its own address only", "Host",
                           NULL);
        return;
    }
    if (strncmp(path, "/api/", 5)) {
        page_answer(call);
        return;
    }
    call->route =
        api_route_find(api_routes, api_n_routes, call->request->method, path, call->part, &other_method);
    if (!call->route && other_method) {
        char methods[128];
        api_route_methods(api_routes, api_n_routes, path, methods, sizeof methods);
        api_reply_header(call->reply, "Allow", "%s", methods);
        api_answer_problem(call, 405, "method", "this cannot be done here", path, methods);
    } else if (!call->route) {
        api_answer_missing(call, "resource");
    } else if (api_access_enter(call) && body_read(call)) {
        call->route->answer(call);
    }
}

static void answer(void *arg, const struct api_request *request, struct api_reply *reply)
{
    struct api_call call = {
        .server = arg,
        .request = request,
        .reply = reply,
    };
    dispatch(&call);
    json_decref(call.body);
}

static size_t body_limit(void *arg, const char *method, const char *path, bool *quick)
{
    (void)arg;
    char part[API_MOST_PARTS][256];
    bool other_method;
    const struct api_route *route =
        api_route_find(api_routes, api_n_routes, method, path, part, &other_method);
    *quick = !route || route->quick;
    if (!route || route->takes == API_NO_BODY)
        return MOST_NOTHING;
    return route->takes == API_JSON_BODY ? MOST_JSON : MOST_FILE;
}

// ---- start and end

static void hosts_name(struct api_server *server)
{
    unsigned port = api_http_port(server->http);
    bool six = strchr(server->options.address, ':') != NULL;
    snprintf(server->host[0], sizeof server->host[0], six ? "[%s]:%u" : "%s:%u", server->options.address,
             port);
    snprintf(server->host[1], sizeof server->host[1], "localhost:%u", port);
    snprintf(server->host[2], sizeof server->host[2], "127.0.0.1:%u", port);
    const char *proxy = server->options.proxy;
    if (proxy)
        snprintf(server->host[3], sizeof server->host[3], "%s", strstr(proxy, "://") + 3);
}

static void server_free(struct api_server *server)
{
    api_http_stop(server->http);
    api_runs_stop(server->runs);
    api_access_free(server->access);
    for (size_t i = 0; i < server->n_idle; i++)
        store_close(server->idle[i]);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

// Whoever can be reached from a network knows whom he speaks with.
static enum ph_status network_check(struct api_server *server, struct store *store, struct ph_err *err)
{
    bool any = false;
    enum ph_status status = server->options.proxy ? api_users_any(store_db_of(store), &any, err) : PH_OK;
    if (status || !server->options.proxy || any)
        return status;
    return core_err_set(err, PH_EINPUT, "--behind-proxy",
                        "`pharos user add NAME CENTRE admin` makes the first",
                        "a server that is reached from a network needs users");
}

static enum ph_status server_start(struct api_server *server, struct ph_err *err)
{
    const struct api_handler handler = {body_limit, answer, server};
    const struct api_http_options http = {
        .address = server->options.address,
        .port = server->options.port,
        .threads = (unsigned)core_threads_available(),
        .workers = WORKERS,
    };
    struct store *store = NULL;
    enum ph_status status = api_server_store(server, &store, err); // makes it, or says now what is wrong
    if (!status)
        status = network_check(server, store, err);
    api_store_give(server, store);
    if (!status)
        status = api_access_new(server->options.proxy, &server->access, err);
    if (!status)
        status = api_runs_start(server, server->options.jobs, &server->runs, err);
    if (!status)
        status = api_http_start(&http, &handler, &server->http, err);
    if (!status)
        hosts_name(server);
    return status;
}

enum ph_status api_serve(const struct api_options *options, void (*ready)(void *arg, uint16_t port),
                         void *arg, struct ph_err *err)
{
    struct api_server *server = calloc(1, sizeof *server);
    if (!server)
        return core_err_nomem(err);
    signal(SIGPIPE, SIG_IGN); // a client that goes away is no reason to end
    server->options = *options;
    pthread_mutex_init(&server->lock, NULL);
    enum ph_status status = server_start(server, err);
    if (!status) {
        ready(arg, api_http_port(server->http));
        while (!*options->stop)
            usleep(100000);
    }
    server_free(server);
    return status;
}
