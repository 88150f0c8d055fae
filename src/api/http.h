// HTTP as the rest of this room sees it. http.c is the one file that knows libmicrohttpd; its own strict
// limits stand before the library's parsers have anything to say (docs/adr/0010).
#ifndef API_HTTP_H
#define API_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "pharos/pharos.h"

// One request, whole: the body has been read. Texts live as long as the request.
struct api_request {
    const char *method; // "GET"; a HEAD comes as GET
    const char *path;   // "/api/v1/cases", percent signs decoded, only plain segments
    const char *body;   // "" when there is none; followed by a NUL
    size_t body_length;
    char client[64]; // address of the other side
    void *connection;
};

// Value of a header, any case, or of a parameter of the query; NULL when absent.
const char *api_request_header(const struct api_request *request, const char *name);
const char *api_request_query(const struct api_request *request, const char *name);
// Value of a cookie; NULL when absent.
const char *api_request_cookie(const struct api_request *request, const char *name);

enum { API_MOST_HEADERS = 12 };
struct api_stream;

// The answer. A zeroed one with a status is an empty body; http.c adds length, date and the headers that
// every answer carries. Owned by http.c once handed over.
struct api_reply {
    int status;
    const char *type; // media type, a literal
    struct core_buf body;
    int file;                  // when file_size: an open descriptor to send and close
    uint64_t file_size;        //
    struct api_stream *stream; // instead of a body: server-sent events until it is closed
    const char *policy;        // Content-Security-Policy, a literal; NULL: the strict one
    bool cacheable;            // content never changes under its name
    size_t n_headers;
    struct {
        const char *name; // a literal
        char value[256];
    } header[API_MOST_HEADERS];
};

// Adds a header; more than API_MOST_HEADERS are a fault of the caller and dropped.
void api_reply_header(struct api_reply *reply, const char *name, const char *format, ...) PH_PRINTF(3, 4);

// Who answers. `prepare` is asked before the body is read: how many bytes may it have, and is the answer
// quick (no disk to wait for, no computing)? Quick ones are answered between other connections, others by a
// pool.
struct api_handler {
    size_t (*body_limit)(void *arg, const char *method, const char *path, bool *quick);
    void (*answer)(void *arg, const struct api_request *request, struct api_reply *reply);
    void *arg;
};

struct api_http_options {
    const char *address; // "127.0.0.1" or "::1" or another of this machine
    uint16_t port;       // 0: any free one
    unsigned threads;    // that poll connections, at least 1
    unsigned workers;    // that answer what is not quick, at least 1
};

struct api_http;
enum ph_status api_http_start(const struct api_http_options *options, const struct api_handler *handler,
                              struct api_http **out, struct ph_err *err) PH_NODISCARD;
uint16_t api_http_port(const struct api_http *http);
// Closes every connection and stream and waits for the answers that are being made. NULL is fine.
void api_http_stop(struct api_http *http);

// ---- server-sent events

// Made for one reply; the server closes and frees it when the other side goes away or after api_stream_close.
// Sending is safe from any thread while the sender holds a reference.
enum ph_status api_stream_new(struct api_stream **out, struct ph_err *err) PH_NODISCARD;
struct api_stream *api_stream_hold(struct api_stream *stream); // one reference more
void api_stream_release(struct api_stream *stream);            // one less; NULL is fine
// One event; `data` is one line. False when nobody listens any more (or too much waits to be sent).
bool api_stream_send(struct api_stream *stream, const char *event, const char *data);
void api_stream_close(struct api_stream *stream);

#endif
