// Every way in which a file may hold the same field must give the same answer.
#include "forcing/made_file.h"

#include "forcing/grid.h"

static const double lat_up[] = {33, 33.5, 34, 34.5, 35}, lat_down[] = {35, 34.5, 34, 33.5, 33};
static const double lat_uneven[] = {33, 33.2, 34, 34.7, 35};
static const double lon_up[] = {11, 11.5, 12, 12.5, 13, 13.5}, lon_down[] = {13.5, 13, 12.5, 12, 11.5, 11};
static const double hours[] = {0, 3, 6, 9};

static struct made usual(void)
{
    return (struct made){.order = "tyx",
                         .lat = lat_up,
                         .lon = lon_up,
                         .hour = hours,
                         .n_lat = 5,
                         .n_lon = 6,
                         .n_hour = 4,
                         .names = {"uo", "vo"},
                         .standard = {"eastward_sea_water_velocity", "northward_sea_water_velocity"},
                         .units = {"m s-1", "m s-1"}};
}

static struct forcing_request file_request(const char *path)
{
    return (struct forcing_request){
        .kind = FORCING_CURRENT, .file = path, .depth_m = (double)NAN, .label = "test"};
}

// The analytic value comes back at an odd place and time.
static void expect(const struct made *made, const char *sentence)
{
    const char *path = made_path("a.nc");
    made_write(made, path);
    struct forcing_request request = file_request(path);
    if (made->standard[0] && strstr(made->standard[0], "wind"))
        request.kind = FORCING_WIND;
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12.13, 33.87, 4.5);
    double tolerance = made->packed ? 6e-4 : 2e-6 * 5;
    bool good = !a.status && a.source == 0 && fabs(a.u - made_u(12.13, 33.87, 4.5)) < tolerance &&
                fabs(a.v - made_v(12.13, 33.87, 4.5)) < tolerance;
    tap_ok(good, "%s", sentence);
    if (!good)
        printf("# status %d %s (%s): u %.6f want %.6f, v %.6f want %.6f\n", a.status, a.err.what, a.err.where,
               a.u, made_u(12.13, 33.87, 4.5), a.v, made_v(12.13, 33.87, 4.5));
}

static void orientations(void)
{
    struct made made = usual();
    expect(&made, "a usual file gives its field back");
    made.netcdf4 = true;
    expect(&made, "so does NetCDF-4");
    made = usual();
    made.lat = lat_down;
    expect(&made, "latitude may descend");
    made.lon = lon_down;
    expect(&made, "longitude may descend too");
    made = usual();
    made.lat = lat_uneven;
    expect(&made, "points may be uneven");
    made = usual();
    made.lon_shift = 360;
    expect(&made, "longitudes may be a turn further east");
    made = usual();
    made.bare_axes = true;
    expect(&made, "coordinates may have no units and no standard names");
    static const char *const orders[] = {"tyx", "txy", "xyt", "ytx", "tzyx", "tmzyx", "mtyx", "xyzt"};
    for (int i = 0; i < 8; i++) {
        made = usual();
        made.order = orders[i];
        char sentence[80];
        snprintf(sentence, sizeof sentence, "dimensions may be in the order %s", orders[i]);
        expect(&made, sentence);
    }
}

static void packings(void)
{
    struct made made = usual();
    made.packed = true;
    made.land_value = -32767;
    expect(&made, "packed integers are unpacked");
    made = usual();
    made.units[0] = made.units[1] = "cm/s";
    made.unit_factor = 100;
    expect(&made, "cm/s are converted");
    made.units[0] = made.units[1] = "knots";
    made.unit_factor = 3600 / 1852.0;
    expect(&made, "knots are converted");
    made = usual();
    made.directions = made.direction_toward = true;
    made.standard[0] = "sea_water_speed";
    made.standard[1] = "sea_water_velocity_to_direction";
    made.units[1] = "degree";
    const double same_hour[] = {4.5, 4.5001};
    made.hour = same_hour;
    made.n_hour = 2;
    const char *path = made_path("d.nc");
    made_write(&made, path);
    struct forcing_request request = file_request(path);
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 4.5);
    tap_near(a.u, made_u(12, 34, 4.5), 1e-5, "speed and direction toward: u");
    tap_near(a.v, made_v(12, 34, 4.5), 1e-5, "speed and direction toward: v");
    made.direction_toward = false;
    made.standard[0] = "wind_speed";
    made.standard[1] = "wind_from_direction";
    made_write(&made, path);
    request.kind = FORCING_WIND;
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 4.5);
    tap_near(a.u, made_u(12, 34, 4.5), 1e-5, "speed and direction from: u");
    tap_near(a.v, made_v(12, 34, 4.5), 1e-5, "speed and direction from: v");
}

