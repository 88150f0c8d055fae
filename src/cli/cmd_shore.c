// shore: the shoreline in a box, for a screen.
#include <math.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "core/err.h"
#include "core/json.h"
#include "core/units.h"
#include "geo/coast.h"

enum { MOST_DEG = 60, SCREEN_PX = 3000 };

struct ring_list {
    struct core_json json;
    double keep_deg; // points nearer than this to the last one are left out: a screen does not show them
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

static enum ph_status box_read(const char *const *text, struct geo_box *out, struct ph_err *err)
{
    double side[4];
    for (size_t i = 0; i < 4; i++) {
        char *end;
        side[i] = strtod(text[i], &end);
        if (end == text[i] || *end || !(fabs(side[i]) <= (i % 2 ? 90 : 720)))
            return core_err_set(err, PH_EINPUT, text[i], "give west, south, east and north in degrees",
                                "this is no side of a box");
    }
    double west = core_deg_wrap180(side[0]);
    *out = (struct geo_box){west, side[1], west + (side[2] - side[0]), side[3]};
    if (out->east_deg > out->west_deg && out->north_deg > out->south_deg &&
        fmax(out->east_deg - out->west_deg, out->north_deg - out->south_deg) <= MOST_DEG)
        return PH_OK;
    return core_err_set(err, PH_EINPUT, NULL, "take a smaller one",
                        "the box is empty or more than %d degrees across", MOST_DEG);
}

static enum ph_status rings_write(struct geo_box box, struct core_buf *out, struct ph_err *err)
{
    struct geo_coast *coast = NULL;
    struct ring_list list = {0};
    double size = fmax(box.east_deg - box.west_deg, box.north_deg - box.south_deg);
    enum ph_status status = geo_coast_open(size > 12 ? "low" : size > 2 ? "high" : "full", NULL, &coast, err);
    if (status)
        return status;
    list.keep_deg = size / SCREEN_PX;
    core_json_init(&list.json, out);
    core_json_object(&list.json);
    core_json_key_text(&list.json, "source", geo_coast_source(coast));
    core_json_key_bool(&list.json, "installed", geo_coast_installed(coast));
    core_json_key(&list.json, "rings");
    core_json_array(&list.json);
    status = geo_coast_rings(coast, box, ring_add, &list, err);
    core_json_array_end(&list.json);
    core_json_object_end(&list.json);
    core_buf_puts(out, "\n");
    geo_coast_free(coast);
    return status;
}

int cli_shore(const struct cli_args *args)
{
    struct geo_box box = {0};
    struct core_buf out = {0};
    struct ph_err err;
    enum ph_status status = box_read(args->operand, &box, &err);
    if (!status)
        status = rings_write(box, &out, &err);
    int exit_status = status ? cli_fail(&err) : cli_print(&out);
    core_buf_fini(&out);
    return exit_status;
}
