#include "scenario/case.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "scenario/parts.h"
#include "scenario/text.h"
#include "scenario/value.h"

enum { MAX_BYTES = 64 * 1024 * 1024 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

void scenario_case_fini(struct scenario_case *c)
{
    core_arena_fini(&c->arena);
    *c = (struct scenario_case){0};
}

// ---- from bytes to JSON ----

static bool starts_with(const char *text, size_t length, const char *bytes, size_t n)
{
    return length >= n && !memcmp(text, bytes, n);
}

// What is wrong with the encoding, NULL when nothing is.
static const char *encoding_fault(const char *text, size_t length)
{
    if (starts_with(text, length, "\xEF\xBB\xBF", 3))
        return "the file begins with a byte order mark at line 1, column 1: save it as UTF-8 without one";
    if (starts_with(text, length, "\xFF\xFE", 2) || starts_with(text, length, "\xFE\xFF", 2))
        return "the file is UTF-16 (byte order mark at line 1, column 1): save it as UTF-8";
    if (!length)
        return "the file is empty (line 1, column 1)";
    return NULL;
}

// A document that is no JSON has one problem, with line and column.
static void syntax_report(const struct scenario_node *root, const char *fault, const json_error_t *error)
{
    struct scenario_problems *problems = root->reader->problems;
    char text[400];
    if (!fault)
        snprintf(text, sizeof text, "not valid JSON at line %d, column %d: %s", error->line, error->column,
                 error->text);
    struct scenario_problem problem = {.pointer = "",
                                       .found = "a file that is not JSON",
                                       .expected = "JSON (RFC 8259) in UTF-8",
                                       .text = fault ? fault : text,
                                       .status = PH_EINPUT,
                                       .line = fault || error->line < 1 ? 1 : (size_t)error->line,
                                       .column = fault || error->column < 1 ? 1 : (size_t)error->column};
    if (!scenario_problem_add(problems, &problem))
        root->reader->nomem = true;
}

// jansson tells a lack of memory apart only now and then: else it gives no place at all, or calls a whole
// string a bad token (strings that are really bad have messages of their own).
static bool memory_lacked(const json_error_t *error, const char *text, size_t length)
{
    size_t at = error->position > 0 ? (size_t)error->position : 0;
    if (json_error_code(error) == json_error_out_of_memory || error->line < 1 || !error->text[0])
        return true;
    bool token =
        !strncmp(error->text, "invalid token", 13) || !strncmp(error->text, "string or '}' expected", 22);
    return token && at && at <= length && text[at - 1] == '"';
}

static json_t *json_of(const struct scenario_node *root, const char *text, size_t length)
{
    json_error_t error = {0};
    const char *fault = encoding_fault(text, length);
    json_t *document = fault ? NULL : json_loadb(text, length, JSON_DECODE_ANY, &error);
    if (document)
        return document;
    if (!fault && memory_lacked(&error, text, length))
        root->reader->nomem = true;
    else
        syntax_report(root, fault, &error);
    return NULL;
}

static void repeated_report(void *arg, const char *pointer, size_t offset, bool repeated)
{
    struct scenario_reader *reader = arg;
    if (repeated && !scenario_problem_add(reader->problems, &(struct scenario_problem){
                                                                .pointer = pointer,
                                                                .found = "a second member of this name",
                                                                .expected = "every name once in an object",
                                                                .text = "this member is given twice",
                                                                .status = PH_EINPUT}))
        reader->nomem = true;
}

// ---- the document ----

static void head_read(const struct scenario_node *root, struct scenario_case *c)
{
    struct scenario_node version = scenario_node_member(root, "pharos");
    const char *text = json_string_value(version.value);
    if (!text || strcmp(text, "case/1"))
        scenario_node_problem(&version, PH_EINPUT, "\"case/1\"", "%s",
                              version.value ? "this is not a case of this version"
                                            : "\"pharos\" is required");
    c->name = "unnamed case";
    scenario_read_text(root, "name", SCENARIO_OPTIONAL, &c->name);
}

// The document's own "x-..." members, kept as they are.
static void extensions_keep(const struct scenario_node *root, struct scenario_case *c)
{
    json_t *kept = json_object(), *value;
    const char *key;
    bool good = kept != NULL;
    json_object_foreach(root->value, key, value)
    {
        if (!strncmp(key, "x-", 2))
            good = good && !json_object_set(kept, key, value);
    }
    if (good && json_object_size(kept)) {
        char *text = json_dumps(kept, JSON_COMPACT);
        c->extensions_json = text ? core_arena_text(&c->arena, text) : NULL;
        good = c->extensions_json != NULL;
        free(text);
    }
    root->reader->nomem |= !good;
    json_decref(kept);
}

static void document_read(const struct scenario_node *root, const struct scenario_overrides *overrides,
                          struct scenario_case *c)
{
    static const struct scenario_member members[] = {
        {"pharos"}, {"name"}, {"objects"},   {"scenarios"},  {"environment"}, {"drift"},     {"assets"},
        {"avoid"},  {"must"}, {"objective"}, {"conditions"}, {"searches"},    {"sightings"}, {"debris"}};
    struct scenario_window times;
    if (!scenario_node_is_object(root, members, COUNT(members)))
        return;
    head_read(root, c);
    scenario_objects_read(root, c);
    scenario_sources_read(root, c, &times);
    scenario_environment_read(root, c);
    scenario_drift_read(root, times, overrides, c);
    scenario_assets_read(root, c);
    scenario_searches_read(root, c);
    scenario_sightings_read(root, c);
    scenario_debris_read(root, c);
    extensions_keep(root, c);
}

static enum ph_status hash_fill(const char *text, size_t length, char out[65], struct ph_err *err)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    if (sodium_init() < 0)
        return core_err_set(err, PH_EINTERNAL, NULL, NULL, "libsodium cannot be started");
    crypto_hash_sha256(hash, (const unsigned char *)text, length);
    sodium_bin2hex(out, 65, hash, sizeof hash);
    return PH_OK;
}

