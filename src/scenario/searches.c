#include "scenario/parts.h"

#include <math.h>
#include <string.h>

#include "core/units.h"
#include "scenario/value.h"

enum { MAX_SEARCHES = 500, MAX_TRACK = 1000000 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void points_read(const struct scenario_node *track, struct scenario_search *search)
{
    static const struct scenario_member members[] = {{"position"}, {"time"}};
    if (!scenario_node_is_array(track, 2, MAX_TRACK, "points {position, time}"))
        return;
    size_t n = json_array_size(track->value);
    search->track = SCENARIO_NODE_NEW(track, struct scenario_track_point, n);
    search->n_track = search->track ? n : 0;
    int64_t last_ns = INT64_MIN;
    for (size_t i = 0; i < search->n_track; i++) {
        struct scenario_node point = scenario_node_item(track, i),
                             time = scenario_node_member(&point, "time");
        struct scenario_track_point *out = &search->track[i];
        if (!scenario_node_is_object(&point, members, COUNT(members)))
            continue;
        scenario_read_position(&point, "position", SCENARIO_REQUIRED, &out->pos);
        if (!scenario_read_time(&point, "time", SCENARIO_REQUIRED, &out->t_ns))
            continue;
        if (out->t_ns <= last_ns)
            scenario_node_problem(&time, PH_EINPUT, "times that ascend", "this is not after the one before");
        last_ns = out->t_ns;
    }
}

static void track_read(const struct scenario_node *node, struct scenario_search *search)
{
    static const struct scenario_member members[] = {{"file"}, {"mmsi"}, {"gap", SCENARIO_DURATION}};
    struct scenario_node track = scenario_node_member(node, "track");
    if (search->plan && !track.value)
        return;
    if (search->plan)
        scenario_node_problem(&track, PH_EINPUT, "either track or plan", "it is said twice what was flown");
    if (!json_is_object(track.value)) {
        points_read(&track, search);
        return;
    }
    if (!scenario_node_is_object(&track, members, COUNT(members)))
        return;
    scenario_read_path(&track, "file", SCENARIO_REQUIRED, &search->file);
    scenario_read_quantity(&track, "gap", SCENARIO_DURATION, (struct scenario_range){0, 86400 * 365.0, true},
                           SCENARIO_OPTIONAL, &search->gap_s);
    struct scenario_node mmsi = scenario_node_member(&track, "mmsi");
    if (scenario_read_text(&track, "mmsi", SCENARIO_OPTIONAL, &search->mmsi) &&
        (strlen(search->mmsi) != 9 || strspn(search->mmsi, "0123456789") != 9))
        scenario_node_problem(&mmsi, PH_EINPUT, "nine digits in quotes", "this is no MMSI");
}

// The part of the track that counts: "window", or one or both of "from" and "until".
static void window_read(const struct scenario_node *node, struct scenario_search *search)
{
    struct scenario_node window = scenario_node_member(node, "window");
    bool ends = scenario_has(node, "from") || scenario_has(node, "until");
    search->window = (struct scenario_window){INT64_MIN, INT64_MAX};
    search->has_window = scenario_read_window(node, "window", SCENARIO_OPTIONAL, &search->window) || ends;
    if (ends && window.value)
        scenario_node_problem(&window, PH_EINPUT, "either window, or from and until",
                              "it is said twice which part counts");
    scenario_read_time(node, "from", SCENARIO_OPTIONAL, &search->window.from_ns);
    scenario_read_time(node, "until", SCENARIO_OPTIONAL, &search->window.to_ns);
    if (search->has_window && search->window.from_ns >= search->window.to_ns)
        scenario_node_problem(window.value ? &window : node, PH_EINPUT, "a time to after the time from",
                              "no time lies in this window");
}

// Where and when it was found.
static void find_read(const struct scenario_node *node, struct scenario_search *search)
{
    static const struct scenario_member members[] = {{"position"}, {"time"}};
    struct scenario_node find = scenario_node_member(node, "find");
    if (!find.value || !scenario_node_is_object(&find, members, COUNT(members)))
        return;
    bool placed = scenario_read_position(&find, "position", SCENARIO_REQUIRED, &search->find.pos);
    bool dated = scenario_read_time(&find, "time", SCENARIO_REQUIRED, &search->find.t_ns);
    search->has_find = placed && dated;
    if (!search->found)
        scenario_node_problem(&find, PH_EINPUT, "\"found\": true beside it",
                              "a find of a search without find");
}

static void asset_read(const struct scenario_node *node, const struct scenario_case *c,
                       struct scenario_search *search)
{
    struct scenario_node asset = scenario_node_member(node, "asset");
    if (!scenario_read_text(node, "asset", SCENARIO_OPTIONAL, &search->asset))
        return;
    for (size_t i = 0; i < c->n_assets; i++)
        if (c->asset[i].id && !strcmp(c->asset[i].id, search->asset))
            return;
    if (search->plan && !isnan(search->sweep_width_m))
        return; // a unit of that plan, which need not be of this case any more
    scenario_node_problem(&asset, PH_EINPUT,
                          search->plan ? "the id of an asset of this case, or a sweep width beside it"
                                       : "the id of an asset of this case",
                          "there is no such asset");
}

static void search_read(const struct scenario_node *node, const struct scenario_case *c,
                        struct scenario_search *search)
{
    static const struct scenario_member members[] = {
        {"id"},    {"asset"}, {"track"}, {"plan"},     {"sweep_width", SCENARIO_LENGTH}, {"window"}, {"from"},
        {"until"}, {"found"}, {"find"},  {"withdrawn"}};
    *search = (struct scenario_search){.sweep_width_m = NAN, .gap_s = NAN};
    if (!scenario_node_is_object(node, members, COUNT(members)))
        return;
    const char *pointer = scenario_node_pointer(node);
    search->pointer = pointer ? core_arena_text(node->reader->arena, pointer) : NULL;
    node->reader->nomem |= !search->pointer;
    scenario_read_id(node, &search->id);
    scenario_read_path(node, "plan", SCENARIO_OPTIONAL, &search->plan);
    scenario_read_quantity(node, "sweep_width", SCENARIO_LENGTH,
                           (struct scenario_range){0, 100 * CORE_M_PER_NM, true}, SCENARIO_OPTIONAL,
                           &search->sweep_width_m);
    asset_read(node, c, search);
    track_read(node, search);
    if (search->plan && !scenario_has(node, "asset"))
        scenario_node_problem(node, PH_EINPUT, "asset: the unit of that plan",
                              "it is not said who flew the plan");
    scenario_read_bool(node, "found", &search->found);
    find_read(node, search);
    scenario_read_bool(node, "withdrawn", &search->withdrawn);
    window_read(node, search);
    if (!scenario_has(node, "asset") && !scenario_has_quantity(node, "sweep_width", SCENARIO_LENGTH))
        scenario_node_problem(node, PH_EINPUT,
                              "sweep_width_nm, or the id of an asset whose sweep width it is",
                              "it is not said how well this search saw");
}

static void ids_check(const struct scenario_node *list, const struct scenario_case *c)
{
    for (size_t i = 1; i < c->n_searches; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = c->search[i].id && c->search[j].id && !strcmp(c->search[i].id, c->search[j].id);
        struct scenario_node item = scenario_node_item(list, i), id = scenario_node_member(&item, "id");
        if (seen)
            scenario_node_problem(&id, PH_EINPUT, "an id that no other search has", "this id is used twice");
    }
}

void scenario_searches_read(const struct scenario_node *root, struct scenario_case *c)
{
    struct scenario_node list = scenario_node_member(root, "searches");
    if (!list.value || !scenario_node_is_array(&list, 0, MAX_SEARCHES, "searches"))
        return;
    size_t n = json_array_size(list.value);
    c->search = SCENARIO_NODE_NEW(&list, struct scenario_search, n);
    c->n_searches = c->search ? n : 0;
    for (size_t i = 0; i < c->n_searches; i++) {
        struct scenario_node item = scenario_node_item(&list, i);
        search_read(&item, c, &c->search[i]);
    }
    ids_check(&list, c);
}
