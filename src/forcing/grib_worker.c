#include "forcing/grib_worker.h"

#include <eccodes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "forcing/grib_message.h"

// 0.05 degrees over the globe is 26 million points.
#define MOST_POINTS (64UL << 20)
// What a missing point gets while ecCodes decodes; no packing can make it.
#define MISSING_VALUE 9.99e35

const char *forcing_grib_worker_tables(void)
{
    clearenv();
    const char *path = codes_definition_path(codes_context_get_default());
    return path && strncmp(path, "/MEMFS", 6) ? path : NULL;
}

// One field as ecCodes sees it, and the copy that it looks at when the message holds several.
struct field {
    codes_handle *handle;
    unsigned char *copy;
    const unsigned char *bytes;
    size_t n;
};

static void field_close(struct field *field)
{
    if (field->handle)
        codes_handle_delete(field->handle);
    free(field->copy);
    *field = (struct field){0};
}

static int field_open(const unsigned char *message, size_t n, size_t n_fields, uint32_t index,
                      struct field *out)
{
    struct field field = {.bytes = message, .n = n};
    if (n_fields != 1) {
        field.copy = malloc(n);
        if (!field.copy)
            return CODES_OUT_OF_MEMORY;
        field.n = forcing_grib_field(message, n, index, field.copy);
        field.bytes = field.copy;
    }
    if (field.n)
        field.handle = codes_handle_new_from_message(NULL, field.bytes, field.n);
    if (!field.handle) {
        field_close(&field);
        return CODES_WRONG_LENGTH;
    }
    *out = field;
    return CODES_SUCCESS;
}

static long get_long(const codes_handle *handle, const char *key, long otherwise)
{
    long value;
    if (codes_get_long(handle, key, &value) || value == CODES_MISSING_LONG)
        return otherwise;
    return value;
}

static int32_t get_int(const codes_handle *handle, const char *key, int32_t otherwise)
{
    long value = get_long(handle, key, otherwise);
    return value < INT32_MIN || value > INT32_MAX ? otherwise : (int32_t)value;
}

static double get_double(const codes_handle *handle, const char *key)
{
    double value;
    if (codes_get_double(handle, key, &value) || value == CODES_MISSING_DOUBLE)
        return (double)NAN;
    return value;
}

static void get_text(const codes_handle *handle, const char *key, char out[GRIB_TEXT])
{
    char text[256] = "";
    size_t n = sizeof text;
    if (codes_get_string(handle, key, text, &n))
        text[0] = 0;
    text[GRIB_TEXT - 1] = 0;
    memcpy(out, text, GRIB_TEXT);
}

static void put_shape(const codes_handle *handle, struct forcing_grib_keys_grid *grid)
{
    get_text(handle, "gridType", grid->type);
    grid->ni = get_long(handle, "Ni", 0);
    grid->nj = get_long(handle, "Nj", 0);
    grid->ni = grid->ni > 0 ? grid->ni : 0; // reduced grids have rows only
    grid->nj = grid->nj > 0 ? grid->nj : 0;
    grid->n_points = get_long(handle, "numberOfDataPoints", 0);
    if (grid->n_points <= 0)
        grid->n_points = get_long(handle, "numberOfPoints", 0);
    grid->gaussian_n = get_long(handle, "N", 0);
    grid->i_negative = get_long(handle, "iScansNegatively", 0) == 1;
    grid->j_positive = get_long(handle, "jScansPositively", 0) == 1;
    grid->j_consecutive = get_long(handle, "jPointsAreConsecutive", 0) == 1;
    grid->alternating = get_long(handle, "alternativeRowScanning", 0) == 1;
    // Bit 5 of flag table 3.3 (edition 1: table 7). ecCodes has a key of its own for it, but not for every
    // grid.
    long flags = get_long(handle, "resolutionAndComponentFlags", -1);
    grid->relative_to_grid = flags >= 0 ? (flags & 8) != 0 : get_long(handle, "uvRelativeToGrid", 0) == 1;
}

