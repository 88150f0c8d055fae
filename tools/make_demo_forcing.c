// Makes data/demo/current.nc and data/demo/wind.nc: smooth invented fields off the Libyan coast for the
// embedded demonstration case. No analysis, no forecast, no measurement. Run by tools/make-demo-forcing.
//
//   current  a jet of 0.18 m/s along the straight line Ras Ajdir - Misrata, toward the east, widest 20 km
//            offshore; an anticyclonic eddy of 0.22 m/s (radius 45 km) at 33.7 N 13.1 E that drifts west at
//            0.05 m/s; an inertial oscillation of 0.10 m/s (clockwise, period 22 h at 33 N) that dies toward
//            the coast. Missing over a coarse polygon of land.
//   wind     from 325 degrees, backing to 290 in 42 hours; 5 to 8 m/s, strongest in the afternoon and in the
//   north.
#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <stdlib.h>

enum { CURRENT_NLON = 31, CURRENT_NLAT = 21, CURRENT_NT = 43, WIND_NLON = 25, WIND_NLAT = 17, WIND_NT = 15 };
enum { FIRST_HOUR = 18, FILL = -32768 };

static const double PI = 3.14159265358979323846;
static const double M_PER_DEG = 111195.0; // a sphere is good enough for an invented field
static const double SCALE = 0.001;        // packed to mm/s

struct velocity {
    double u, v;
};

// One file's shape and how to ask its field; hour is since 2016-08-28T00Z.
struct field {
    const char *path, *title, *u_name, *v_name, *u_standard, *v_standard;
    size_t nlon, nlat, nt;
    double step_deg, step_h;
    int (*value)(double lat, double lon, double hour, struct velocity *out); // 0: land
};

// The shore in a few strokes, Mahdia - Sfax - Gabes - Jerba - Ras Ajdir - Zuwara - Sabratha - Tripoli -
// Al Khums - Misrata, closed over land.
static const double shore[][2] = {
    {10.50, 36.00}, {11.05, 35.50}, {10.76, 34.73}, {10.10, 34.20}, {10.10, 33.85}, {11.10, 33.80},
    {11.20, 33.30}, {11.56, 33.17}, {12.08, 32.93}, {12.48, 32.80}, {13.18, 32.91}, {14.26, 32.65},
    {15.09, 32.40}, {15.40, 32.00}, {15.40, 31.00}, {9.00, 31.00},  {9.00, 36.50},  {10.50, 36.50}};

static int on_land(double lat, double lon)
{
    enum { N = sizeof shore / sizeof *shore };
    int inside = 0;
    for (int i = 0, j = N - 1; i < N; j = i++) {
        const double *a = shore[i], *b = shore[j];
        if ((a[1] > lat) != (b[1] > lat) && lon < a[0] + (lat - a[1]) * (b[0] - a[0]) / (b[1] - a[1]))
            inside = !inside;
    }
    return inside;
}

static double east_m(double lon, double lon0)
{
    return (lon - lon0) * M_PER_DEG * cos(33.0 * PI / 180);
}

// Distance north of the straight line Ras Ajdir - Misrata, and the line's direction toward the east.
static double offshore_m(double lat, double lon, struct velocity *along)
{
    double dx = east_m(15.09, 11.56), dy = (32.40 - 33.17) * M_PER_DEG, length = hypot(dx, dy);
    *along = (struct velocity){dx / length, dy / length};
    return (lat - 33.17) * M_PER_DEG * along->u - east_m(lon, 11.56) * along->v;
}

// The current is made up to a cell behind the shore, so that every place at sea has a corner with a value.
static int far_inland(double lat, double lon)
{
    return on_land(lat, lon) && on_land(lat + 0.2, lon) && on_land(lat, lon + 0.2);
}

static int current_value(double lat, double lon, double hour, struct velocity *out)
{
    if (far_inland(lat, lon))
        return 0;
    double seconds = (hour - FIRST_HOUR) * 3600;
    struct velocity along;
    double d = offshore_m(lat, lon, &along);
    double jet = 0.18 * exp(-pow((d - 20e3) / 30e3, 2) / 2);

    double x = east_m(lon, 13.1) + 0.05 * seconds, y = (lat - 33.7) * M_PER_DEG, radius = 45e3;
    double eddy = 0.22 / radius * exp(0.5 - (x * x + y * y) / (2 * radius * radius));

    double f = 2 * 7.2921e-5 * sin(33.0 * PI / 180);
    double inertial = 0.10 * (1 - exp(-fmax(d, 0) / 30e3));
    out->u = jet * along.u + eddy * y + inertial * cos(f * seconds);
    out->v = jet * along.v - eddy * x - inertial * sin(f * seconds);
    return 1;
}

