// One drawing for report, PNG and SVG.
#ifndef EXPORT_MAP_H
#define EXPORT_MAP_H

#include "export/product.h"

enum export_map_format { EXPORT_MAP_PNG, EXPORT_MAP_SVG, EXPORT_MAP_PDF };

// `area`: SIZE_MAX for all, else a close view of that area with numbered waypoints.
enum ph_status export_map_make(const struct export_product *p, size_t t, size_t area, int width_px,
                               enum export_map_format format, struct core_buf *out,
                               struct ph_err *err) PH_NODISCARD;

#endif
