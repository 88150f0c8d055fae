#include "mail/request.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/time.h"
#include "geo/notation.h"
#include "object/preset.h"
#include "scenario/message.h"

#define FORM                                                                                                 \
    "write it like: latitude=33.17; longitude=12.50; object_type=27; radius=1000; duration=24; "             \
    "start_time=2016-08-29T02:00Z;"

enum key { LONGITUDE, LATITUDE, OBJECT_TYPE, RADIUS, DURATION, START_TIME, N_KEYS };
static const char *const key_names[N_KEYS] = {"longitude", "latitude", "object_type",
                                              "radius",    "duration", "start_time"};

// ---- key=value

struct pairs {
    char value[N_KEYS][80];
    bool given[N_KEYS];
    size_t n;
};

static void trimmed(const char *from, const char *to, char *out, size_t size)
{
    while (from < to && strchr(" \t\r\n\"'", *from))
        from++;
    while (to > from && strchr(" \t\r\n\"'", to[-1]))
        to--;
    snprintf(out, size, "%.*s", (int)(to - from), from);
}

// One "key = value"; lines that are quoted from another mail count as well.
static enum ph_status pair_take(const char *from, const char *to, struct pairs *out, struct ph_err *err)
{
    const char *equals = memchr(from, '=', (size_t)(to - from));
    char key[32];
    while (from < to && strchr("> \t\r\n", *from))
        from++;
    if (!equals || equals < from)
        return PH_OK;
    trimmed(from, equals, key, sizeof key);
    for (int k = 0; k < N_KEYS; k++) {
        if (strcasecmp(key, key_names[k]))
            continue;
        if (out->given[k])
            return core_err_set(err, PH_EINPUT, key_names[k], FORM, "this is given twice");
        trimmed(equals + 1, to, out->value[k], sizeof out->value[k]);
        out->given[k] = true;
        out->n++;
    }
    return PH_OK;
}

static enum ph_status pairs_read(const char *text, size_t length, struct pairs *out, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    for (size_t at = 0; at < length && !status;) {
        size_t n = 0;
        while (at + n < length && text[at + n] != ';' && text[at + n] != '\n')
            n++;
        status = pair_take(text + at, text + at + n, out, err);
        at += n + 1;
    }
    return status;
}

static enum ph_status number_read(const struct pairs *pairs, enum key key, double low, double high,
                                  double *out, struct ph_err *err)
{
    char *end;
    double value = strtod(pairs->value[key], &end);
    if (!pairs->given[key])
        return PH_OK;
    if (end == pairs->value[key] || *end || !(value >= low && value <= high))
        return core_err_set(err, PH_EINPUT, key_names[key], FORM, "'%s' is not a number from %g to %g",
                            pairs->value[key], low, high);
    *out = value;
    return PH_OK;
}

// Decimal degrees, or both in marine notation.
static enum ph_status position_read(const struct pairs *pairs, struct geo_pos *out, struct ph_err *err)
{
    char text[200];
    for (int k = LONGITUDE; k <= LATITUDE; k++)
        if (!pairs->given[k])
            return core_err_set(err, PH_EINPUT, key_names[k], FORM, "this is missing");
    snprintf(text, sizeof text, "%s, %s", pairs->value[LATITUDE], pairs->value[LONGITUDE]);
    enum ph_status status = geo_pos_parse(text, out, err);
    if (status)
        core_err_within(err, "latitude, longitude");
    return status;
}

static enum ph_status time_read(const struct pairs *pairs, int64_t received_ns, int64_t *out,
                                struct ph_err *err)
{
    char text[100];
    const char *given = pairs->value[START_TIME];
    *out = received_ns;
    if (!pairs->given[START_TIME])
        return PH_OK;
    snprintf(text, sizeof text, "%s", given);
    if (strlen(text) > 10 && text[10] == ' ')
        text[10] = 'T';
    if (!core_time_parse(text, out, NULL))
        return PH_OK;
    snprintf(text + strlen(text), sizeof text - strlen(text),
             "Z"); // without a zone: UTC, as everybody's mails are
    if (!core_time_parse(text, out, NULL))
        return PH_OK;
    return core_err_set(err, PH_EINPUT, key_names[START_TIME], FORM, "'%s' is no time", given);
}

static enum ph_status object_read(const char *text, char out[64], struct ph_err *err)
{
    char *end;
    long id = strtol(text, &end, 10);
    if (end != text && !*end) {
        for (size_t i = 0; i < object_class_count(); i++)
            if (object_class_at(i)->id == id) {
                snprintf(out, 64, "%s", object_class_at(i)->key);
                return PH_OK;
            }
        return core_err_set(err, PH_EINPUT, key_names[OBJECT_TYPE], "1 to 85, `pharos objects` lists them",
                            "there is no class %ld", id);
    }
    const struct object_class *class = object_class_find(text);
    if (!class && !object_preset_find(text))
        return core_err_set(err, PH_EINPUT, key_names[OBJECT_TYPE], FORM,
                            "'%s' is no class; the most alike is %s", text, object_class_nearest(text));
    snprintf(out, 64, "%.63s", class ? class->key : text);
    return PH_OK;
}