static int wind_value(double lat, double lon, double hour, struct velocity *out)
{
    double from = (325 - 35 * (hour - FIRST_HOUR) / 42 + 2 * (lon - 13)) * PI / 180;
    double speed = 6.5 + 0.7 * cos(2 * PI * (hour - 14) / 24) + 0.3 * (lat - 33.5);
    *out = (struct velocity){-speed * sin(from), -speed * cos(from)};
    return 1;
}

static void check(int status, const char *what)
{
    if (!status)
        return;
    fprintf(stderr, "make_demo_forcing: %s: %s\n", what, nc_strerror(status));
    exit(1);
}

static void text_put(int nc, int var, const char *name, const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    check(nc_put_att_text(nc, var, name, length, text), name);
}

static int axis_define(int nc, const char *name, size_t n, const char *standard, const char *units)
{
    int dim, var;
    check(nc_def_dim(nc, name, n, &dim), name);
    check(nc_def_var(nc, name, NC_DOUBLE, 1, &dim, &var), name);
    text_put(nc, var, "standard_name", standard);
    text_put(nc, var, "units", units);
    return var;
}

static int component_define(int nc, const char *name, const char *standard)
{
    int var, dims[3] = {0, 1, 2};
    short fill = FILL;
    check(nc_def_var(nc, name, NC_SHORT, 3, dims, &var), name);
    text_put(nc, var, "standard_name", standard);
    text_put(nc, var, "units", "m s-1");
    check(nc_put_att_short(nc, var, "_FillValue", NC_SHORT, 1, &fill), name);
    check(nc_put_att_double(nc, var, "scale_factor", NC_DOUBLE, 1, &SCALE), name);
    return var;
}

static void axis_write(int nc, int var, size_t n, double first, double step)
{
    for (size_t i = 0; i < n; i++) {
        double value = first + (double)i * step;
        check(nc_put_var1_double(nc, var, &i, &value), "axis");
    }
}

static void field_write(int nc, int u_var, int v_var, const struct field *field)
{
    for (size_t t = 0; t < field->nt; t++)
        for (size_t j = 0; j < field->nlat; j++)
            for (size_t i = 0; i < field->nlon; i++) {
                struct velocity at = {0, 0};
                double lat = 32 + (double)j * field->step_deg, lon = 10 + (double)i * field->step_deg;
                int sea = field->value(lat, lon, FIRST_HOUR + (double)t * field->step_h, &at);
                short u = sea ? (short)lround(at.u / SCALE) : FILL,
                      v = sea ? (short)lround(at.v / SCALE) : FILL;
                size_t index[3] = {t, j, i};
                check(nc_put_var1_short(nc, u_var, index, &u), field->u_name);
                check(nc_put_var1_short(nc, v_var, index, &v), field->v_name);
            }
}

static void file_make(const struct field *field)
{
    int nc;
    check(nc_create(field->path, NC_CLOBBER, &nc), field->path);
    int time = axis_define(nc, "time", field->nt, "time", "hours since 2016-08-28 00:00:00");
    int lat = axis_define(nc, "lat", field->nlat, "latitude", "degrees_north");
    int lon = axis_define(nc, "lon", field->nlon, "longitude", "degrees_east");
    text_put(nc, time, "calendar", "standard");
    int u = component_define(nc, field->u_name, field->u_standard);
    int v = component_define(nc, field->v_name, field->v_standard);
    text_put(nc, NC_GLOBAL, "Conventions", "CF-1.11");
    text_put(nc, NC_GLOBAL, "title", field->title);
    text_put(nc, NC_GLOBAL, "source", "tools/make_demo_forcing.c of Pharos; the formulas are at its head");
    text_put(nc, NC_GLOBAL, "comment",
             "Made for the demonstration: an invented smooth field. Not an analysis, not a forecast, "
             "not a measurement. Never plan a rescue with it.");
    text_put(nc, NC_GLOBAL, "license", "CC0-1.0");
    check(nc_enddef(nc), field->path);
    axis_write(nc, time, field->nt, FIRST_HOUR, field->step_h);
    axis_write(nc, lat, field->nlat, 32, field->step_deg);
    axis_write(nc, lon, field->nlon, 10, field->step_deg);
    field_write(nc, u, v, field);
    check(nc_close(nc), field->path);
}

int main(void)
{
    const struct field current = {"current.nc",
                                  "Surface current off western Libya, made for the demonstration",
                                  "uo",
                                  "vo",
                                  "eastward_sea_water_velocity",
                                  "northward_sea_water_velocity",
                                  CURRENT_NLON,
                                  CURRENT_NLAT,
                                  CURRENT_NT,
                                  0.2,
                                  1,
                                  current_value};
    const struct field wind = {"wind.nc",
                               "Wind at 10 m off western Libya, made for the demonstration",
                               "u10",
                               "v10",
                               "eastward_wind",
                               "northward_wind",
                               WIND_NLON,
                               WIND_NLAT,
                               WIND_NT,
                               0.25,
                               3,
                               wind_value};
    file_make(&current);
    file_make(&wind);
    return 0;
}
