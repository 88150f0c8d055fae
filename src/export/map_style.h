// One look for map, KML, GeoJSON and report: the day tokens of the design.
#ifndef EXPORT_MAP_STYLE_H
#define EXPORT_MAP_STYLE_H

#include <stddef.h>

#define EXPORT_STYLE_INK "#12202b"
#define EXPORT_STYLE_SOFT "#566673"
#define EXPORT_STYLE_LINE "#d5dde3"
#define EXPORT_STYLE_SEA "#dbe7ee"
#define EXPORT_STYLE_LAND "#cfc4a4" // darker than the design's: sea and land must differ in black and white
#define EXPORT_STYLE_COAST "#6f6a59"
#define EXPORT_STYLE_WARN "#9a4b00"
#define EXPORT_STYLE_WARN_BACK "#fff1de"
#define EXPORT_STYLE_OUTLINE "#9d2a23"

// Each unit has one colour and one line, everywhere; after six the colours come again with another line.
struct export_style_unit {
    const char *colour;
    const char *line; // "solid", "dashed", "dash-dot", "long-dash", "dotted", "double"
    double dash[6];   // in pixels of a 2 px line
    int n_dash;
    _Bool is_double;
};
const struct export_style_unit *export_style_unit(size_t i);

// Fill of the region that holds `mass`.
const char *export_style_fill(double mass);

// "#rrggbb" to three fractions.
void export_style_rgb(const char *hex, double rgb[3]);

#endif
