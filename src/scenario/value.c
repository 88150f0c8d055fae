#include "scenario/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "geo/earth.h"
#include "geo/notation.h"
#include "geo/polygon.h"

enum { MAX_TEXT = 4096, MAX_ID = 100, MAX_CORNERS = 5000, NAME_BYTES = 64 };

bool scenario_has(const struct scenario_node *object, const char *key)
{
    return json_object_get(object->value, key) != NULL;
}

// False when there is nothing to read; says so when there should be.
static bool present(const struct scenario_node *node, enum scenario_need need, const char *expected)
{
    if (node->value)
        return true;
    if (need == SCENARIO_REQUIRED)
        scenario_node_problem(node, PH_EINPUT, expected, "\"%s\" is required", node->key);
    return false;
}

// ---- numbers ----

static void range_write(struct scenario_range range, double factor, const char *unit, char out[96])
{
    double min = range.min / factor, max = range.max / factor;
    const char *space = *unit ? " " : "";
    if (isinf(max))
        snprintf(out, 96, "a number %s %.6g%s%s", range.above ? "above" : "not below", min, space, unit);
    else
        snprintf(out, 96, "a number %s %.6g %s %.6g%s%s", range.above ? "above" : "from", min,
                 range.above ? "and up to" : "to", max, space, unit);
}

bool scenario_read_value(const struct scenario_node *node, struct scenario_range range, double factor,
                         const char *unit, double *out)
{
    char expected[96];
    range_write(range, factor, unit, expected);
    if (!json_is_number(node->value)) {
        scenario_node_problem(node, PH_EINPUT, expected, "this must be a number%s",
                              json_is_string(node->value) ? ", without quotes" : "");
        return false;
    }
    double value = json_number_value(node->value) * factor;
    double slack = 1e-9 * fabs(range.max); // the limit itself in another unit
    bool low = range.above ? value <= range.min : value < range.min;
    if (!isfinite(value) || low || value > range.max + (isinf(slack) ? 0 : slack)) {
        scenario_node_problem(node, PH_EINPUT, expected, "this number is out of range");
        return false;
    }
    *out = value;
    return true;
}

bool scenario_read_number(const struct scenario_node *object, const char *key, struct scenario_range range,
                          enum scenario_need need, double *out)
{
    struct scenario_node node = scenario_node_member(object, key);
    char expected[96];
    range_write(range, 1, "", expected);
    return present(&node, need, expected) && scenario_read_value(&node, range, 1, "", out);
}

bool scenario_read_integer(const struct scenario_node *object, const char *key, int64_t min, int64_t max,
                           enum scenario_need need, int64_t *out)
{
    struct scenario_node node = scenario_node_member(object, key);
    char expected[96];
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)min, (long long)max);
    if (!present(&node, need, expected))
        return false;
    // 1e5 is a whole number too.
    double real = json_is_real(node.value) ? json_real_value(node.value) : 0;
    if (!json_is_number(node.value) || real != floor(real) || fabs(real) > 9e15) {
        scenario_node_problem(&node, PH_EINPUT, expected, "this must be a whole number");
        return false;
    }
    int64_t value = json_is_real(node.value) ? (int64_t)real : json_integer_value(node.value);
    if (value < min || value > max) {
        scenario_node_problem(&node, PH_EINPUT, expected, "this number is out of range");
        return false;
    }
    *out = value;
    return true;
}

// Name of a stem in one unit; keys must outlive nodes, so they are taken from the object itself.
static struct scenario_node unit_node(const struct scenario_node *object, const char *stem, const char *unit)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s_%s", stem, unit);
    const char *key;
    json_t *value;
    struct scenario_node node = {.reader = object->reader, .parent = object, .key = stem};
    json_object_foreach(object->value, key, value)
    {
        if (strcmp(key, name))
            continue;
        node.key = key;
        node.value = value;
    }
    return node;
}

bool scenario_has_quantity(const struct scenario_node *object, const char *stem, enum scenario_unit unit)
{
    return scenario_quantity_node(object, stem, unit).value != NULL;
}

