#include "api/tools.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/problem.h"
#include "core/json.h"
#include "core/time.h"
#include "geo/coast.h"
#include "geo/notation.h"
#include "object/preset.h"
#include "scenario/message.h"

// ---- a message as it came

static json_t *position_json(struct geo_pos pos)
{
    char text[GEO_TEXT];
    geo_pos_format(pos, 1, text);
    return json_pack("{s:f, s:f, s:s}", "lat", pos.lat_deg, "lon", pos.lon_deg, "text", text);
}

static json_t *finding_json(const struct scenario_finding *f)
{
    static const char *const kinds[] = {"position", "time", "persons", "object"};
    char time[CORE_TIME_TEXT];
    json_t *one = json_pack("{s:s, s:I, s:I}", "kind", kinds[f->kind], "from", (json_int_t)f->from, "to",
                            (json_int_t)f->to);
    switch (f->kind) {
    case SCENARIO_FOUND_POSITION:
        json_object_set_new(one, "position", position_json(f->pos));
        json_object_set_new(one, "rounding_m", json_real(f->rounding_m));
        break;
    case SCENARIO_FOUND_TIME:
        core_time_iso(f->t_ns, time);
        json_object_set_new(one, "time", json_string(time));
        json_object_set_new(one, "zone_stated", json_boolean(f->zone_stated));
        json_object_set_new(one, "day_stated", json_boolean(f->day_stated));
        break;
    case SCENARIO_FOUND_PERSONS:
        json_object_set_new(one, "persons", json_integer(f->persons));
        json_object_set_new(one, "about", json_boolean(f->about));
        break;
    case SCENARIO_FOUND_CRAFT:
        json_object_set_new(one, "object", json_string(f->object));
        break;
    }
    return one;
}

void api_parse(struct api_call *call)
{
    const char *text = json_string_value(json_object_get(call->body, "text"));
    const char *received = json_string_value(json_object_get(call->body, "received"));
    int64_t received_ns = core_time_now();
    struct scenario_message message;
    struct ph_err err;
    if (!text) {
        api_answer_problem(call, 422, "input", "there is no message", "/text", "{\"text\": \"…\"}");
        return;
    }
    if ((received && core_time_parse(received, &received_ns, &err)) ||
        scenario_message_read(text, strlen(text), received_ns, &message, &err)) {
        api_answer_err(call, &err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < message.n; i++)
        json_array_append_new(list, finding_json(&message.found[i]));
    api_answer_json(call, 200, json_pack("{s:o}", "found", list));
}

void api_position(struct api_call *call)
{
    const char *text = api_request_query(call->request, "text");
    struct geo_pos pos;
    struct ph_err err;
    if (!text)
        api_answer_problem(call, 422, "input", "say which position", "text", "?text=33-24.5N%20012-42.0E");
    else if (geo_pos_parse(text, &pos, &err))
        api_answer_err(call, &err);
    else
        api_answer_json(call, 200, position_json(pos));
}

// ---- what may drift

void api_objects(struct api_call *call)
{
    json_t *classes = json_array(), *presets = json_array();
    for (size_t i = 0; i < object_class_count(); i++) {
        const struct object_class *c = object_class_at(i);
        char tier[2] = {object_tier_letter(c->tier), '\0'};
        json_array_append_new(classes, json_pack("{s:s, s:s, s:s}", "key", c->key, "description",
                                                 c->description, "tier", tier));
    }
    for (size_t i = 0; i < object_preset_count(); i++) {
        const struct object_preset *p = object_preset_at(i);
        json_t *parts = json_array();
        for (size_t k = 0; k < p->n_parts; k++)
            json_array_append_new(parts, json_pack("{s:s, s:f}", "key",
                                                   p->parts[k].key ? p->parts[k].key : p->parts[k].name,
                                                   "weight", p->parts[k].weight));
        json_array_append_new(presets, json_pack("{s:s, s:s, s:s, s:o}", "key", p->key, "description",
                                                 p->description, "source", p->source, "parts", parts));
    }
    api_answer_json(call, 200, json_pack("{s:o, s:o}", "presets", presets, "classes", classes));
}

// ---- the shoreline

static bool number_read(struct api_call *call, const char *name, double low, double high, double *out)
{
    const char *text = api_request_query(call->request, name);
    char *end;
    *out = text ? strtod(text, &end) : NAN;
    if (text && end != text && !*end && *out >= low && *out <= high)
        return true;
    api_answer_problem(call, 422, "input", "give west, south, east and north in degrees", name, NULL);
    return false;
}

struct ring_list {
    struct core_json json;
    double keep_deg; // points nearer than this to the last one are left out: a screen does not show them
    double west;     // of the box: longitudes stay near it
};

static void ring_add(void *arg, int level, const struct geo_pos *point, size_t n)
{
    struct ring_list *list = arg;
    struct geo_pos last = {NAN, NAN};
    core_json_object_flat(&list->json);
    core_json_key_int(&list->json, "level", level);
    core_json_key(&list->json, "ring");
    core_json_array_flat(&list->json);
    for (size_t i = 0; i < n; i++) {
        double apart = fmax(fabs(point[i].lat_deg - last.lat_deg), fabs(point[i].lon_deg - last.lon_deg));
        if (apart < list->keep_deg && i + 1 < n)
            continue;
        last = point[i];
        core_json_fixed(&list->json, last.lon_deg, 5);
        core_json_fixed(&list->json, last.lat_deg, 5);
    }
    core_json_array_end(&list->json);
    core_json_object_end(&list->json);
}

void api_coast(struct api_call *call)
{
    double west, south, east, north;
    struct ring_list list = {0};
    struct geo_coast *coast = NULL;
    struct ph_err err;
    if (!number_read(call, "west", -360, 360, &west) || !number_read(call, "south", -90, 90, &south) ||
        !number_read(call, "east", -360, 720, &east) || !number_read(call, "north", -90, 90, &north))
        return;
    double size = fmax(east - west, north - south);
    if (east <= west || north <= south || size > 60) {
        api_answer_problem(call, 422, "input", "the box is empty or larger than 60 degrees", NULL, NULL);
        return;
    }
    const char *resolution = size > 12 ? "low" : size > 2 ? "high" : "full";
    list.keep_deg = size / 3000;
    enum ph_status status = geo_coast_open(resolution, NULL, &coast, &err);
    core_json_init(&list.json, &call->reply->body);
    core_json_object(&list.json);
    if (!status) {
        core_json_key_text(&list.json, "source", geo_coast_source(coast));
        core_json_key_bool(&list.json, "installed", geo_coast_installed(coast));
        core_json_key(&list.json, "rings");
        core_json_array(&list.json);
        status = geo_coast_rings(
            coast,
            (struct geo_box){.west_deg = west, .south_deg = south, .east_deg = east, .north_deg = north},
            ring_add, &list, &err);
        core_json_array_end(&list.json);
    }
    core_json_object_end(&list.json);
    geo_coast_free(coast);
    if (status) {
        core_buf_fini(&call->reply->body);
        call->reply->body = (struct core_buf){0};
        api_answer_err(call, &err);
        return;
    }
    call->reply->status = 200;
    call->reply->type = "application/json";
}
