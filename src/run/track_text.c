// Tracks as tables: CSV with its many headers, PANGAEA's .tab.
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/time.h"
#include "core/units.h"
#include "geo/notation.h"
#include "run/track_raw.h"

enum { MOST_FIELDS = 256, TEXT = 128 };

static const char *const fix_header = "name the columns in the first row: time (or time_utc), lat, lon";

enum role { ROLE_TIME, ROLE_DATE, ROLE_LAT, ROLE_LON, ROLE_PLACE, ROLE_ID, N_ROLES };

struct table {
    const char *path;
    struct track_raw *raw;
    char delimiter;
    bool utc;            // the file says that its times are UTC
    int column[N_ROLES]; // -1: none
    size_t line;
    char *field[MOST_FIELDS];
    size_t n_fields;
};

// ---- names of columns ----

// "Latitude [deg]" and "Approx Lat/Lng" become "latitude" and "approx lat lng".
static void name_plain(const char *name, char out[TEXT])
{
    size_t n = 0;
    for (; *name && *name != '[' && *name != '(' && n < TEXT - 1; name++) {
        bool word = isalnum((unsigned char)*name) || (unsigned char)*name >= 128;
        if (word)
            out[n++] = (char)tolower((unsigned char)*name);
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

static bool name_is(const char *plain, enum role role)
{
    static const char *const names[N_ROLES][16] = {
        [ROLE_TIME] = {"time", "time utc", "utc time", "timestamp", "timestamp utc", "datetime",
                       "datetime utc", "date time", "date time utc", "gps time", "fix time", "position time",
                       "utc", "hour"},
        [ROLE_DATE] = {"date", "date utc", "day"},
        [ROLE_LAT] = {"lat", "latitude", "lat deg", "latitude deg", "gps lat", "gps latitude", "lat dd", "y",
                      "decimal latitude", "latitude degrees north"},
        [ROLE_LON] = {"lon", "longitude", "long", "lng", "lon deg", "longitude deg", "gps lon",
                      "gps longitude", "lon dd", "x", "decimal longitude", "longitude degrees east"},
        [ROLE_PLACE] = {"position", "pos", "lat lon", "lat lng", "lat long", "approx lat lng", "latlon",
                        "location", "coordinates"},
        [ROLE_ID] = {"id", "device", "device id", "drifter", "drifter id", "platform", "platform id",
                     "instrument", "imei", "buoy", "buoy id", "trajectory", "track", "esn", "name", "unit"},
    };
    for (size_t i = 0; i < sizeof names[role] / sizeof *names[role] && names[role][i]; i++)
        if (!strcmp(plain, names[role][i]))
            return true;
    return false;
}

// "UTC", "GMT" as a word of its own.
static bool says_utc(const char *text, size_t length)
{
    for (size_t i = 0; i + 3 <= length; i++)
        if ((!strncasecmp(text + i, "utc", 3) || !strncasecmp(text + i, "gmt", 3)) &&
            (!i || !isalnum((unsigned char)text[i - 1])) &&
            (i + 3 == length || !isalnum((unsigned char)text[i + 3])))
            return true;
    return false;
}

// ---- rows ----

static char delimiter_of(const char *line)
{
    static const char candidates[] = "\t;,|";
    char best = 0;
    size_t most = 0;
    for (const char *c = candidates; *c; c++) {
        size_t n = 0;
        bool quoted = false;
        for (const char *at = line; *at; at++) {
            quoted ^= *at == '"';
            n += !quoted && *at == *c;
        }
        if (n > most) {
            most = n;
            best = *c;
        }
    }
    return best;
}

// Cuts a line into its fields, in place (RFC 4180 quotes); blanks around a field are no part of it.
static void fields_cut(struct table *table, char *line)
{
    table->n_fields = 0;
    char *at = line;
    for (bool more = true; more && table->n_fields < MOST_FIELDS;) {
        char *out = at, *field = at;
        bool quoted = false;
        for (; *at && (quoted || *at != table->delimiter); at++) {
            if (*at != '"')
                *out++ = *at;
            else if (quoted && at[1] == '"')
                *out++ = *at++;
            else
                quoted = !quoted;
        }
        more = *at == table->delimiter;
        at += more;
        while (out > field && isspace((unsigned char)out[-1]))
            out--;
        *out = '\0';
        table->field[table->n_fields++] = field + strspn(field, " \t");
    }
}

static const char *field_of(const struct table *table, enum role role)
{
    int column = table->column[role];
    return column >= 0 && (size_t)column < table->n_fields ? table->field[column] : "";
}

static enum ph_status header_read(struct table *table, char *line, struct ph_err *err)
{
    table->utc = table->utc || says_utc(line, strlen(line));
    table->delimiter = delimiter_of(line);
    if (!table->delimiter)
        return core_err_set(err, PH_EINPUT, table->path, fix_header,
                            "this is no table of fixes: its first row has one column");
    fields_cut(table, line);
    for (int role = 0; role < N_ROLES; role++)
        table->column[role] = -1;
    for (size_t i = 0; i < table->n_fields; i++) {
        char plain[TEXT];
        name_plain(table->field[i], plain);
        for (int role = 0; role < N_ROLES; role++)
            if (table->column[role] < 0 && name_is(plain, (enum role)role))
                table->column[role] = (int)i;
    }
    bool time = table->column[ROLE_TIME] >= 0 || table->column[ROLE_DATE] >= 0;
    bool place =
        (table->column[ROLE_LAT] >= 0 && table->column[ROLE_LON] >= 0) || table->column[ROLE_PLACE] >= 0;
    if (!time || !place)
        return core_err_set(err, PH_EINPUT, table->path, fix_header, "line %zu names no column for the %s",
                            table->line, time ? "position" : "time");
    return PH_OK;
}

// ---- time ----

// "12/Nov/2022 04:22:36", "12 Nov 2022 ..." begin with a day; made "2022-11-12 04:22:36".
static bool month_name_turn(const char *text, char out[TEXT])
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    int day, year, used = 0;
    char name[4] = "";
    if (sscanf(text, "%2d%*1[-/ ]%3[A-Za-z]%*[A-Za-z]%n", &day, name, &used) < 2)
        return false;
    if (!used && sscanf(text, "%2d%*1[-/ ]%3[A-Za-z]%n", &day, name, &used) < 2)
        return false;
    int rest = 0;
    if (sscanf(text + used, "%*1[-/ ]%4d%n", &year, &rest) < 1)
        return false;
    for (int m = 0; m < 12; m++)
        if (!strncasecmp(name, months + 3 * m, 3))
            return snprintf(out, TEXT, "%04d-%02d-%02d%s", year, m + 1, day, text + used + rest) < TEXT;
    return false;
}

// Seconds or milliseconds since 1970, by their size.
static bool epoch_read(const char *text, int64_t *t_ns)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= 1e8 && value < 1e14))
        return false;
    double seconds = value < 1e11 ? value : value / 1000;
    if (seconds >= 9e9)
        return false;
    *t_ns =
        (int64_t)floor(seconds) * CORE_NS_PER_S + (int64_t)llround((seconds - floor(seconds)) * 1e6) * 1000;
    return true;
}

