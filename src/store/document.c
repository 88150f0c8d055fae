// The case's document: a whole JSON text with every edit, so that its bytes, and their SHA-256, are those of
// the run.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/err.h"
#include "store/inner.h"

enum { MOST_DOCUMENT = 64 << 20, MOST_CHANGES = 200 };

static enum ph_status json_refused(const json_error_t *problem, const char *what, struct ph_err *err)
{
    if (json_error_code(problem) == json_error_out_of_memory)
        return core_err_nomem(err);
    return core_err_set(err, PH_EINPUT, what, NULL, "line %d, column %d: %s", problem->line, problem->column,
                        problem->text);
}

static enum ph_status object_read(const char *text, size_t length, const char *what, json_t **out,
                                  struct ph_err *err)
{
    json_error_t problem;
    if (length > MOST_DOCUMENT)
        return core_err_set(err, PH_EINPUT, what, NULL, "larger than %d MiB", MOST_DOCUMENT >> 20);
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    if (!json)
        return json_refused(&problem, what, err);
    if (!json_is_object(json)) {
        json_decref(json);
        return core_err_set(err, PH_EINPUT, what, NULL, "this must be a JSON object");
    }
    *out = json;
    return PH_OK;
}

// ---- what differs

struct changes {
    struct core_json *json;
    size_t n;
    bool nomem;
};

static void changed(struct changes *changes, const char *pointer)
{
    if (changes->n++ < MOST_CHANGES)
        core_json_text(changes->json, pointer);
}

static void compare(const json_t *was, const json_t *is, const char *pointer, struct changes *changes);

// pointer/key, with '~' and '/' escaped (RFC 6901)
static void member_compare(const json_t *was, const json_t *is, const char *pointer, const char *key,
                           struct changes *changes)
{
    struct core_buf below = {0};
    core_buf_printf(&below, "%s/", pointer);
    for (const char *at = key; *at; at++)
        if (*at == '~' || *at == '/')
            core_buf_puts(&below, *at == '~' ? "~0" : "~1");
        else
            core_buf_add(&below, at, 1);
    if (below.failed)
        changes->nomem = true;
    else
        compare(was, is, below.text, changes);
    core_buf_fini(&below);
}

static void objects_compare(const json_t *was, const json_t *is, const char *pointer, struct changes *changes)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)was, key, value)
        member_compare(value, json_object_get(is, key), pointer, key, changes);
    json_object_foreach((json_t *)is, key, value) if (!json_object_get(was, key))
        member_compare(NULL, value, pointer, key, changes);
}

static void arrays_compare(const json_t *was, const json_t *is, const char *pointer, struct changes *changes)
{
    size_t n_was = json_array_size(was), n_is = json_array_size(is);
    for (size_t i = 0; i < n_was || i < n_is; i++) {
        char key[24];
        snprintf(key, sizeof key, "%zu", i);
        member_compare(json_array_get(was, i), json_array_get(is, i), pointer, key, changes);
    }
}

static void compare(const json_t *was, const json_t *is, const char *pointer, struct changes *changes)
{
    if (changes->nomem || changes->n > MOST_CHANGES)
        return;
    if (json_is_object(was) && json_is_object(is))
        objects_compare(was, is, pointer, changes);
    else if (json_is_array(was) && json_is_array(is))
        arrays_compare(was, is, pointer, changes);
    else if (!was || !is || !json_equal(was, is))
        changed(changes, pointer);
}

// ---- events

// {"name": ..., "changed": [...]}: `was` NULL for the first document.
static enum ph_status body_make(const json_t *was, const json_t *is, struct core_buf *out, struct ph_err *err)
{
    struct core_json json;
    struct changes changes = {.json = &json};
    const char *name = json_string_value(json_object_get(is, "name"));
    core_json_init(&json, out);
    core_json_object_flat(&json);
    core_json_key_text(&json, "name", name ? name : "");
    if (was) {
        core_json_key(&json, "changed");
        core_json_array(&json);
        compare(was, is, "", &changes);
        core_json_array_end(&json);
        if (changes.n > MOST_CHANGES)
            core_json_key_bool(&json, "more_changed", true);
    }
    core_json_object_end(&json);
    if (!out->failed)
        out->text[--out->length] = '\0'; // the newline
    return changes.nomem ? core_err_nomem(err) : core_buf_check(out, err);
}

