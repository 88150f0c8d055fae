#include "plan/plan_file.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "core/units.h"
#include "plan/flat.h"
#include "plan/rectangle.h"

enum { MOST_BYTES = 64 << 20, MOST_ASSETS = 200 };

struct reading {
    struct core_arena *arena;
    const char *path;
    struct ph_err *err;
    size_t index; // of the asset being read
};

static enum ph_status refuse(const struct reading *in, const char *member, const char *fix, const char *what)
{
    char pointer[96];
    snprintf(pointer, sizeof pointer, "/assets/%zu/%s", in->index, member);
    enum ph_status status = core_err_set(in->err, PH_EINPUT, pointer, fix, "%s", what);
    core_err_within(in->err, in->path);
    return status;
}

static bool number(const json_t *object, const char *key, double least, double most, double *out)
{
    const json_t *value = json_object_get(object, key);
    double got = json_number_value(value);
    if (!json_is_number(value) || !(got >= least && got <= most))
        return false;
    *out = got;
    return true;
}

static bool position(const json_t *object, struct geo_pos *out)
{
    return number(object, "lat", -90, 90, &out->lat_deg) && number(object, "lon", -180, 360, &out->lon_deg);
}

static bool time_of(const json_t *object, const char *key, int64_t *out)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text && !core_time_parse(text, out, NULL);
}

// --- legs given -------------------------------------------------------------------------------------------

static enum ph_status waypoints_read(const struct reading *in, const json_t *list, double speed_mps,
                                     struct plan_area *area)
{
    size_t n = json_array_size(list);
    if (n < 2 || n > 2 * PLAN_MOST_LEGS)
        return refuse(in, "waypoints", "give 2 to 800 of them", "these waypoints are no track");
    area->waypoint = CORE_ARENA_NEW(in->arena, struct plan_waypoint, n);
    if (!area->waypoint)
        return core_err_nomem(in->err);
    for (size_t i = 0; i < n; i++) {
        struct plan_waypoint *w = &area->waypoint[i];
        const json_t *item = json_array_get(list, i);
        if (!position(item, &w->pos))
            return refuse(in, "waypoints", "give lat and lon in degrees", "a waypoint has no position");
        double leg_m = i ? geo_earth_distance_m(w[-1].pos, w->pos) : 0;
        area->track_m += leg_m;
        w->t_ns = !i ? area->start_ns
                     : w[-1].t_ns + (speed_mps > 0 ? (int64_t)llround(leg_m / speed_mps * 1e9) : 0);
        if (json_object_get(item, "time") && !time_of(item, "time", &w->t_ns))
            return refuse(in, "waypoints", "2016-08-29T08:00:00Z", "a waypoint's time cannot be read");
        if (i && w->t_ns <= w[-1].t_ns)
            return refuse(in, "waypoints", "put them in the order in which they are reached",
                          "a waypoint is not later than the one before it");
    }
    area->n_waypoints = n;
    return PH_OK;
}

// The smallest box along the first leg (or the long side given) that holds the legs, half a spacing wider.
static void box_of_legs(struct plan_area *area, double bearing_deg)
{
    struct plan_flat flat;
    plan_flat_init(&flat, area->waypoint[0].pos);
    struct geo_xy north = plan_flat_north(&flat, area->waypoint[0].pos);
    double c = cos(bearing_deg * CORE_RAD_PER_DEG), s = sin(bearing_deg * CORE_RAD_PER_DEG);
    double ux = c * north.x_m + s * north.y_m, uy = c * north.y_m - s * north.x_m;
    double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY};
    for (size_t i = 0; i < area->n_waypoints; i++) {
        struct geo_xy p =
            plan_flat_to_xy(&flat, area->waypoint[i].pos.lat_deg, area->waypoint[i].pos.lon_deg);
        double at[2] = {p.x_m * ux + p.y_m * uy, p.x_m * uy - p.y_m * ux}; // along, to the right
        for (int d = 0; d < 2; d++)
            lo[d] = fmin(lo[d], at[d]), hi[d] = fmax(hi[d], at[d]);
    }
    double margin = fmax(area->spacing_m / 2, 1);
    for (int d = 0; d < 2; d++)
        lo[d] -= margin, hi[d] += margin;
    static const int far[4] = {0, 1, 1, 0}, right[4] = {0, 0, 1, 1};
    for (int i = 0; i < 4; i++) {
        double along = far[i] ? hi[0] : lo[0], across = right[i] ? hi[1] : lo[1];
        area->corner[i] =
            plan_flat_to_pos(&flat, (struct geo_xy){along * ux + across * uy, along * uy - across * ux});
    }
    double a = (lo[0] + hi[0]) / 2, b = (lo[1] + hi[1]) / 2;
    area->centre = plan_flat_to_pos(&flat, (struct geo_xy){a * ux + b * uy, a * uy - b * ux});
    bool along = hi[0] - lo[0] >= hi[1] - lo[1];
    area->length_m = fmax(hi[0] - lo[0], hi[1] - lo[1]);
    area->width_m = fmin(hi[0] - lo[0], hi[1] - lo[1]);
    area->orientation_deg = fmod(core_deg_wrap360(bearing_deg + (along ? 0 : 90)), 180);
}