static bool has_zone(const char *text)
{
    size_t n = strlen(text);
    const char *time = strchr(text, ':');
    return n && (text[n - 1] == 'Z' || text[n - 1] == 'z' || (time && strpbrk(time, "+-")));
}

// Any way of writing a time that leaves no doubt. `why` says what is wrong with it.
static bool time_read(const char *given, bool utc, int64_t *t_ns, struct ph_err *why)
{
    char text[TEXT + 2];
    if (!*given || strlen(given) >= TEXT - 4) {
        core_err_set(why, PH_EINPUT, NULL, NULL, "%s", *given ? "the time is too long" : "no time");
        return false;
    }
    if (epoch_read(given, t_ns))
        return true;
    if (!month_name_turn(given, text))
        snprintf(text, sizeof text, "%s", given);
    size_t n = strlen(text);
    if (n > 10 && text[4] == '/' && text[7] == '/')
        text[4] = text[7] = '-';
    if (n > 4 && text[n - 4] == ' ' && says_utc(text + n - 3, 3))
        snprintf(text + n - 4, 2, "Z");
    for (char *blank = strrchr(text, ' '); blank && (blank[1] == '+' || blank[1] == '-'); blank = NULL)
        memmove(blank, blank + 1, strlen(blank)); // "12:00 +00:00"
    if (utc && !has_zone(text))
        strcat(text, "Z");
    return core_time_parse(text, t_ns, why) == PH_OK;
}

