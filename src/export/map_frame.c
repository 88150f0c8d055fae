#include "export/map_frame.h"

#include <math.h>

#include "core/units.h"
#include "geo/grid.h"

enum { EDGE = 24 }; // samples along each edge
static const double mercator_limit_deg = 78;

// Unit: radians of the sphere (a picture needs no ellipsoid), or metres in the plane.
static struct export_map_xy project(bool is_plane, const struct geo_plane *plane, struct geo_pos pos)
{
    if (is_plane) {
        struct geo_xy xy = geo_plane_to_xy(plane, pos);
        return (struct export_map_xy){xy.x_m, xy.y_m};
    }
    double lat = fmin(fmax(pos.lat_deg, -85), 85) * CORE_RAD_PER_DEG;
    double lon = core_deg_wrap180(pos.lon_deg - plane->origin.lon_deg) * CORE_RAD_PER_DEG;
    return (struct export_map_xy){lon, asinh(tan(lat))};
}

struct export_map_extent export_map_extent_at(struct geo_pos middle, double max_lat_deg)
{
    return (struct export_map_extent){.is_plane = max_lat_deg > mercator_limit_deg,
                                      .plane = {middle},
                                      .west = INFINITY,
                                      .south = INFINITY,
                                      .east = -INFINITY,
                                      .north = -INFINITY};
}

void export_map_extent_add(struct export_map_extent *extent, struct geo_pos pos)
{
    struct export_map_xy at = project(extent->is_plane, &extent->plane, pos);
    extent->west = fmin(extent->west, at.x);
    extent->east = fmax(extent->east, at.x);
    extent->south = fmin(extent->south, at.y);
    extent->north = fmax(extent->north, at.y);
}

struct export_map_frame export_map_frame_fit(const struct export_map_extent *extent, double left, double top,
                                             double right, double bottom, double min_m)
{
    struct export_map_frame frame = {.left = left,
                                     .top = top,
                                     .right = right,
                                     .bottom = bottom,
                                     .is_plane = extent->is_plane,
                                     .plane = extent->plane};
    frame.mid_x = (extent->west + extent->east) / 2;
    frame.mid_y = (extent->south + extent->north) / 2;
    double unit_m =
        extent->is_plane ? 1 : GEO_WGS84_A_M / cosh(frame.mid_y); // metres of a projected unit here
    double wide = fmax(extent->east - extent->west, min_m / unit_m);
    double high = fmax(extent->north - extent->south, min_m / unit_m);
    frame.scale = fmin((right - left) / wide, (bottom - top) / high);
    return frame;
}

struct export_map_xy export_map_to_xy(const struct export_map_frame *frame, struct geo_pos pos)
{
    struct export_map_xy at = project(frame->is_plane, &frame->plane, pos);
    return (struct export_map_xy){(frame->left + frame->right) / 2 + (at.x - frame->mid_x) * frame->scale,
                                  (frame->top + frame->bottom) / 2 - (at.y - frame->mid_y) * frame->scale};
}

struct geo_pos export_map_to_pos(const struct export_map_frame *frame, struct export_map_xy xy)
{
    double x = frame->mid_x + (xy.x - (frame->left + frame->right) / 2) / frame->scale;
    double y = frame->mid_y - (xy.y - (frame->top + frame->bottom) / 2) / frame->scale;
    if (frame->is_plane)
        return geo_plane_to_pos(&frame->plane, (struct geo_xy){x, y});
    return (struct geo_pos){atan(sinh(y)) / CORE_RAD_PER_DEG,
                            core_deg_wrap180(frame->plane.origin.lon_deg + x / CORE_RAD_PER_DEG)};
}

static bool shows_pole(const struct export_map_frame *frame, double pole_deg)
{
    struct export_map_xy at = export_map_to_xy(frame, (struct geo_pos){pole_deg, 0});
    return frame->is_plane && at.x >= frame->left && at.x <= frame->right && at.y >= frame->top &&
           at.y <= frame->bottom;
}

struct geo_box export_map_frame_box(const struct export_map_frame *frame)
{
    double lat[4 * EDGE], lon[4 * EDGE];
    for (int i = 0; i < EDGE; i++) {
        double w = (double)i / EDGE, x = frame->left + w * (frame->right - frame->left);
        double y = frame->top + w * (frame->bottom - frame->top);
        struct export_map_xy at[4] = {
            {x, frame->top}, {frame->right, y}, {x, frame->bottom}, {frame->left, y}};
        for (int k = 0; k < 4; k++) {
            struct geo_pos pos = export_map_to_pos(frame, at[k]);
            lat[4 * i + k] = pos.lat_deg;
            lon[4 * i + k] = pos.lon_deg;
        }
    }
    struct geo_box box = {-180, -90, 180, 90};
    (void)geo_box_of(4 * EDGE, lat, lon, &box);
    if (!frame->is_plane && (frame->right - frame->left) / frame->scale >= 2 * CORE_PI) {
        box.west_deg = -180;
        box.east_deg = 180;
    }
    for (double pole = -90; pole <= 90; pole += 180)
        if (shows_pole(frame, pole)) {
            box.west_deg = -180;
            box.east_deg = 180;
            box.south_deg = fmin(box.south_deg, pole);
            box.north_deg = fmax(box.north_deg, pole);
        }
    return box;
}

double export_map_frame_px_per_nm(const struct export_map_frame *frame)
{
    double unit_m = frame->is_plane ? 1 : GEO_WGS84_A_M / cosh(frame->mid_y);
    return frame->scale * CORE_M_PER_NM / unit_m;
}
