#include "forcing/ncmap.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// The variable that `grid_mapping` names, or the only one in the file that is a mapping.
static const struct forcing_var *mapping_find(const struct forcing_description *desc,
                                              const struct forcing_var *var)
{
    const char *name = forcing_att_text(var, "grid_mapping");
    const struct forcing_var *found = NULL;
    char first[256];
    if (name && snprintf(first, sizeof first, "%s", name) > 0) {
        first[strcspn(first, ": ")] = 0; // "crs: x y" names coordinates too
        found = forcing_var_find(desc, first);
    }
    for (size_t i = 0; !found && i < desc->n_vars; i++)
        if (forcing_att_text(&desc->vars[i], "grid_mapping_name"))
            found = &desc->vars[i];
    return found;
}

const char *forcing_ncmap_name(const struct forcing_description *desc, const struct forcing_var *var)
{
    const struct forcing_var *mapping = mapping_find(desc, var);
    return mapping ? forcing_att_text(mapping, "grid_mapping_name") : NULL;
}

bool forcing_ncmap_elsewhere(const struct forcing_description *desc, const struct forcing_var *var)
{
    const struct forcing_var *mapping =
        forcing_att_text(var, "grid_mapping") ? mapping_find(desc, var) : NULL;
    const char *what = mapping ? forcing_att_text(mapping, "grid_mapping_name") : NULL;
    return what && *what && strcasecmp(what, "latitude_longitude");
}

static double number(const struct forcing_var *mapping, const char *name, double otherwise)
{
    double value;
    return forcing_att_number(mapping, name, &value) && isfinite(value) ? value : otherwise;
}

// False: not stated.
static bool figure(const struct forcing_var *mapping, char out[96])
{
    double a = number(mapping, "semi_major_axis", 0), b = number(mapping, "semi_minor_axis", 0);
    double rf = number(mapping, "inverse_flattening", 0), r = number(mapping, "earth_radius", 0);
    if (a > 0 && b > 0)
        snprintf(out, 96, "+a=%.17g +b=%.17g", a, b);
    else if (a > 0 && rf > 0)
        snprintf(out, 96, "+a=%.17g +rf=%.17g", a, rf);
    else if (r > 0 || a > 0)
        snprintf(out, 96, "+R=%.17g", r > 0 ? r : a);
    else
        return false;
    return true;
}

// The figure of the earth that a proj string states.
static bool figure_of_string(const char *proj, char out[96])
{
    static const char *const keys[] = {"+R=", "+a=", "+b=", "+rf=", "+ellps=", "+datum="};
    size_t n = 0;
    out[0] = 0;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const char *at = strstr(proj, keys[k]);
        size_t length = at ? strcspn(at, " ") : 0;
        if (!at || n + length + 2 > 96)
            continue;
        memcpy(out + n, at, length);
        n += length;
        out[n++] = ' ';
        out[n] = 0;
    }
    return n > 0;
}