static bool row_time(const struct table *table, int64_t *t_ns, struct ph_err *why)
{
    const char *date = field_of(table, ROLE_DATE), *time = field_of(table, ROLE_TIME);
    char both[2 * TEXT];
    bool joined = *date && *time && !strpbrk(time, "-/T");
    snprintf(both, sizeof both, joined ? "%.*s %.*s" : "%.*s%.*s", TEXT, joined || !*time ? date : "", TEXT,
             time);
    return time_read(both, table->utc, t_ns, why);
}

// ---- place ----

// A plain number; with a decimal comma where that separates no columns.
static bool degrees_read(const struct table *table, const char *text, double *out)
{
    char plain[TEXT], *end;
    if (!*text || snprintf(plain, sizeof plain, "%s", text) >= TEXT)
        return false;
    char *comma = table->delimiter != ',' ? strchr(plain, ',') : NULL;
    if (comma)
        *comma = '.';
    *out = strtod(plain, &end);
    return end != plain && !*end;
}

static bool row_place(const struct table *table, struct geo_pos *out, struct ph_err *why)
{
    const char *lat = field_of(table, ROLE_LAT), *lon = field_of(table, ROLE_LON);
    const char *place = field_of(table, ROLE_PLACE);
    char both[2 * TEXT];
    if (!*place && (!*lat || !*lon)) {
        core_err_set(why, PH_EINPUT, NULL, NULL, "no position");
        return false;
    }
    struct geo_pos pos;
    if (*lat && degrees_read(table, lat, &pos.lat_deg) && degrees_read(table, lon, &pos.lon_deg)) {
        if (!(fabs(pos.lat_deg) <= 90) || !(pos.lon_deg >= -180 && pos.lon_deg <= 360)) {
            core_err_set(why, PH_EINPUT, NULL, NULL, "%.20s, %.20s is not on this earth", lat, lon);
            return false;
        }
        *out = (struct geo_pos){pos.lat_deg, core_deg_wrap180(pos.lon_deg)};
        return true;
    }
    if (*lat)
        snprintf(both, sizeof both, "%.*s %.*s", TEXT - 2, lat, TEXT - 2, lon);
    else
        snprintf(both, sizeof both, "%.*s", 2 * TEXT - 1, place);
    return geo_pos_parse(both, out, why) == PH_OK;
}

static enum ph_status row_read(struct table *table, char *line, struct ph_err *err)
{
    struct ph_err why = {0};
    struct geo_pos pos;
    int64_t t_ns;
    uint32_t id;
    fields_cut(table, line);
    if (!row_time(table, &t_ns, &why) || !row_place(table, &pos, &why)) {
        track_raw_bad(table->raw, table->line, "%s", why.what);
        return PH_OK;
    }
    if (!track_raw_id(table->raw, field_of(table, ROLE_ID), &id) || !track_raw_add(table->raw, id, pos, t_ns))
        return core_err_nomem(err);
    return PH_OK;
}

// ---- the file ----

static bool is_blank(const char *line)
{
    return !line[strspn(line, " \t\r,;")];
}

enum ph_status track_text_read(struct core_buf *file, const char *path, struct track_raw *raw,
                               struct ph_err *err)
{
    struct table table = {.path = path, .raw = raw};
    bool header = false, comment = false;
    enum ph_status status = PH_OK;
    char *line = file->text, *end = file->text ? file->text + file->length : NULL;
    if (file->length && strlen(file->text) != file->length)
        return core_err_set(err, PH_EINPUT, path, "give a CSV, GPX or NetCDF file",
                            "this is not a text file");
    if (file->length >= 3 && !memcmp(line, "\xEF\xBB\xBF", 3))
        line += 3;
    for (char *next; !status && line && line < end; line = next) {
        size_t length = strcspn(line, "\r\n");
        next = line + length;
        next += *next == '\r' && next[1] == '\n' ? 2 : *next != '\0';
        line[length] = '\0';
        table.line++;
        comment = comment || !strncmp(line, "/*", 2);
        if (comment || line[0] == '#' || line[0] == '%') {
            table.utc = table.utc || says_utc(line, length);
            comment = comment && !strstr(line, "*/");
        } else if (!is_blank(line)) {
            status = header ? row_read(&table, line, err) : header_read(&table, line, err);
            header = true;
        }
    }
    return status;
}