struct scenario_node scenario_quantity_node(const struct scenario_node *object, const char *stem,
                                            enum scenario_unit unit)
{
    struct scenario_node node = {0};
    for (const char *const *name = scenario_unit_names(unit); *name && !node.value; name++)
        node = unit_node(object, stem, *name);
    return node;
}

bool scenario_read_quantity(const struct scenario_node *object, const char *stem, enum scenario_unit unit,
                            struct scenario_range range, enum scenario_need need, double *out)
{
    struct scenario_node node = scenario_quantity_node(object, stem, unit);
    const char *const *names = scenario_unit_names(unit);
    char expected[128], name[NAME_BYTES];
    if (!node.value) {
        snprintf(name, sizeof name, "%s_%s", stem, names[0]);
        snprintf(expected, sizeof expected, "%s, or in another unit", name);
        node.key = name;
        return present(&node, need, expected);
    }
    bool twice = false;
    for (; *names; names++) {
        struct scenario_node other = unit_node(object, stem, *names);
        if (!other.value || other.value == node.value)
            continue;
        twice = true;
        snprintf(expected, sizeof expected, "one of the two");
        scenario_node_problem(&other, PH_EINPUT, expected, "\"%s\" is given in two units: %s and %s", stem,
                              node.key, other.key);
    }
    const char *written = node.key + strlen(stem) + 1;
    return scenario_read_value(&node, range, core_unit_factor(written), written, out) && !twice;
}

bool scenario_read_bool(const struct scenario_node *object, const char *key, bool *out)
{
    struct scenario_node node = scenario_node_member(object, key);
    if (!node.value)
        return false;
    if (!json_is_boolean(node.value)) {
        scenario_node_problem(&node, PH_EINPUT, "true or false", "this must be true or false");
        return false;
    }
    *out = json_is_true(node.value);
    return true;
}

// ---- texts ----

// The text of a node, without a copy; NULL when it is none (a problem then).
static const char *text_of(const struct scenario_node *node, const char *expected)
{
    const char *text = json_string_value(node->value);
    size_t length = json_string_length(node->value);
    if (text && length && length <= MAX_TEXT)
        return text;
    scenario_node_problem(node, PH_EINPUT, expected, "%s",
                          !text        ? "this must be a text in quotes"
                          : length > 0 ? "this text is too long"
                                       : "this text is empty");
    return NULL;
}

bool scenario_read_choice(const struct scenario_node *object, const char *key, const char *const *words,
                          enum scenario_need need, int *out)
{
    struct scenario_node node = scenario_node_member(object, key);
    char expected[256];
    size_t used = 0, n = 0;
    for (; words[n]; n++)
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s\"%s\"", n ? ", " : "one of ",
                                 words[n]);
    if (!present(&node, need, expected))
        return false;
    const char *text = text_of(&node, expected);
    if (!text)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(words[i], text)) {
            *out = (int)i;
            return true;
        }
    }
    const char *nearest = scenario_name_nearest(text, words, n);
    if (nearest)
        scenario_node_problem(&node, PH_EINPUT, expected, "\"%.60s\" is not known here: did you mean \"%s\"?",
                              text, nearest);
    else
        scenario_node_problem(&node, PH_EINPUT, expected, "\"%.60s\" is not known here", text);
    return false;
}

static bool text_copy(const struct scenario_node *node, const char *text, const char **out)
{
    const char *copy = core_arena_text(node->reader->arena, text);
    node->reader->nomem |= !copy;
    if (copy)
        *out = copy;
    return copy != NULL;
}

bool scenario_read_text(const struct scenario_node *object, const char *key, enum scenario_need need,
                        const char **out)
{
    struct scenario_node node = scenario_node_member(object, key);
    if (!present(&node, need, "a text"))
        return false;
    const char *text = text_of(&node, "a text of up to 4096 bytes");
    return text && text_copy(&node, text, out);
}

