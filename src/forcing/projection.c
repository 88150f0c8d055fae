// Formulas: J. P. Snyder, Map Projections - A Working Manual, USGS Professional Paper 1395 (1987); numbers of
// equations in brackets. Rotated pole: spherical trigonometry, as CF conventions 1.11, appendix F.
#include "forcing/projection.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/units.h"
#include "forcing/plane.h"

#define RAD CORE_RAD_PER_DEG
#define HALF_PI (CORE_PI / 2)

static const struct {
    const char *name;
    double a, rf; // rf 0: a sphere
} ellipsoids[] = {
    {"WGS84", 6378137, 298.257223563},
    {"GRS80", 6378137, 298.257222101},
    {"WGS72", 6378135, 298.26},
    {"clrk66", 6378206.4, 294.9786982138982},
    {"bessel", 6377397.155, 299.1528128},
    {"intl", 6378388, 297},
    {"krass", 6378245, 298.3},
    {"sphere", 6370997, 0},
};

// What a definition says; NAN: it does not.
struct words {
    char proj[16], o_proj[16];
    double zone; // of UTM
    bool south;
    double lat_0, lon_0, lat_1, lat_2, lat_ts, k, x_0, y_0, o_lat_p, o_lon_p, to_m;
    double a, b, rf;
};

static enum ph_status unknown(const char *what, enum ph_status status, struct ph_err *err)
{
    return core_err_set(err, status, NULL, "regrid it to longitude and latitude, e.g. with cdo remapbil",
                        "the projection's %.60s is not known", what);
}

static bool ellipsoid_set(struct words *words, const char *name)
{
    for (size_t i = 0; i < sizeof ellipsoids / sizeof *ellipsoids; i++)
        if (!strcmp(name, ellipsoids[i].name)) {
            words->a = ellipsoids[i].a;
            words->rf = ellipsoids[i].rf;
            return true;
        }
    if (!strcmp(name, "NAD83")) // a datum; its ellipsoid
        return ellipsoid_set(words, "GRS80");
    return false;
}

static bool text_set(struct words *words, const char *key, const char *value)
{
    if (!strcmp(key, "proj"))
        snprintf(words->proj, sizeof words->proj, "%s", value);
    else if (!strcmp(key, "o_proj"))
        snprintf(words->o_proj, sizeof words->o_proj, "%s", value);
    else if (!strcmp(key, "ellps") || !strcmp(key, "datum"))
        return ellipsoid_set(words, value);
    else if (!strcmp(key, "units"))
        words->to_m = !strcmp(value, "m") ? 1 : !strcmp(value, "km") ? 1000 : (double)NAN;
    else if (!strcmp(key, "south"))
        words->south = true;
    else
        return !strcmp(key, "no_defs") || !strcmp(key, "wktext") || !strcmp(key, "type") ||
               !strcmp(key, "over") || (!strcmp(key, "towgs84") && !strcmp(value + strspn(value, "0,."), ""));
    return !isnan(words->to_m);
}

static bool number_set(struct words *words, const char *key, double value)
{
    const struct {
        const char *key;
        double *number;
    } keys[] = {{"lat_0", &words->lat_0}, {"lon_0", &words->lon_0},     {"lat_1", &words->lat_1},
                {"lat_2", &words->lat_2}, {"lat_ts", &words->lat_ts},   {"k", &words->k},
                {"k_0", &words->k},       {"x_0", &words->x_0},         {"y_0", &words->y_0},
                {"a", &words->a},         {"o_lat_p", &words->o_lat_p}, {"o_lon_p", &words->o_lon_p},
                {"b", &words->b},         {"rf", &words->rf},           {"to_meter", &words->to_m},
                {"zone", &words->zone}};
    if (!strcmp(key, "R")) {
        words->a = words->b = value;
        return true;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i].key)) {
            *keys[i].number = value;
            return true;
        }
    return false;
}

