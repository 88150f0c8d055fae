#include <libxml/parser.h>
#include <libxml/xmlreader.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/err.h"
#include "core/file.h"
#include "core/time.h"
#include "core/units.h"
#include "run/track_raw.h"

enum { MAX_BYTES = 256 << 20 };

static const char *const fix_gpx = "export the track as GPX 1.1 with a time in every trkpt";

// ---- GPX ----

static bool attribute_number(xmlTextReader *reader, const char *name, double limit, double *out)
{
    xmlChar *text = xmlTextReaderGetAttribute(reader, (const xmlChar *)name);
    if (!text)
        return false;
    char *end;
    double value = strtod((const char *)text, &end);
    bool good = end != (char *)text && !*end && fabs(value) <= limit;
    xmlFree(text);
    *out = value;
    return good;
}

// The text of a point's time, which may stand anywhere between its tags; NULL without one. Reads to its end.
static xmlChar *point_time(xmlTextReader *reader)
{
    int depth = xmlTextReaderDepth(reader), more = xmlTextReaderIsEmptyElement(reader) ? 0 : 1;
    xmlChar *time = NULL;
    while (more == 1 && (more = xmlTextReaderRead(reader)) == 1 && xmlTextReaderDepth(reader) > depth)
        if (xmlTextReaderNodeType(reader) == XML_READER_TYPE_ELEMENT && !time &&
            xmlTextReaderDepth(reader) == depth + 1 &&
            !strcmp((const char *)xmlTextReaderConstLocalName(reader), "time"))
            time = xmlTextReaderReadString(reader);
    return time;
}

static enum ph_status point_read(xmlTextReader *reader, struct track_raw *raw, uint32_t id,
                                 struct ph_err *err)
{
    struct geo_pos pos;
    int64_t t_ns;
    size_t line = (size_t)xmlGetLineNo(xmlTextReaderCurrentNode(reader));
    bool placed = attribute_number(reader, "lat", 90.0, &pos.lat_deg) &&
                  attribute_number(reader, "lon", 180.0, &pos.lon_deg);
    xmlChar *time = point_time(reader);
    struct ph_err why = {0};
    bool good = true;
    if (!placed)
        track_raw_bad(raw, line, "the point has no usable lat and lon");
    else if (!time)
        track_raw_bad(raw, line, "the point has no time");
    else if (core_time_parse((const char *)time, &t_ns, &why))
        track_raw_bad(raw, line, "%s", why.what);
    else
        good = track_raw_add(raw, id, (struct geo_pos){pos.lat_deg, core_deg_wrap180(pos.lon_deg)}, t_ns);
    xmlFree(time);
    return good ? PH_OK : core_err_nomem(err);
}

static enum ph_status points_read(xmlTextReader *reader, const char *path, const char *line_tag,
                                  const char *point_tag, struct track_raw *raw, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    unsigned tracks = 0, segments = 0;
    uint32_t id = 0;
    int more;
    while (!status && (more = xmlTextReaderRead(reader)) == 1) {
        if (xmlTextReaderNodeType(reader) != XML_READER_TYPE_ELEMENT)
            continue;
        const char *tag = (const char *)xmlTextReaderConstLocalName(reader);
        char name[32];
        bool line = !strcmp(tag, line_tag), segment = raw->by_segment && tracks && !strcmp(tag, "trkseg");
        if (line || segment) {
            tracks += line;
            segments = line ? 0 : segments + 1;
            snprintf(name, sizeof name, segments ? "%u.%u" : "%u", tracks, segments);
            status = track_raw_id(raw, name, &id) ? PH_OK : core_err_nomem(err);
        } else if (tracks && !strcmp(tag, point_tag)) {
            status = point_read(reader, raw, id, err);
        }
    }
    if (!status && more < 0)
        return core_err_set(err, PH_EINPUT, path, fix_gpx, "this is not well-formed XML");
    return status;
}

static void xml_quiet(void *arg, const char *message, xmlParserSeverities severity,
                      xmlTextReaderLocatorPtr locator)
{
    (void)arg, (void)message, (void)severity, (void)locator; // the reader's return value says it
}

static enum ph_status tag_read(const struct core_buf *file, const char *path, const char *line_tag,
                               const char *point_tag, struct track_raw *raw, struct ph_err *err)
{
    xmlTextReader *reader = xmlReaderForMemory(file->text, (int)file->length, NULL, NULL, XML_PARSE_NONET);
    if (!reader)
        return core_err_nomem(err);
    xmlTextReaderSetErrorHandler(reader, xml_quiet, NULL);
    enum ph_status status = points_read(reader, path, line_tag, point_tag, raw, err);
    xmlFreeTextReader(reader);
    return status;
}