bool scenario_read_path(const struct scenario_node *object, const char *key, enum scenario_need need,
                        const char **out)
{
    struct scenario_node node = scenario_node_member(object, key);
    if (!present(&node, need, "the path of a file"))
        return false;
    const char *text = text_of(&node, "the path of a file");
    if (!text)
        return false;
    if (strstr(text, "://")) {
        scenario_node_problem(&node, PH_EINPUT, "the path of a file on this computer",
                              "addresses are not fetched: download the file first");
        return false;
    }
    const char *dir = node.reader->dir;
    if (text[0] == '/' || !dir || !*dir || !strcmp(dir, "."))
        return text_copy(&node, text, out);
    size_t size = strlen(dir) + strlen(text) + 2;
    char *path = scenario_node_alloc(&node, size, 1);
    if (!path)
        return false;
    snprintf(path, size, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", text);
    *out = path;
    return true;
}

// C0, DEL, C1, and the characters that change the direction of text or break lines (they could make one id
// look like another).
static bool has_control(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at < 0x20 || *at == 0x7F || (at[0] == 0xC2 && at[1] >= 0x80 && at[1] <= 0x9F))
            return true;
        if (at[0] == 0xE2 && at[1] == 0x80 &&
            (at[2] >= 0x8B && (at[2] <= 0x8F || (at[2] >= 0xA8 && at[2] <= 0xAE))))
            return true;
        if (at[0] == 0xE2 && at[1] == 0x81 && at[2] >= 0xA0 && at[2] <= 0xAF)
            return true;
    }
    return false;
}

static const char *id_fault(const char *id)
{
    size_t length = strlen(id);
    if (length > MAX_ID)
        return "this id is too long";
    if (has_control(id))
        return "an id has no control characters";
    if (strpbrk(id, "/\\:*?\"<>|"))
        return "an id has none of / \\ : * ? \" < > |";
    if (id[0] == '.' || id[0] == ' ' || id[length - 1] == '.' || id[length - 1] == ' ')
        return "an id has no dot or space at either end";
    return NULL;
}

bool scenario_read_id(const struct scenario_node *object, const char **out)
{
    static const char *const expected = "a name of 1 to 100 bytes that can be part of a file's name";
    struct scenario_node node = scenario_node_member(object, "id");
    if (!present(&node, SCENARIO_REQUIRED, expected))
        return false;
    const char *text = text_of(&node, expected);
    if (!text)
        return false;
    const char *fault = id_fault(text);
    if (fault)
        scenario_node_problem(&node, PH_EINPUT, expected, "%s", fault);
    return !fault && text_copy(&node, text, out);
}

// ---- times ----

static bool time_value(const struct scenario_node *node, int64_t *out)
{
    struct ph_err err = {0};
    const char *expected = "an ISO 8601 time with Z or an offset, such as \"2016-08-29T02:00Z\"";
    const char *text = text_of(node, expected);
    if (!text)
        return false;
    if (core_time_parse(text, out, &err) == PH_OK)
        return true;
    scenario_node_problem(node, PH_EINPUT, expected, "%s", err.what);
    return false;
}

bool scenario_read_time(const struct scenario_node *object, const char *key, enum scenario_need need,
                        int64_t *out)
{
    struct scenario_node node = scenario_node_member(object, key);
    return present(&node, need, "a time such as \"2016-08-29T02:00Z\"") && time_value(&node, out);
}

static const char WINDOW_EXPECTED[] = "a time, or a window [from, to] of two times";

// A window [from, to], or an instant, that is the node itself.
bool scenario_read_window_value(const struct scenario_node *at, struct scenario_window *out)
{
    struct scenario_node node = *at;
    struct scenario_window window;
    const char *expected = WINDOW_EXPECTED;
    if (!json_is_array(node.value)) {
        if (!time_value(&node, &window.from_ns))
            return false;
        *out = (struct scenario_window){window.from_ns, window.from_ns};
        return true;
    }
    if (json_array_size(node.value) != 2) {
        scenario_node_problem(&node, PH_EINPUT, expected, "a window has two times, [from, to]");
        return false;
    }
    struct scenario_node from = scenario_node_item(&node, 0), to = scenario_node_item(&node, 1);
    bool good = time_value(&from, &window.from_ns);
    good = time_value(&to, &window.to_ns) && good;
    if (good && window.to_ns < window.from_ns) {
        scenario_node_problem(&node, PH_EINPUT, "[from, to] with from not after to",
                              "this window ends before it begins");
        return false;
    }
    if (good)
        *out = window;
    return good;
}

