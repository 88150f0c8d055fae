#include "scenario/text.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"

// jansson refuses deeper documents before we see them; the scan keeps to the same limit.
enum { MAX_DEPTH = 2048 };

struct scan {
    const char *text;
    size_t length, at;
    int depth;
    bool failed;
    struct core_buf path;
    void (*visit)(void *arg, const char *pointer, size_t offset, bool repeated);
    void *arg;
};

static char here(const struct scan *s)
{
    return s->at < s->length ? s->text[s->at] : '\0';
}

static void space_skip(struct scan *s)
{
    while (s->at < s->length && memchr(" \t\r\n", s->text[s->at], 4))
        s->at++;
}

// From the opening quote to behind the closing one.
static void string_skip(struct scan *s)
{
    for (s->at++; s->at < s->length && s->text[s->at] != '"'; s->at++)
        if (s->text[s->at] == '\\')
            s->at++;
    s->at++;
}

static void path_cut(struct scan *s, size_t length)
{
    s->path.length = length;
    s->path.text[length] = '\0';
}

static void path_add_key(struct scan *s, const char *key)
{
    core_buf_puts(&s->path, "/");
    for (; *key; key++) { // RFC 6901: ~ and / are written ~0 and ~1
        if (*key == '~' || *key == '/')
            core_buf_puts(&s->path, *key == '~' ? "~0" : "~1");
        else
            core_buf_add(&s->path, key, 1);
    }
}

static void value_scan(struct scan *s, bool repeated);

static bool deep_enough(struct scan *s)
{
    s->failed = s->failed || s->path.failed || s->depth > MAX_DEPTH;
    return s->failed || s->at >= s->length;
}

static void array_scan(struct scan *s)
{
    size_t base = s->path.length;
    s->at++;
    space_skip(s);
    for (size_t i = 0; here(s) != ']' && !deep_enough(s); i++) {
        core_buf_printf(&s->path, "/%zu", i);
        if (s->path.failed)
            return;
        value_scan(s, false);
        path_cut(s, base);
        space_skip(s);
        if (here(s) == ',')
            s->at++;
        space_skip(s);
    }
    s->at++;
}

// Reads one name and remembers it in `seen`.
static json_t *key_take(struct scan *s, json_t *seen, bool *repeated)
{
    size_t from = s->at;
    string_skip(s);
    size_t to = s->at < s->length ? s->at : s->length;
    json_t *key = json_loadb(s->text + from, to - from, JSON_DECODE_ANY, NULL);
    if (!json_is_string(key)) {
        json_decref(key);
        return NULL;
    }
    *repeated = json_object_get(seen, json_string_value(key)) != NULL;
    if (!*repeated && json_object_set_new_nocheck(seen, json_string_value(key), json_true())) {
        json_decref(key);
        return NULL;
    }
    return key;
}

static void object_scan(struct scan *s)
{
    size_t base = s->path.length;
    json_t *seen = json_object();
    s->failed = s->failed || !seen;
    s->at++;
    space_skip(s);
    while (here(s) == '"' && !deep_enough(s)) {
        bool repeated = false;
        json_t *key = key_take(s, seen, &repeated);
        s->failed = s->failed || !key;
        if (key)
            path_add_key(s, json_string_value(key));
        json_decref(key);
        if (s->failed || s->path.failed)
            break;
        space_skip(s);
        s->at++; // the colon
        value_scan(s, repeated);
        path_cut(s, base);
        space_skip(s);
        if (here(s) == ',')
            s->at++;
        space_skip(s);
    }
    s->at++;
    json_decref(seen);
}

static void value_scan(struct scan *s, bool repeated)
{
    space_skip(s);
    if (deep_enough(s))
        return;
    s->visit(s->arg, s->path.text, s->at, repeated);
    s->depth++;
    switch (here(s)) {
    case '{':
        object_scan(s);
        break;
    case '[':
        array_scan(s);
        break;
    case '"':
        string_skip(s);
        break;
    default: // a number or a literal; always at least one byte on
        for (s->at++; s->at < s->length && !memchr(",]} \t\r\n", s->text[s->at], 7); s->at++)
            ;
    }
    s->depth--;
}

bool scenario_text_scan(const char *text, size_t length,
                        void (*visit)(void *arg, const char *pointer, size_t offset, bool repeated),
                        void *arg)
{
    struct scan s = {.text = text, .length = length, .visit = visit, .arg = arg};
    core_buf_puts(&s.path, "");
    s.failed = s.path.failed;
    if (!s.failed)
        value_scan(&s, false);
    bool good = !s.failed && !s.path.failed;
    core_buf_fini(&s.path);
    return good;
}
