#include "forcing/names.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct known {
    enum forcing_kind kind;
    const char *u, *v;
    enum forcing_reading reading;
    int flags;
};

// CF standard names (standard name table 85), best first.
static const struct known standard_names[] = {
    {FORCING_CURRENT, "eastward_sea_water_velocity", "northward_sea_water_velocity", 0, 0},
    {FORCING_CURRENT, "surface_eastward_sea_water_velocity", "surface_northward_sea_water_velocity", 0, 0},
    {FORCING_CURRENT, "sea_water_x_velocity", "sea_water_y_velocity", 0, 0},
    {FORCING_CURRENT, "sea_water_x_velocity_at_u_location", "sea_water_y_velocity_at_v_location", 0, 0},
    {FORCING_CURRENT, "x_sea_water_velocity", "y_sea_water_velocity", 0, 0},
    {FORCING_CURRENT, "sea_water_speed", "sea_water_velocity_to_direction", READING_SPEED_TOWARD, 0},
    {FORCING_CURRENT, "sea_water_speed", "direction_of_sea_water_velocity", READING_SPEED_TOWARD, 0},
    {FORCING_CURRENT, "sea_water_speed", "sea_water_velocity_from_direction", READING_SPEED_FROM, 0},
    {FORCING_CURRENT, "grid_eastward_sea_water_velocity", "grid_northward_sea_water_velocity", 0, 0},
    {FORCING_CURRENT, "eastward_eulerian_current_velocity", "northward_eulerian_current_velocity", 0, 0},
    {FORCING_CURRENT, "eastward_water_velocity", "northward_water_velocity", 0, NAME_MEAN}, // ADCIRC
    {FORCING_CURRENT, "barotropic_eastward_sea_water_velocity", "barotropic_northward_sea_water_velocity", 0,
     NAME_MEAN},
    {FORCING_CURRENT, "barotropic_sea_water_x_velocity", "barotropic_sea_water_y_velocity", 0, NAME_MEAN},
    {FORCING_CURRENT, "surface_geostrophic_eastward_sea_water_velocity",
     "surface_geostrophic_northward_sea_water_velocity", 0, NAME_TENTATIVE},
    {FORCING_WIND, "eastward_wind", "northward_wind", 0, 0},
    {FORCING_WIND, "x_wind", "y_wind", 0, 0},
    {FORCING_WIND, "grid_eastward_wind", "grid_northward_wind", 0, 0},
    {FORCING_WIND, "eastward_wind", "northward_wind", 0, 0},
    {FORCING_WIND, "wind_speed", "wind_speed", 0, NAME_VECTOR},
    {FORCING_WIND, "wind_speed", "wind_from_direction", READING_SPEED_FROM, 0},
    {FORCING_WIND, "wind_speed", "wind_to_direction", READING_SPEED_TOWARD, 0},
    {FORCING_WAVES, "sea_surface_wave_stokes_drift_eastward_velocity",
     "sea_surface_wave_stokes_drift_northward_velocity", 0, 0},
    {FORCING_WAVES, "eastward_surface_stokes_drift", "northward_surface_stokes_drift", 0, 0},
    {FORCING_WAVES, "sea_surface_wave_stokes_drift_x_velocity", "sea_surface_wave_stokes_drift_y_velocity", 0,
     0},
    {FORCING_SEA_TEMPERATURE, "sea_surface_temperature", NULL, READING_SCALAR, 0},
    {FORCING_SEA_TEMPERATURE, "sea_surface_foundation_temperature", NULL, READING_SCALAR, 0},
    {FORCING_SEA_TEMPERATURE, "sea_water_temperature", NULL, READING_SCALAR, 0},
    {FORCING_SEA_TEMPERATURE, "sea_water_potential_temperature", NULL, READING_SCALAR, 0},
};

