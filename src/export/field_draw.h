// The field itself on a map whose frame is fitted: colours, hatching, arrows.
#ifndef EXPORT_FIELD_DRAW_H
#define EXPORT_FIELD_DRAW_H

#include "export/field_map.h"
#include "export/map_draw.h"

struct export_field_scale {
    double low, high, step; // in what the legend shows: knots, degrees C
};

struct export_field_raster {
    int columns, rows;
    double cell_px;
    double *u, *v;
    uint8_t *served;
    bool *inside; // of the grid's box
};

// Values all over the frame. Freed with _fini.
enum ph_status export_field_raster_make(const struct export_field *field,
                                        const struct export_map_frame *frame, double cell_px,
                                        struct export_field_raster *out, struct ph_err *err) PH_NODISCARD;
void export_field_raster_fini(struct export_field_raster *raster);

// Round numbers that hold all values of the raster.
struct export_field_scale export_field_scale_of(const struct export_field *field,
                                                const struct export_field_raster *raster);

void export_field_colours(struct export_map_canvas *map, const struct export_field *field,
                          const struct export_field_raster *raster, const struct export_field_scale *scale);
void export_field_arrows(struct export_map_canvas *map, const struct export_field *field,
                         const struct export_field_scale *scale);

// Colour of a value by its place on the scale, 0 to 1.
void export_field_rgb(double w, double rgb[3]);

#endif
