#include "export/map_style.h"

#include <stdlib.h>

const struct export_style_unit *export_style_unit(size_t i)
{
    static const struct export_style_unit unit[] = {
        {"#0072b2", "solid", {0}, 0, 0},
        {"#007a5a", "dashed", {9, 5}, 2, 0},
        {"#b3427e", "dash-dot", {10, 4, 2, 4}, 4, 0},
        {"#6b4fa0", "long-dash", {18, 6}, 2, 0},
        {"#8a6d00", "dotted", {2, 4}, 2, 0},
        {"#3f6f8a", "double", {0}, 0, 1},
        {"#0072b2", "dash-dot-dot", {12, 4, 2, 4, 2, 4}, 6, 0},
        {"#007a5a", "solid", {0}, 0, 0},
        {"#b3427e", "dashed", {9, 5}, 2, 0},
        {"#6b4fa0", "dash-dot", {10, 4, 2, 4}, 4, 0},
        {"#8a6d00", "long-dash", {18, 6}, 2, 0},
        {"#3f6f8a", "dotted", {2, 4}, 2, 0},
    };
    return &unit[i % (sizeof unit / sizeof *unit)];
}

const char *export_style_fill(double mass)
{
    return mass <= 0.5 ? "#d9602f" : mass <= 0.75 ? "#f0a35e" : "#f7d9a8";
}

void export_style_rgb(const char *hex, double rgb[3])
{
    unsigned long value = strtoul(hex + 1, NULL, 16);
    rgb[0] = (double)(value >> 16 & 255) / 255;
    rgb[1] = (double)(value >> 8 & 255) / 255;
    rgb[2] = (double)(value & 255) / 255;
}
