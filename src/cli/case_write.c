// pharos case new, edit, report, note, attach, close, reopen, backup, restore.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/case.h"
#include "core/err.h"
#include "core/file.h"
#include "core/json.h"
#include "store/blob.h"
#include "store/verify.h"

enum { MOST_TEXT = 4 << 20, MOST_DOCUMENT = 64 << 20 };

// The folder of a file, absolute.
static enum ph_status folder_of(const char *path, char out[4096], struct ph_err *err)
{
    char *whole = realpath(path, NULL);
    if (!whole)
        return core_err_errno(err, "find", path);
    char *slash = strrchr(whole, '/');
    *(slash == whole ? slash + 1 : slash) = '\0';
    int n = snprintf(out, 4096, "%s", whole);
    free(whole);
    return n < 4096 ? PH_OK : core_err_set(err, PH_EIO, path, "use a shorter path", "the path is too long");
}

enum ph_status cli_case_new(struct cli_case *c, struct ph_err *err)
{
    struct core_buf document = {0};
    struct store_entry entry;
    struct store_receipt receipt;
    char folder[4096];
    enum ph_status status = core_file_read(c->operand[0], MOST_DOCUMENT, &document, err);
    if (!status)
        status = folder_of(c->operand[0], folder, err);
    if (!status)
        status = cli_case_entry(c, NULL, &entry, err);
    if (!status)
        status = store_create(c->store, &entry, document.text, document.length, folder, &receipt, err);
    if (status == PH_EINPUT)
        core_err_within(err, c->operand[0]);
    if (!status && c->args->json)
        cli_case_receipt(c, &receipt);
    else if (!status)
        core_buf_printf(&c->out, "%s\n", receipt.case_id);
    core_buf_fini(&document);
    return status;
}

enum ph_status cli_case_edit(struct cli_case *c, struct ph_err *err)
{
    struct core_buf document = {0};
    struct store_entry entry;
    struct store_receipt receipt;
    char id[STORE_ID];
    enum ph_status status = cli_case_id(c, 0, id, err);
    if (!status)
        status = core_file_read(c->operand[1], MOST_DOCUMENT, &document, err);
    if (!status)
        status = cli_case_entry(c, id, &entry, err);
    if (!status)
        status = store_edit(c->store, &entry, document.text, document.length, &receipt, err);
    if (!status)
        cli_case_receipt(c, &receipt);
    core_buf_fini(&document);
    return status;
}

// Appends one event of a kind to the case of operand 0.
static enum ph_status event_add(struct cli_case *c, const char *kind, const char *body,
                                const struct store_file *file, size_t n_files, struct ph_err *err)
{
    struct store_entry entry;
    struct store_receipt receipt;
    char id[STORE_ID];
    enum ph_status status = cli_case_id(c, 0, id, err);
    if (!status)
        status = cli_case_entry(c, id, &entry, err);
    if (status)
        return status;
    entry.kind = kind;
    entry.body = body;
    entry.file = file;
    entry.n_files = n_files;
    status = store_append(c->store, &entry, &receipt, err);
    if (!status)
        cli_case_receipt(c, &receipt);
    return status;
}

// {"text": ...} from operand 1, or from standard input for "-".
static enum ph_status text_add(struct cli_case *c, const char *kind, struct ph_err *err)
{
    struct core_buf read = {0}, body = {0};
    struct core_json json;
    bool piped = !strcmp(c->operand[1], "-");
    enum ph_status status = piped ? core_file_read("/dev/stdin", MOST_TEXT, &read, err) : PH_OK;
    if (status)
        return status;
    if (piped && memchr(read.text, 0, read.length))
        status = core_err_set(err, PH_EINPUT, "-", "send text", "this is no text");
    core_json_init(&json, &body);
    core_json_object_flat(&json);
    core_json_key_text(&json, "text", piped ? read.text : c->operand[1]);
    core_json_object_end(&json);
    if (!status)
        status = core_buf_check(&body, err);
    if (!status) {
        body.text[--body.length] = '\0'; // the newline
        status = event_add(c, kind, body.text, NULL, 0, err);
    }
    core_buf_fini(&read);
    core_buf_fini(&body);
    return status;
}

