#include "sensor/sweep.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/units.h"
#include "sensor/objects.h"
#include "sensor/tables.h"

static const char manual[] = "US Coast Guard COMDTINST M16130.2F";

// Assumed where the case gives no height; the reason says so.
enum { AIRCRAFT_FT = 1000, HELICOPTER_FT = 500, BOAT_FT = 8 };
// From this eye height a vessel's bridge is taken as that of a merchant ship; below it the boat tables serve.
enum { BRIDGE_FT = 14 };
enum { FLOTATION_FT = 500, FLOTATION = 4 };

PH_PRINTF(5, 6)
static void factor_add(struct sensor_sweep *sweep, const char *name, double value, const char *source,
                       const char *reason, ...)
{
    struct sensor_factor *factor = &sweep->factor[sweep->n_factors++];
    factor->name = name;
    factor->value = value;
    factor->source = source;
    va_list args;
    va_start(args, reason);
    vsnprintf(factor->reason, sizeof factor->reason, reason, args);
    va_end(args);
    sweep->width_nm = strcmp(name, "table") ? sweep->width_nm * value : value;
}

// "between 5 and 10", "beyond the table: 30 taken", or nothing when it is a row of the table.
static void between_text(const struct sensor_between *b, char out[48])
{
    if (b->outside)
        snprintf(out, 48, " (beyond the table: %g taken)", b->lo);
    else if (b->lo != b->hi)
        snprintf(out, 48, " (between %g and %g)", b->lo, b->hi);
    else
        out[0] = '\0';
}

// Table and height of a setting.
struct place {
    enum sensor_table table;
    const char *name;
    double height_ft;
    bool assumed;
};

static struct place place_of(const struct sensor_setting *s)
{
    bool has_altitude = isfinite(s->altitude_ft), has_eye = isfinite(s->eye_height_m);
    double eye_ft = s->eye_height_m / CORE_M_PER_FT;
    switch (s->platform) {
    case SENSOR_HELICOPTER:
        return (struct place){TABLE_HELICOPTER, "Helicopter", has_altitude ? s->altitude_ft : HELICOPTER_FT,
                              !has_altitude};
    case SENSOR_VESSEL:
        if (!has_eye || eye_ft >= BRIDGE_FT)
            return (struct place){TABLE_MERCHANT, "Merchant ship's bridge", BRIDGE_FT, false};
        return (struct place){TABLE_BOAT, "Boat", eye_ft, false};
    case SENSOR_BOAT:
        return (struct place){TABLE_BOAT, "Boat", has_eye ? eye_ft : BOAT_FT, !has_eye};
    default:
        return (struct place){TABLE_AIRCRAFT, "Aircraft", has_altitude ? s->altitude_ft : AIRCRAFT_FT,
                              !has_altitude};
    }
}

static void table_add(const struct sensor_setting *s, size_t object, const struct place *place,
                      struct sensor_sweep *sweep)
{
    double width_nm;
    struct sensor_between height, visibility;
    char h_text[48], v_text[48];
    if (place->table == TABLE_MERCHANT &&
        sensor_table_width(TABLE_MERCHANT, object, 0, s->visibility_nm, &width_nm, &height, &visibility)) {
        between_text(&visibility, v_text);
        factor_add(sweep, "table", width_nm, "Pharos docs/search.md, merchant ship's bridge",
                   "%s, visibility %.3g NM%s", place->name, s->visibility_nm, v_text);
        return;
    }
    // What the bridge's table lacks is taken from a boat at 14 ft, with which its boats agree.
    enum sensor_table table = place->table == TABLE_MERCHANT ? TABLE_BOAT : place->table;
    sensor_table_width(table, object, place->height_ft, s->visibility_nm, &width_nm, &height, &visibility);
    between_text(&height, h_text);
    between_text(&visibility, v_text);
    factor_add(sweep, "table", width_nm, manual, "%s%s %.4g ft%s%s, visibility %.3g NM%s",
               table == place->table ? "" : "Bridge as boat: ", table == TABLE_BOAT ? "Boat" : place->name,
               place->height_ft, h_text, place->assumed ? " (assumed)" : "", s->visibility_nm, v_text);
}

// Wind over 15 kn or seas from 2 ft halve the width of small objects, over 25 kn or 4 ft quarter it; 0.9 for
// large objects in both.
static void weather_add(const struct sensor_setting *s, bool small, struct sensor_sweep *sweep)
{
    bool has_wind = isfinite(s->wind_kn), has_sea = isfinite(s->sea_height_ft);
    double wind_kn = has_wind ? s->wind_kn : 0, sea_ft = has_sea ? s->sea_height_ft : 0;
    const char *kind = small ? "person, raft or boat under 30 ft" : "boat from 30 ft or ship";
    char given[64] = "not given";
    if (has_wind && has_sea)
        snprintf(given, sizeof given, "wind %.3g kn, seas %.3g ft", wind_kn, sea_ft);
    else if (has_wind || has_sea)
        snprintf(given, sizeof given, has_wind ? "wind %.3g kn" : "seas %.3g ft",
                 has_wind ? wind_kn : sea_ft);
    if (wind_kn > 25 || sea_ft > 4)
        factor_add(sweep, "weather", small ? 0.25 : 0.9, manual, "%s: over 25 kn or 4 ft, %s", given, kind);
    else if (wind_kn > 15 || sea_ft >= 2)
        factor_add(sweep, "weather", small ? 0.5 : 0.9, manual, "%s: over 15 kn or from 2 ft, %s", given,
                   kind);
    else
        factor_add(sweep, "weather", 1.0, manual, "%s: %s", given,
                   has_wind || has_sea ? "up to 15 kn and under 2 ft" : "calm is assumed");
}

