#include "api/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/path.h"
#include "core/err.h"
#include "core/time.h"

enum {
    MOST_CONNECTIONS = 6000,
    MOST_WAITING = 512, // requests that wait for a worker; beyond it the server says that it is busy
    IDLE_S = 20,        // a connection on which nothing moves
    REQUEST_S = 120,    // a body that trickles in
    CONNECTION_MEMORY = 24 * 1024, // request line and headers of one connection
    STREAM_WAITING = 256 * 1024,   // bytes that a slow listener may lag behind
    HEARTBEAT_S = 10,
};

static const char strict_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src "
    "'self'; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "frame-src 'self'";

// A request on its way through the library's callbacks.
struct exchange {
    struct api_request request;
    struct api_http *http;
    struct core_buf body;
    size_t limit;
    double began_s;
    int refused; // status with which the body is not read any further
    bool quick, answered;
    struct api_reply reply;
    struct exchange *next; // in the queue for workers
};

struct api_http {
    struct MHD_Daemon *daemon;
    struct api_handler handler;
    uint16_t port;
    pthread_mutex_t lock;
    pthread_cond_t wake; // work for the pool
    pthread_cond_t end;  // the pulse waits for this
    struct exchange *first, *last;
    size_t waiting;
    bool stopping;
    struct api_stream *stream; // all that are open, for heartbeats and the end
    pthread_t *worker;
    unsigned n_workers;
    pthread_t pulse;
    bool has_pulse;
};

struct api_stream {
    atomic_int references;
    pthread_mutex_t lock;
    struct core_buf waiting;
    struct MHD_Connection *connection; // NULL until the reply is queued and after the other side went
    bool suspended, closed, gone;
    struct api_http *http;
    struct api_stream *next;
};

// ---- what a request says

const char *api_request_header(const struct api_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

const char *api_request_query(const struct api_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *api_request_cookie(const struct api_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, name);
}

void api_reply_header(struct api_reply *reply, const char *name, const char *format, ...)
{
    if (reply->n_headers == API_MOST_HEADERS)
        return;
    va_list list;
    va_start(list, format);
    vsnprintf(reply->header[reply->n_headers].value, sizeof reply->header->value, format, list);
    va_end(list);
    reply->header[reply->n_headers++].name = name;
}

static bool method_known(const char *method)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(method, known[i]))
            return true;
    return false;
}

// Two ways to say how long the body is are how requests are smuggled past a proxy.
static bool length_clear(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    const char *coding = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding");
    if (coding && (length || strcasecmp(coding, "chunked")))
        return false;
    return !length || (*length && strspn(length, "0123456789") == strlen(length) && strlen(length) < 15);
}

static void client_address(struct MHD_Connection *connection, char *out, size_t size)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    out[0] = '\0';
    if (!info || !info->client_addr)
        return;
    const struct sockaddr *address = info->client_addr;
    const void *number = address->sa_family == AF_INET6
                             ? (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr
                             : (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
    if (!inet_ntop(address->sa_family, number, out, (socklen_t)size))
        out[0] = '\0';
}

// ---- answers

static void reply_problem(struct api_reply *reply, int status, const char *title)
{
    *reply = (struct api_reply){.status = status, .type = "application/problem+json"};
    core_buf_printf(&reply->body, "{\"type\": \"about:blank\", \"title\": \"%s\", \"status\": %d}\n", title,
                    status);
}

static void reply_fini(struct api_reply *reply)
{
    core_buf_fini(&reply->body);
    if (reply->file_size)
        close(reply->file);
    api_stream_release(reply->stream);
    *reply = (struct api_reply){0};
}

static ssize_t stream_read(void *arg, uint64_t position, char *out, size_t most)
{
    (void)position;
    struct api_stream *stream = arg;
    pthread_mutex_lock(&stream->lock);
    size_t length = stream->waiting.length < most ? stream->waiting.length : most;
    ssize_t result = (ssize_t)length;
    if (length) {
        memcpy(out, stream->waiting.text, length);
        memmove(stream->waiting.text, stream->waiting.text + length, stream->waiting.length - length);
        stream->waiting.length -= length;
    } else if (stream->closed || !stream->connection) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
    }
    pthread_mutex_unlock(&stream->lock);
    return result;
}

static void stream_forget(struct api_http *http, struct api_stream *stream)
{
    pthread_mutex_lock(&http->lock);
    for (struct api_stream **link = &http->stream; *link; link = &(*link)->next)
        if (*link == stream) {
            *link = stream->next;
            break;
        }
    pthread_mutex_unlock(&http->lock);
}