bool scenario_read_window(const struct scenario_node *object, const char *key, enum scenario_need need,
                          struct scenario_window *out)
{
    struct scenario_node node = scenario_node_member(object, key);
    return present(&node, need, WINDOW_EXPECTED) && scenario_read_window_value(&node, out);
}

// ---- positions ----

static bool position_object(const struct scenario_node *node, struct geo_pos *out)
{
    static const struct scenario_member members[] = {{"lat"}, {"lon"}};
    double lat, lon;
    if (!scenario_node_is_object(node, members, 2))
        return false;
    bool good = scenario_read_number(node, "lat", (struct scenario_range){-90, 90}, SCENARIO_REQUIRED, &lat);
    good = scenario_read_number(node, "lon", (struct scenario_range){-180, 360}, SCENARIO_REQUIRED, &lon) &&
           good;
    if (good)
        *out = (struct geo_pos){lat, core_deg_wrap180(lon)};
    return good;
}

bool scenario_read_position_value(const struct scenario_node *node, struct geo_pos *out)
{
    const char *expected = "a position such as \"33-24.5N 012-42.0E\" or {\"lat\": 33.4083, \"lon\": 12.7}";
    struct ph_err err = {0};
    if (json_is_object(node->value))
        return position_object(node, out);
    const char *text = text_of(node, expected);
    if (!text)
        return false;
    if (geo_pos_parse(text, out, &err) == PH_OK)
        return true;
    scenario_node_problem(node, PH_EINPUT, err.fix[0] ? err.fix : expected, "%s", err.what);
    return false;
}

bool scenario_read_position(const struct scenario_node *object, const char *key, enum scenario_need need,
                            struct geo_pos *out)
{
    struct scenario_node node = scenario_node_member(object, key);
    return present(&node, need, "a position such as \"33-24.5N 012-42.0E\"") &&
           scenario_read_position_value(&node, out);
}

// Area in square metres of corners in longitude and latitude (shoelace, at the first corner's latitude): good
// enough to tell an area from a line.
static double area_about_m2(const struct geo_pos *ring, size_t n)
{
    double sum = 0;
    for (size_t i = 1; i + 1 < n; i++) {
        double ax = core_deg_wrap180(ring[i].lon_deg - ring[0].lon_deg),
               ay = ring[i].lat_deg - ring[0].lat_deg;
        double bx = core_deg_wrap180(ring[i + 1].lon_deg - ring[0].lon_deg);
        double by = ring[i + 1].lat_deg - ring[0].lat_deg;
        sum += ax * by - ay * bx;
    }
    return fabs(sum) / 2 * geo_earth_m_per_deg_lat(ring[0].lat_deg) *
           geo_earth_m_per_deg_lon(ring[0].lat_deg);
}

static bool polygon_good(const struct scenario_node *node, const struct geo_pos *ring, size_t n)
{
    const char *fault = NULL;
    if (n < 3)
        fault = "a polygon has at least three different corners";
    else if (geo_polygon_crosses_itself(ring, n))
        fault = "this polygon crosses itself: give its corners in order, going round it";
    else if (!(area_about_m2(ring, n) >= 1.0))
        fault = "this polygon has no area";
    if (fault)
        scenario_node_problem(node, PH_EINPUT, "three or more corners in order round an area", "%s", fault);
    return !fault;
}

bool scenario_read_polygon(const struct scenario_node *object, const char *key, struct geo_pos **out,
                           size_t *n)
{
    struct scenario_node node = scenario_node_member(object, key);
    if (!scenario_node_is_array(&node, 3, MAX_CORNERS, "positions"))
        return false;
    size_t count = json_array_size(node.value);
    struct geo_pos *ring = SCENARIO_NODE_NEW(&node, struct geo_pos, count);
    bool good = ring != NULL;
    for (size_t i = 0; ring && i < count; i++) {
        struct scenario_node corner = scenario_node_item(&node, i);
        good = scenario_read_position_value(&corner, &ring[i]) && good;
    }
    if (!good)
        return false;
    if (ring[0].lat_deg == ring[count - 1].lat_deg && ring[0].lon_deg == ring[count - 1].lon_deg)
        count--;
    if (!polygon_good(&node, ring, count))
        return false;
    *out = ring;
    *n = count;
    return true;
}
