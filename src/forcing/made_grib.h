// For tests: small GRIB files of the analytic field of made_file.h, written through ecCodes in any scanning
// order, packing and edition.
#ifndef FORCING_MADE_GRIB_H
#define FORCING_MADE_GRIB_H

#include <eccodes.h>

#include "forcing/made_file.h"

struct made_grib {
    int edition;                      // 0: 2
    const char *sample;               // NULL: regular_ll_sfc_grib1 or 2
    const char *packing;              // NULL: the sample's
    int discipline, category, number; // edition 1: number only, of table 2 version 2; number 0: u of wind
    int part;           // 0: the value of made_u, 1: of made_v, 2: speed, 3: direction from, 4: 280 + u
    int surface;        // 0: 103 (edition 1: 105)
    int level;          // 0 with surface 0: 10
    int hour, hour_end; // after 2026-01-01T00Z; hour_end > 0: a mean
    int member;         // > 0: of an ensemble
    int ni, nj;         // 0: 9 x 7 points from 10 E to 14 E, 36 N to 33 N
    double west, east, south, north;
    bool i_negative, j_positive, j_consecutive, alternating;
    bool (*land)(double lon, double lat);
};

__attribute__((unused)) static int made_ec(int failed, const char *what)
{
    if (failed) {
        printf("Bail out! ecCodes: %s: %s\n", what, codes_get_error_message(failed));
        exit(1);
    }
    return failed;
}

__attribute__((unused)) static void made_set(codes_handle *handle, const char *key, long value)
{
    made_ec(codes_set_long(handle, key, value), key);
}

__attribute__((unused)) static void made_setd(codes_handle *handle, const char *key, double value)
{
    made_ec(codes_set_double(handle, key, value), key);
}

__attribute__((unused)) static double made_grib_value(const struct made_grib *made, double lon, double lat)
{
    double u = made_u(lon, lat, made->hour), v = made_v(lon, lat, made->hour);
    switch (made->part) {
    case 0:
        return u;
    case 1:
        return v;
    case 2:
        return hypot(u, v);
    case 3:
        return fmod(atan2(-u, -v) * 180 / 3.14159265358979323846 + 360, 360);
    default:
        return 280 + u;
    }
}

static void made_grib_grid(const struct made_grib *made, codes_handle *handle)
{
    made_set(handle, "Ni", made->ni);
    made_set(handle, "Nj", made->nj);
    made_set(handle, "iScansNegatively", made->i_negative);
    made_set(handle, "jScansPositively", made->j_positive);
    made_set(handle, "jPointsAreConsecutive", made->j_consecutive);
    if (made->alternating)
        made_set(handle, "alternativeRowScanning", 1);
    double first = made->i_negative ? made->east : made->west,
           last = made->i_negative ? made->west : made->east;
    made_setd(handle, "latitudeOfFirstGridPointInDegrees", made->j_positive ? made->south : made->north);
    made_setd(handle, "latitudeOfLastGridPointInDegrees", made->j_positive ? made->north : made->south);
    made_setd(handle, "longitudeOfFirstGridPointInDegrees", fmod(first + 360, 360));
    made_setd(handle, "longitudeOfLastGridPointInDegrees", fmod(last + 360, 360));
    made_setd(handle, "iDirectionIncrementInDegrees", (made->east - made->west) / (made->ni - 1));
    made_setd(handle, "jDirectionIncrementInDegrees", (made->north - made->south) / (made->nj - 1));
}

// The values in the order of scanning.
static void made_grib_values(const struct made_grib *made, codes_handle *handle)
{
    size_t ni = (size_t)made->ni, nj = (size_t)made->nj, n = ni * nj;
    double *value = malloc(n * sizeof *value);
    if (made->land) {
        made_setd(handle, "missingValue", 9999);
        made_set(handle, "bitmapPresent", 1);
    }
    for (size_t k = 0; k < n; k++) {
        size_t outer = made->j_consecutive ? k / nj : k / ni, inner = made->j_consecutive ? k % nj : k % ni;
        if (made->alternating && outer % 2)
            inner = (made->j_consecutive ? nj : ni) - 1 - inner;
        size_t i = made->j_consecutive ? outer : inner, j = made->j_consecutive ? inner : outer;
        double x = (double)i / (double)(ni - 1), y = (double)j / (double)(nj - 1);
        double lon = made->i_negative ? made->east + (made->west - made->east) * x
                                      : made->west + (made->east - made->west) * x;
        double lat = made->j_positive ? made->south + (made->north - made->south) * y
                                      : made->north + (made->south - made->north) * y;
        value[k] = made->land && made->land(lon, lat) ? 9999 : made_grib_value(made, lon, lat);
    }
    made_ec(codes_set_double_array(handle, "values", value, n), "values");
    free(value);
}

