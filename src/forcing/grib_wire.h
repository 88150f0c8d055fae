// What the decoding process says of the fields of a GRIB file: plain numbers and texts of fixed size, in
// memory it shares with us. They are copied before they are looked at, and nothing in them is trusted.
#ifndef FORCING_GRIB_WIRE_H
#define FORCING_GRIB_WIRE_H

#include <stdint.h>

enum { GRIB_TEXT = 32, GRIB_BATCH = 256 };

// A date and time as the file writes it, not checked.
struct forcing_grib_date {
    int64_t year, month, day, hour, minute, second;
};

// Where points lie; NAN: the file does not say. The first and last points are those of the file's scanning;
// the values are given in rows from south to north, each from west to east.
struct forcing_grib_keys_grid {
    char type[GRIB_TEXT]; // ecCodes' gridType: "regular_ll"
    uint64_t hash;        // the same for fields whose grid sections are the same bytes
    int64_t ni, nj;       // 0: not in rows
    int64_t n_points;
    int64_t gaussian_n;
    uint8_t i_negative, j_positive, j_consecutive, alternating; // scanning
    uint8_t relative_to_grid;                                   // vectors point along i and j
    uint8_t south_pole;                                         // projections: the plane touches there
    double first_lat_deg, first_lon_deg, last_lat_deg, last_lon_deg;
    double di_deg, dj_deg;
    double pole_lat_deg, pole_lon_deg, pole_angle_deg; // southern pole of rotation
    double lad_deg, lov_deg, latin1_deg, latin2_deg, orientation_deg;
    double dx_m, dy_m;
    double major_m, minor_m; // of the earth; equal for a sphere
};

struct forcing_grib_keys {
    uint64_t offset, length; // of the message in the (unpacked) file
    uint32_t field;          // in the message
    int32_t failed;          // 0, or ecCodes' error: then nothing else is set
    int32_t edition, centre;
    int32_t discipline, category, number; // edition 1: -1, table version, parameter
    int32_t surface;                      // type of the level: code table 4.5; edition 1: table 3
    double level;
    char name[GRIB_TEXT]; // ecCodes' shortName
    char units[GRIB_TEXT];
    char level_type[GRIB_TEXT]; // ecCodes' typeOfLevel
    char packing[GRIB_TEXT];
    int32_t member;    // of an ensemble, -1: none
    int32_t derived;   // from all members (code table 4.7), -1: not
    int32_t statistic; // over an interval (code table 4.10), -1: at a time
    int32_t significance;
    struct forcing_grib_date reference, end; // end: of the interval (edition 2)
    int32_t time_unit;                       // code table 4.4
    int64_t step, step_end;                  // in time_unit; step_end of edition 1
    struct forcing_grib_keys_grid grid;
};

// At the start of the shared memory while an index is made, kept up to date at each message: when decoding
// one kills the process, it tells which, and all before it stay good.
struct forcing_grib_progress {
    uint64_t at;      // where the message in hand begins
    uint64_t next;    // where to go on
    uint64_t n;       // keys that follow
    uint64_t damaged; // messages without an end
    uint64_t done;    // 1: the end of the file
};

enum forcing_grib_array { GRIB_ARRAY_PL, GRIB_ARRAY_LATITUDES };

#endif