// CF conventions 1.11, appendix F. False: a mapping that is not known.
static bool parameters(const struct forcing_var *mapping, char *out, size_t size)
{
    const char *name = forcing_att_text(mapping, "grid_mapping_name");
    const struct forcing_att *parallels = forcing_att_find(mapping, "standard_parallel");
    double none = (double)NAN, parallel[2] = {none, none};
    for (size_t i = 0; parallels && parallels->numbers && i < parallels->n && i < 2; i++)
        parallel[i] = parallels->numbers[i];
    double lat_0 = number(mapping, "latitude_of_projection_origin", none);
    double x_0 = number(mapping, "false_easting", 0), y_0 = number(mapping, "false_northing", 0);
    double scale = number(mapping, "scale_factor_at_projection_origin", 1);
    if (!name)
        return false;
    if (!strcasecmp(name, "lambert_conformal_conic") && !isnan(parallel[0])) {
        snprintf(
            out, size, "+proj=lcc +lat_1=%.17g +lat_2=%.17g +lat_0=%.17g +lon_0=%.17g +x_0=%.17g +y_0=%.17g",
            parallel[0], isnan(parallel[1]) ? parallel[0] : parallel[1], isnan(lat_0) ? parallel[0] : lat_0,
            number(mapping, "longitude_of_central_meridian", 0), x_0, y_0);
        return true;
    }
    if (!strcasecmp(name, "polar_stereographic")) {
        double lon = number(mapping, "straight_vertical_longitude_from_pole",
                            number(mapping, "longitude_of_projection_origin", 0));
        lat_0 = isnan(lat_0) ? (parallel[0] < 0 ? -90 : 90) : lat_0;
        int n = snprintf(out, size, "+proj=stere +lat_0=%.17g +lon_0=%.17g +x_0=%.17g +y_0=%.17g", lat_0, lon,
                         x_0, y_0);
        snprintf(out + n, size - (size_t)n, isnan(parallel[0]) ? " +k=%.17g" : " +lat_ts=%.17g",
                 isnan(parallel[0]) ? scale : parallel[0]);
        return true;
    }
    if (!strcasecmp(name, "mercator")) {
        int n = snprintf(out, size, "+proj=merc +lon_0=%.17g +x_0=%.17g +y_0=%.17g",
                         number(mapping, "longitude_of_projection_origin", 0), x_0, y_0);
        snprintf(out + n, size - (size_t)n, isnan(parallel[0]) ? " +k=%.17g" : " +lat_ts=%.17g",
                 isnan(parallel[0]) ? scale : parallel[0]);
        return true;
    }
    if (!strcasecmp(name, "lambert_azimuthal_equal_area") && !isnan(lat_0)) {
        snprintf(out, size, "+proj=laea +lat_0=%.17g +lon_0=%.17g +x_0=%.17g +y_0=%.17g", lat_0,
                 number(mapping, "longitude_of_projection_origin", 0), x_0, y_0);
        return true;
    }
    if (!strcasecmp(name, "transverse_mercator")) {
        snprintf(out, size, "+proj=tmerc +lat_0=%.17g +lon_0=%.17g +k=%.17g +x_0=%.17g +y_0=%.17g",
                 isnan(lat_0) ? 0 : lat_0,
                 number(mapping, "longitude_of_central_meridian",
                        number(mapping, "longitude_of_projection_origin", 0)),
                 number(mapping, "scale_factor_at_central_meridian", scale), x_0, y_0);
        return true;
    }
    if (strcasecmp(name, "rotated_latitude_longitude") && strcasecmp(name, "rotated_lat_lon"))
        return false;
    snprintf(out, size, "+proj=ob_tran +o_proj=longlat +o_lat_p=%.17g +o_lon_p=%.17g +lon_0=%.17g +R=6371229",
             number(mapping, "grid_north_pole_latitude", 90), number(mapping, "north_pole_grid_longitude", 0),
             number(mapping, "grid_north_pole_longitude", 0) + 180);
    return true;
}

size_t forcing_ncmap_find(const struct forcing_description *desc, const struct forcing_var *var, bool rotated,
                          struct forcing_ncmap out[NCMAP_MOST])
{
    static const char *const strings[] = {"proj4",        "proj4_string",     "proj4text",
                                          "proj4_params", "proj4_definition", "proj_string",
                                          "proj",         "proj4string"};
    static const struct {
        const char *text, *from;
    } guesses[] = {{"+R=6371229", "read as a sphere of 6371229 m"},
                   {"+R=6371000", "read as a sphere of 6371000 m"},
                   {"+R=6370000", "read as a sphere of 6370000 m"},
                   {"+ellps=WGS84", "read as WGS84"}};
    const struct forcing_var *mapping = mapping_find(desc, var);
    size_t n = 0;
    char text[400], earth[96];
    for (size_t i = 0; mapping && !n && i < sizeof strings / sizeof *strings; i++) {
        const char *proj = forcing_att_text(mapping, strings[i]);
        if (proj && strstr(proj, "proj="))
            snprintf(out[n].proj, sizeof out[n].proj, "%s", proj), out[n].guess = false,
                                                                   out[n++].from = "its proj string";
    }
    if (!mapping || !parameters(mapping, text, sizeof text))
        return n;
    if (rotated || strstr(text, "ob_tran") || figure(mapping, earth) ||
        (n && figure_of_string(out[0].proj, earth))) {
        snprintf(out[n].proj, sizeof out[n].proj, "%s %s", text, strstr(text, "ob_tran") ? "" : earth);
        out[n].guess = false;
        out[n++].from = "its grid mapping";
        return n;
    }
    for (size_t g = 0; g < sizeof guesses / sizeof *guesses && n < NCMAP_MOST; g++) {
        snprintf(out[n].proj, sizeof out[n].proj, "%s %s", text, guesses[g].text);
        out[n].guess = true;
        out[n++].from = guesses[g].from;
    }
    return n;
}
