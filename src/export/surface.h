// A picture's paper: pixels, SVG or PDF, into a buffer.
#ifndef EXPORT_SURFACE_H
#define EXPORT_SURFACE_H

#include <cairo.h>

#include "export/map.h"

// What is drawn later goes to `drawn` in the end; cairo's own errors come out there too.
cairo_surface_t *export_surface_make(enum export_map_format format, int width, int height,
                                     struct core_buf *drawn);

// Ends the surface and the drawing on it, and gives the file to `out`. `drawn` is freed. The same drawing
// gives the same bytes.
enum ph_status export_surface_end(cairo_surface_t *surface, cairo_t *cairo, enum export_map_format format,
                                  struct core_buf *drawn, struct core_buf *out,
                                  struct ph_err *err) PH_NODISCARD;

#endif
