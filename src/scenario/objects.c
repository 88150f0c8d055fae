#include "scenario/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scenario/value.h"

enum { MAX_OBJECTS = 500, MAX_PARTS = 1000, MAX_PERSONS = 10000 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

// What an object of the case says, before it is taken apart.
struct entry {
    struct scenario_object object;
    const struct object_preset *preset;
    double jibing_per_h; // NAN: the class's own
};

static bool coefs_read(const struct scenario_node *parent, const char *key, struct object_coefs *out)
{
    static const struct scenario_member members[] = {{"slope_percent"}, {"offset_cms"}, {"sd_cms"}};
    struct scenario_node node = scenario_node_member(parent, key);
    double slope_percent, offset_cms = 0, sd_cms = 0;
    if (!scenario_node_is_object(&node, members, COUNT(members)))
        return false;
    bool good = scenario_read_number(&node, "slope_percent", (struct scenario_range){-30, 30},
                                     SCENARIO_REQUIRED, &slope_percent);
    scenario_read_number(&node, "offset_cms", (struct scenario_range){-100, 100}, SCENARIO_OPTIONAL,
                         &offset_cms);
    scenario_read_number(&node, "sd_cms", (struct scenario_range){0, 100}, SCENARIO_OPTIONAL, &sd_cms);
    if (good)
        *out = (struct object_coefs){slope_percent / 100, offset_cms / 100, sd_cms / 100};
    return good;
}

// A custom class's crosswind must be on the side that its name says, as far as it says a side at 10 m/s: the
// commonest fault of such figures is a lost sign.
static void side_check(const struct scenario_node *parent, const char *key, struct object_coefs coefs,
                       int sign)
{
    struct scenario_node node = scenario_node_member(parent, key);
    if (sign * (coefs.slope_frac * 10 + coefs.offset_mps) < 0)
        scenario_node_problem(&node, PH_EINPUT,
                              sign > 0 ? "a crosswind to the right of downwind: positive"
                                       : "a crosswind to the left of downwind: negative",
                              "%s leads to the other side at 10 m/s of wind", key);
}

static void custom_read(const struct scenario_node *object, struct object_leeway *out)
{
    static const struct scenario_member members[] = {{"downwind"}, {"crosswind_right"}, {"crosswind_left"}};
    struct scenario_node node = scenario_node_member(object, "coefficients");
    if (!scenario_node_is_object(&node, members, COUNT(members)))
        return;
    coefs_read(&node, "downwind", &out->down);
    if (coefs_read(&node, "crosswind_right", &out->right))
        side_check(&node, "crosswind_right", out->right, +1);
    if (coefs_read(&node, "crosswind_left", &out->left))
        side_check(&node, "crosswind_left", out->left, -1);
}

static void class_use(struct scenario_object *object, const struct object_class *class)
{
    object->key = class->key;
    object->leeway = class->leeway;
    object->tier = class->tier;
    object->jibing_resistance = class->jibing_resistance;
    object->crossover_mps = class->crossover_mps;
    object->crossover_rule = class->crossover_rule;
    if (!object->label)
        object->label = class->description;
}

static void class_read(const struct scenario_node *object, struct scenario_object *out)
{
    struct scenario_node node = scenario_node_member(object, "leeway");
    const char *key = NULL;
    char expected[160];
    if (!scenario_read_text(object, "leeway", SCENARIO_REQUIRED, &key))
        return;
    const struct object_class *class = object_class_find(key);
    if (class) {
        class_use(out, class);
        return;
    }
    const char *nearest = object_class_nearest(key);
    snprintf(expected, sizeof expected, "a key of the leeway table (pharos objects), such as \"%s\"",
             nearest);
    scenario_node_problem(&node, PH_EINPUT, expected, "\"%.60s\" is no leeway class: did you mean \"%s\"?",
                          key, nearest);
}

static void preset_read(const struct scenario_node *object, struct entry *entry)
{
    struct scenario_node node = scenario_node_member(object, "preset");
    const char *key = NULL, *names[64];
    size_t n = 0;
    if (!scenario_read_text(object, "preset", SCENARIO_REQUIRED, &key))
        return;
    entry->preset = object_preset_find(key);
    if (entry->preset)
        return;
    while (n < object_preset_count() && n < COUNT(names)) {
        names[n] = object_preset_at(n)->key;
        n++;
    }
    const char *nearest = scenario_name_nearest(key, names, n);
    if (nearest)
        scenario_node_problem(&node, PH_EINPUT, nearest, "\"%.60s\" is no preset: did you mean \"%s\"?", key,
                              nearest);
    else
        scenario_node_problem(&node, PH_EINPUT, "a preset that \"pharos objects\" lists",
                              "\"%.60s\" is no preset", key);
}

// Exactly one of leeway, coefficients, preset.
static void what_read(const struct scenario_node *node, struct entry *entry)
{
    static const char *const keys[] = {"leeway", "coefficients", "preset"};
    const char *expected = "exactly one of leeway, coefficients, preset";
    int given = 0;
    for (int i = 0; i < 3; i++)
        given += scenario_has(node, keys[i]);
    if (given != 1)
        scenario_node_problem(node, PH_EINPUT, expected,
                              given ? "it is said twice what drifts" : "it is not said what drifts");
    entry->object.tier = OBJECT_TIER_JUDGEMENT;
    if (scenario_has(node, "leeway"))
        class_read(node, &entry->object);
    if (scenario_has(node, "coefficients"))
        custom_read(node, &entry->object.leeway);
    if (scenario_has(node, "preset"))
        preset_read(node, entry);
}

// "becomes": what may happen to it on the way, with what probability and when.
static void becomes_read(const struct scenario_node *object, struct scenario_object *out)
{
    static const struct scenario_member members[] = {
        {"state"}, {"probability"}, {"after", SCENARIO_DURATION}};
    static const char *const states[] = {"swamped", "capsized", NULL};
    struct scenario_node node = scenario_node_member(object, "becomes");
    int state = 0;
    double probability = 1;
    if (!node.value || !scenario_node_is_object(&node, members, COUNT(members)))
        return;
    bool good = scenario_read_choice(&node, "state", states, SCENARIO_REQUIRED, &state);
    scenario_read_number(&node, "probability", (struct scenario_range){0, 1}, SCENARIO_OPTIONAL,
                         &probability);
    good = scenario_ascending_read(&node, "after", SCENARIO_DURATION, 2,
                                   (struct scenario_range){0, 730 * 86400.0},
                                   "hours after the start [min, max]", out->change_after_s) &&
           good;
    if (out->state != OBJECT_AFLOAT)
        scenario_node_problem(&node, PH_EINPUT, "only for an object that begins afloat",
                              "this object is swamped or capsized from the start");
    else if (good)
        out->change_probability = probability;
}

static void entry_read(const struct scenario_node *node, struct entry *entry)
{
    static const struct scenario_member members[] = {
        {"id"},      {"leeway"}, {"coefficients"},         {"preset"},        {"weight"}, {"state"},
        {"persons"}, {"label"},  {"jibing_percent_per_h"}, {"search_object"}, {"becomes"}};
    static const char *const states[] = {"afloat", "swamped", "capsized", NULL};
    *entry = (struct entry){.object = {.weight = 1, .persons = -1}, .jibing_per_h = NAN};
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    struct scenario_object *object = &entry->object;
    int state = OBJECT_AFLOAT;
    int64_t persons = -1;
    double percent;
    scenario_read_id(node, &object->base_id);
    scenario_read_text(node, "label", SCENARIO_OPTIONAL, &object->label);
    what_read(node, entry);
    if (!scenario_read_number(node, "weight", (struct scenario_range){0, 1e9}, SCENARIO_OPTIONAL,
                              &object->weight) &&
        scenario_has(node, "weight"))
        object->weight = 1; // it is wrong already: do not let the sum be wrong as well
    scenario_read_choice(node, "state", states, SCENARIO_OPTIONAL, &state);
    scenario_read_integer(node, "persons", 0, MAX_PERSONS, SCENARIO_OPTIONAL, &persons);
    scenario_read_text(node, "search_object", SCENARIO_OPTIONAL, &object->search_object);
    if (scenario_read_number(node, "jibing_percent_per_h", (struct scenario_range){0, 100}, SCENARIO_OPTIONAL,
                             &percent))
        entry->jibing_per_h = percent / 100;
    struct scenario_node at = scenario_node_member(node, "state");
    if (state != OBJECT_AFLOAT && entry->preset && strstr(entry->preset->key, "swamped"))
        scenario_node_problem(&at, PH_EINPUT, "\"afloat\", or another preset",
                              "the preset %s is a swamped craft already", entry->preset->key);
    object->state = (enum object_state)state;
    object->persons = (int)persons;
    becomes_read(node, object);
    if (object->change_probability > 0 && entry->preset && strstr(entry->preset->key, "swamped"))
        scenario_node_problem(&at, PH_EINPUT, "another preset", "the preset %s is a swamped craft already",
                              entry->preset->key);
}

static struct object_coefs coefs_scale(struct object_coefs coefs, double factor)
{
    return (struct object_coefs){coefs.slope_frac * factor, coefs.offset_mps * factor, coefs.sd_mps * factor};
}

// Swamped or capsized: downwind and crosswind, noise included, times the factor; that makes it a judgement.
static void state_apply(struct scenario_object *object)
{
    double factor = object_state_factor(object->state, object->preset ? object->preset : object->key);
    if (factor == 1)
        return;
    object->leeway.down = coefs_scale(object->leeway.down, factor);
    object->leeway.right = coefs_scale(object->leeway.right, factor);
    object->leeway.left = coefs_scale(object->leeway.left, factor);
    object->tier = OBJECT_TIER_JUDGEMENT;
}

// One part of a preset as an object of its own, "base/KEY".
static void part_apply(const struct scenario_node *node, const struct object_preset *preset,
                       const struct object_preset_part *part, struct scenario_object *object)
{
    const struct object_class *class = part->key ? object_class_find(part->key) : NULL;
    const char *name = part->key ? part->key : part->name;
    const char *base = object->base_id ? object->base_id : "";
    object->preset = preset->key;
    object->weight *= part->weight;
    if (class)
        class_use(object, class);
    else if (!object->label)
        object->label = part->name;
    object->leeway = part->leeway;
    object->tier = OBJECT_TIER_JUDGEMENT;
    size_t size = strlen(base) + strlen(name) + 2;
    char *id = scenario_node_alloc(node, size, 1);
    if (id)
        snprintf(id, size, "%s/%s", base, name);
    object->id = id;
}

// What may become of it belongs to its name, so that every product says so.
static void label_change(const struct scenario_node *node, struct scenario_object *object)
{
    if (!(object->change_probability > 0))
        return;
    size_t size = strlen(object->label) + 96;
    char *label = scenario_node_alloc(node, size, 1);
    if (!label)
        return;
    snprintf(label, size, "%s; %.3g %% of them swamped or capsized %.3g to %.3g h after the start",
             object->label, 100 * object->change_probability, object->change_after_s[0] / 3600,
             object->change_after_s[1] / 3600);
    object->label = label;
}

static void entry_expand(const struct scenario_node *node, const struct entry *entry, struct scenario_case *c)
{
    size_t n = entry->preset ? entry->preset->n_parts : 1;
    for (size_t i = 0; i < n && c->n_objects < MAX_PARTS; i++) {
        struct scenario_object *object = &c->object[c->n_objects++];
        *object = entry->object;
        object->id = object->base_id;
        if (entry->preset)
            part_apply(node, entry->preset, &entry->preset->parts[i], object);
        if (!object->label)
            object->label = object->id ? object->id : "";
        label_change(node, object);
        const struct object_class *class = object->key ? object_class_find(object->key) : NULL;
        object->jibing_per_h =
            isnan(entry->jibing_per_h) ? object_class_jibing_per_h(class) : entry->jibing_per_h;
        state_apply(object);
        // Swamped and capsized slow an object alike (object/preset.h).
        object->change_factor =
            object_state_factor(OBJECT_SWAMPED, object->preset ? object->preset : object->key);
    }
}

void scenario_drifter_read(const struct scenario_node *node, struct scenario_object *out)
{
    *out = (struct scenario_object){.weight = 1, .persons = -1, .tier = OBJECT_TIER_JUDGEMENT};
    bool class = scenario_has(node, "leeway"), custom = scenario_has(node, "coefficients");
    scenario_read_text(node, "label", SCENARIO_OPTIONAL, &out->label);
    if (class == custom)
        scenario_node_problem(node, PH_EINPUT, "exactly one of leeway, coefficients",
                              class ? "it is said twice how it drifts" : "it is not said how it drifts");
    if (class)
        class_read(node, out);
    if (custom)
        custom_read(node, &out->leeway);
    out->jibing_per_h = object_class_jibing_per_h(out->key ? object_class_find(out->key) : NULL);
    out->change_factor = 1;
}

static void unique_check(const struct scenario_node *list, const struct entry *entry, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = entry[i].object.base_id && entry[j].object.base_id &&
                   !strcmp(entry[i].object.base_id, entry[j].object.base_id);
        struct scenario_node item = scenario_node_item(list, i), id = scenario_node_member(&item, "id");
        if (seen)
            scenario_node_problem(&id, PH_EINPUT, "an id that no other object has", "this id is used twice");
    }
}

static void weights_normalise(const struct scenario_node *list, struct scenario_case *c)
{
    double sum = 0;
    for (size_t i = 0; i < c->n_objects; i++)
        sum += c->object[i].weight;
    if (!(sum > 0))
        scenario_node_problem(list, PH_EINPUT, "at least one weight above 0", "all weights are 0");
    for (size_t i = 0; i < c->n_objects && sum > 0; i++)
        c->object[i].weight /= sum;
}

void scenario_objects_read(const struct scenario_node *root, struct scenario_case *c)
{
    struct scenario_node list = scenario_node_member(root, "objects");
    if (!scenario_node_is_array(&list, 1, MAX_OBJECTS, "objects"))
        return;
    size_t n = json_array_size(list.value);
    struct entry *entry = SCENARIO_NODE_NEW(&list, struct entry, n);
    c->object = SCENARIO_NODE_NEW(&list, struct scenario_object, MAX_PARTS);
    if (!entry || !c->object)
        return;
    for (size_t i = 0; i < n; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        entry_read(&item, &entry[i]);
        entry_expand(&item, &entry[i], c);
    }
    unique_check(&list, entry, n);
    weights_normalise(&list, c);
}
