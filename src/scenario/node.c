#include "scenario/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"

enum { FOUND_BYTES = 60, NAME_BYTES = 64, MAX_NAMES = 96 };

const char *const *scenario_unit_names(enum scenario_unit unit)
{
    static const char *const names[][5] = {
        [SCENARIO_PLAIN] = {NULL},
        [SCENARIO_LENGTH] = {"nm", "m", "km", "ft", NULL},
        [SCENARIO_SPEED] = {"kn", "ms", "kmh", NULL},
        [SCENARIO_DURATION] = {"h", "min", "s", NULL},
    };
    return names[unit];
}

struct scenario_node scenario_node_member(const struct scenario_node *object, const char *key)
{
    return (struct scenario_node){
        .reader = object->reader, .parent = object, .key = key, .value = json_object_get(object->value, key)};
}

struct scenario_node scenario_node_item(const struct scenario_node *array, size_t index)
{
    return (struct scenario_node){.reader = array->reader,
                                  .parent = array,
                                  .index = index,
                                  .value = json_array_get(array->value, index)};
}

void *scenario_node_alloc(const struct scenario_node *node, size_t count, size_t size)
{
    void *memory = core_arena_alloc(node->reader->arena, count, size);
    node->reader->nomem |= !memory;
    return memory;
}

// ---- pointers ----

static void pointer_write(const struct scenario_node *node, struct core_buf *out)
{
    if (!node->parent)
        return;
    pointer_write(node->parent, out);
    if (!node->key) {
        core_buf_printf(out, "/%zu", node->index);
        return;
    }
    core_buf_puts(out, "/");
    for (const char *at = node->key; *at; at++) { // RFC 6901: ~ and / are written ~0 and ~1
        if (*at == '~' || *at == '/')
            core_buf_puts(out, *at == '~' ? "~0" : "~1");
        else
            core_buf_add(out, at, 1);
    }
}

const char *scenario_node_pointer(const struct scenario_node *node)
{
    struct core_buf pointer = {0};
    core_buf_puts(&pointer, "");
    pointer_write(node, &pointer);
    const char *copy = pointer.failed ? NULL : core_arena_text(&node->reader->problems->arena, pointer.text);
    core_buf_fini(&pointer);
    node->reader->nomem |= !copy;
    return copy;
}

// ---- problems ----