static void made_grib_product_2(const struct made_grib *made, codes_handle *handle)
{
    if (made->hour_end)
        made_set(handle, "productDefinitionTemplateNumber", 8);
    else if (made->member > 0)
        made_set(handle, "productDefinitionTemplateNumber", 1);
    made_set(handle, "discipline", made->discipline);
    made_set(handle, "parameterCategory", made->category);
    made_set(handle, "parameterNumber", made->number);
    made_set(handle, "typeOfFirstFixedSurface", made->surface);
    made_set(handle, "scaleFactorOfFirstFixedSurface", 0);
    made_set(handle, "scaledValueOfFirstFixedSurface", made->level);
    made_set(handle, "significanceOfReferenceTime", 1);
    made_set(handle, "indicatorOfUnitOfTimeRange", 1);
    made_set(handle, "forecastTime", made->hour);
    if (made->hour_end) {
        made_set(handle, "typeOfStatisticalProcessing", 0);
        made_set(handle, "dayOfEndOfOverallTimeInterval", 1 + made->hour_end / 24);
        made_set(handle, "monthOfEndOfOverallTimeInterval", 1);
        made_set(handle, "yearOfEndOfOverallTimeInterval", 2026);
        made_set(handle, "hourOfEndOfOverallTimeInterval", made->hour_end % 24);
        made_set(handle, "lengthOfTimeRange", made->hour_end - made->hour);
    }
    if (made->member > 0)
        made_set(handle, "perturbationNumber", made->member);
}

static void made_grib_product_1(const struct made_grib *made, codes_handle *handle)
{
    made_set(handle, "centre", 7);
    made_set(handle, "table2Version", 2);
    made_set(handle, "indicatorOfParameter", made->number);
    made_set(handle, "indicatorOfTypeOfLevel", made->surface);
    made_set(handle, "level", made->level);
    made_set(handle, "indicatorOfUnitOfTimeRange", 1);
    made_set(handle, "timeRangeIndicator", made->hour_end ? 3 : 0);
    made_set(handle, "P1", made->hour);
    made_set(handle, "P2", made->hour_end);
}

// What is not said.
static struct made_grib made_grib_full(struct made_grib made)
{
    made.edition = made.edition ? made.edition : 2;
    if (!made.number && !made.discipline) {
        made.category = 2;
        made.number = made.edition == 1 ? 33 + made.part : 2 + made.part;
    }
    if (!made.surface) {
        made.surface = made.edition == 1 ? 105 : 103;
        made.level = made.level ? made.level : 10;
    }
    if (!made.ni) {
        made.ni = 9;
        made.nj = 7;
        made.west = 10;
        made.east = 14;
        made.south = 33;
        made.north = 36;
    }
    return made;
}

__attribute__((unused)) static codes_handle *made_grib_handle(struct made_grib short_made)
{
    struct made_grib made = made_grib_full(short_made);
    const char *sample = made.edition == 1 ? "regular_ll_sfc_grib1" : "regular_ll_sfc_grib2";
    codes_handle *handle = codes_handle_new_from_samples(NULL, made.sample ? made.sample : sample);
    if (!handle)
        made_ec(CODES_FILE_NOT_FOUND, "samples");
    made_set(handle, "dataDate", 20260101);
    made_set(handle, "dataTime", 0);
    if (made.edition == 1)
        made_grib_product_1(&made, handle);
    else
        made_grib_product_2(&made, handle);
    made_grib_grid(&made, handle);
    made_set(handle, "bitsPerValue", 24);
    made_grib_values(&made, handle);
    if (made.packing) {
        size_t length = strlen(made.packing);
        made_ec(codes_set_string(handle, "packingType", made.packing, &length), made.packing);
        made_grib_values(&made, handle);
    }
    return handle;
}

// Adds a field to a file; `how` is fopen's.
__attribute__((unused)) static void made_grib_add(struct made_grib made, const char *path, const char *how)
{
    const void *bytes;
    size_t n;
    codes_handle *handle = made_grib_handle(made);
    FILE *file = fopen(path, how);
    made_ec(codes_get_message(handle, &bytes, &n), "message");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file))
        exit(1);
    codes_handle_delete(handle);
}

// u and v alike.
__attribute__((unused)) static void made_grib_pair(struct made_grib made, const char *path, const char *how)
{
    bool stated = made.number || made.discipline;
    made_grib_add(made, path, how);
    made.part = 1;
    made.number = stated ? made.number + 1 : 0;
    made_grib_add(made, path, "ab");
}

#endif