static void refuse(const struct made *made, const char *word, const char *sentence)
{
    const char *path = made_path("r.nc");
    made_write(made, path);
    struct forcing_request request = file_request(path);
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12.13, 33.87, 4.5);
    bool good =
        (a.status == PH_EINPUT || a.status == PH_EUNSUPPORTED) && strstr(a.err.what, word) && a.err.fix[0];
    tap_ok(good, "%s", sentence);
    if (!good)
        printf("# status %d: %s\n", a.status, a.err.what);
}

static void refusals(void)
{
    struct made made = usual();
    made.units[0] = "furlongs";
    refuse(&made, "furlongs", "a unit that is not known is refused with its name");
    made = usual();
    made.leave_out = 2;
    refuse(&made, "counterpart", "u without v is refused");
    made = usual();
    made.units_t = "months since 2026-01-01";
    refuse(&made, "constant length", "months are refused");
    made.units_t = "hours since 2026-01-01 00:00 U C";
    refuse(&made, "offset", "an offset that is none is refused");
    made.units_t = "hours";
    refuse(&made, "since", "times that do not say since when are refused");
    made = usual();
    made.calendar = "martian";
    refuse(&made, "martian", "a calendar that does not exist is refused");
    made.calendar = "noleap";
    made.units_t = "hours since 1900-01-01";
    made.t_shift = 1104504;
    refuse(&made, "noleap", "noleap with leap days between epoch and time is refused, with both dates");
    static const double not_lat[] = {33, 34, 33.5, 34.5, 35};
    made = usual();
    made.lat = not_lat;
    refuse(&made, "latitudes", "latitudes that go up and down are refused");
    static const double broken[] = {0, 3, (double)NAN, 9};
    made = usual();
    made.hour = broken;
    refuse(&made, "time number 3", "a time that is no number is refused");
}

static void calendar_of_the_case(void)
{
    struct made made = usual();
    made.calendar = "noleap";
    made.units_t = "hours since 1900-01-01";
    made.t_shift = 1104504; // hours from 1900-01-01 to 2026-01-01 in the standard calendar
    made_write(&made, made_path("n.nc"));
    struct forcing_request request = file_request(made_path("n.nc"));
    request.calendar = "standard";
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12.13, 33.87, 4.5);
    tap_near(a.u, made_u(12.13, 33.87, 4.5), 1e-5, "a case may say that the standard calendar is meant");
}