// Length of at most `limit` bytes of UTF-8 that cuts no character.
static size_t text_cut(const char *text, size_t length, size_t limit)
{
    if (length <= limit)
        return length;
    while (limit && ((unsigned char)text[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}

static void found_dump(const json_t *value, const char *more, struct core_buf *out)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    core_buf_puts(out, text ? text : "something");
    core_buf_puts(out, more);
    free(text);
}

// What stands at a node, in a few words.
static void found_write(const json_t *value, struct core_buf *out)
{
    if (!value) {
        core_buf_puts(out, "nothing");
    } else if (json_is_object(value)) {
        core_buf_printf(out, "an object with %zu member%s", json_object_size(value),
                        json_object_size(value) == 1 ? "" : "s");
    } else if (json_is_array(value)) {
        core_buf_printf(out, "an array of %zu", json_array_size(value));
    } else if (json_is_string(value)) {
        size_t length = json_string_length(value);
        size_t kept = text_cut(json_string_value(value), length, FOUND_BYTES);
        json_t *start = json_stringn(json_string_value(value), kept);
        found_dump(start, kept < length ? "..." : "", out);
        json_decref(start);
    } else {
        found_dump(value, "", out);
    }
}

void scenario_node_problem(const struct scenario_node *node, enum ph_status status, const char *expected,
                           const char *text, ...)
{
    struct core_buf found = {0};
    char sentence[512];
    va_list args;
    va_start(args, text);
    vsnprintf(sentence, sizeof sentence, text, args);
    va_end(args);
    sentence[text_cut(sentence, strlen(sentence), sizeof sentence - 5)] = '\0';
    found_write(node->value, &found);
    const char *pointer = scenario_node_pointer(node);
    if (found.failed || !pointer ||
        !scenario_problem_add(node->reader->problems, &(struct scenario_problem){.pointer = pointer,
                                                                                 .found = found.text,
                                                                                 .expected = expected,
                                                                                 .text = sentence,
                                                                                 .status = status}))
        node->reader->nomem = true;
    core_buf_fini(&found);
}

// ---- names ----

static int least(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

// Edits (insert, delete, replace, swap of neighbours) between two names, upper and lower case alike.
static int name_distance(const char *a, const char *b)
{
    int row[3][NAME_BYTES + 1];
    int na = (int)strlen(a), nb = (int)strlen(b);
    if (na > NAME_BYTES || nb > NAME_BYTES)
        return NAME_BYTES;
    for (int j = 0; j <= nb; j++)
        row[0][j] = j;
    for (int i = 1; i <= na; i++) {
        int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= nb; j++) {
            bool same = (a[i - 1] | 32) == (b[j - 1] | 32);
            now[j] = least(last[j] + 1, now[j - 1] + 1, last[j - 1] + !same);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
    }
    return row[na % 3][nb];
}

// "radius" or "radius_mi" is near to "radius_nm": the stem counts for more than the unit.
static bool stem_same(const char *name, const char *known)
{
    const char *unit = strrchr(known, '_');
    if (!unit || strncasecmp(name, known, (size_t)(unit - known)))
        return false;
    return name[unit - known] == '\0' || name[unit - known] == '_';
}

const char *scenario_name_nearest(const char *name, const char *const *names, size_t n)
{
    const char *best = NULL;
    int best_distance = (int)strlen(name) / 3 + 2;
    for (size_t i = 0; i < n; i++) {
        int distance = name_distance(name, names[i]);
        if (stem_same(name, names[i]) && distance > 1)
            distance = 1;
        if (distance < best_distance) {
            best_distance = distance;
            best = names[i];
        }
    }
    return best;
}

// All names of a list of members, units spelt out, into `text`.
static size_t names_spell(const struct scenario_member *members, size_t n, char text[MAX_NAMES][NAME_BYTES],
                          const char *names[MAX_NAMES])
{
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const char *const *unit = scenario_unit_names(members[i].unit);
        do {
            if (used == MAX_NAMES)
                return used;
            snprintf(text[used], NAME_BYTES, *unit ? "%s_%s" : "%s", members[i].name, *unit);
            names[used] = text[used];
            used++;
        } while (*unit && *++unit);
    }
    return used;
}

static bool name_known(const char *key, const struct scenario_member *member)
{
    const char *const *unit = scenario_unit_names(member->unit);
    if (!*unit)
        return !strcmp(key, member->name);
    size_t stem = strlen(member->name);
    if (strncmp(key, member->name, stem) || key[stem] != '_')
        return false;
    for (; *unit; unit++)
        if (!strcmp(key + stem + 1, *unit))
            return true;
    return false;
}

static void unknown_report(const struct scenario_node *object, const char *key,
                           const struct scenario_member *members, size_t n)
{
    char text[MAX_NAMES][NAME_BYTES];
    const char *names[MAX_NAMES];
    size_t count = names_spell(members, n, text, names);
    struct scenario_node member = scenario_node_member(object, key);
    const char *nearest = scenario_name_nearest(key, names, count);
    char expected[256];
    if (nearest) {
        scenario_node_problem(&member, PH_EINPUT, nearest, "unknown member \"%.100s\": did you mean \"%s\"?",
                              key, nearest);
        return;
    }
    size_t used = (size_t)snprintf(expected, sizeof expected, "one of");
    for (size_t i = 0; i < n && used < sizeof expected - 48; i++)
        used += (size_t)snprintf(expected + used, sizeof expected - used, " %s%s", members[i].name,
                                 members[i].unit ? "_*" : "");
    snprintf(expected + used, sizeof expected - used, ", or x-...");
    scenario_node_problem(&member, PH_EINPUT, expected, "unknown member \"%.100s\"", key);
}

static bool required_here(const struct scenario_node *node)
{
    if (node->value)
        return true;
    scenario_node_problem(node, PH_EINPUT, "a value", "\"%s\" is required", node->key ? node->key : "");
    return false;
}

bool scenario_node_is_object(const struct scenario_node *node, const struct scenario_member *members,
                             size_t n)
{
    const char *key;
    json_t *value;
    if (!required_here(node))
        return false;
    if (!json_is_object(node->value)) {
        scenario_node_problem(node, PH_EINPUT, "an object { ... }", "this must be an object");
        return false;
    }
    json_object_foreach(node->value, key, value)
    {
        bool known = !strncmp(key, "x-", 2);
        for (size_t i = 0; i < n && !known; i++)
            known = name_known(key, &members[i]);
        if (!known)
            unknown_report(node, key, members, n);
    }
    return true;
}

bool scenario_node_is_array(const struct scenario_node *node, size_t min, size_t max, const char *items)
{
    char expected[96];
    if (!required_here(node))
        return false;
    snprintf(expected, sizeof expected, "an array of %zu to %zu %s", min, max, items);
    size_t n = json_array_size(node->value);
    if (json_is_array(node->value) && n >= min && n <= max)
        return true;
    if (!json_is_array(node->value))
        scenario_node_problem(node, PH_EINPUT, expected, "this must be an array of %s", items);
    else
        scenario_node_problem(node, PH_EINPUT, expected, "there are too %s %s", n < min ? "few" : "many",
                              items);
    return false;
}
