// The published sweep width tables: US Coast Guard COMDTINST M16130.2F, and the merchant ship's bridge.
#ifndef SENSOR_TABLES_H
#define SENSOR_TABLES_H

#include <stdbool.h>
#include <stddef.h>

enum sensor_table { TABLE_AIRCRAFT, TABLE_BOAT, TABLE_HELICOPTER, TABLE_MERCHANT };

enum { SENSOR_OBJECTS = 25, SENSOR_VISIBILITIES = 7, SENSOR_PERSON = 0 };

struct sensor_object {
    const char *name; // "Raft 10 person"
    bool small;       // person, raft or boat under 30 ft: the weather counts more
    double aircraft_speed[3], helicopter_speed[4]; // factors at sensor_*_speeds_kn
};

extern const double sensor_aircraft_speeds_kn[3], sensor_helicopter_speeds_kn[4];

const struct sensor_object *sensor_table_object(size_t i); // NULL at the end

// Where a value lies between two rows of a table; at an edge lo == hi.
struct sensor_between {
    double lo, hi, frac;
    size_t i_lo, i_hi;
    bool outside;
};
struct sensor_between sensor_between_of(const double *row, size_t n, double x);

// Sweep width (NM) at a height (ft; unused for the bridge) and visibility (NM), linear between rows, the edge
// beyond them. False when the table does not know the object (the bridge: one-person rafts, sailboats,
// ships).
bool sensor_table_width(enum sensor_table table, size_t object, double height_ft, double visibility_nm,
                        double *width_nm, struct sensor_between *height, struct sensor_between *visibility);

#endif
