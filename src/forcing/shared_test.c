// Real files (../shared): times, places and values worked out by hand from ncdump.
#include "forcing/made_file.h"

static struct made_answer ask(enum forcing_kind kind, const char *file, const char *time, double lon,
                              double lat)
{
    struct forcing_request request = {.kind = kind, .file = file, .depth_m = (double)NAN, .label = "test"};
    int64_t t = 0;
    struct made_answer none = {.status = PH_EINTERNAL};
    if (core_time_parse(time, &t, NULL))
        return none;
    return made_ask(&request, 1, FORCING_MISSING_STOP, lon, lat, (double)(t - MADE_T0) / (double)MADE_H);
}

// One point of the grid at one time level, as ncdump prints it.
static void point(enum forcing_kind kind, const char *file, const char *time, double lon, double lat,
                  double u, double v, const char *sentence)
{
    const char *path = tap_shared(file, sentence);
    if (!path)
        return;
    struct made_answer a = ask(kind, path, time, lon, lat);
    bool good = !a.status && a.source == 0 && fabs(a.u - u) < 1e-5 && fabs(a.v - v) < 1e-5;
    tap_ok(good, "%s", sentence);
    if (!good)
        printf("# status %d %s; source %d u %.7f v %.7f\n", a.status, a.err.what, a.source, a.u, a.v);
}

#include "forcing/shared_points.h"

static void refused(const char *file, const char *word, const char *sentence)
{
    const char *path = tap_shared(file, sentence);
    if (!path)
        return;
    struct made_answer a = ask(FORCING_CURRENT, path, "2016-02-02T00:00Z", 10, 70);
    bool good = (a.status == PH_EUNSUPPORTED || a.status == PH_EINPUT) && strstr(a.err.what, word);
    tap_ok(good, "%s", sentence);
    if (!good)
        printf("# status %d %s\n", a.status, a.err.what);
}

// All days of one place as one source: every hour of eight days is served, across the files' ends.
static void days(const char *pattern, enum forcing_kind kind, const char *from, const char *to, double lon,
                 double lat, const char *sentence)
{
    char first[300];
    snprintf(first, sizeof first, "%.*s", (int)(strrchr(pattern, '/') - pattern), pattern);
    const char *folder = tap_shared(first, sentence);
    if (!folder)
        return;
    char path[5000];
    snprintf(path, sizeof path, "%s%s", folder, strrchr(pattern, '/'));
    struct forcing_request request = {.kind = kind, .file = path, .depth_m = (double)NAN, .label = "days"};
    struct geo_box box = {lon - 0.2, lat - 0.2, lon + 0.2, lat + 0.2};
    struct core_job job = {0};
    struct forcing *forcing;
    struct ph_err err = {0};
    int64_t t = 0, end = 0;
    size_t served = 0, windows = 0;
    bool good = !core_time_parse(from, &t, &err) && !core_time_parse(to, &end, &err) &&
                !forcing_open(&request, 1, FORCING_MISSING_ERROR, t, end, box, &job, &forcing, &err);
    while (good && t < end) {
        int64_t next = forcing_next_level(forcing, t);
        double u, v, half = (double)(next - t) / 2e9;
        int8_t source;
        uint8_t flags;
        good = !forcing_window(forcing, t, next, box, &err);
        forcing_sample(forcing, kind, 1, &lat, &lon, &half, &u, &v, &source, &flags);
        served += source == 0;
        windows++;
        t = next;
    }
    tap_ok(good && windows && served == windows && job.n_warnings == 0, "%s", sentence);
    if (!good || served != windows || job.n_warnings)
        printf("# %s; %zu of %zu, warnings: %s\n", err.what, served, windows,
               job.first_warning ? job.first_warning->text : "none");
    if (windows)
        forcing_free(forcing);
    core_job_fini(&job);
}

int main(void)
{
    points();
    days("data/nc_med/lebanon2006/Sea_Med_*.nc", FORCING_CURRENT, "2006-07-12T13:00Z", "2006-07-20T12:00Z",
         34.9, 34.2, "Lebanon: eight days of currents are one source");
    days("data/nc_med/lebanon2006/Wind_Med_*.nc", FORCING_WIND, "2006-07-12T00:00Z", "2006-07-19T18:00Z",
         34.9, 34.2, "Lebanon: eight days of wind are one source");
    days("data/nc_med/elba2014/Sea_Med_*.nc", FORCING_CURRENT, "2014-05-16T12:30Z", "2014-05-21T11:30Z", 9.8,
         42.9, "Elba: five days of currents are one source");
    days("data/nc_med/elba2014/Wind_Med_*.nc", FORCING_WIND, "2014-05-16T23:00Z", "2014-05-21T17:00Z", 9.8,
         42.9, "Elba: five days of wind are one source");
    refused("data/nc_projected/Nordic_subset_day1.nc", "all at one place",
            "a C-grid whose u and v lie at 0, 0 throughout is refused as such");
    refused("data/nc_curvilinear/arakawa_c_test_grid.nc", "gregorian_proleptic",
            "a calendar that does not exist is refused by name");
    refused("data/nc_curvilinear/croco_his.nc", "since when", "seconds since nothing are refused as such");
    refused("data/nc_curvilinear/staggered_sine_channel.nc", "no time",
            "a file without a time is refused as such");
    refused("data/nc_unstructured/tri_ring.nc", "no time", "triangles without a time are refused as such");
    refused("data/nc_curvilinear/access-om2-01_*.nc", "noleap",
            "noleap since 1900 is refused with both dates");
    // grib_get_data -w shortName=10u, and so on
    point(FORCING_WIND, "data/grib/gfs.grb", "2011-10-11T00:00Z", 12.5, 35, 5.36, -10.94,
          "the globe: wind at 10 m among 308 fields, complex packing");
    point(FORCING_WIND, "data/grib/Madagascar.wind.7days.grb", "2016-03-05T00:00Z", 40, -20, -2.43, -0.959995,
          "Madagascar: wind of GRIB1 at the surface");
    point(FORCING_WIND, "data/grib/gfswave.t18z.atlocn.0p16.f001.grib2", "2023-08-23T19:00Z", -70, 29.99995,
          1.35, -1.56, "Atlantic: wind of a wave model, jpeg2000 with a bitmap");
    refused("data/grib/gridspec/sh.grib", "no fields", "a file without currents says so");
    made_tidy();
    return tap_done();
}