// Keys that only some grids have stay NAN.
static void put_grid(const codes_handle *handle, struct forcing_grib_keys_grid *grid)
{
    put_shape(handle, grid);
    grid->first_lat_deg = get_double(handle, "latitudeOfFirstGridPointInDegrees");
    grid->first_lon_deg = get_double(handle, "longitudeOfFirstGridPointInDegrees");
    grid->last_lat_deg = get_double(handle, "latitudeOfLastGridPointInDegrees");
    grid->last_lon_deg = get_double(handle, "longitudeOfLastGridPointInDegrees");
    grid->di_deg = get_double(handle, "iDirectionIncrementInDegrees");
    grid->dj_deg = get_double(handle, "jDirectionIncrementInDegrees");
    grid->pole_lat_deg = get_double(handle, "latitudeOfSouthernPoleInDegrees");
    grid->pole_lon_deg = get_double(handle, "longitudeOfSouthernPoleInDegrees");
    grid->pole_angle_deg = get_double(handle, "angleOfRotationInDegrees");
    grid->lad_deg = get_double(handle, "LaDInDegrees");
    grid->lov_deg = get_double(handle, "LoVInDegrees");
    if (isnan(grid->lov_deg))
        grid->lov_deg = get_double(handle, "orientationOfTheGridInDegrees");
    grid->latin1_deg = get_double(handle, "Latin1InDegrees");
    grid->latin2_deg = get_double(handle, "Latin2InDegrees");
    grid->orientation_deg = get_double(handle, "orientationOfTheGridInDegrees");
    grid->dx_m = get_double(handle, "DxInMetres");
    grid->dy_m = get_double(handle, "DyInMetres");
    if (isnan(grid->dx_m))
        grid->dx_m = get_double(handle, "DiInMetres");
    if (isnan(grid->dy_m))
        grid->dy_m = get_double(handle, "DjInMetres");
    grid->south_pole = (get_long(handle, "projectionCentreFlag", 0) & 0x80) != 0;
    grid->major_m = grid->minor_m = get_double(handle, "radius");
    if (isnan(grid->major_m)) {
        grid->major_m = get_double(handle, "earthMajorAxisInMetres");
        grid->minor_m = get_double(handle, "earthMinorAxisInMetres");
    }
}

static void put_times_1(const codes_handle *handle, struct forcing_grib_keys *keys)
{
    long century = get_long(handle, "centuryOfReferenceTimeOfData", 0), range;
    keys->reference = (struct forcing_grib_date){(century - 1) * 100 + get_long(handle, "yearOfCentury", 0),
                                                 get_long(handle, "month", 0),
                                                 get_long(handle, "day", 0),
                                                 get_long(handle, "hour", 0),
                                                 get_long(handle, "minute", 0),
                                                 0};
    keys->time_unit = get_int(handle, "unitOfTimeRange", 255);
    keys->significance = 1;
    range = get_long(handle, "timeRangeIndicator", -1);
    long p1 = get_long(handle, "P1", 0), p2 = get_long(handle, "P2", 0);
    // Code table 5. 0: at P1; 1: an analysis; 2 to 5: from P1 to P2; 10: P1 in both bytes.
    static const int32_t statistics[] = {-1, -1, 9, 0, 1, 4};
    keys->statistic = range >= 0 && range <= 5 ? statistics[range] : range == 10 ? -1 : 255;
    keys->step = range == 1 ? 0 : range == 10 ? p1 * 256 + p2 : p1;
    keys->step_end = range >= 2 && range <= 5 ? p2 : keys->step;
    if (range == 10 && get_long(handle, "P1", 0) > 255) // ecCodes gives the two bytes as one already
        keys->step = keys->step_end = p1;
}

static void put_times_2(const codes_handle *handle, struct forcing_grib_keys *keys)
{
    keys->reference = (struct forcing_grib_date){
        get_long(handle, "year", 0), get_long(handle, "month", 0),  get_long(handle, "day", 0),
        get_long(handle, "hour", 0), get_long(handle, "minute", 0), get_long(handle, "second", 0)};
    keys->significance = get_int(handle, "significanceOfReferenceTime", 255);
    keys->time_unit = get_int(handle, "indicatorOfUnitOfTimeRange", 255);
    keys->step = keys->step_end = get_long(handle, "forecastTime", 0);
    keys->statistic = get_int(handle, "typeOfStatisticalProcessing", -1);
    keys->end = (struct forcing_grib_date){get_long(handle, "yearOfEndOfOverallTimeInterval", 0),
                                           get_long(handle, "monthOfEndOfOverallTimeInterval", 0),
                                           get_long(handle, "dayOfEndOfOverallTimeInterval", 0),
                                           get_long(handle, "hourOfEndOfOverallTimeInterval", 0),
                                           get_long(handle, "minuteOfEndOfOverallTimeInterval", 0),
                                           get_long(handle, "secondOfEndOfOverallTimeInterval", 0)};
}

