#include "export/task.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <glib.h>
#include <sodium.h>

#include "core/units.h"
#include "export/letters.h"
#include "geo/earth.h"

void export_task_label(size_t area, char out[EXPORT_LABEL])
{
    snprintf(out, EXPORT_LABEL, "A%zu", area + 1);
}

// Isometric latitude on WGS84 (Snyder 1987, eq. 3-7), so that a rhumb line is straight.
static double isometric(double lat_deg)
{
    double phi = fmin(fmax(lat_deg, -89.999999), 89.999999) * CORE_RAD_PER_DEG;
    double e = sqrt(GEO_WGS84_F * (2 - GEO_WGS84_F));
    return atanh(sin(phi)) - e * atanh(e * sin(phi));
}

struct export_leg export_task_leg(struct geo_pos from, struct geo_pos to)
{
    double dlon = core_deg_wrap180(to.lon_deg - from.lon_deg) * CORE_RAD_PER_DEG;
    double course = atan2(dlon, isometric(to.lat_deg) - isometric(from.lat_deg));
    struct export_leg leg = {core_deg_wrap360(course / CORE_RAD_PER_DEG), geo_earth_distance_m(from, to)};
    return leg;
}

int export_task_decimals(const struct plan_area *area)
{
    return area->spacing_m < CORE_M_PER_NM ? 2 : 1;
}

void export_task_guid(const struct export_product *p, size_t area, const char *name, struct geo_pos pos,
                      int64_t t_ns, char out[EXPORT_GUID])
{
    char text[512];
    const char *sha = p->case_sha256 ? p->case_sha256 : "";
    int n = snprintf(text, sizeof text, "pharos %.64s %zu %.40s %.6f %.6f %lld", sha, area, name, pos.lat_deg,
                     pos.lon_deg, (long long)t_ns);
    unsigned char h[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(h, (const unsigned char *)text, (unsigned long long)n);
    h[6] = (unsigned char)((h[6] & 0x0f) | 0x80);
    h[8] = (unsigned char)((h[8] & 0x3f) | 0x80);
    snprintf(out, EXPORT_GUID, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", h[0],
             h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8], h[9], h[10], h[11], h[12], h[13], h[14], h[15]);
}

const char *export_task_pattern(const char *code)
{
    static const char *const name[][2] = {
        {"PS", "parallel sweep"}, {"CS", "creeping line"}, {"SS", "expanding square"},
        {"VS", "sector search"},  {"TS", "trackline"},
    };
    for (size_t i = 0; i < sizeof name / sizeof *name; i++)
        if (!strcmp(code, name[i][0]))
            return name[i][1];
    return code;
}

void export_task_platform(const struct export_asset *asset, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "%s, %g kn", asset->type, asset->speed_kn);
    if (n < size && isfinite(asset->altitude_ft))
        n += (size_t)snprintf(out + n, size - n, ", %.0f ft", asset->altitude_ft);
    if (n < size && isfinite(asset->eye_height_m))
        snprintf(out + n, size - n, ", eye %.0f m", asset->eye_height_m);
}

// The id as a file name: letters, digits, blank, dot, dash, underscore; nothing that hides or climbs.
static void stem_of(const char *id, char out[EXPORT_STEM])
{
    char clean[EXPORT_NAME];
    export_letters_clean(id, 48, clean, sizeof clean);
    char *ascii = g_str_to_ascii(clean, "C");
    size_t n = 0, letters = 0;
    for (const char *at = ascii; *at && n < EXPORT_STEM - 8; at++) {
        bool good = g_ascii_isalnum(*at) || strchr("-_. ", *at);
        if (!n && (*at == '.' || *at == ' ' || *at == '-'))
            continue;
        letters += g_ascii_isalnum(*at) != 0;
        out[n++] = good ? *at : '_';
    }
    while (n && (out[n - 1] == ' ' || out[n - 1] == '.'))
        n--;
    out[letters ? n : 0] = '\0';
    g_free(ascii);
}

void export_task_stem(const struct export_product *p, size_t area, char out[EXPORT_STEM])
{
    char other[EXPORT_STEM];
    stem_of(p->asset[p->plan->area[area].asset].id, out);
    bool taken = !*out;
    for (size_t i = 0; i < p->plan->n_areas && !taken; i++) {
        stem_of(p->asset[p->plan->area[i].asset].id, other);
        taken = i != area && !strcasecmp(out, other);
    }
    if (taken) {
        size_t n = strlen(out);
        snprintf(out + n, EXPORT_STEM - n, "%sA%zu", n ? "-" : "", area + 1);
    }
}

size_t export_plan_time(const struct export_product *p)
{
    size_t best = 0;
    if (!p->plan || !p->plan->n_areas) {
        for (size_t i = 0; i < p->n_times; i++)
            if (p->time[i].n_regions)
                best = i;
        return best;
    }
    int64_t middle = p->plan->valid_from_ns / 2 + p->plan->valid_to_ns / 2;
    for (size_t i = 1; i < p->n_times; i++)
        if (llabs(p->time[i].t_ns - middle) < llabs(p->time[best].t_ns - middle))
            best = i;
    return best;
}