// The entry with the document as its first file, the body made here and the kind that belongs to it.
static enum ph_status entry_make(const struct store_entry *from, const char *kind, const char *document,
                                 size_t length, const struct core_buf *body, struct core_arena *arena,
                                 struct store_entry *out, struct ph_err *err)
{
    struct store_file *file = CORE_ARENA_NEW(arena, struct store_file, from->n_files + 1);
    if (!file)
        return core_err_nomem(err);
    file[0] = (struct store_file){
        .name = STORE_DOCUMENT, .media = "application/json", .bytes = document, .length = length};
    if (from->n_files)
        memcpy(file + 1, from->file, from->n_files * sizeof *file);
    *out = *from;
    out->kind = kind;
    out->body = body->text;
    out->file = file;
    out->n_files = from->n_files + 1;
    return PH_OK;
}

enum ph_status store_create(struct store *store, const struct store_entry *entry, const char *document,
                            size_t length, const char *folder, struct store_receipt *out, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct core_buf body = {0};
    struct store_entry complete;
    json_t *is = NULL;
    enum ph_status status = object_read(document, length, STORE_DOCUMENT, &is, err);
    if (!status)
        status = body_make(NULL, is, &body, err);
    if (!status)
        status = entry_make(entry, STORE_KIND_CREATED, document, length, &body, &arena, &complete, err);
    if (!status)
        status = store_append_first(store, &complete, folder, out, err);
    json_decref(is);
    core_buf_fini(&body);
    core_arena_fini(&arena);
    return status;
}

// What the new document changes in the one that event expected_seq left (or, with STORE_ANY, the present
// one).
static enum ph_status edit_body(struct store *store, const struct store_entry *entry, const char *document,
                                size_t length, struct core_buf *body, struct ph_err *err)
{
    struct core_buf before = {0};
    json_t *was = NULL, *is = NULL;
    enum ph_status status = object_read(document, length, STORE_DOCUMENT, &is, err);
    if (!status)
        status = store_document(store, entry->case_id, 0, &before, err);
    if (!status)
        status = object_read(before.text, before.length, STORE_DOCUMENT, &was, err);
    if (!status && before.length == length && !memcmp(before.text, document, length))
        status = core_err_set(err, PH_EINPUT, entry->case_id, NULL, "this is the document that is there");
    if (!status)
        status = body_make(was, is, body, err);
    json_decref(was);
    json_decref(is);
    core_buf_fini(&before);
    return status;
}

enum ph_status store_edit(struct store *store, const struct store_entry *entry, const char *document,
                          size_t length, struct store_receipt *out, struct ph_err *err)
{
    struct core_arena arena = {0};
    struct core_buf body = {0};
    struct store_entry complete;
    struct store_receipt receipt;
    enum ph_status status = store_db_begin(store->db, true, err);
    if (status)
        return status;
    status = edit_body(store, entry, document, length, &body, err);
    if (!status)
        status = entry_make(entry, STORE_KIND_EDITED, document, length, &body, &arena, &complete, err);
    if (!status)
        status = store_append(store, &complete, &receipt, err);
    status = store_db_end(store->db, status, err);
    if (!status)
        *out = receipt;
    core_buf_fini(&body);
    core_arena_fini(&arena);
    return status;
}

// ---- merge patch

// RFC 7396, section 2. NULL: out of memory.
static json_t *patched(json_t *target, json_t *patch)
{
    const char *key;
    json_t *value;
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_t *made = json_is_object(target) ? json_copy(target) : json_object();
    json_object_foreach(patch, key, value)
    {
        if (json_is_null(value)) {
            json_object_del(made, key);
            continue;
        }
        json_t *member = patched(json_object_get(made, key), value);
        if (!member || json_object_set_new(made, key, member)) {
            json_decref(made);
            return NULL;
        }
    }
    return made;
}

enum ph_status store_patch(const char *document, size_t length, const char *patch, size_t patch_length,
                           struct core_buf *out, struct ph_err *err)
{
    json_t *was = NULL, *change = NULL;
    enum ph_status status = object_read(document, length, STORE_DOCUMENT, &was, err);
    if (!status)
        status = object_read(patch, patch_length, "patch", &change, err);
    json_t *made = status ? NULL : patched(was, change);
    char *text = made ? json_dumps(made, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
    if (!status && !text)
        status = core_err_nomem(err);
    if (!status) {
        core_buf_puts(out, text);
        core_buf_puts(out, "\n");
        status = core_buf_check(out, err);
    }
    free(text);
    json_decref(made);
    json_decref(was);
    json_decref(change);
    return status;
}