enum ph_status cli_case_report(struct cli_case *c, struct ph_err *err)
{
    return text_add(c, "reported", err);
}

enum ph_status cli_case_note(struct cli_case *c, struct ph_err *err)
{
    return text_add(c, "note", err);
}

const char *cli_case_media(const char *name)
{
    static const char *const rows[][2] = {
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".png", "image/png"},
        {".txt", "text/plain"},
        {".json", "application/json"},
        {".pdf", "application/pdf"},
        {".gpx", "application/gpx+xml"},
        {".eml", "message/rfc822"},
        {".html", "text/html"},
        {".nc", "application/netcdf"},
        {".geojson", "application/geo+json"},
        {".rtz", "application/xml"},
        {".kml", "application/vnd.google-earth.kml+xml"},
    };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof rows / sizeof *rows; i++)
        if (!strcasecmp(dot, rows[i][0]))
            return rows[i][1];
    return "application/octet-stream";
}

enum ph_status cli_case_attach(struct cli_case *c, struct ph_err *err)
{
    size_t n = c->n_operands - 1;
    struct core_buf *read = calloc(n, sizeof *read);
    struct store_file *file = calloc(n, sizeof *file);
    enum ph_status status = read && file ? PH_OK : core_err_nomem(err);
    for (size_t i = 0; !status && i < n; i++) {
        const char *path = c->operand[i + 1];
        const char *slash = strrchr(path, '/');
        status = core_file_read(path, STORE_MOST_BYTES, &read[i], err);
        file[i] = (struct store_file){.name = slash ? slash + 1 : path,
                                      .media = cli_case_media(path),
                                      .bytes = read[i].text,
                                      .length = read[i].length};
    }
    if (!status)
        status = event_add(c, "attachment", NULL, file, n, err);
    for (size_t i = 0; read && i < n; i++)
        core_buf_fini(&read[i]);
    free(read);
    free(file);
    return status;
}

static enum ph_status status_set(struct cli_case *c, const char *kind, struct ph_err *err)
{
    if (!c->args->on_case.why)
        return core_err_set(err, PH_EINPUT, "--why",
                            "say it in a sentence; a search is not ended without a reason",
                            "this needs a reason");
    return event_add(c, kind, NULL, NULL, 0, err);
}

enum ph_status cli_case_close(struct cli_case *c, struct ph_err *err)
{
    return status_set(c, "closed", err);
}

enum ph_status cli_case_reopen(struct cli_case *c, struct ph_err *err)
{
    return status_set(c, "reopened", err);
}

static void copied_tell(struct cli_case *c, const struct store_verdict *v)
{
    struct core_json json;
    if (!c->args->json) {
        core_buf_printf(&c->out, "%zu cases, %zu events, %zu files of %lld bytes, each looked at\n", v->cases,
                        v->events, v->files, (long long)v->bytes);
        return;
    }
    core_json_init(&json, &c->out);
    core_json_object(&json);
    core_json_key_int(&json, "cases", (int64_t)v->cases);
    core_json_key_int(&json, "events", (int64_t)v->events);
    core_json_key_int(&json, "files", (int64_t)v->files);
    core_json_key_int(&json, "bytes", v->bytes);
    core_json_object_end(&json);
}

enum ph_status cli_case_backup(struct cli_case *c, struct ph_err *err)
{
    struct store_verdict verdict;
    enum ph_status status = store_backup(c->store, c->operand[0], &verdict, err);
    if (!status)
        copied_tell(c, &verdict);
    return status;
}

enum ph_status cli_case_restore(struct cli_case *c, struct ph_err *err)
{
    struct store_verdict verdict;
    enum ph_status status = store_restore(c->operand[0], c->store, &verdict, err);
    if (!status)
        copied_tell(c, &verdict);
    return status;
}
