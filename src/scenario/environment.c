#include "scenario/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "scenario/value.h"

enum { MAX_FORCINGS = 32, MAX_OBSERVATIONS = 100000 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

// What the vectors of a kind are, and how fast they can be (m/s).
static const struct {
    const char *member;
    double speed_max_mps;
    bool required;
} kinds[SCENARIO_FORCING_KINDS] = {
    [SCENARIO_CURRENT] = {"current", 10, true},
    [SCENARIO_WIND] = {"wind", 120, true},
    [SCENARIO_WAVES] = {"waves", 10, false},
    [SCENARIO_SEA_TEMPERATURE] = {"sea_temperature", 0, false},
};

// Sine and cosine of a bearing, exact at the cardinal points: a wind from 270 has no northward part at all.
static void bearing_split(double deg, double *east, double *north)
{
    deg = core_deg_wrap360(deg);
    *east = deg == 180 || deg == 0 ? 0 : sin(deg * CORE_RAD_PER_DEG);
    *north = deg == 90 || deg == 270 ? 0 : cos(deg * CORE_RAD_PER_DEG);
}

// Speed with from_deg or toward_deg; the name says which way, for wind and current alike.
static bool vector_read(const struct scenario_node *node, enum scenario_forcing_kind kind,
                        struct scenario_observation *out)
{
    const struct scenario_range degrees = {0, 360};
    const struct scenario_range speeds = {0, kinds[kind].speed_max_mps};
    const char *expected = kind == SCENARIO_WIND ? "from_deg: where the wind blows from, degrees true"
                                                 : "toward_deg: where it sets, degrees true";
    double speed_mps, deg = 0, east, north;
    bool from = scenario_has(node, "from_deg"), toward = scenario_has(node, "toward_deg");
    bool good = scenario_read_quantity(node, "speed", SCENARIO_SPEED, speeds, SCENARIO_REQUIRED, &speed_mps);
    if (from && toward)
        scenario_node_problem(node, PH_EINPUT, expected, "both from_deg and toward_deg are given");
    if (from)
        good = scenario_read_number(node, "from_deg", degrees, SCENARIO_REQUIRED, &deg) && good;
    if (toward)
        good = scenario_read_number(node, "toward_deg", degrees, SCENARIO_REQUIRED, &deg) && good;
    if (!from && !toward && good && speed_mps > 0) { // only a calm has no direction
        scenario_node_problem(node, PH_EINPUT, expected, "a direction is required");
        return false;
    }
    if (!good || (from && toward))
        return false;
    bearing_split(from ? deg + 180 : deg, &east, &north);
    out->u_mps = speed_mps * east;
    out->v_mps = speed_mps * north;
    return true;
}

static bool temperature_read(const struct scenario_node *node, struct scenario_observation *out)
{
    out->v_mps = 0;
    return scenario_read_number(node, "temperature_c", (struct scenario_range){-3, 45}, SCENARIO_REQUIRED,
                                &out->u_mps);
}

static bool observation_read(const struct scenario_node *node, enum scenario_forcing_kind kind,
                             struct scenario_observation *out)
{
    return kind == SCENARIO_SEA_TEMPERATURE ? temperature_read(node, out) : vector_read(node, kind, out);
}

#define VECTOR                                                                                               \
    {"from_deg"}, {"toward_deg"},                                                                            \
    {                                                                                                        \
        "speed", SCENARIO_SPEED                                                                              \
    }

static void constant_read(const struct scenario_node *node, enum scenario_forcing_kind kind,
                          struct scenario_forcing *out)
{
    static const struct scenario_member vector[] = {VECTOR};
    static const struct scenario_member temperature[] = {{"temperature_c"}};
    bool scalar = kind == SCENARIO_SEA_TEMPERATURE;
    if (!scenario_node_is_object(node, scalar ? temperature : vector,
                                 scalar ? COUNT(temperature) : COUNT(vector)))
        return;
    out->series = SCENARIO_NODE_NEW(node, struct scenario_observation, 1);
    out->n_series = out->series && observation_read(node, kind, out->series);
}

static void series_read(const struct scenario_node *node, enum scenario_forcing_kind kind,
                        struct scenario_forcing *out)
{
    static const struct scenario_member members[] = {{"series"}};
    static const struct scenario_member vector[] = {{"time"}, VECTOR};
    static const struct scenario_member temperature[] = {{"time"}, {"temperature_c"}};
    bool scalar = kind == SCENARIO_SEA_TEMPERATURE;
    struct scenario_node series = scenario_node_member(node, "series");
    scenario_node_is_object(node, members, COUNT(members));
    if (!scenario_node_is_array(&series, 2, MAX_OBSERVATIONS, "observations (a single one is a constant)"))
        return;
    size_t n = json_array_size(series.value);
    out->series = SCENARIO_NODE_NEW(node, struct scenario_observation, n);
    out->n_series = out->series ? n : 0;
    int64_t last_ns = INT64_MIN;
    for (size_t i = 0; i < out->n_series; i++) {
        struct scenario_node item = scenario_node_item(&series, i),
                             time = scenario_node_member(&item, "time");
        if (!scenario_node_is_object(&item, scalar ? temperature : vector,
                                     scalar ? COUNT(temperature) : COUNT(vector)))
            continue;
        observation_read(&item, kind, &out->series[i]);
        if (!scenario_read_time(&item, "time", SCENARIO_REQUIRED, &out->series[i].t_ns))
            continue;
        if (out->series[i].t_ns <= last_ns)
            scenario_node_problem(&time, PH_EINPUT, "times that ascend", "this is not after the one before");
        last_ns = out->series[i].t_ns;
    }
}

static void variables_read(const struct scenario_node *node, enum scenario_forcing_kind kind,
                           struct scenario_forcing *out)
{
    struct scenario_node list = scenario_node_member(node, "variables");
    bool scalar = kind == SCENARIO_SEA_TEMPERATURE;
    size_t n = scalar ? 1 : 2;
    if (!list.value ||
        !scenario_node_is_array(&list, n, n, scalar ? "name" : "names, eastward and northward"))
        return;
    for (size_t i = 0; i < n; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        const char *name = json_string_value(item.value);
        if (!name || !*name || strlen(name) > 256) {
            scenario_node_problem(&item, PH_EINPUT, "the name of a variable",
                                  "this is no name of a variable");
            continue;
        }
        out->variables[i] = core_arena_text(node->reader->arena, name);
        node->reader->nomem |= !out->variables[i];
    }
}

static void file_read(const struct scenario_node *node, enum scenario_forcing_kind kind,
                      struct scenario_forcing *out)
{
    static const struct scenario_member members[] = {
        {"file"}, {"variables"}, {"depth", SCENARIO_LENGTH}, {"calendar"}};
    static const char *const calendars[] = {"standard", NULL};
    int calendar;
    scenario_node_is_object(node, members, COUNT(members));
    scenario_read_path(node, "file", SCENARIO_REQUIRED, &out->file);
    variables_read(node, kind, out);
    scenario_read_quantity(node, "depth", SCENARIO_LENGTH, (struct scenario_range){0, 12000},
                           SCENARIO_OPTIONAL, &out->depth_m);
    if (scenario_read_choice(node, "calendar", calendars, SCENARIO_OPTIONAL, &calendar))
        out->calendar = calendars[calendar];
}

static void forcing_read(const struct scenario_node *node, enum scenario_forcing_kind kind,
                         struct scenario_forcing *out)
{
    bool file = scenario_has(node, "file"), series = scenario_has(node, "series");
    const char *pointer = scenario_node_pointer(node);
    *out = (struct scenario_forcing){.depth_m = NAN};
    out->pointer = pointer ? core_arena_text(node->reader->arena, pointer) : NULL;
    node->reader->nomem |= !out->pointer;
    if (file && series)
        scenario_node_problem(node, PH_EINPUT, "one of file, series, or a constant",
                              "this source is two at once");
    if (file)
        file_read(node, kind, out);
    else if (series)
        series_read(node, kind, out);
    else
        constant_read(node, kind, out);
}

static void kind_read(const struct scenario_node *environment, enum scenario_forcing_kind kind,
                      struct scenario_case *c)
{
    struct scenario_node list = scenario_node_member(environment, kinds[kind].member);
    if (!list.value && !kinds[kind].required)
        return;
    if (!list.value) {
        scenario_node_problem(&list, PH_EINPUT,
                              "an array of sources; for none at all write [{\"speed_kn\": 0}]",
                              "\"%s\" is required: it is never taken as zero in silence", kinds[kind].member);
        return;
    }
    if (!scenario_node_is_array(&list, 1, MAX_FORCINGS, "sources"))
        return;
    size_t n = json_array_size(list.value);
    c->forcing[kind] = SCENARIO_NODE_NEW(&list, struct scenario_forcing, n);
    c->n_forcing[kind] = c->forcing[kind] ? n : 0;
    for (size_t i = 0; i < c->n_forcing[kind]; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        forcing_read(&item, kind, &c->forcing[kind][i]);
    }
}

static void coastline_read(const struct scenario_node *environment, struct scenario_case *c)
{
    static const struct scenario_member members[] = {{"source"}, {"resolution"}};
    static const char *const sources[] = {"gshhg", NULL};
    static const char *const resolutions[] = {"auto", "full", "high", "intermediate", "low", "crude", NULL};
    struct scenario_node node = scenario_node_member(environment, "coastline");
    int source = 0, resolution = 0;
    c->coast_resolution = resolutions[0];
    if (!node.value)
        return;
    if (json_is_string(node.value)) {
        if (strcmp(json_string_value(node.value), "none"))
            scenario_node_problem(&node, PH_EINPUT,
                                  "\"none\", or {\"source\": \"gshhg\", \"resolution\": \"auto\"}",
                                  "this is no coastline");
        c->coast_resolution = "none";
        return;
    }
    if (!scenario_node_is_object(&node, members, COUNT(members)))
        return;
    scenario_read_choice(&node, "source", sources, SCENARIO_OPTIONAL, &source);
    if (scenario_read_choice(&node, "resolution", resolutions, SCENARIO_OPTIONAL, &resolution))
        c->coast_resolution = resolutions[resolution];
}

void scenario_environment_read(const struct scenario_node *root, struct scenario_case *c)
{
    static const struct scenario_member members[] = {{"current"},         {"wind"},      {"waves"},
                                                     {"sea_temperature"}, {"coastline"}, {"on_missing"}};
    static const char *const missing[] = {"error", "hold", "stop-particle", NULL};
    struct scenario_node node = scenario_node_member(root, "environment");
    int on_missing = SCENARIO_MISSING_ERROR;
    if (!scenario_node_is_object(&node, members, COUNT(members)))
        return;
    for (int kind = 0; kind < SCENARIO_FORCING_KINDS; kind++)
        kind_read(&node, (enum scenario_forcing_kind)kind, c);
    coastline_read(&node, c);
    scenario_read_choice(&node, "on_missing", missing, SCENARIO_OPTIONAL, &on_missing);
    c->on_missing = (enum scenario_on_missing)on_missing;
}
