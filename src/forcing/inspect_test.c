// What `pharos forcing inspect` finds in files with one thing wrong each.
#include "forcing/made_file.h"

#include "core/units.h"
#include "geo/coast.h"

static const double lat[] = {33, 33.5, 34, 34.5, 35}, lon[] = {11, 11.5, 12, 12.5, 13, 13.5};
static const double hours[] = {0, 1, 2, 3, 4, 5}, gap[] = {0, 1, 2, 3, 9, 10};

static struct made usual(void)
{
    return (struct made){.order = "tyx",
                         .lat = lat,
                         .lon = lon,
                         .hour = hours,
                         .n_lat = 5,
                         .n_lon = 6,
                         .n_hour = 6,
                         .names = {"uo", "vo"},
                         .standard = {"eastward_sea_water_velocity", "northward_sea_water_velocity"},
                         .units = {"cm s-1", "cm s-1"}};
}

// The JSON of the files, to be freed by the caller; NULL when inspecting failed.
static char *inspected(const char *const *files, size_t n, const struct forcing_inspect_ask *ask)
{
    struct forcing_inspection *is = NULL;
    struct core_buf json = {0};
    struct ph_err err = {0};
    bool good = !forcing_inspect(files, n, ask, &is, &err) && !forcing_inspection_json(is, &json, &err);
    forcing_inspection_free(is);
    if (!good)
        printf("# %s: %s\n", err.where, err.what);
    return good ? json.text : NULL;
}

static void says(const char *const *files, size_t n, const struct forcing_inspect_ask *ask, const char *text,
                 const char *sentence)
{
    char *json = inspected(files, n, ask);
    if (!tap_ok(json && strstr(json, text), "%s", sentence))
        printf("# %s\n", json ? json : "");
    free(json);
}

static void level_put(const char *path, const char *name, size_t level, const double *value)
{
    int ncid, var;
    size_t start[3] = {level, 0, 0}, count[3] = {1, 5, 6};
    made_nc(nc_open(path, NC_WRITE, &ncid));
    made_nc(nc_inq_varid(ncid, name, &var));
    made_nc(nc_put_vara_double(ncid, var, start, count, value));
    made_nc(nc_close(ncid));
}

static void one_file(void)
{
    static const double zero[30];
    const struct forcing_inspect_ask plain = {0};
    struct made made = usual();
    char path[512];
    snprintf(path, sizeof path, "%s", made_path("a.nc"));
    const char *file[] = {path};
    made_write(&made, path);
    says(file, 1, &plain, "\"levels_looked_at\": 6", "every level of a small file is looked at");
    says(file, 1, &plain, "\"missing_frac\": 0,", "and the share that is missing is told");
    says(file, 1, &plain, "\"warnings\": []", "nothing is wrong with it");
    for (int p = 0; p < 2; p++)
        level_put(path, made.names[p], 3, zero);
    says(file, 1, &plain, "\"zero-levels\", \"text\": \"1 of 6", "a level of zeros among others is found");
    level_put(path, made.names[0], 3, (double[30]){[0] = 1});
    level_put(path, made.names[0], 4, (double[30]){[0] = 1});
    level_put(path, made.names[1], 4, zero);
    says(file, 1, &plain, "\"repeated-levels\", \"text\": \"1 of 6", "so is a level that is there twice");
    says(file, 1, &plain, "\"name\": \"vo\", \"kind\": \"current\", \"units\": \"cm s-1\"",
         "each component is told with its unit");
    struct made mixed = usual();
    mixed.units[1] = "m s-1";
    made_write(&mixed, path);
    says(file, 1, &plain, "\"name\": \"vo\", \"kind\": \"current\", \"units\": \"m s-1\"",
         "with its own, where the two differ");
    made.hour = gap;
    made_write(&made, path);
    says(file, 1, &plain,
         "\"gap\", \"text\": \"nothing between 2026-01-01T03:00:00Z and 2026-01-01T09:00:00Z",
         "a gap in time is told with its ends");
}

static void two_files(void)
{
    struct made made = usual();
    const struct forcing_inspect_ask plain = {0};
    char a[512], b[512];
    snprintf(a, sizeof a, "%s", made_path("a.nc"));
    snprintf(b, sizeof b, "%s", made_path("b.nc"));
    const char *files[] = {a, b};
    made_write(&made, a);
    made_write(&made, b);
    says(files, 2, &plain, "\"difference_ms\": 0,", "two files of the same field are nothing apart");
    says(files, 2, &plain, "\"agrees\": null", "and nothing is said of signs");
    made.names[0] = "vo", made.names[1] = "uo";
    made.standard[0] = "northward_sea_water_velocity", made.standard[1] = "eastward_sea_water_velocity";
    made_write(&made, b);
    says(files, 2, &plain, "\"agrees\": \"with u and v exchanged\"",
         "exchanged components are found by the other file");
    says(files, 2, &plain, "\"sign-or-swap\"", "and are a warning");
    struct forcing_inspect_at at = {.place = {34.2, 12.2}};
    if (!core_time_parse("2026-01-01T02:30Z", &at.t_ns, NULL)) {
        struct forcing_inspection *is = NULL;
        struct core_buf text = {0};
        bool good = !forcing_inspect(files, 2, &(struct forcing_inspect_ask){.at = &at}, &is, NULL) &&
                    !forcing_inspection_text(is, &text, NULL);
        tap_ok(good && strstr(text.text, "side by side at 2026-01-01T02:30:00Z, 34-12.0N 012-12.0E"),
               "values of several files stand side by side");
        forcing_inspection_free(is);
        core_buf_fini(&text);
    }
}

