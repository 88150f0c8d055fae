#include "run/inner.h"

#include <libxml/parser.h>
#include <libxml/xmlreader.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/file.h"
#include "core/time.h"

enum { MAX_GPX_BYTES = 256 << 20 };

static const char *const fix_gpx = "export the track as GPX 1.1 with a time in every trkpt";

struct points {
    struct scenario_track_point *at;
    size_t n, capacity;
    size_t without_time;
};

static bool points_add(struct points *points, struct scenario_track_point point)
{
    if (points->n == points->capacity) {
        size_t capacity = points->capacity ? 2 * points->capacity : 256;
        struct scenario_track_point *at = realloc(points->at, capacity * sizeof *at);
        if (!at)
            return false;
        points->at = at;
        points->capacity = capacity;
    }
    points->at[points->n++] = point;
    return true;
}

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

// Reads on from a point's start tag to its end; its time may stand anywhere inside.
static enum ph_status point_read(xmlTextReader *reader, const char *path, struct points *points,
                                 struct ph_err *err)
{
    struct scenario_track_point point;
    bool has_time = false;
    if (!attribute_number(reader, "lat", 90.0, &point.pos.lat_deg) ||
        !attribute_number(reader, "lon", 180.0, &point.pos.lon_deg))
        return core_err_set(err, PH_EINPUT, path, fix_gpx, "point %zu has no usable lat and lon",
                            points->n + points->without_time + 1);
    int depth = xmlTextReaderDepth(reader);
    int more = xmlTextReaderIsEmptyElement(reader) ? 0 : 1;
    while (more == 1 && (more = xmlTextReaderRead(reader)) == 1 && xmlTextReaderDepth(reader) > depth) {
        if (xmlTextReaderNodeType(reader) != XML_READER_TYPE_ELEMENT ||
            xmlTextReaderDepth(reader) != depth + 1 ||
            strcmp((const char *)xmlTextReaderConstLocalName(reader), "time"))
            continue;
        xmlChar *text = xmlTextReaderReadString(reader);
        enum ph_status status = text ? core_time_parse((const char *)text, &point.t_ns, err) : PH_OK;
        has_time = text != NULL;
        xmlFree(text);
        if (status) {
            core_err_within(err, path);
            return status;
        }
    }
    if (!has_time) {
        points->without_time++;
        return PH_OK;
    }
    return points_add(points, point) ? PH_OK : core_err_nomem(err);
}

static int by_time(const void *a, const void *b)
{
    const struct scenario_track_point *p = a, *q = b;
    return (p->t_ns > q->t_ns) - (p->t_ns < q->t_ns);
}

static enum ph_status points_read(xmlTextReader *reader, const char *path, const char *tag,
                                  struct points *points, struct ph_err *err)
{
    enum ph_status status = PH_OK;
    int more;
    while (!status && (more = xmlTextReaderRead(reader)) == 1)
        if (xmlTextReaderNodeType(reader) == XML_READER_TYPE_ELEMENT &&
            !strcmp((const char *)xmlTextReaderConstLocalName(reader), tag))
            status = point_read(reader, path, points, err);
    if (!status && more < 0)
        return core_err_set(err, PH_EINPUT, path, fix_gpx, "this is not well-formed XML");
    return status;
}

static void xml_quiet(void *arg, const char *message, xmlParserSeverities severity,
                      xmlTextReaderLocatorPtr locator)
{
    (void)arg, (void)message, (void)severity, (void)locator; // the reader's return value says it
}

static enum ph_status tag_read(const struct core_buf *file, const char *path, const char *tag,
                               struct points *points, struct ph_err *err)
{
    xmlTextReader *reader = xmlReaderForMemory(file->text, (int)file->length, NULL, NULL, XML_PARSE_NONET);
    if (!reader)
        return core_err_nomem(err);
    xmlTextReaderSetErrorHandler(reader, xml_quiet, NULL);
    enum ph_status status = points_read(reader, path, tag, points, err);
    xmlFreeTextReader(reader);
    return status;
}

enum ph_status run_track_read(const char *path, struct core_arena *arena, struct scenario_track_point **track,
                              size_t *n_track, struct ph_err *err)
{
    struct core_buf file = {0};
    enum ph_status status = core_file_read(path, MAX_GPX_BYTES, &file, err);
    if (status)
        return status;
    struct points points = {0};
    // A recorded track comes first; a route with times serves where there is none.
    status = tag_read(&file, path, "trkpt", &points, err);
    if (!status && !points.n)
        status = tag_read(&file, path, "rtept", &points, err);
    core_buf_fini(&file);
    if (!status && points.n < 2)
        status = core_err_set(err, PH_EINPUT, path, fix_gpx, "no track: %zu points with a time, %zu without",
                              points.n, points.without_time);
    if (!status) {
        qsort(points.at, points.n, sizeof *points.at, by_time);
        struct scenario_track_point *kept = CORE_ARENA_NEW(arena, struct scenario_track_point, points.n);
        if (kept) {
            memcpy(kept, points.at, points.n * sizeof *kept);
            *track = kept;
            *n_track = points.n;
        } else {
            status = core_err_nomem(err);
        }
    }
    free(points.at);
    return status;
}