// The library lets go of the response: nobody listens any more.
static void stream_left(void *arg)
{
    struct api_stream *stream = arg;
    stream_forget(stream->http, stream);
    pthread_mutex_lock(&stream->lock);
    stream->connection = NULL;
    stream->gone = true;
    pthread_mutex_unlock(&stream->lock);
    api_stream_release(stream);
}

static struct MHD_Response *stream_response(struct exchange *x, struct MHD_Connection *connection)
{
    struct api_stream *stream = x->reply.stream;
    stream->connection = connection;
    stream->http = x->http;
    pthread_mutex_lock(&x->http->lock);
    stream->next = x->http->stream;
    x->http->stream = stream;
    pthread_mutex_unlock(&x->http->lock);
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, stream_read, stream, stream_left);
    if (response)
        x->reply.stream = NULL; // the response's now
    else
        stream_forget(x->http, stream);
    return response;
}

static struct MHD_Response *body_response(struct exchange *x, struct MHD_Connection *connection)
{
    struct api_reply *reply = &x->reply;
    struct MHD_Response *response;
    if (reply->stream)
        return stream_response(x, connection);
    if (reply->file_size) {
        response = MHD_create_response_from_fd64(reply->file_size, reply->file);
        if (response)
            reply->file_size = 0; // closed by the library
        return response;
    }
    response =
        MHD_create_response_from_buffer(reply->body.length, reply->body.text ? reply->body.text : (void *)"",
                                        reply->body.text ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (response)
        reply->body = (struct core_buf){0};
    return response;
}

// What every answer carries: a page of another origin, a frame or a guessed type gets nothing out of it.
static void headers_add(struct MHD_Response *response, const struct api_reply *reply)
{
    MHD_add_response_header(response, "Content-Security-Policy",
                            reply->policy ? reply->policy : strict_policy);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(response, "Permissions-Policy", "geolocation=(self), camera=(), microphone=()");
    MHD_add_response_header(response, "Cache-Control",
                            reply->cacheable ? "public, max-age=31536000, immutable" : "no-store");
    if (reply->type)
        MHD_add_response_header(response, "Content-Type", reply->type);
    for (size_t i = 0; i < reply->n_headers; i++)
        MHD_add_response_header(response, reply->header[i].name, reply->header[i].value);
}

static enum MHD_Result reply_queue(struct exchange *x, struct MHD_Connection *connection)
{
    if (x->reply.body.failed)
        reply_problem(&x->reply, 500, "out of memory");
    struct MHD_Response *response = body_response(x, connection);
    if (!response)
        return MHD_NO;
    headers_add(response, &x->reply);
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)x->reply.status, response);
    MHD_destroy_response(response);
    return result;
}

// ---- the way of a request

static struct exchange *exchange_new(struct api_http *http, struct MHD_Connection *connection,
                                     const char *method, const char *path)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->http = http;
    x->began_s = core_time_monotonic_s();
    x->request = (struct api_request){.method = strcmp(method, "HEAD") ? method : "GET",
                                      .path = path,
                                      .body = "",
                                      .connection = connection};
    client_address(connection, x->request.client, sizeof x->request.client);
    if (!method_known(method))
        x->refused = 501;
    else if (!api_path_plain(path))
        x->refused = 400;
    else if (!length_clear(connection))
        x->refused = 400;
    if (x->refused)
        return x;
    x->limit = http->handler.body_limit(http->handler.arg, x->request.method, path, &x->quick);
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    if (length && strtoull(length, NULL, 10) > x->limit)
        x->refused = 413;
    return x;
}

static void body_take(struct exchange *x, const char *bytes, size_t length)
{
    if (x->refused)
        return;
    if (x->body.length + length > x->limit)
        x->refused = 413;
    else if (core_time_monotonic_s() - x->began_s > REQUEST_S)
        x->refused = 408;
    else
        core_buf_add(&x->body, bytes, length);
}

static const char *refusal(int status)
{
    switch (status) {
    case 400:
        return "the request's path or length is not plain";
    case 408:
        return "the request took too long to arrive";
    case 413:
        return "the body is larger than this resource takes";
    case 503:
        return "too many requests at once; try again in a moment";
    default:
        return "this method is not known here";
    }
}

// Hands the request to the pool; false when too many wait.
static bool exchange_enqueue(struct exchange *x)
{
    struct api_http *http = x->http;
    pthread_mutex_lock(&http->lock);
    bool room = http->waiting < MOST_WAITING && !http->stopping;
    if (room) {
        MHD_suspend_connection(x->request.connection); // before a worker can resume it
        *(http->last ? &http->last->next : &http->first) = x;
        http->last = x;
        http->waiting++;
        pthread_cond_signal(&http->wake);
    }
    pthread_mutex_unlock(&http->lock);
    return room;
}

