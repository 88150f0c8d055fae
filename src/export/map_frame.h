// From positions to the paper: Mercator, or a plane tangent at the middle near the poles.
#ifndef EXPORT_MAP_FRAME_H
#define EXPORT_MAP_FRAME_H

#include <stdbool.h>

#include "geo/earth.h"

struct export_map_xy {
    double x, y; // pixels, y down
};

struct export_map_frame {
    double left, top, right, bottom; // of the drawing, pixels
    bool is_plane;
    struct geo_plane plane;
    double mid_x, mid_y, scale; // projected units at the middle; pixels per unit
};

// Where the content lies, gathered point by point.
struct export_map_extent {
    bool is_plane;
    struct geo_plane plane;
    double west, south, east, north; // projected; empty while east < west
};
struct export_map_extent export_map_extent_at(struct geo_pos middle, double max_lat_deg);
void export_map_extent_add(struct export_map_extent *extent, struct geo_pos pos);

// Fits the extent into left..right and top..bottom, never closer than min_m metres across.
struct export_map_frame export_map_frame_fit(const struct export_map_extent *extent, double left, double top,
                                             double right, double bottom, double min_m);

struct export_map_xy export_map_to_xy(const struct export_map_frame *frame, struct geo_pos pos);
struct geo_pos export_map_to_pos(const struct export_map_frame *frame, struct export_map_xy xy);

// The box of all that the frame shows; all longitudes where a pole is inside.
struct geo_box export_map_frame_box(const struct export_map_frame *frame);

// Pixels of one nautical mile in the middle of the frame.
double export_map_frame_px_per_nm(const struct export_map_frame *frame);

#endif