static void put_parameter(const codes_handle *handle, struct forcing_grib_keys *keys)
{
    bool first = keys->edition == 1;
    keys->centre = get_int(handle, "centre", -1);
    keys->discipline = first ? -1 : get_int(handle, "discipline", -1);
    keys->category = get_int(handle, first ? "table2Version" : "parameterCategory", -1);
    keys->number = get_int(handle, first ? "indicatorOfParameter" : "parameterNumber", -1);
    keys->surface = get_int(handle, first ? "indicatorOfTypeOfLevel" : "typeOfFirstFixedSurface", -1);
    keys->level = get_double(handle, "level");
    if (!first) {
        long factor = get_long(handle, "scaleFactorOfFirstFixedSurface", 0);
        double scaled = get_double(handle, "scaledValueOfFirstFixedSurface");
        if (!isnan(scaled) && labs(factor) < 30)
            keys->level = scaled / pow(10, (double)factor);
    }
    get_text(handle, "shortName", keys->name);
    get_text(handle, "units", keys->units);
    get_text(handle, "typeOfLevel", keys->level_type);
    get_text(handle, "packingType", keys->packing);
    keys->member = get_int(handle, first ? "number" : "perturbationNumber", -1);
    // Single forecasts of some centres are "member 0 of 0".
    if (first && keys->member == 0 && get_long(handle, "totalNumber", 0) <= 0)
        keys->member = -1;
    keys->derived = first ? -1 : get_int(handle, "derivedForecast", -1);
}

static void put_keys(const struct field *field, struct forcing_grib_keys *keys)
{
    keys->edition = get_int(field->handle, "edition", 0);
    put_parameter(field->handle, keys);
    if (keys->edition == 1)
        put_times_1(field->handle, keys);
    else
        put_times_2(field->handle, keys);
    put_grid(field->handle, &keys->grid);
    keys->grid.hash = forcing_grib_grid_hash(field->bytes, field->n);
}

// A variable that would have ecCodes read other tables than its own; processes forget the environment.
static bool environment_speaks(void)
{
    for (char **at = environ; at && *at; at++)
        if (!strncmp(*at, "ECCODES_", 8) || !strncmp(*at, "GRIB_", 5) || !strncmp(*at, "CODES_", 6))
            return true;
    return false;
}

void forcing_grib_worker_warm(int edition, int centre)
{
    // Tables stay in memory, so only those of centres that have some of their own: Melbourne, Washington,
    // Tokyo, Montreal, Exeter, Offenbach, Rome, Norrkoeping, Toulouse, Helsinki, Oslo, Copenhagen, ECMWF,
    // Madrid.
    static const int centres[] = {1, 7, 34, 54, 74, 78, 80, 82, 85, 86, 88, 94, 98, 214};
    bool known = false;
    for (size_t c = 0; c < sizeof centres / sizeof *centres; c++)
        known = known || centres[c] == centre;
    if (!known || environment_speaks())
        return;
    codes_handle *handle = codes_grib_handle_new_from_samples(NULL, edition == 1 ? "GRIB1" : "GRIB2");
    struct field field = {.handle = handle};
    struct forcing_grib_keys keys = {0};
    const void *bytes;
    if (!handle)
        return;
    if (!codes_set_long(handle, "centre", centre) && !codes_get_message(handle, &bytes, &field.n)) {
        field.bytes = bytes;
        put_keys(&field, &keys);
    }
    codes_handle_delete(handle);
}

// All fields of a message, or none when they would not fit.
static bool message_index(struct forcing_grib_worker *worker, const struct forcing_grib_message *message,
                          struct forcing_grib_progress *progress)
{
    const unsigned char *bytes = worker->bytes + message->offset;
    struct forcing_grib_keys *all = (struct forcing_grib_keys *)(void *)(worker->shared + sizeof *progress);
    size_t most = (worker->shared_bytes - sizeof *progress) / sizeof *all;
    size_t n_fields = forcing_grib_fields(bytes, message->length);
    if (!n_fields) {
        progress->damaged++;
        return true;
    }
    if (n_fields > most - progress->n) {
        progress->damaged += !progress->n; // more than any real message has
        return !progress->n;
    }
    size_t n = (size_t)progress->n;
    for (uint32_t f = 0; f < n_fields; f++, n++) {
        struct field field;
        all[n] = (struct forcing_grib_keys){.offset = message->offset, .length = message->length, .field = f};
        all[n].failed = field_open(bytes, message->length, n_fields, f, &field);
        if (all[n].failed)
            continue;
        put_keys(&field, &all[n]);
        field_close(&field);
    }
    progress->n = n;
    return true;
}

