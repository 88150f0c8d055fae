#include "scenario/parts.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "core/units.h"
#include "scenario/value.h"

enum { MAX_ASSETS = 200, MAX_AVOID = 100, MAX_MUST = 100, MAX_WINDOWS = 100 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct scenario_range width_range = {0, 100 * CORE_M_PER_NM, true};
static const struct scenario_range hours_range = {0, 30 * 86400.0, true};
static const struct scenario_range speed_range = {0, 600 * CORE_MPS_PER_KN, true};

// Reads conditions over those already in *out: what is not said stays.
static void conditions_read(const struct scenario_node *parent, struct scenario_conditions *out)
{
    static const struct scenario_member members[] = {{"visibility", SCENARIO_LENGTH},
                                                     {"wind", SCENARIO_SPEED},
                                                     {"sea_height", SCENARIO_LENGTH},
                                                     {"fatigue"},
                                                     {"night"},
                                                     {"detection"}};
    static const char *const detections[] = {"inverse-cube", "random", NULL};
    struct scenario_node node = scenario_node_member(parent, "conditions");
    double value;
    int detection;
    if (!node.value || !scenario_node_is_object(&node, members, COUNT(members)))
        return;
    if (scenario_read_quantity(&node, "visibility", SCENARIO_LENGTH, (struct scenario_range){0, 2e5},
                               SCENARIO_OPTIONAL, &value))
        out->visibility_nm = core_nm_from_m(value);
    if (scenario_read_quantity(&node, "wind", SCENARIO_SPEED, (struct scenario_range){0, 120},
                               SCENARIO_OPTIONAL, &value))
        out->wind_kn = core_kn_from_mps(value);
    if (scenario_read_quantity(&node, "sea_height", SCENARIO_LENGTH, (struct scenario_range){0, 40},
                               SCENARIO_OPTIONAL, &value))
        out->sea_height_ft = value / CORE_M_PER_FT;
    scenario_read_bool(&node, "fatigue", &out->fatigue);
    scenario_read_bool(&node, "night", &out->night);
    if (scenario_read_choice(&node, "detection", detections, SCENARIO_OPTIONAL, &detection))
        out->detection = (enum scenario_detection)detection;
}

// "visual", "radar", "infrared", or {"sweep_width_nm": 1.2}; the width may also stand beside it.
static void sensor_read(const struct scenario_node *node, struct scenario_asset *asset)
{
    static const struct scenario_member members[] = {{"sweep_width", SCENARIO_LENGTH}};
    static const char *const sensors[] = {"visual", "radar", "infrared", NULL};
    struct scenario_node sensor = scenario_node_member(node, "sensor");
    int kind = SCENARIO_VISUAL;
    scenario_read_quantity(node, "sweep_width", SCENARIO_LENGTH, width_range, SCENARIO_OPTIONAL,
                           &asset->sweep_width_m);
    if (!json_is_object(sensor.value)) {
        scenario_read_choice(node, "sensor", sensors, SCENARIO_OPTIONAL, &kind);
        asset->sensor = (enum scenario_sensor)kind;
        return;
    }
    scenario_node_is_object(&sensor, members, COUNT(members));
    if (scenario_has_quantity(node, "sweep_width", SCENARIO_LENGTH))
        scenario_node_problem(&sensor, PH_EINPUT, "one sweep width", "the sweep width is given twice");
    else
        scenario_read_quantity(&sensor, "sweep_width", SCENARIO_LENGTH, width_range, SCENARIO_REQUIRED,
                               &asset->sweep_width_m);
}

static void on_scene_read(const struct scenario_node *node, struct scenario_asset *asset)
{
    asset->has_on_scene = true;
    scenario_read_time(node, "on_scene", SCENARIO_REQUIRED, &asset->on_scene_ns);
    scenario_read_quantity(node, "search", SCENARIO_DURATION, hours_range, SCENARIO_REQUIRED,
                           &asset->search_s);
}

static void from_base_read(const struct scenario_node *node, struct scenario_asset *asset)
{
    double percent;
    scenario_read_position(node, "from", SCENARIO_REQUIRED, &asset->from);
    scenario_read_time(node, "available", SCENARIO_REQUIRED, &asset->available_ns);
    scenario_read_quantity(node, "transit", SCENARIO_SPEED, speed_range, SCENARIO_REQUIRED,
                           &asset->transit_mps);
    scenario_read_quantity(node, "endurance", SCENARIO_DURATION, hours_range, SCENARIO_REQUIRED,
                           &asset->endurance_s);
    if (scenario_read_number(node, "reserve_percent", (struct scenario_range){0, 90}, SCENARIO_OPTIONAL,
                             &percent))
        asset->reserve_frac = percent / 100;
    asset->return_to = asset->from;
    asset->has_return = scenario_read_position(node, "return_to", SCENARIO_OPTIONAL, &asset->return_to);
}

// The first member of a list (stems with units) that the object has, else NULL.
static const char *any_of(const struct scenario_node *node, const struct scenario_member *members, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (scenario_has(node, members[i].name) ||
            scenario_has_quantity(node, members[i].name, members[i].unit))
            return members[i].name;
    return NULL;
}

// Either on_scene with search_h, or from, available, transit_kn and endurance_h.
static void time_read(const struct scenario_node *node, struct scenario_asset *asset)
{
    static const struct scenario_member scene[] = {{"on_scene"}, {"search", SCENARIO_DURATION}};
    static const struct scenario_member base[] = {{"from"},
                                                  {"available"},
                                                  {"transit", SCENARIO_SPEED},
                                                  {"endurance", SCENARIO_DURATION},
                                                  {"reserve_percent"},
                                                  {"return_to"}};
    const char *expected = "either on_scene and search_h, or from, available, transit_kn and endurance_h";
    const char *on_scene = any_of(node, scene, COUNT(scene)), *from_base = any_of(node, base, COUNT(base));
    if (on_scene && from_base)
        scenario_node_problem(node, PH_EINPUT, expected, "%s and %s do not go together", on_scene, from_base);
    else if (on_scene)
        on_scene_read(node, asset);
    else if (from_base)
        from_base_read(node, asset);
    else
        scenario_node_problem(node, PH_EINPUT, expected, "it is not said when this asset can search");
}

// "windows": [[from, to], ...]
static void windows_read(const struct scenario_node *node, struct scenario_asset *asset)
{
    struct scenario_node list = scenario_node_member(node, "windows");
    if (!list.value || !scenario_node_is_array(&list, 1, MAX_WINDOWS, "windows"))
        return;
    size_t n = json_array_size(list.value);
    asset->window = SCENARIO_NODE_NEW(&list, struct scenario_window, n);
    for (size_t i = 0; asset->window && i < n; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        struct scenario_window *window = &asset->window[asset->n_windows];
        if (!scenario_read_window_value(&item, window))
            continue;
        if (window->from_ns >= window->to_ns)
            scenario_node_problem(&item, PH_EINPUT, "[from, to], to after from",
                                  "no time lies in this window");
        else
            asset->n_windows++;
    }
}

static void asset_read(const struct scenario_node *node, const struct scenario_case *c,
                       struct scenario_asset *asset)
{
    static const struct scenario_member members[] = {{"id"},
                                                     {"type"},
                                                     {"speed", SCENARIO_SPEED},
                                                     {"altitude", SCENARIO_LENGTH},
                                                     {"sensor"},
                                                     {"from"},
                                                     {"eye_height", SCENARIO_LENGTH},
                                                     {"sweep_width", SCENARIO_LENGTH},
                                                     {"on_scene"},
                                                     {"available"},
                                                     {"search", SCENARIO_DURATION},
                                                     {"transit", SCENARIO_SPEED},
                                                     {"return_to"},
                                                     {"conditions"},
                                                     {"endurance", SCENARIO_DURATION},
                                                     {"reserve_percent"},
                                                     {"turn_allowance_percent"},
                                                     {"windows"},
                                                     {"daylight_only"},
                                                     {"parked"},
                                                     {"keep"}};
    static const char *const types[] = {"fixed-wing", "helicopter", "vessel", "boat", "drone", NULL};
    double percent;
    int type = 0;
    *asset = (struct scenario_asset){.altitude_m = NAN,
                                     .eye_height_m = NAN,
                                     .sweep_width_m = NAN,
                                     .reserve_frac = 0.15,
                                     .turn_allowance_frac = 0.15,
                                     .conditions = c->conditions};
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    const char *pointer = scenario_node_pointer(node);
    asset->pointer = pointer ? core_arena_text(node->reader->arena, pointer) : NULL;
    node->reader->nomem |= !asset->pointer;
    scenario_read_id(node, &asset->id);
    scenario_read_choice(node, "type", types, SCENARIO_REQUIRED, &type);
    asset->type = (enum scenario_asset_type)type;
    scenario_read_quantity(node, "speed", SCENARIO_SPEED, speed_range, SCENARIO_REQUIRED, &asset->speed_mps);
    scenario_read_quantity(node, "altitude", SCENARIO_LENGTH, (struct scenario_range){0, 15000},
                           SCENARIO_OPTIONAL, &asset->altitude_m);
    scenario_read_quantity(node, "eye_height", SCENARIO_LENGTH, (struct scenario_range){0, 100},
                           SCENARIO_OPTIONAL, &asset->eye_height_m);
    sensor_read(node, asset);
    time_read(node, asset);
    if (scenario_read_number(node, "turn_allowance_percent", (struct scenario_range){0, 90},
                             SCENARIO_OPTIONAL, &percent))
        asset->turn_allowance_frac = percent / 100;
    windows_read(node, asset);
    scenario_read_bool(node, "daylight_only", &asset->daylight_only);
    scenario_read_bool(node, "parked", &asset->parked);
    scenario_read_path(node, "keep", SCENARIO_OPTIONAL, &asset->keep);
    conditions_read(node, &asset->conditions);
}

// Ids become file names, and some file systems do not tell "Boat" from "boat".
static void ids_check(const struct scenario_node *list, const struct scenario_case *c)
{
    for (size_t i = 1; i < c->n_assets; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = c->asset[i].id && c->asset[j].id && !strcasecmp(c->asset[i].id, c->asset[j].id);
        struct scenario_node item = scenario_node_item(list, i), id = scenario_node_member(&item, "id");
        if (seen)
            scenario_node_problem(&id, PH_EINPUT,
                                  "an id that no other asset has (upper and lower case alike)",
                                  "this id is used twice");
    }
}

static void avoid_read(const struct scenario_node *root, struct scenario_case *c)
{
    static const struct scenario_member members[] = {{"id"}, {"polygon"}};
    struct scenario_node list = scenario_node_member(root, "avoid");
    if (!list.value || !scenario_node_is_array(&list, 0, MAX_AVOID, "areas"))
        return;
    size_t n = json_array_size(list.value);
    c->avoid = SCENARIO_NODE_NEW(&list, struct scenario_avoid, n);
    for (size_t i = 0; c->avoid && i < n; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        const char *id = NULL;
        if (!scenario_node_is_object(&item, members, COUNT(members)))
            continue;
        if (scenario_has(&item, "id"))
            scenario_read_id(&item, &id);
        if (scenario_read_polygon(&item, "polygon", &c->avoid[c->n_avoid].corner, &c->avoid[c->n_avoid].n))
            c->n_avoid++;
    }
}

static void must_read(const struct scenario_node *root, struct scenario_case *c)
{
    static const struct scenario_member members[] = {{"id"}, {"polygon"}, {"coverage"}};
    struct scenario_node list = scenario_node_member(root, "must");
    if (!list.value || !scenario_node_is_array(&list, 0, MAX_MUST, "areas"))
        return;
    size_t n = json_array_size(list.value);
    c->must = SCENARIO_NODE_NEW(&list, struct scenario_must, n);
    for (size_t i = 0; c->must && i < n; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        struct scenario_must *must = &c->must[c->n_must];
        *must = (struct scenario_must){.coverage = 1};
        if (!scenario_node_is_object(&item, members, COUNT(members)))
            continue;
        scenario_read_id(&item, &must->id);
        scenario_read_number(&item, "coverage", (struct scenario_range){0.05, 10}, SCENARIO_OPTIONAL,
                             &must->coverage);
        if (scenario_read_polygon(&item, "polygon", &must->corner, &must->n))
            c->n_must++;
    }
}

static void objective_read(const struct scenario_node *root, struct scenario_case *c)
{
    static const char *const objectives[] = {"pos", "expected-time", "survival", NULL};
    int objective = SCENARIO_POS;
    scenario_read_choice(root, "objective", objectives, SCENARIO_OPTIONAL, &objective);
    c->objective = (enum scenario_objective)objective;
}

void scenario_assets_read(const struct scenario_node *root, struct scenario_case *c)
{
    struct scenario_node list = scenario_node_member(root, "assets");
    c->conditions = (struct scenario_conditions){.visibility_nm = NAN, .wind_kn = NAN, .sea_height_ft = NAN};
    conditions_read(root, &c->conditions);
    avoid_read(root, c);
    must_read(root, c);
    objective_read(root, c);
    if (!list.value || !scenario_node_is_array(&list, 0, MAX_ASSETS, "assets"))
        return;
    size_t n = json_array_size(list.value);
    c->asset = SCENARIO_NODE_NEW(&list, struct scenario_asset, n);
    c->n_assets = c->asset ? n : 0;
    for (size_t i = 0; i < c->n_assets; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        asset_read(&item, c, &c->asset[i]);
    }
    ids_check(&list, c);
}