// "+key=value +key ..."
static enum ph_status words_read(const char *text, struct words *words, struct ph_err *err)
{
    char copy[1024], *save = NULL;
    if (strlen(text) >= sizeof copy)
        return unknown("definition", PH_EINPUT, err);
    strcpy(copy, text);
    for (char *word = strtok_r(copy, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save)) {
        char *key = word + (*word == '+'), *value = strchr(key, '='), *end = NULL;
        if (value)
            *value++ = 0;
        double number = value ? strtod(value, &end) : 0;
        bool numeric = value && *value && end && !*end && isfinite(number);
        if (!(numeric && number_set(words, key, number)) && !text_set(words, key, value ? value : ""))
            return unknown(key, PH_EUNSUPPORTED, err);
    }
    return words->proj[0] ? PH_OK : unknown("name", PH_EINPUT, err);
}

static enum ph_status figure_set(const struct words *words, double *a, struct forcing_projection *out,
                                 struct ph_err *err)
{
    double f = words->rf > 0 ? 1 / words->rf : 0;
    *a = words->a;
    if (isnan(*a)) { // PROJ's own default
        *a = 6378137;
        f = 1 / 298.257222101;
    }
    if (!isnan(words->b))
        f = 1 - words->b / *a;
    if (!(*a > 6.2e6 && *a < 6.5e6 && f >= 0 && f < 0.01))
        return core_err_set(err, PH_EINPUT, NULL, "set the earth's radius in metres in the grid mapping",
                            "the projection's earth has a radius of %g m, which is not this one's", *a);
    out->e = sqrt(f * (2 - f));
    return PH_OK;
}

// (15-9) t: the exponential of minus the isometric latitude.
static double t_of(double e, double phi)
{
    double s = sin(phi), t = tan((HALF_PI - phi) / 2);
    return e > 0 ? t / pow((1 - e * s) / (1 + e * s), e / 2) : t;
}

// (14-15) m: radius of the parallel over a.
static double m_of(double e, double phi)
{
    double s = sin(phi);
    return cos(phi) / sqrt(1 - e * e * s * s);
}

// (7-9) latitude from t.
static double phi_of(double e, double t)
{
    double phi = HALF_PI - 2 * atan(t);
    for (int i = 0; e > 0 && i < 12; i++) {
        double s = sin(phi);
        phi = HALF_PI - 2 * atan(t * pow((1 - e * s) / (1 + e * s), e / 2));
    }
    return phi;
}

// (15-1) to (15-11), (14-17).
static enum ph_status conic_set(const struct words *words, double a, struct forcing_projection *out,
                                struct ph_err *err)
{
    double e = out->e, lat_1 = words->lat_1, lat_2 = isnan(words->lat_2) ? lat_1 : words->lat_2;
    double lat_0 = isnan(words->lat_0) ? (isnan(words->lat_2) ? lat_1 : 0) : words->lat_0;
    if (!(fabs(lat_1) < 90 && fabs(lat_2) < 90 && fabs(lat_1 + lat_2) > 1e-6 && fabs(lat_0) <= 90))
        return unknown("standard parallels", PH_EINPUT, err);
    double phi_1 = lat_1 * RAD, phi_2 = lat_2 * RAD;
    out->name = "lambert conformal";
    out->n = fabs(lat_1 - lat_2) < 1e-9
                 ? sin(phi_1)
                 : log(m_of(e, phi_1) / m_of(e, phi_2)) / log(t_of(e, phi_1) / t_of(e, phi_2));
    out->scale_m = a * words->k * m_of(e, phi_1) / (out->n * pow(t_of(e, phi_1), out->n));
    out->rho0 = out->scale_m * pow(t_of(e, lat_0 * RAD), out->n);
    return isfinite(out->rho0) ? PH_OK : unknown("origin", PH_EINPUT, err);
}

// (21-33), (21-34): the cone opens to a plane; with n = -1 the same formulas give the southern aspect.
static enum ph_status stereographic_set(const struct words *words, double a, struct forcing_projection *out,
                                        struct ph_err *err)
{
    double e = out->e, pole = words->lat_0, lat_ts = isnan(words->lat_ts) ? pole : words->lat_ts;
    if (!(fabs(fabs(pole) - 90) < 1e-9))
        return unknown("origin away from a pole", PH_EUNSUPPORTED, err);
    double phi = fabs(lat_ts) * RAD, s = pole > 0 ? 1 : -1;
    double at_pole = 2 / sqrt(pow(1 + e, 1 + e) * pow(1 - e, 1 - e));
    double factor = HALF_PI - phi < 1e-9 ? at_pole : m_of(e, phi) / t_of(e, phi);
    out->name = "polar stereographic";
    out->n = s;
    out->scale_m = s * a * words->k * factor;
    out->rho0 = 0;
    return PH_OK;
}