// --- only the area given ----------------------------------------------------------------------------------

// Centre, sides and the bearing of the long side, from four corners or as told.
static bool sides_read(const json_t *asset, struct plan_area *area)
{
    const json_t *list = json_object_get(asset, "corners");
    struct geo_pos corner[4];
    double length, width;
    if (json_array_size(list) == 4) {
        for (size_t i = 0; i < 4; i++)
            if (!position(json_array_get(list, i), &corner[i]))
                return false;
        double azimuth;
        double a = geo_earth_distance_m(corner[0], corner[1]), b = geo_earth_distance_m(corner[1], corner[2]);
        struct geo_pos middle;
        if (!geo_earth_mean(4, corner, NULL, &middle) || !(fmin(a, b) > 1))
            return false;
        azimuth = a >= b ? geo_earth_bearing_deg(corner[0], corner[1])
                         : geo_earth_bearing_deg(corner[1], corner[2]);
        area->centre = middle;
        area->length_m = fmax(a, b), area->width_m = fmin(a, b);
        area->orientation_deg = fmod(core_deg_wrap360(azimuth), 180);
        return true;
    }
    if (!position(json_object_get(asset, "centre"), &area->centre) ||
        !number(asset, "length_nm", 0.01, 2000, &length) || !number(asset, "width_nm", 0.01, 2000, &width) ||
        !number(asset, "orientation_deg", 0, 360, &area->orientation_deg))
        return false;
    area->length_m = core_m_from_nm(fmax(length, width)), area->width_m = core_m_from_nm(fmin(length, width));
    return true;
}

// Of the four ways to fly a rectangle, the one whose first waypoint is nearest to the point asked for.
static size_t legs_begin_near(struct plan_rectangle *r, const struct plan_flat *flat, const json_t *csp,
                              struct plan_vertex vertex[2 * PLAN_MOST_LEGS])
{
    struct geo_pos wanted;
    double nearest = INFINITY;
    int best = 0;
    for (int way = 0; way < 4 && position(csp, &wanted); way++) {
        r->far_end = way & 1, r->right = way & 2;
        plan_rectangle_vertices(r, 0, vertex);
        struct geo_pos first = plan_flat_to_pos(flat, (struct geo_xy){vertex[0].x_m, vertex[0].y_m});
        double m = geo_earth_distance_m(first, wanted);
        if (m < nearest)
            nearest = m, best = way;
    }
    r->far_end = best & 1, r->right = best & 2;
    return plan_rectangle_vertices(r, 0, vertex);
}

static enum ph_status legs_lay(const struct reading *in, const json_t *asset, double speed_mps,
                               struct plan_area *area)
{
    bool along = !strcmp(area->pattern, "PS");
    if (!along && strcmp(area->pattern, "CS"))
        return refuse(in, "pattern", "give waypoints, or PS or CS", "legs of this pattern cannot be laid");
    if (!sides_read(asset, area))
        return refuse(in, "corners", "give 4 corners, or centre, length_nm, width_nm and orientation_deg",
                      "there are neither waypoints nor an area");
    if (!(area->spacing_m > 0) || !(speed_mps > 0) || !area->start_ns)
        return refuse(in, "track_spacing_nm", "give track_spacing_nm, speed_kn and start",
                      "legs cannot be laid in the area");
    struct plan_flat flat;
    plan_flat_init(&flat, area->centre);
    struct plan_rectangle r = {.spacing_m = area->spacing_m, .speed_mps = speed_mps};
    r.leg_side_m = along ? area->length_m : area->width_m;
    double creep_m = along ? area->width_m : area->length_m;
    double legs = round(creep_m / r.spacing_m);
    if (!(legs >= 1 && legs <= PLAN_MOST_LEGS) || !(r.leg_side_m > r.spacing_m))
        return refuse(in, "track_spacing_nm", "use a spacing that gives 1 to 400 legs in the area",
                      "legs of this spacing do not fit the area");
    r.n_legs = (size_t)legs, r.creep_side_m = legs * r.spacing_m;
    double bearing = (area->orientation_deg + (along ? 0 : 90)) * CORE_RAD_PER_DEG;
    r.ux = sin(bearing), r.uy = cos(bearing);
    struct plan_vertex vertex[2 * PLAN_MOST_LEGS];
    area->n_waypoints = legs_begin_near(&r, &flat, json_object_get(asset, "csp"), vertex);
    area->waypoint = CORE_ARENA_NEW(in->arena, struct plan_waypoint, area->n_waypoints);
    if (!area->waypoint)
        return core_err_nomem(in->err);
    area->track_m = r.n_legs * r.leg_side_m - r.spacing_m;
    for (size_t i = 0; i < area->n_waypoints; i++) {
        struct geo_xy xy = {vertex[i].x_m, vertex[i].y_m};
        area->waypoint[i].pos = plan_flat_to_pos(&flat, xy);
        area->waypoint[i].t_ns = area->start_ns + (int64_t)llround(vertex[i].t_s * 1e9);
    }
    return PH_OK;
}

