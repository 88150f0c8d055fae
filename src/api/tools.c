#include "api/tools.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/child.h"
#include "api/problem.h"
#include "core/time.h"
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

// The box as arguments of `pharos shore`, and its answer passed on. Reading the shoreline is left to a child:
// the library below is not made for several threads.
void api_coast(struct api_call *call)
{
    static const char *const sides[] = {"west", "south", "east", "north"};
    char text[4][32];
    double box[4];
    for (size_t i = 0; i < 4; i++) {
        double most = i % 2 ? 90 : 720;
        if (!number_read(call, sides[i], -most, most, &box[i]))
            return;
        snprintf(text[i], sizeof text[i], "%.6f", box[i]);
    }
    const char *const arguments[] = {"shore", text[0], text[1], text[2], text[3], NULL};
    struct ph_err err;
    if (api_child_answer(arguments, NULL, 30000, &call->reply->body, &err)) {
        api_answer_err(call, &err);
        return;
    }
    call->reply->status = 200;
    call->reply->type = "application/json";
}