static enum ph_status names_fill(const char *name, struct scenario_case *c, struct ph_err *err)
{
    c->path = core_arena_text(&c->arena, name);
    return c->path ? PH_OK : core_err_nomem(err);
}

// Everything from the text into c and problems, which the caller owns.
static enum ph_status text_read(const char *text, size_t length, const char *dir, const char *name,
                                const struct scenario_overrides *overrides, struct scenario_case *c,
                                struct scenario_problems *problems, struct ph_err *err)
{
    struct scenario_reader reader = {.arena = &c->arena, .problems = problems, .dir = dir};
    struct scenario_node root = {.reader = &reader};
    enum ph_status status = names_fill(name, c, err);
    if (!status)
        status = hash_fill(text, length, c->sha256, err);
    if (status)
        return status;
    root.value = json_of(&root, text, length);
    if (root.value) {
        bool good = scenario_text_scan(text, length, repeated_report, &reader);
        document_read(&root, overrides, c);
        reader.nomem |= !good || !scenario_problem_place(problems, text, length);
        json_decref(root.value);
    }
    return reader.nomem ? core_err_nomem(err) : scenario_problem_status(problems, name, err);
}

enum ph_status scenario_case_parse(const char *text, size_t length, const char *dir, const char *name,
                                   const struct scenario_overrides *overrides, struct scenario_case *out,
                                   struct scenario_problems *problems, struct ph_err *err)
{
    struct scenario_case c = {0};
    struct scenario_problems mine = {0};
    if (length > MAX_BYTES)
        return core_err_set(err, PH_EINPUT, name, "is this the right file?", "larger than %d bytes",
                            MAX_BYTES);
    enum ph_status status = text_read(text, length, dir, name, overrides, &c, &mine, err);
    if (status)
        scenario_case_fini(&c);
    else
        *out = c;
    if (problems)
        *problems = mine;
    else
        scenario_problems_fini(&mine);
    return status;
}

// The folder of a path: "." for a bare name.
static void dir_of(const char *path, char out[4096])
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        snprintf(out, 4096, ".");
    else
        snprintf(out, 4096, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

enum ph_status scenario_case_load(const char *path, const struct scenario_overrides *overrides,
                                  struct scenario_case *out, struct scenario_problems *problems,
                                  struct ph_err *err)
{
    char dir[4096];
    struct core_buf text = {0};
    enum ph_status status = core_file_read(path, MAX_BYTES, &text, err);
    if (status)
        return status;
    dir_of(path, dir);
    status = scenario_case_parse(text.text, text.length, dir, path, overrides, out, problems, err);
    core_buf_fini(&text);
    return status;
}