// Names in use at forecast centres, compared without case; best first.
static const struct known plain_names[] = {
    {FORCING_CURRENT, "uo", "vo", 0, 0},
    {FORCING_CURRENT, "water_u", "water_v", 0, 0},
    {FORCING_CURRENT, "vozocrtx", "vomecrty", 0, 0},
    {FORCING_CURRENT, "u_eastward", "v_northward", 0, 0},
    {FORCING_CURRENT, "ucur", "vcur", 0, 0},
    {FORCING_CURRENT, "ewct", "nsct", 0, 0},
    {FORCING_CURRENT, "usurf", "vsurf", 0, 0},
    {FORCING_CURRENT, "u_velocity", "v_velocity", 0, 0},
    {FORCING_CURRENT, "eastward_current", "northward_current", 0, 0},
    {FORCING_CURRENT, "eastward_eulerian_current_velocity", "northward_eulerian_current_velocity", 0, 0},
    {FORCING_CURRENT, "u-component_of_current_surface", "v-component_of_current_surface", 0, 0},
    {FORCING_CURRENT, "u-component_of_current_depth_below_sea", "v-component_of_current_depth_below_sea", 0,
     0},
    {FORCING_CURRENT, "u-component_of_current_depth_below_sea_layer",
     "v-component_of_current_depth_below_sea_layer", 0, 0},
    {FORCING_CURRENT, "hvel", "hvel", 0, NAME_VECTOR},
    {FORCING_CURRENT, "u_current", "v_current", 0, 0},
    {FORCING_CURRENT, "current_u", "current_v", 0, 0},
    {FORCING_CURRENT, "uvel", "vvel", 0, 0},
    {FORCING_CURRENT, "ssu", "ssv", 0, 0},
    {FORCING_CURRENT, "u_surface", "v_surface", 0, 0},
    {FORCING_CURRENT, "surf_u", "surf_v", 0, 0},
    {FORCING_CURRENT, "utotal", "vtotal", 0, NAME_TOTAL},
    {FORCING_CURRENT, "ugos", "vgos", 0, NAME_TENTATIVE},
    {FORCING_CURRENT, "u-vel", "v-vel", 0, NAME_MEAN},
    {FORCING_CURRENT, "horizontalvelx", "horizontalvely", 0, 0},
    {FORCING_CURRENT, "u", "v", 0, NAME_BARE},
    {FORCING_CURRENT, "depthaveragevelx", "depthaveragevely", 0, NAME_MEAN},
    {FORCING_CURRENT, "dahv", "dahv", 0, NAME_VECTOR | NAME_MEAN},
    {FORCING_WIND, "u10", "v10", 0, NAME_AT_10M},
    {FORCING_WIND, "10u", "10v", 0, NAME_AT_10M},
    {FORCING_WIND, "u10m", "v10m", 0, NAME_AT_10M},
    {FORCING_WIND, "u_10m", "v_10m", 0, NAME_AT_10M},
    {FORCING_WIND, "u10n", "v10n", 0, NAME_AT_10M},
    {FORCING_WIND, "x_wind_10m", "y_wind_10m", 0, NAME_AT_10M},
    {FORCING_WIND, "ugrd10m", "vgrd10m", 0, NAME_AT_10M},
    {FORCING_WIND, "ugrd_10maboveground", "vgrd_10maboveground", 0, NAME_AT_10M},
    {FORCING_WIND, "ugrd_10m", "vgrd_10m", 0, NAME_AT_10M},
    {FORCING_WIND, "10m_u_component_of_wind", "10m_v_component_of_wind", 0, NAME_AT_10M},
    {FORCING_WIND, "air_u", "air_v", 0, 0},
    {FORCING_WIND, "u-component_of_wind_height_above_ground", "v-component_of_wind_height_above_ground", 0,
     0},
    {FORCING_WIND, "uwnd", "vwnd", 0, 0},
    {FORCING_WIND, "uwind", "vwind", 0, 0},
    {FORCING_WIND, "uwind_speed", "vwind_speed", 0, 0},
    {FORCING_WIND, "windspeedx", "windspeedy", 0, 0},
    {FORCING_WIND, "u_wind", "v_wind", 0, 0},
    {FORCING_WIND, "wind_u", "wind_v", 0, 0},
    {FORCING_WIND, "windx", "windy", 0, 0},
    {FORCING_WIND, "eastward_wind", "northward_wind", 0, 0},
    {FORCING_WIND, "wind_speed", "wind_speed", 0, NAME_VECTOR},
    {FORCING_WIND, "wind_speed", "wind_from_direction", READING_SPEED_FROM, 0},
    {FORCING_WIND, "wind_speed", "wind_direction", READING_SPEED_FROM, 0},
    {FORCING_WIND, "wspd", "wdir", READING_SPEED_FROM, 0},
    {FORCING_WIND, "u", "v", 0, NAME_BARE},
    {FORCING_WAVES, "vsdx", "vsdy", 0, 0},
    {FORCING_WAVES, "ustokes", "vstokes", 0, 0},
    {FORCING_WAVES, "ust", "vst", 0, 0},
    {FORCING_WAVES, "uuss", "vuss", 0, 0},
    {FORCING_SEA_TEMPERATURE, "sst", NULL, READING_SCALAR, 0},
    {FORCING_SEA_TEMPERATURE, "analysed_sst", NULL, READING_SCALAR, 0},
    {FORCING_SEA_TEMPERATURE, "thetao", NULL, READING_SCALAR, 0},
    {FORCING_SEA_TEMPERATURE, "votemper", NULL, READING_SCALAR, 0},
    {FORCING_SEA_TEMPERATURE, "water_temp", NULL, READING_SCALAR, 0},
};