static enum ph_status keys_read(const struct pairs *pairs, int64_t received_ns, struct mail_request *out,
                                struct ph_err *err)
{
    enum ph_status status = position_read(pairs, &out->pos, err);
    if (!status)
        status = number_read(pairs, RADIUS, 0, 200000, &out->radius_m, err);
    if (!status)
        status = number_read(pairs, DURATION, 1, MAIL_LONGEST_H, &out->duration_h, err);
    if (!status)
        status = time_read(pairs, received_ns, &out->start_ns, err);
    if (!status && pairs->given[OBJECT_TYPE])
        status = object_read(pairs->value[OBJECT_TYPE], out->object, err);
    return status;
}

// ---- a message in words

static enum ph_status words_read(const char *text, size_t length, int64_t received_ns,
                                 struct mail_request *out, struct ph_err *err)
{
    struct scenario_message message;
    enum ph_status status = scenario_message_read(text, length, received_ns, &message, err);
    if (status)
        return status;
    const struct scenario_finding *pos = scenario_message_first(&message, SCENARIO_FOUND_POSITION);
    const struct scenario_finding *time = scenario_message_first(&message, SCENARIO_FOUND_TIME);
    const struct scenario_finding *people = scenario_message_first(&message, SCENARIO_FOUND_PERSONS);
    const struct scenario_finding *craft = scenario_message_first(&message, SCENARIO_FOUND_CRAFT);
    if (!pos)
        return core_err_set(err, PH_EINPUT, "message", FORM, "there is no position in this mail");
    out->as_text = true;
    out->pos = pos->pos;
    out->radius_m = fmax(out->radius_m, pos->rounding_m);
    if (time)
        out->start_ns = time->t_ns;
    if (people)
        out->persons = people->persons;
    if (craft)
        snprintf(out->object, sizeof out->object, "%s", craft->object);
    return PH_OK;
}

enum ph_status mail_request_read(const char *text, size_t length, int64_t received_ns,
                                 struct mail_request *out, struct ph_err *err)
{
    struct mail_request request = {
        .start_ns = received_ns, .radius_m = 1000, .duration_h = 24, .object = "rubber-boat-overloaded"};
    struct pairs pairs = {0};
    enum ph_status status = pairs_read(text, length, &pairs, err);
    if (!status)
        status = pairs.n ? keys_read(&pairs, received_ns, &request, err)
                         : words_read(text, length, received_ns, &request, err);
    if (!status)
        *out = request;
    return status;
}

// ---- the case

static void files_absolute(json_t *node, const char *folder)
{
    const char *key;
    json_t *value;
    size_t i;
    json_object_foreach(node, key, value)
    {
        const char *file = strcmp(key, "file") ? NULL : json_string_value(value);
        if (file && file[0] != '/') {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", folder, file);
            json_string_set(value, path);
        } else {
            files_absolute(value, folder);
        }
    }
    json_array_foreach(node, i, value) files_absolute(value, folder);
}

static json_t *time_json(int64_t t_ns)
{
    char text[CORE_TIME_TEXT];
    core_time_iso(t_ns, text);
    return json_string(text);
}

static void asked_put(json_t *document, const struct mail_request *r)
{
    bool preset = object_preset_find(r->object) != NULL;
    json_t *object = json_pack("{s:s, s:s}", "id", "asked", preset ? "preset" : "leeway", r->object);
    json_t *scenario =
        json_pack("{s:s, s:s, s:{s:f, s:f}, s:o}", "id", "mail", "kind", "point", "position", "lat",
                  r->pos.lat_deg, "lon", r->pos.lon_deg, "time", time_json(r->start_ns));
    if (r->radius_m > 0)
        json_object_set_new(scenario, "probable_error_m", json_real(r->radius_m));
    if (r->persons > 0)
        json_object_set_new(object, "persons", json_integer(r->persons));
    json_object_set_new(document, "name", json_string("Drift asked for by mail"));
    json_object_set_new(document, "objects", json_pack("[o]", object));
    json_object_set_new(document, "scenarios", json_pack("[o]", scenario));
    json_t *drift = json_object_get(document, "drift");
    if (!json_is_object(drift)) {
        drift = json_object();
        json_object_set_new(document, "drift", drift);
    }
    json_object_del(drift, "start");
    json_object_set_new(drift, "until",
                        time_json(r->start_ns + (int64_t)(r->duration_h * 3600) * 1000000000));
    static const char *const others[] = {"assets", "searches", "sightings", "debris",
                                         "avoid",  "must",     "conditions"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        json_object_del(document, others[i]);
}

enum ph_status mail_request_case(const struct mail_request *request, const char *model, size_t length,
                                 const char *folder, struct core_buf *out, struct ph_err *err)
{
    json_error_t error;
    json_t *document = json_loadb(model, length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(document)) {
        json_decref(document);
        return core_err_set(err, PH_EINPUT, folder, "give a case file with --case",
                            "the model is no case: %s", error.text);
    }
    files_absolute(json_object_get(document, "environment"), folder);
    asked_put(document, request);
    char *text = json_dumps(document, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    json_decref(document);
    if (text)
        core_buf_puts(out, text);
    free(text);
    return text ? core_buf_check(out, err) : core_err_nomem(err);
}
