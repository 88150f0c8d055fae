#include "core/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"

static bool is_flat(const struct core_json *json)
{
    return json->flat_from && json->depth >= json->flat_from;
}

static void line_break(struct core_json *json)
{
    if (is_flat(json) || !json->depth)
        return;
    core_buf_puts(json->out, "\n");
    for (int i = 0; i < json->depth; i++)
        core_buf_puts(json->out, "  ");
}

// What stands before a value or key: a comma and a new line, or nothing behind a key.
static void value_begin(struct core_json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->comma)
        core_buf_puts(json->out, is_flat(json) ? ", " : ",");
    line_break(json);
}

static void bracket_open(struct core_json *json, const char *bracket, bool flat)
{
    value_begin(json);
    core_buf_puts(json->out, bracket);
    json->depth++;
    if (flat && !json->flat_from)
        json->flat_from = json->depth;
    json->comma = false;
}

static void bracket_close(struct core_json *json, const char *bracket)
{
    bool was_flat = is_flat(json), had_values = json->comma;
    if (json->flat_from == json->depth)
        json->flat_from = 0;
    json->depth--;
    if (!was_flat && had_values) {
        core_buf_puts(json->out, "\n");
        for (int i = 0; i < json->depth; i++)
            core_buf_puts(json->out, "  ");
    }
    core_buf_puts(json->out, bracket);
    json->comma = true;
    if (!json->depth)
        core_buf_puts(json->out, "\n");
}

// Bytes of the UTF-8 character at `at` (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF); 0: none.
static size_t utf8_length(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    size_t n = at[0] >= 0xC2 && at[0] <= 0xDF ? 2 : at[0] >= 0xE0 && at[0] <= 0xEF ? 3 : 4;
    if (at[0] < 0xC2 || at[0] > 0xF4)
        return 0;
    unsigned char low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
    if (at[1] < low || at[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (at[i] < 0x80 || at[i] > 0xBF)
            return 0;
    return n;
}

// A quoted text with the escapes of RFC 8259. What is no UTF-8 (a file's name, an attribute) becomes U+FFFD:
// the document stays readable whatever a file holds.
static void quoted(struct core_json *json, const char *text)
{
    core_buf_puts(json->out, "\"");
    for (const char *at = text; *at;) {
        unsigned char c = (unsigned char)*at;
        size_t n = utf8_length((const unsigned char *)at);
        if (!n)
            core_buf_puts(json->out, "\xEF\xBF\xBD");
        else if (c == '"' || c == '\\')
            core_buf_printf(json->out, "\\%c", c);
        else if (c == '\n')
            core_buf_puts(json->out, "\\n");
        else if (c == '\t')
            core_buf_puts(json->out, "\\t");
        else if (c < 0x20)
            core_buf_printf(json->out, "\\u%04x", c);
        else
            core_buf_add(json->out, at, n);
        at += n ? n : 1;
    }
    core_buf_puts(json->out, "\"");
}

void core_json_init(struct core_json *json, struct core_buf *out)
{
    *json = (struct core_json){.out = out};
}

void core_json_key(struct core_json *json, const char *key)
{
    value_begin(json);
    quoted(json, key);
    core_buf_puts(json->out, ": ");
    json->after_key = true;
}

void core_json_object(struct core_json *json)
{
    bracket_open(json, "{", false);
}

void core_json_object_flat(struct core_json *json)
{
    bracket_open(json, "{", true);
}

void core_json_object_end(struct core_json *json)
{
    bracket_close(json, "}");
}

void core_json_array(struct core_json *json)
{
    bracket_open(json, "[", false);
}

void core_json_array_flat(struct core_json *json)
{
    bracket_open(json, "[", true);
}

void core_json_array_end(struct core_json *json)
{
    bracket_close(json, "]");
}

void core_json_raw(struct core_json *json, const char *document)
{
    value_begin(json);
    core_buf_puts(json->out, document);
    json->comma = true;
}

void core_json_text(struct core_json *json, const char *text)
{
    if (!text) {
        core_json_null(json);
        return;
    }
    value_begin(json);
    quoted(json, text);
    json->comma = true;
}

void core_json_int(struct core_json *json, int64_t value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRId64, value);
    core_json_raw(json, digits);
}

void core_json_bool(struct core_json *json, bool value)
{
    core_json_raw(json, value ? "true" : "false");
}

void core_json_null(struct core_json *json)
{
    core_json_raw(json, "null");
}

void core_json_num(struct core_json *json, double value, int significant)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.*g", significant, value);
    core_json_raw(json, isfinite(value) ? digits : "null");
}

void core_json_fixed(struct core_json *json, double value, int decimals)
{
    char digits[352];
    snprintf(digits, sizeof digits, "%.*f", decimals, value);
    if (strchr(digits, '.')) {
        size_t n = strlen(digits);
        while (digits[n - 1] == '0')
            n--;
        digits[digits[n - 1] == '.' ? n - 1 : n] = '\0';
    }
    if (!strcmp(digits, "-0"))
        snprintf(digits, sizeof digits, "0");
    core_json_raw(json, isfinite(value) ? digits : "null");
}

void core_json_time(struct core_json *json, int64_t t_ns)
{
    char text[CORE_TIME_TEXT];
    core_time_iso(t_ns, text);
    core_json_text(json, text);
}

void core_json_key_text(struct core_json *json, const char *key, const char *text)
{
    core_json_key(json, key);
    core_json_text(json, text);
}

void core_json_key_int(struct core_json *json, const char *key, int64_t value)
{
    core_json_key(json, key);
    core_json_int(json, value);
}

void core_json_key_bool(struct core_json *json, const char *key, bool value)
{
    core_json_key(json, key);
    core_json_bool(json, value);
}

void core_json_key_num(struct core_json *json, const char *key, double value, int significant)
{
    core_json_key(json, key);
    core_json_num(json, value, significant);
}

void core_json_key_fixed(struct core_json *json, const char *key, double value, int decimals)
{
    core_json_key(json, key);
    core_json_fixed(json, value, decimals);
}

void core_json_key_time(struct core_json *json, const char *key, int64_t t_ns)
{
    core_json_key(json, key);
    core_json_time(json, t_ns);
}