enum {
    N_STANDARD = sizeof standard_names / sizeof *standard_names,
    N_PLAIN = sizeof plain_names / sizeof *plain_names
};

enum forcing_kind forcing_names_kind(const struct forcing_var *var)
{
    const char *name = forcing_att_text(var, "standard_name");
    for (size_t i = 0; name && i < N_STANDARD; i++)
        if (!strcasecmp(name, standard_names[i].u) ||
            (standard_names[i].v && !strcasecmp(name, standard_names[i].v)))
            return standard_names[i].kind;
    return FORCING_KINDS;
}

// "10 metre", "@ 10 m", "at 10m": the number before a unit of metres.
static double height_in(const char *text)
{
    double height;
    int used;
    for (const char *at = text; at && *at; at++) {
        bool begins =
            isdigit((unsigned char)*at) && (at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '.'));
        if (!begins || sscanf(at, "%lf%n", &height, &used) != 1)
            continue;
        const char *unit = at + used + strspn(at + used, " -_");
        size_t length = strspn(unit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        bool metres = (length == 1 && *unit == 'm') || (length >= 5 && !strncasecmp(unit, "met", 3));
        if (metres && unit[length] != '/' && strncmp(unit + length, " s", 2) &&
            strncmp(unit + length, "**", 2))
            return height;
    }
    return (double)NAN;
}

// u10, 10u, U10M, u100, x_wind_2m
static double height_of_name(const char *name)
{
    const char *digits = strpbrk(name, "0123456789");
    double height = 0;
    if (!digits || strlen(name) > 32 || sscanf(digits, "%5lf", &height) != 1)
        return (double)NAN;
    return height >= 2 && height <= 300 ? height : (double)NAN;
}