static void exchange_answer(struct exchange *x)
{
    x->http->handler.answer(x->http->handler.arg, &x->request, &x->reply);
    x->answered = true;
}

static enum MHD_Result exchange_whole(struct exchange *x, struct MHD_Connection *connection)
{
    if (x->body.failed)
        x->refused = 413;
    if (!x->refused && x->body.length) {
        x->request.body = x->body.text;
        x->request.body_length = x->body.length;
    }
    if (!x->refused && !x->quick) {
        if (exchange_enqueue(x))
            return MHD_YES; // comes back here once a worker has resumed the connection
        x->refused = 503;
    }
    if (x->refused) {
        reply_problem(&x->reply, x->refused, refusal(x->refused));
        if (x->refused == 503)
            api_reply_header(&x->reply, "Retry-After", "2");
        x->answered = true;
    } else {
        exchange_answer(x);
    }
    return reply_queue(x, connection);
}

static enum MHD_Result on_access(void *arg, struct MHD_Connection *connection, const char *path,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **state)
{
    (void)version;
    struct exchange *x = *state;
    if (!x) { // headers only; the body comes with the next calls, if it is wanted
        *state = x = exchange_new(arg, connection, method, path);
        return !x ? MHD_NO : x->refused ? exchange_whole(x, connection) : MHD_YES;
    }
    if (*upload_size) {
        body_take(x, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    return x->answered ? reply_queue(x, connection) : exchange_whole(x, connection);
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)arg, (void)connection, (void)code;
    struct exchange *x = *state;
    if (!x)
        return;
    reply_fini(&x->reply);
    core_buf_fini(&x->body);
    free(x);
    *state = NULL;
}

static struct exchange *exchange_next(struct api_http *http)
{
    pthread_mutex_lock(&http->lock);
    while (!http->first && !http->stopping)
        pthread_cond_wait(&http->wake, &http->lock);
    struct exchange *x = http->first;
    if (x) {
        http->first = x->next;
        if (!http->first)
            http->last = NULL;
        http->waiting--;
    }
    pthread_mutex_unlock(&http->lock);
    return x;
}

static void *worker_run(void *arg)
{
    struct api_http *http = arg;
    for (struct exchange *x; (x = exchange_next(http));) {
        struct MHD_Connection *connection = x->request.connection;
        exchange_answer(x);
        MHD_resume_connection(connection); // x may be gone from here on
    }
    return NULL;
}

// ---- streams

enum ph_status api_stream_new(struct api_stream **out, struct ph_err *err)
{
    struct api_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return core_err_nomem(err);
    pthread_mutex_init(&stream->lock, NULL);
    atomic_init(&stream->references, 1);
    *out = stream;
    return PH_OK;
}

struct api_stream *api_stream_hold(struct api_stream *stream)
{
    atomic_fetch_add(&stream->references, 1);
    return stream;
}

void api_stream_release(struct api_stream *stream)
{
    if (!stream || atomic_fetch_sub(&stream->references, 1) != 1)
        return;
    core_buf_fini(&stream->waiting);
    pthread_mutex_destroy(&stream->lock);
    free(stream);
}

// With the stream's lock held.
static void stream_wake(struct api_stream *stream)
{
    if (!stream->suspended || !stream->connection)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
}

static bool stream_add(struct api_stream *stream, const char *bytes, size_t length)
{
    pthread_mutex_lock(&stream->lock);
    bool open = !stream->gone && !stream->closed && stream->waiting.length + length <= STREAM_WAITING;
    if (open) {
        core_buf_add(&stream->waiting, bytes, length);
        stream_wake(stream);
    }
    pthread_mutex_unlock(&stream->lock);
    return open;
}

bool api_stream_send(struct api_stream *stream, const char *event, const char *data)
{
    struct core_buf text = {0};
    core_buf_printf(&text, "event: %s\ndata: %s\n\n", event, data);
    bool sent = !text.failed && stream_add(stream, text.text, text.length);
    core_buf_fini(&text);
    return sent;
}

void api_stream_close(struct api_stream *stream)
{
    pthread_mutex_lock(&stream->lock);
    stream->closed = true;
    stream_wake(stream);
    pthread_mutex_unlock(&stream->lock);
}

// A comment now and then finds out listeners that left without a word.
static void *pulse_run(void *arg)
{
    struct api_http *http = arg;
    pthread_mutex_lock(&http->lock);
    while (!http->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += HEARTBEAT_S;
        pthread_cond_timedwait(&http->end, &http->lock, &until);
        for (struct api_stream *s = http->stream; s && !http->stopping; s = s->next)
            stream_add(s, ": here\n\n", 8);
    }
    pthread_mutex_unlock(&http->lock);
    return NULL;
}

// ---- start and stop

static size_t on_unescape(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg, (void)connection;
    return api_path_unescape(text);
}

// Each connection is a descriptor.
static void descriptors_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit))
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static enum ph_status address_read(const struct api_http_options *options, struct sockaddr_storage *out,
                                   bool *six, struct ph_err *err)
{
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *long_one = (struct sockaddr_in6 *)(void *)out;
    memset(out, 0, sizeof *out);
    *six = inet_pton(AF_INET6, options->address, &long_one->sin6_addr) == 1;
    if (*six) {
        long_one->sin6_family = AF_INET6;
        long_one->sin6_port = htons(options->port);
        return PH_OK;
    }
    if (inet_pton(AF_INET, options->address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(options->port);
        return PH_OK;
    }
    return core_err_set(err, PH_EINPUT, options->address, "give a numeric address such as 127.0.0.1 or ::1",
                        "this is not an address of a machine");
}

static enum ph_status daemon_start(struct api_http *http, const struct api_http_options *options,
                                   struct ph_err *err)
{
    struct sockaddr_storage address;
    bool six;
    enum ph_status status = address_read(options, &address, &six, err);
    if (status)
        return status;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_PEDANTIC_CHECKS |
                     (six ? MHD_USE_IPv6 : 0);
    http->daemon = MHD_start_daemon(
        flags, options->port, NULL, NULL, on_access, http, MHD_OPTION_SOCK_ADDR, &address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)MOST_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_THREAD_POOL_SIZE, options->threads > 1 ? options->threads : 0,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
        MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
    if (!http->daemon)
        return core_err_set(err, PH_EIO, options->address,
                            "is another server at this port? choose one with --listen",
                            "cannot listen at port %u: %s", options->port, strerror(errno));
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    http->port = info ? info->port : options->port;
    return PH_OK;
}

static enum ph_status workers_start(struct api_http *http, unsigned n, struct ph_err *err)
{
    http->worker = calloc(n, sizeof *http->worker);
    if (!http->worker)
        return core_err_nomem(err);
    for (; http->n_workers < n; http->n_workers++)
        if (pthread_create(&http->worker[http->n_workers], NULL, worker_run, http))
            return core_err_set(err, PH_ENOMEM, NULL, NULL, "cannot start a thread");
    http->has_pulse = !pthread_create(&http->pulse, NULL, pulse_run, http);
    return http->has_pulse ? PH_OK : core_err_set(err, PH_ENOMEM, NULL, NULL, "cannot start a thread");
}

enum ph_status api_http_start(const struct api_http_options *options, const struct api_handler *handler,
                              struct api_http **out, struct ph_err *err)
{
    struct api_http *http = calloc(1, sizeof *http);
    if (!http)
        return core_err_nomem(err);
    http->handler = *handler;
    pthread_mutex_init(&http->lock, NULL);
    pthread_cond_init(&http->wake, NULL);
    pthread_cond_init(&http->end, NULL);
    descriptors_raise();
    enum ph_status status = workers_start(http, options->workers, err);
    if (!status)
        status = daemon_start(http, options, err);
    if (status)
        api_http_stop(http);
    else
        *out = http;
    return status;
}

uint16_t api_http_port(const struct api_http *http)
{
    return http->port;
}

// Workers finish what they have begun, and what waits is answered too: suspended connections must be resumed
// before the library may end.
static void workers_stop(struct api_http *http)
{
    pthread_mutex_lock(&http->lock);
    http->stopping = true;
    pthread_cond_broadcast(&http->wake);
    pthread_cond_broadcast(&http->end);
    pthread_mutex_unlock(&http->lock);
    for (unsigned i = 0; i < http->n_workers; i++)
        pthread_join(http->worker[i], NULL);
    if (http->has_pulse)
        pthread_join(http->pulse, NULL);
}

void api_http_stop(struct api_http *http)
{
    if (!http)
        return;
    if (http->daemon) {
        int listening = MHD_quiesce_daemon(http->daemon);
        if (listening >= 0)
            close(listening);
    }
    workers_stop(http);
    pthread_mutex_lock(&http->lock);
    for (struct api_stream *s = http->stream; s; s = s->next)
        api_stream_close(s);
    pthread_mutex_unlock(&http->lock);
    if (http->daemon)
        MHD_stop_daemon(http->daemon);
    pthread_mutex_destroy(&http->lock);
    pthread_cond_destroy(&http->wake);
    pthread_cond_destroy(&http->end);
    free(http->worker);
    free(http);
}