static void oddities(void)
{
    struct made made = usual();
    made.units[0] = made.units[1] = NULL;
    const char *path = made_path("o.nc");
    made_write(&made, path);
    struct forcing_request request = file_request(path);
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 3);
    tap_ok(!a.status && strstr(a.warnings, "no-units"), "no units: read as m/s, with a warning");
    static const double mixed[] = {6, 0, 3, 3, 9};
    made = usual();
    made.hour = mixed;
    made.n_hour = 5;
    made_write(&made, path);
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 4.5);
    tap_near(a.u, made_u(12, 34, 4.5), 1e-5, "times out of order and twice are put in order");
    tap_ok(strstr(a.warnings, "unsorted-times") && strstr(a.warnings, "repeated-times"), "and it is said");
    made = usual();
    made.order = "tzyx";
    made.n_depth = 4;
    made_write(&made, path);
    request.depth_m = 19;
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 3);
    tap_near(a.u, made_u(12, 34, 3) - 1.0, 1e-5, "the level nearest to depth_m is read");
    request.depth_m = (double)NAN;
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 3);
    tap_near(a.u, made_u(12, 34, 3), 1e-5, "without depth_m the shallowest is read");
    made = usual();
    made.standard[0] = "eastward_wind", made.standard[1] = "northward_wind";
    made.names[0] = "u100", made.names[1] = "v100";
    made_write(&made, path);
    request.kind = FORCING_WIND;
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 3);
    // ln(10/0.0002) / ln(100/0.0002) = 0.82453
    tap_near(a.u, 0.824532 * made_u(12, 34, 3), 1e-5,
             "wind at 100 m is brought to 10 m by the logarithmic profile");
    tap_ok(strstr(a.warnings, "wind-height") != NULL, "and it is said");
    request.kind = FORCING_CURRENT;
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 3);
    tap_ok(a.status == PH_EINPUT, "a wind is not taken for a current");
}

static void split_files(void)
{
    static const double early[] = {0, 3}, late[] = {6, 9};
    struct made made = usual();
    made.hour = early, made.n_hour = 2;
    made_write(&made, made_path("part1.nc"));
    made.hour = late;
    made_write(&made, made_path("part2.nc"));
    struct forcing_request request = file_request(made_path("part*.nc"));
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12.13, 33.87, 4.5);
    tap_near(a.u, made_u(12.13, 33.87, 4.5), 1e-5,
             "files split by time are one source, also between two files");
    made = usual();
    made.leave_out = 1;
    made_write(&made, made_path("half_v.nc"));
    made.leave_out = 2;
    made_write(&made, made_path("half_u.nc"));
    request.file = made_path("half_*.nc");
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12.13, 33.87, 4.5);
    tap_near(a.u, made_u(12.13, 33.87, 4.5), 1e-5, "files split by variable are one source: u");
    tap_near(a.v, made_v(12.13, 33.87, 4.5), 1e-5, "files split by variable are one source: v");
    made = usual();
    made.standard[0] = "eastward_wind", made.standard[1] = "northward_wind";
    made_write(&made, made_path("both_wind.nc"));
    made = usual();
    made_write(&made, made_path("both_current.nc"));
    request.file = made_path("both_*.nc");
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12.13, 33.87, 4.5);
    tap_ok(!a.status && a.source == 0, "files of a pattern that hold nothing of the kind are left out");
    request.kind = FORCING_WAVES;
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12.13, 33.87, 4.5);
    tap_ok(a.status == PH_EINPUT && strstr(a.err.what, "stokes_drift"), "unless all of them are");
    request.kind = FORCING_CURRENT;
    made = usual();
    made.hour = late, made.n_hour = 2;
    made_write(&made, made_path("with[odd]*.nc"));
    request.file = made_path("with[odd]*.nc");
    a = made_ask(&request, 1, FORCING_MISSING_ERROR, 12, 34, 7);
    tap_ok(!a.status && a.source == 0, "a file whose name holds signs of patterns is found by its name");
}

// 32-bit floats on a twelfth of a degree round the earth are still an even axis; a real bend is not.
static void float_axes(void)
{
    static double value[4320];
    struct core_arena arena = {0};
    struct forcing_axis axis;
    for (int i = 0; i < 4320; i++)
        value[i] = (double)(float)(-180 + i / 12.0);
    tap_ok(!forcing_axis_lon(value, 4320, &arena, &axis, NULL) && axis.uniform && axis.wraps,
           "an axis rounded to floats is even");
    value[1000] += 1e-3 / 12;
    tap_ok(!forcing_axis_lon(value, 4320, &arena, &axis, NULL) && !axis.uniform,
           "one with a point that is a thousandth of a step off is not");
    core_arena_fini(&arena);
}

int main(void)
{
    float_axes();
    orientations();
    packings();
    refusals();
    calendar_of_the_case();
    oddities();
    split_files();
    made_tidy();
    return tap_done();
}