static void speed_add(const struct sensor_setting *s, const struct sensor_object *object,
                      struct sensor_sweep *sweep)
{
    bool helicopter = s->platform == SENSOR_HELICOPTER;
    if (!helicopter && s->platform != SENSOR_AIRCRAFT)
        return;
    if (!isfinite(s->speed_kn)) {
        factor_add(sweep, "speed", 1.0, manual, "speed not given: the table's own is assumed");
        return;
    }
    const double *speeds_kn = helicopter ? sensor_helicopter_speeds_kn : sensor_aircraft_speeds_kn;
    const double *value = helicopter ? object->helicopter_speed : object->aircraft_speed;
    struct sensor_between b = sensor_between_of(speeds_kn, helicopter ? 4 : 3, s->speed_kn);
    char text[48];
    between_text(&b, text);
    factor_add(sweep, "speed", value[b.i_lo] + b.frac * (value[b.i_hi] - value[b.i_lo]), manual,
               "%s %.4g kn%s", helicopter ? "helicopter" : "fixed wing", s->speed_kn, text);
}

static void flotation_add(const struct sensor_setting *s, const struct place *place,
                          struct sensor_sweep *sweep)
{
    bool air = s->platform == SENSOR_AIRCRAFT || s->platform == SENSOR_HELICOPTER;
    if (air && !place->assumed && place->height_ft <= FLOTATION_FT)
        factor_add(sweep, "flotation", FLOTATION, manual,
                   "person wears flotation, seen from %.4g ft (up to 500 ft)", place->height_ft);
}

static enum ph_status refuse_unknown(const struct sensor_setting *s, struct ph_err *err)
{
    static const char fix[] = "give sweep_width_nm for this asset";
    if (s->kind != SENSOR_VISUAL)
        return core_err_set(err, PH_EINPUT, NULL, fix, "no public table of sweep widths for %s",
                            s->kind == SENSOR_RADAR ? "radar" : "infrared");
    if (s->night)
        return core_err_set(err, PH_EINPUT, NULL, fix,
                            "no public table of sweep widths for searching at night");
    if (s->platform == SENSOR_DRONE)
        return core_err_set(err, PH_EINPUT, NULL, fix, "no public table of sweep widths for drones");
    if (!(s->visibility_nm > 0) || !isfinite(s->visibility_nm))
        return core_err_set(err, PH_EINPUT, NULL,
                            "give conditions.visibility_nm, or sweep_width_nm for this asset",
                            "the sweep width needs a visibility");
    return PH_OK;
}

// Nobody sees farther than the visibility.
static void limit_add(const struct sensor_setting *s, struct sensor_sweep *sweep)
{
    double most_nm = 2 * s->visibility_nm;
    if (sweep->width_nm > most_nm)
        factor_add(sweep, "limit", most_nm / sweep->width_nm, "geometry",
                   "not more than twice the visibility of %.3g NM", s->visibility_nm);
}

enum ph_status sensor_sweep_of(const struct sensor_setting *setting, const char *search_object,
                               struct sensor_sweep *out, struct ph_err *err)
{
    struct sensor_sweep sweep = {0};
    bool flotation = false;
    size_t object = sensor_object_index(search_object, &flotation, &sweep.search_object);
    if (object == SENSOR_OBJECTS)
        return core_err_set(err, PH_EINPUT, "search_object", "see the list that `pharos objects` prints",
                            "'%s' is not a search object of the tables", search_object ? search_object : "");
    if (!isnan(setting->sweep_width_nm)) {
        factor_add(&sweep, "table", setting->sweep_width_nm, "the case",
                   "given outright: no table, no factor");
        sweep.factor[0].name = "given";
        *out = sweep;
        return PH_OK;
    }
    enum ph_status status = refuse_unknown(setting, err);
    if (status)
        return status;
    struct place place = place_of(setting);
    const struct sensor_object *row = sensor_table_object(object);
    table_add(setting, object, &place, &sweep);
    weather_add(setting, row->small, &sweep);
    speed_add(setting, row, &sweep);
    if (setting->fatigue)
        factor_add(&sweep, "fatigue", 0.9, manual, "the crew is tired");
    if (flotation)
        flotation_add(setting, &place, &sweep);
    limit_add(setting, &sweep);
    *out = sweep;
    return PH_OK;
}