void forcing_grib_worker_index(struct forcing_grib_worker *worker, uint64_t from)
{
    struct forcing_grib_progress *progress = (struct forcing_grib_progress *)(void *)worker->shared;
    *progress = (struct forcing_grib_progress){.at = from, .next = from};
    size_t at = from < worker->n_bytes ? (size_t)from : worker->n_bytes;
    while (progress->n < GRIB_BATCH) {
        struct forcing_grib_message message;
        size_t before = at;
        enum forcing_grib_scan scan = forcing_grib_next(worker->bytes, worker->n_bytes, &at, &message);
        if (scan == GRIB_SCAN_END) {
            progress->done = 1;
            return;
        }
        progress->at = message.offset;
        if (scan == GRIB_SCAN_DAMAGED)
            progress->damaged++;
        else if (!message_index(worker, &message, progress)) {
            progress->next = before;
            return;
        }
        progress->next = at;
    }
}

// How a field is scanned.
struct scan {
    size_t ni, nj;
    bool i_negative, j_positive, consecutive, alternating;
};

// Index in the file of the value at row j from the south, column i from the west.
static size_t place_in_file(const struct scan *scan, size_t i, size_t j)
{
    size_t a = scan->i_negative ? scan->ni - 1 - i : i, b = scan->j_positive ? j : scan->nj - 1 - j;
    if (scan->consecutive)
        return a * scan->nj + (scan->alternating && a % 2 ? scan->nj - 1 - b : b);
    return b * scan->ni + (scan->alternating && b % 2 ? scan->ni - 1 - a : a);
}

// Brings values to rows from south to north, each from west to east, whatever way they were scanned. Values
// that are not in rows and columns stay as they are.
static int rows_make(const codes_handle *handle, double **values, size_t n, size_t *columns)
{
    long ni = get_long(handle, "Ni", 0), nj = get_long(handle, "Nj", 0);
    *columns = n;
    if (ni <= 0 || nj <= 0 || (unsigned long)ni > n || (size_t)ni * (size_t)nj != n)
        return CODES_SUCCESS;
    struct scan scan = {(size_t)ni,
                        (size_t)nj,
                        get_long(handle, "iScansNegatively", 0) == 1,
                        get_long(handle, "jScansPositively", 0) == 1,
                        get_long(handle, "jPointsAreConsecutive", 0) == 1,
                        get_long(handle, "alternativeRowScanning", 0) == 1};
    double *rows = malloc(n * sizeof *rows);
    if (!rows)
        return CODES_OUT_OF_MEMORY;
    bool whole = !scan.i_negative && !scan.consecutive && !scan.alternating;
    for (size_t j = 0; j < scan.nj; j++)
        if (whole)
            memcpy(rows + j * scan.ni, *values + place_in_file(&scan, 0, j), scan.ni * sizeof *rows);
        else
            for (size_t i = 0; i < scan.ni; i++)
                rows[j * scan.ni + i] = (*values)[place_in_file(&scan, i, j)];
    free(*values);
    *values = rows;
    *columns = scan.ni;
    return CODES_SUCCESS;
}

static int values_get(codes_handle *handle, struct forcing_grib_decoded *out)
{
    size_t n = 0;
    int failed = codes_get_size(handle, "values", &n);
    if (failed || !n || n > MOST_POINTS)
        return failed ? failed : CODES_WRONG_ARRAY_SIZE;
    double *values = malloc(n * sizeof *values);
    if (!values)
        return CODES_OUT_OF_MEMORY;
    codes_set_double(handle, "missingValue", MISSING_VALUE);
    size_t got = n;
    failed = codes_get_double_array(handle, "values", values, &got);
    if (!failed && got != n)
        failed = CODES_WRONG_ARRAY_SIZE;
    for (size_t k = 0; k < n && !failed; k++)
        values[k] = values[k] == MISSING_VALUE ? (double)NAN : values[k];
    if (!failed)
        failed = rows_make(handle, &values, n, &out->columns);
    if (failed) {
        free(values);
        return failed;
    }
    out->values = values;
    out->n = n;
    return CODES_SUCCESS;
}