// --- the file ---------------------------------------------------------------------------------------------

static enum ph_status asset_read(struct reading *in, const json_t *asset, struct plan_kept *out)
{
    static const char *const patterns[] = {"PS", "CS", "SS", "VS", "TS"};
    const char *id = json_string_value(json_object_get(asset, "id"));
    const char *pattern = json_string_value(json_object_get(asset, "pattern"));
    struct plan_area area = {.pattern = "PS"};
    double value = 0, speed_mps = 0;
    if (!id)
        return refuse(in, "id", "give the id of an asset of the case", "there is no id");
    for (size_t i = 0; pattern && i < sizeof patterns / sizeof *patterns; i++)
        if (!strcmp(pattern, patterns[i]))
            area.pattern = patterns[i];
    if (pattern && strcmp(area.pattern, pattern))
        return refuse(in, "pattern", "PS, CS, SS, VS or TS", "there is no such pattern");
    if (number(asset, "track_spacing_nm", 0.001, 500, &value))
        area.spacing_m = core_m_from_nm(value);
    if (number(asset, "speed_kn", 0.1, 1000, &value))
        speed_mps = core_mps_from_kn(value);
    if (number(asset, "drift_kn", 0, 20, &value))
        area.drift_mps = core_mps_from_kn(value);
    number(asset, "drift_toward_deg", 0, 360, &area.drift_toward_deg);
    area.has_given = number(asset, "pos", 0, 1, &area.pos_given);
    time_of(asset, "start", &area.start_ns);
    const json_t *waypoints = json_object_get(asset, "waypoints");
    enum ph_status status =
        waypoints ? waypoints_read(in, waypoints, speed_mps, &area) : legs_lay(in, asset, speed_mps, &area);
    if (status)
        return status;
    const struct plan_waypoint *w = area.waypoint;
    box_of_legs(&area, geo_earth_bearing_deg(w[0].pos, w[1].pos));
    area.csp = w[0].pos;
    area.start_ns = w[0].t_ns, area.end_ns = area.leave_ns = w[area.n_waypoints - 1].t_ns;
    int64_t until_ns;
    if (time_of(asset, "on_scene_until", &until_ns) && until_ns > area.end_ns)
        area.leave_ns = until_ns;
    *out = (struct plan_kept){core_arena_text(in->arena, id), area};
    return out->id ? PH_OK : core_err_nomem(in->err);
}

static enum ph_status plan_read(struct reading *in, const json_t *root, struct plan_file *out)
{
    const char *kind = json_string_value(json_object_get(root, "pharos"));
    const json_t *list = json_object_get(root, "assets");
    size_t n = json_array_size(list);
    if (!kind || strcmp(kind, "plan/1") || !json_is_array(list) || n > MOST_ASSETS)
        return core_err_set(in->err, PH_EINPUT, in->path,
                            "give a plan.json with \"pharos\": \"plan/1\" and assets",
                            "this is not a plan that can be read");
    struct plan_file file = {CORE_ARENA_NEW(in->arena, struct plan_kept, n ? n : 1), 0};
    if (!file.kept)
        return core_err_nomem(in->err);
    for (; in->index < n; in->index++) {
        enum ph_status status = asset_read(in, json_array_get(list, in->index), &file.kept[file.n_kept]);
        if (status)
            return status;
        if (plan_file_find(&file, file.kept[file.n_kept].id))
            return refuse(in, "id", "give each asset once", "this asset is there twice");
        file.n_kept++;
    }
    *out = file;
    return PH_OK;
}

enum ph_status plan_file_read(const char *path, struct core_arena *arena, struct plan_file *out,
                              struct ph_err *err)
{
    struct core_buf text = {0};
    struct reading in = {.arena = arena, .path = path, .err = err};
    enum ph_status status = core_file_read(path, MOST_BYTES, &text, err);
    if (status)
        return status;
    json_error_t problem;
    json_t *root = json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, &problem);
    status = root ? plan_read(&in, root, out)
                  : core_err_set(err, PH_EINPUT, path, "correct the JSON", "line %d: %s", problem.line,
                                 problem.text);
    json_decref(root);
    core_buf_fini(&text);
    return status;
}

const struct plan_kept *plan_file_find(const struct plan_file *file, const char *id)
{
    for (size_t i = 0; i < file->n_kept; i++)
        if (!strcmp(file->kept[i].id, id))
            return &file->kept[i];
    return NULL;
}