// A number before a unit of pressure in a text, or one beyond all heights in a name.
static bool pressure_in(const char *text)
{
    static const char *const units[] = {"hPa", "mb", "mbar", "millibar", "Pa"};
    for (const char *at = text; at && *at; at++) {
        if (!isdigit((unsigned char)*at))
            continue;
        at += strspn(at, "0123456789.");
        const char *unit = at + strspn(at, " -_");
        size_t length = strspn(unit, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        for (size_t k = 0; k < sizeof units / sizeof *units; k++)
            if (strlen(units[k]) == length && !strncasecmp(unit, units[k], length))
                return true;
        if (!*at)
            break;
    }
    return false;
}

bool forcing_names_aloft(const struct forcing_var *var)
{
    const char *digits = strpbrk(var->name, "0123456789");
    double number = 0;
    bool large = digits && strlen(var->name) <= 8 && sscanf(digits, "%5lf", &number) == 1 && number > 300 &&
                 number <= 1100;
    return large || pressure_in(var->name) || pressure_in(forcing_att_text(var, "long_name"));
}

double forcing_names_height(const struct forcing_var *var)
{
    double height = height_in(forcing_att_text(var, "long_name"));
    return isnan(height) ? height_of_name(var->name) : height;
}

static bool contains(const char *text, const char *word)
{
    return text && strcasestr(text, word);
}

// What the other texts of a variable named only "u" tell.
static bool bare_is(const struct forcing_var *var, enum forcing_kind kind)
{
    const char *title = forcing_att_text(var, "long_name"), *more = forcing_att_text(var, "description");
    bool wind = contains(title, "wind") || contains(more, "wind");
    return kind == FORCING_WIND ? wind : !wind;
}

// How well a variable suits among several of one name: fields before profiles, wind at 10 m before others.
static int suitability(const struct forcing_var *var, enum forcing_kind kind)
{
    if (!var->number || var->rank < 1)
        return 0;
    double height = forcing_names_height(var);
    if (kind == FORCING_WIND && forcing_names_aloft(var))
        return 1;
    if (kind == FORCING_WIND)
        return isnan(height) ? 2 : fabs(height - 10) < 0.5 ? 4 : 1;
    return contains(var->name, "total") || contains(var->name, "bar") ? 1 : 2;
}

// Where names are looked for: what is in several groups of a file under one name is not taken by chance.
struct search {
    const struct forcing_description *desc;
    enum forcing_kind kind;
    bool grouped; // only what is in several groups
};

static bool has_two(const struct forcing_description *desc, const struct forcing_var *var)
{
    for (int d = 0; var && d < var->rank; d++)
        if (desc->dims[var->dims[d]].length == 2 && !strcasecmp(desc->dims[var->dims[d]].name, "two"))
            return true;
    return false;
}

static const struct forcing_var *best_var(const struct search *search, const char *name, bool standard)
{
    const struct forcing_description *desc = search->desc;
    enum forcing_kind kind = search->kind;
    const struct forcing_var *best = NULL;
    int best_suits = 0;
    for (size_t i = 0; name && i < desc->n_vars; i++) {
        const struct forcing_var *var = &desc->vars[i];
        const char *slash = strrchr(var->name, '/');
        if (!slash == search->grouped)
            continue;
        const char *has = standard ? forcing_att_text(var, "standard_name") : slash ? slash + 1 : var->name;
        enum forcing_kind told = standard ? kind : forcing_names_kind(var);
        if (!has || strcasecmp(has, name) || (told != kind && told != FORCING_KINDS))
            continue;
        int suits = suitability(var, kind);
        if (suits > best_suits) {
            best = var;
            best_suits = suits;
        }
    }
    return best;
}

// One part alone may be half of what lies in two files: a component, or a standard name that says whose it
// is.
static bool may_be_half(const struct known *known, bool standard)
{
    return !(known->flags & NAME_VECTOR) &&
           (known->reading == READING_COMPONENTS || (standard && known->reading != READING_SCALAR));
}

static bool pair_find(const struct search *search, const struct known *known, bool standard,
                      struct forcing_pair *out)
{
    const struct forcing_var *u = best_var(search, known->u, standard),
                             *v = best_var(search, known->v, standard);
    bool bare = known->flags & NAME_BARE, vector = known->flags & NAME_VECTOR;
    if (bare && ((u && !bare_is(u, search->kind)) || (v && !bare_is(v, search->kind))))
        return false;
    if (vector && !has_two(search->desc, u))
        return false;
    if (!vector && has_two(search->desc, u))
        u = NULL;
    *out = (struct forcing_pair){u, v, known->reading, known->flags};
    if (u && contains(u->name, "total"))
        out->flags |= NAME_TOTAL;
    return u || v;
}

static bool find_in(const struct search *search, const struct known *table, size_t n, bool standard,
                    struct forcing_pair *out, struct forcing_pair *half)
{
    for (size_t i = 0; i < n; i++) {
        const struct known *known = &table[i];
        struct forcing_pair pair;
        if (known->kind != search->kind || !pair_find(search, known, standard, &pair))
            continue;
        if (pair.u && (pair.v || known->reading == READING_SCALAR)) {
            *out = pair;
            return true;
        }
        if (may_be_half(known, standard) && !half->u && !half->v)
            *half = pair;
    }
    return false;
}

static bool find(const struct search *search, struct forcing_pair *out)
{
    struct forcing_pair half = {0};
    if (find_in(search, standard_names, N_STANDARD, true, out, &half) ||
        find_in(search, plain_names, N_PLAIN, false, out, &half))
        return true;
    if (half.u || half.v)
        *out = half;
    return half.u || half.v;
}

bool forcing_names_find(const struct forcing_description *desc, enum forcing_kind kind,
                        struct forcing_pair *out)
{
    return find(&(struct search){desc, kind, false}, out);
}

const struct forcing_var *forcing_names_grouped(const struct forcing_description *desc,
                                                enum forcing_kind kind)
{
    struct forcing_pair pair;
    if (!find(&(struct search){desc, kind, true}, &pair))
        return NULL;
    return pair.u ? pair.u : pair.v;
}