static void a_case(void)
{
    struct made made = usual();
    char path[512];
    snprintf(path, sizeof path, "%s", made_path("a.nc"));
    const char *file[] = {path};
    struct forcing_inspect_ask ask = {.has_case = true, .box = {12, 34, 12.5, 34.5}};
    made_write(&made, path);
    if (core_time_parse("2026-01-01T01:00Z", &ask.from_ns, NULL) ||
        core_time_parse("2026-01-01T03:00Z", &ask.to_ns, NULL))
        return;
    says(file, 1, &ask, "\"warnings\": []", "a file that covers the case is good");
    ask.to_ns += 86400 * CORE_NS_PER_S;
    says(file, 1, &ask, "\"short-of-case\"", "one that ends before the case does is told");
    ask.from_ns = ask.to_ns;
    says(file, 1, &ask, "\"far-from-case\", \"text\": \"current is 22 h before",
         "one that ends before it begins too");
    ask.box = (struct geo_box){-60, 34, -59, 34.5};
    says(file, 1, &ask, "does not reach where the case's drift starts", "and one of another sea");
}

static const struct geo_coast *shore; // of the callbacks

static bool on_land(double x, double y, double h)
{
    return geo_coast_is_land(shore, (struct geo_pos){y, x});
}

static bool at_sea(double x, double y, double h)
{
    return !on_land(x, y, h);
}

static bool on_land_or_west(double x, double y, double h)
{
    return x < 13.5 || on_land(x, y, h);
}

// Fields around Italy whose mask is the real shoreline, and others.
static void land_and_sea(void)
{
    static double y[31], x[61];
    struct geo_coast *coast = NULL;
    const struct forcing_inspect_ask plain = {0};
    char path[512];
    snprintf(path, sizeof path, "%s", made_path("shore.nc"));
    const char *file[] = {path};
    for (int k = 0; k < 61; k++)
        x[k] = 9 + 0.1 * k;
    for (int k = 0; k < 31; k++)
        y[k] = 40.5 + 0.1 * k;
    if (geo_coast_open("low", NULL, &coast, NULL) || !geo_coast_installed(coast) ||
        geo_coast_load(coast, (struct geo_box){9, 40, 16, 44}, NULL)) {
        tap_skip("masks are held against the shoreline", "no shoreline is installed");
        geo_coast_free(coast);
        return;
    }
    shore = coast;
    struct made made = usual();
    made.lat = y, made.n_lat = 31, made.lon = x, made.n_lon = 61, made.land_value = 1e20;
    made.land = on_land;
    made_write(&made, path);
    says(file, 1, &plain, "\"warnings\": []", "currents at sea and none on land are as they should be");
    made.land = at_sea;
    made_write(&made, path);
    says(file, 1, &plain, "\"mask-disagrees\", \"text\": \"100 % of the points at sea",
         "currents on land and none at sea are told");
    made.land = on_land_or_west;
    made_write(&made, path);
    says(file, 1, &plain, "\"missing-at-sea\"", "a sea that is empty for the most part is told");
    made.land = on_land, made.land_value = 0, made.no_fill_attribute = true;
    made_write(&made, path);
    says(file, 1, &plain, "\"zeros-on-land\", \"text\": \"100 % of the points on land",
         "zeros on land are told");
    geo_coast_free(coast);
}

static void chunks(void)
{
    static const double many[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const struct forcing_inspect_ask plain = {0};
    struct made made = usual();
    char path[512];
    snprintf(path, sizeof path, "%s", made_path("chunks.nc"));
    const char *file[] = {path};
    made.hour = many, made.n_hour = 10, made.netcdf4 = true, made.deflate = true;
    made.chunk[0] = 10, made.chunk[1] = 5, made.chunk[2] = 3;
    made_write(&made, path);
    says(file, 1, &plain, "\"chunked-times\", \"text\": \"uo is stored in pieces of 10 times",
         "a file that is cut along all its times is told, with what to do");
    made.chunk[0] = 1;
    made_write(&made, path);
    char *json = inspected(file, 1, &plain);
    tap_ok(json && !strstr(json, "chunked-times"), "one that is cut time by time is not");
    free(json);
}

int main(void)
{
    land_and_sea();
    chunks();
    one_file();
    two_files();
    a_case();
    made_tidy();
    return tap_done();
}