// Zones of UTM are six degrees wide, the first from 180 W.
static enum ph_status plane_set(const struct words *words, double a, struct forcing_projection *out,
                                struct ph_err *err)
{
    double lat_0 = isnan(words->lat_0) ? 0 : words->lat_0, k = words->k;
    bool utm = !strcmp(words->proj, "utm");
    if (!(fabs(lat_0) <= 90) || (utm && !(words->zone >= 1 && words->zone <= 60)))
        return unknown(utm ? "zone" : "origin", PH_EINPUT, err);
    if (utm) {
        out->lon0_rad = (6 * words->zone - 183) * RAD;
        out->x0_m = 500000;
        out->y0_m = words->south ? 10000000 : 0;
        k = 0.9996;
    }
    if (!strcmp(words->proj, "laea"))
        forcing_azimuthal_set(out, a, lat_0 * RAD);
    else
        forcing_transverse_set(out, a, k, lat_0 * RAD);
    return PH_OK;
}

static enum ph_status kind_set(const struct words *words, struct forcing_projection *out, struct ph_err *err)
{
    double a;
    enum ph_status status = figure_set(words, &a, out, err);
    if (status)
        return status;
    out->kind = PROJECTION_CONIC;
    if (!strcmp(words->proj, "lcc"))
        return conic_set(words, a, out, err);
    if (!strcmp(words->proj, "stere") || !strcmp(words->proj, "ups"))
        return stereographic_set(words, a, out, err);
    if (!strcmp(words->proj, "merc")) { // (7-6), (7-7)
        out->kind = PROJECTION_MERCATOR;
        out->name = "mercator";
        out->scale_m = a * (isnan(words->lat_ts) ? words->k : m_of(out->e, fabs(words->lat_ts) * RAD));
        out->period = 2 * CORE_PI * out->scale_m / out->to_m;
        return out->scale_m > 0 ? PH_OK : unknown("scale", PH_EINPUT, err);
    }
    if (!strcmp(words->proj, "laea") || !strcmp(words->proj, "tmerc") || !strcmp(words->proj, "utm"))
        return plane_set(words, a, out, err);
    bool degrees = !strcmp(words->o_proj, "longlat") || !strcmp(words->o_proj, "latlon") ||
                   !strcmp(words->o_proj, "latlong") || !strcmp(words->o_proj, "lonlat");
    if (strcmp(words->proj, "ob_tran") || !degrees || isnan(words->o_lat_p))
        return unknown(words->proj, PH_EUNSUPPORTED, err);
    out->kind = PROJECTION_ROTATED;
    out->name = "rotated pole";
    out->sin_pole = sin(words->o_lat_p * RAD);
    out->cos_pole = cos(words->o_lat_p * RAD);
    out->pole_lon_rad = isnan(words->o_lon_p) ? 0 : words->o_lon_p * RAD;
    out->period = 360;
    return PH_OK;
}

enum ph_status forcing_projection_parse(const char *text, struct forcing_projection *out, struct ph_err *err)
{
    double none = (double)NAN;
    struct words words = {.lat_0 = none, .lon_0 = 0, .lat_1 = none, .lat_2 = none, .lat_ts = none};
    words.k = 1;
    words.zone = none;
    words.to_m = 1;
    words.o_lat_p = words.o_lon_p = words.a = words.b = words.rf = none;
    enum ph_status status = words_read(text, &words, err);
    if (status)
        return status;
    struct forcing_projection projection = {
        .lon0_rad = words.lon_0 * RAD, .x0_m = words.x_0, .y0_m = words.y_0, .to_m = words.to_m};
    if (!(words.k > 0 && words.to_m > 0))
        return unknown("scale", PH_EINPUT, err);
    status = kind_set(&words, &projection, err);
    if (!status)
        *out = projection;
    return status;
}

static double wrapped(double angle)
{
    return remainder(angle, 2 * CORE_PI);
}

static bool is_plane(const struct forcing_projection *p)
{
    return p->kind == PROJECTION_AZIMUTHAL || p->kind == PROJECTION_TRANSVERSE;
}

