// Sweep width: table value x factors, every one of them with its source.
#ifndef SENSOR_SWEEP_H
#define SENSOR_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "object/leeway.h"
#include "pharos/pharos.h"

enum sensor_platform { SENSOR_AIRCRAFT, SENSOR_HELICOPTER, SENSOR_VESSEL, SENSOR_BOAT, SENSOR_DRONE };
enum sensor_kind { SENSOR_VISUAL, SENSOR_RADAR, SENSOR_INFRARED };

struct sensor_setting { // NAN where not given
    enum sensor_platform platform;
    enum sensor_kind kind;
    double speed_kn;
    double altitude_ft, eye_height_m;
    double sweep_width_nm; // given outright: no table, no factor
    double visibility_nm, wind_kn, sea_height_ft;
    bool fatigue, night;
};

// One factor of the product: sweep width = table x weather x speed x fatigue (x 4 for flotation).
struct sensor_factor {
    const char *name;   // "table", "weather", "speed", "fatigue", "flotation"
    double value;       // NM for "table", else without unit
    char reason[160];   // "Aircraft 1000 ft, visibility 8 NM (between 5 and 10)"
    const char *source; // "COMDTINST M16130.2F, table H-19"
};
enum { SENSOR_MAX_FACTORS = 6 };

struct sensor_sweep {
    double width_nm;
    const char *search_object; // "Raft 10 person"
    struct sensor_factor factor[SENSOR_MAX_FACTORS];
    size_t n_factors;
};

// Sweep width of a setting against a search object. PH_EINPUT when the tables say nothing: night, radar,
// infrared, no visibility (err says: give sweep_width_nm). Heights, visibilities and speeds outside the
// table take its edge, and the reason says so.
enum ph_status sensor_sweep_of(const struct sensor_setting *setting, const char *search_object,
                               struct sensor_sweep *out, struct ph_err *err) PH_NODISCARD;

// The search object that stands for a leeway class (a visible map, `pharos objects` prints it): persons > 0
// chooses among rafts and boats by size. Never NULL. key NULL: custom coefficients, by label or "Raft 10
// person".
const char *sensor_object_for(const char *leeway_key, const char *preset, int persons);

// All search objects of the tables; NULL at the end.
const char *sensor_object_at(size_t i);

// Lateral range curves: p(x) for a sweep width W, and POD of an even parallel sweep at coverage C.
enum sensor_curve { SENSOR_INVERSE_CUBE, SENSOR_RANDOM, SENSOR_DEFINITE, SENSOR_M_BETA, SENSOR_GAUSSIAN };
double sensor_lateral_range(enum sensor_curve curve, double x_m, double width_m);
double sensor_pod(enum sensor_curve curve, double coverage);

#endif