// A recorded track comes first; a route with times serves where there is none.
enum ph_status track_gpx_read(const struct core_buf *file, const char *path, struct track_raw *raw,
                              struct ph_err *err)
{
    enum ph_status status = tag_read(file, path, "trk", "trkpt", raw, err);
    if (status || raw->n)
        return status;
    struct track_raw route = {.by_segment = raw->by_segment, .fastest_mps = raw->fastest_mps};
    status = tag_read(file, path, "rte", "rtept", &route, err);
    if (!status && route.n) {
        track_raw_fini(raw);
        *raw = route;
    } else {
        track_raw_fini(&route);
    }
    return status;
}

// ---- any file ----

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && !strcasecmp(text + n - m, end);
}

// What the file is, by its first bytes: names are not to be trusted.
enum ph_status track_raw_read(const char *path, struct track_raw *raw, struct ph_err *err)
{
    struct core_buf file = {0};
    enum ph_status status = core_file_read(path, MAX_BYTES, &file, err);
    if (status)
        return status;
    bool netcdf = file.length > 4 && (!memcmp(file.text, "CDF", 3) || !memcmp(file.text, "\211HDF", 4));
    size_t start = file.length >= 3 && !memcmp(file.text, "\xEF\xBB\xBF", 3) ? 3 : 0;
    start += file.text ? strspn(file.text + start, " \t\r\n") : 0;
    if (netcdf || ends_with(path, ".nc"))
        status = track_netcdf_read(path, raw, err);
    else if (start < file.length && file.text[start] == '<')
        status = track_gpx_read(&file, path, raw, err);
    else if (track_ais_is(&file))
        status = track_ais_read(&file, path, raw, err);
    else
        status = track_text_read(&file, path, raw, err);
    core_buf_fini(&file);
    if (!status && raw->n < 2) {
        char rows[1024] = "";
        track_raw_tell(raw, rows, sizeof rows);
        status = core_err_set(
            err, PH_EINPUT, path, "give a file whose rows have time, latitude and longitude",
            "no track: %zu usable fixes%s%s", raw->n, raw->n_bad ? "; " : "", raw->n_bad ? rows : "");
    }
    return status;
}

static void tracks_warn(const struct run_tracks *tracks, const struct track_raw *raw, const char *path,
                        struct core_job *job)
{
    char rows[1024];
    track_raw_tell(raw, rows, sizeof rows);
    if (raw->n_bad)
        core_job_warn(job, "track-rows", "%s: %s.", path, rows);
    for (size_t i = 0; i < tracks->n; i++) {
        const struct run_track *track = &tracks->track[i];
        if (track->n_jumps || track->n_breaks)
            core_job_warn(
                job, "track-jumps",
                "%s: fixes left out because no drifter reaches them (faster than %.0f m/s): %zu; places "
                "where the track is broken: %zu.",
                track->name, RUN_TRACK_FASTEST_MPS, track->n_jumps, track->n_breaks);
        if (track->n_repeated)
            core_job_log(job, CORE_LOG_INFO, "track.repeated",
                         "%s: %zu fixes at a time that was there already", track->name, track->n_repeated);
    }
}

enum ph_status run_tracks_read(const char *path, struct core_job *job, struct core_arena *arena,
                               struct run_tracks *out, struct ph_err *err)
{
    struct track_raw raw = {0};
    struct run_tracks tracks;
    enum ph_status status = track_raw_read(path, &raw, err);
    if (!status)
        status = track_raw_clean(&raw, path, arena, &tracks, err);
    if (!status && !tracks.n)
        status = core_err_set(err, PH_EINPUT, path, "give a file with at least two fixes of a drifter",
                              "no drifter of this file has two fixes at different times");
    if (!status) {
        tracks_warn(&tracks, &raw, path, job);
        *out = tracks;
    }
    track_raw_fini(&raw);
    return status;
}

bool run_track_at(const struct run_track *track, int64_t t_ns, double gap_s, struct geo_pos *out)
{
    size_t low = 0, high = track->n; // the first fix after t
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (track->fix[middle].t_ns <= t_ns)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return false;
    const struct scenario_track_point *a = &track->fix[low - 1], *b = &track->fix[low];
    if (a->t_ns == t_ns) {
        *out = a->pos;
        return true;
    }
    if (low == track->n || track->piece[low - 1] != track->piece[low] ||
        (double)(b->t_ns - a->t_ns) > gap_s * 1e9)
        return false;
    double w = (double)(t_ns - a->t_ns) / (double)(b->t_ns - a->t_ns);
    double way = core_deg_wrap180(b->pos.lon_deg - a->pos.lon_deg);
    out->lat_deg = a->pos.lat_deg + w * (b->pos.lat_deg - a->pos.lat_deg);
    out->lon_deg = core_deg_wrap180(a->pos.lon_deg + w * way);
    return true;
}