void forcing_projection_forward(const struct forcing_projection *p, double lat_deg, double lon_deg, double *x,
                                double *y)
{
    double phi = lat_deg * RAD, lambda = wrapped(lon_deg * RAD - p->lon0_rad);
    if (p->kind == PROJECTION_ROTATED) {
        double c = cos(phi) * cos(lambda), s = sin(phi);
        double sine = p->sin_pole * s - p->cos_pole * c;
        double east = cos(phi) * sin(lambda), toward = p->sin_pole * c + p->cos_pole * s;
        *x = wrapped(atan2(east, toward) + p->pole_lon_rad) / RAD;
        *y = atan2(sine, hypot(east, toward)) / RAD;
        return;
    }
    double east, north, t = t_of(p->e, phi);
    if (is_plane(p)) {
        forcing_plane_forward(p, phi, lambda, &east, &north);
    } else if (p->kind == PROJECTION_MERCATOR) {
        east = p->scale_m * lambda;
        north = -p->scale_m * log(t);
    } else {
        double rho = p->scale_m * pow(t < 0 ? 0 : t, p->n), theta = p->n * lambda;
        east = rho * sin(theta);
        north = p->rho0 - rho * cos(theta);
    }
    *x = (east + p->x0_m) / p->to_m;
    *y = (north + p->y0_m) / p->to_m;
}

void forcing_projection_inverse(const struct forcing_projection *p, double x, double y, double *lat_deg,
                                double *lon_deg)
{
    double phi, lambda;
    if (p->kind == PROJECTION_ROTATED) {
        double phi_r = y * RAD, lambda_r = x * RAD - p->pole_lon_rad;
        double c = cos(phi_r) * cos(lambda_r), s = sin(phi_r);
        double east = cos(phi_r) * sin(lambda_r), toward = p->sin_pole * c - p->cos_pole * s;
        phi = atan2(p->sin_pole * s + p->cos_pole * c, hypot(east, toward));
        lambda = atan2(east, toward);
    } else {
        double east = x * p->to_m - p->x0_m, north = y * p->to_m - p->y0_m;
        if (is_plane(p)) {
            forcing_plane_inverse(p, east, north, &phi, &lambda);
        } else if (p->kind == PROJECTION_MERCATOR) {
            phi = phi_of(p->e, exp(-north / p->scale_m));
            lambda = east / p->scale_m;
        } else {
            double sign = p->n < 0 ? -1 : 1, down = p->rho0 - north;
            double rho = sign * hypot(east, down);
            phi = phi_of(p->e, pow(rho / p->scale_m, 1 / p->n));
            lambda = rho != 0 ? atan2(sign * east, sign * down) / p->n : 0;
            phi = rho == 0 ? sign * HALF_PI : phi;
        }
    }
    *lat_deg = phi / RAD;
    *lon_deg = wrapped(lambda + p->lon0_rad) / RAD;
}

// By a step along x as it lies on the ground: metres to the north over metres to the east.
static double plane_angle(const struct forcing_projection *p, double lat_deg, double lon_deg)
{
    double x, y, lat[2], lon[2], step = 50 / p->to_m, s = sin(lat_deg * RAD), e2 = p->e * p->e;
    double ratio = (1 - e2) / (1 - e2 * s * s); // meridian radius over prime vertical radius
    forcing_projection_forward(p, lat_deg, lon_deg, &x, &y);
    forcing_projection_inverse(p, x - step, y, &lat[0], &lon[0]);
    forcing_projection_inverse(p, x + step, y, &lat[1], &lon[1]);
    return atan2((lat[1] - lat[0]) * ratio, remainder(lon[1] - lon[0], 360) * cos(lat_deg * RAD));
}

double forcing_projection_angle(const struct forcing_projection *p, double lat_deg, double lon_deg)
{
    double lambda = wrapped(lon_deg * RAD - p->lon0_rad), phi = lat_deg * RAD;
    if (p->kind == PROJECTION_MERCATOR)
        return 0;
    if (is_plane(p))
        return plane_angle(p, lat_deg, lon_deg);
    if (p->kind == PROJECTION_CONIC)
        return -p->n * lambda;
    // Rotated north points to the other pole, which is on the meridian lon_0 + 180: its bearing, turned.
    return -atan2(sin(lambda) * p->cos_pole, cos(phi) * p->sin_pole + sin(phi) * p->cos_pole * cos(lambda));
}