static bool message_is(const struct forcing_grib_worker *worker, uint64_t offset, uint64_t length)
{
    return offset < worker->n_bytes && length <= worker->n_bytes - offset && length > 16;
}

// A large file is read page by page (forcing/worker.c), a message of it at once.
static void message_fetch(const struct forcing_grib_worker *worker, uint64_t offset, uint64_t length)
{
    uintptr_t at = (uintptr_t)worker->bytes + (uintptr_t)offset;
    uintptr_t page = at / (uintptr_t)sysconf(_SC_PAGESIZE) * (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)madvise((void *)page, (size_t)(at - page + length), MADV_WILLNEED);
}

static int message_field(struct forcing_grib_worker *worker, uint64_t offset, uint64_t length, uint32_t index,
                         struct field *out)
{
    if (!message_is(worker, offset, length))
        return CODES_WRONG_LENGTH;
    message_fetch(worker, offset, length);
    const unsigned char *bytes = worker->bytes + offset;
    return field_open(bytes, (size_t)length, forcing_grib_fields(bytes, (size_t)length), index, out);
}

static int decode(struct forcing_grib_worker *worker, uint64_t offset, uint64_t length, uint32_t index,
                  const struct forcing_grib_decoded **out)
{
    for (int k = 0; k < GRIB_KEPT; k++)
        if (worker->kept[k].values && worker->kept[k].offset == offset && worker->kept[k].field == index) {
            *out = &worker->kept[k];
            return CODES_SUCCESS;
        }
    struct forcing_grib_decoded *slot = &worker->kept[worker->oldest];
    struct field field;
    free(slot->values);
    *slot = (struct forcing_grib_decoded){.offset = offset, .field = index};
    int failed = message_field(worker, offset, length, index, &field);
    if (failed)
        return failed;
    failed = values_get(field.handle, slot);
    field_close(&field);
    if (failed)
        return failed;
    worker->oldest = (worker->oldest + 1) % GRIB_KEPT;
    *out = slot;
    return CODES_SUCCESS;
}

int forcing_grib_worker_read(struct forcing_grib_worker *worker, uint64_t offset, uint64_t length,
                             uint32_t field, const uint64_t start[2], const uint64_t count[2], uint64_t *n)
{
    const struct forcing_grib_decoded *from;
    double *out = (double *)(void *)worker->shared;
    int failed = decode(worker, offset, length, field, &from);
    if (failed)
        return failed;
    size_t rows = from->n / from->columns, most = worker->shared_bytes / sizeof *out;
    if (start[0] > rows || count[0] > rows - start[0] || start[1] > from->columns ||
        count[1] > from->columns - start[1] || (count[0] && count[1] > most / count[0]))
        return CODES_WRONG_ARRAY_SIZE;
    for (uint64_t j = 0; j < count[0]; j++)
        memcpy(out + j * count[1], from->values + (start[0] + j) * from->columns + start[1],
               (size_t)count[1] * sizeof *out);
    *n = count[0] * count[1];
    return CODES_SUCCESS;
}

static int latitudes_get(const codes_handle *handle, double *out, size_t most, size_t *n)
{
    long parallels = get_long(handle, "N", 0);
    if (parallels <= 0 || (size_t)parallels > most / 2 || parallels > 20000)
        return CODES_WRONG_ARRAY_SIZE;
    *n = 2 * (size_t)parallels;
    return codes_get_gaussian_latitudes(parallels, out);
}

int forcing_grib_worker_array(struct forcing_grib_worker *worker, uint64_t offset, uint64_t length,
                              uint32_t field, enum forcing_grib_array which, uint64_t *n)
{
    double *out = (double *)(void *)worker->shared;
    size_t most = worker->shared_bytes / sizeof *out, got = 0;
    struct field opened;
    int failed = message_field(worker, offset, length, field, &opened);
    if (failed)
        return failed;
    if (which == GRIB_ARRAY_LATITUDES) {
        failed = latitudes_get(opened.handle, out, most, &got);
    } else {
        failed = codes_get_size(opened.handle, "pl", &got);
        if (!failed && got > most)
            failed = CODES_WRONG_ARRAY_SIZE;
        if (!failed)
            failed = codes_get_double_array(opened.handle, "pl", out, &got);
    }
    field_close(&opened);
    *n = got;
    return failed;
}
