// Every shape of grid gives back known flows everywhere: the earth turning as a solid body about a tilted
// axis (its vectors cross poles and the antimeridian smoothly), directions within 0.01 degrees. The files are
// written here.
#include <math.h>

#include "core/units.h"
#include "forcing/grid.h"
#include "forcing/made_file.h"
#include "forcing/made_flow.h"
#include "forcing/projection.h"

// ---------------------------------------------------------------- files

struct sheet {
    int ncid, dims[3], var[2];
};

static void text(int ncid, int var, const char *name, const char *value)
{
    made_nc(nc_put_att_text(ncid, var, name, strlen(value), value));
}

static void number(int ncid, int var, const char *name, double value)
{
    made_nc(nc_put_att_double(ncid, var, name, NC_DOUBLE, 1, &value));
}

static int coordinate(int ncid, const char *name, int rank, const int *dims, const char *standard,
                      const char *units)
{
    int var;
    made_nc(nc_def_var(ncid, name, NC_DOUBLE, rank, dims, &var));
    if (standard)
        text(ncid, var, "standard_name", standard);
    if (units)
        text(ncid, var, "units", units);
    return var;
}

// A file with a time of two levels; fields are the same at both.
static int begin(const char *path, int *time_dim)
{
    int ncid, time;
    made_nc(nc_create(path, NC_CLOBBER, &ncid));
    made_nc(nc_def_dim(ncid, "time", 2, time_dim));
    time = coordinate(ncid, "time", 1, time_dim, "time", "hours since 2026-01-01 00:00:00");
    made_nc(nc_enddef(ncid));
    made_nc(nc_put_var_double(ncid, time, (const double[]){0, 3}));
    made_nc(nc_redef(ncid));
    return ncid;
}

static int field_var(int ncid, const char *name, const char *standard, int rank, const int *dims)
{
    int var;
    made_nc(nc_def_var(ncid, name, NC_DOUBLE, rank, dims, &var));
    if (standard)
        text(ncid, var, "standard_name", standard);
    text(ncid, var, "units", "m s-1");
    return var;
}

static void twice(int ncid, int var, const double *value, size_t n)
{
    double *both = malloc(2 * n * sizeof *both);
    memcpy(both, value, n * sizeof *both);
    memcpy(both + n, value, n * sizeof *both);
    made_nc(nc_put_var_double(ncid, var, both));
    free(both);
}

// ---------------------------------------------------------------- asking

static void refused(const char *path, const char *word, const char *sentence)
{
    struct forcing_request request = request_of(path);
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 0, 0, 1);
    bool good = (a.status == PH_EINPUT || a.status == PH_EUNSUPPORTED) && strstr(a.err.what, word);
    tap_ok(good, "%s", sentence);
    if (!good)
        printf("# status %d: %s\n", a.status, a.err.what);
}

// ---------------------------------------------------------------- projections

struct map {
    const char *proj, *name; // CF name of the mapping
    void (*attributes)(int ncid, int var);
    double x0, y0, step; // first point and step, as PROJ counts
    int n_x, n_y;
    bool rotated, y_falls, plain_names, in_km, proj_string, beside, beside_off;
};

static void lambert(int ncid, int var)
{
    number(ncid, var, "standard_parallel", 38.5);
    number(ncid, var, "longitude_of_central_meridian", -97.5);
    number(ncid, var, "latitude_of_projection_origin", 38.5);
    number(ncid, var, "earth_radius", 6371229);
}
static void polar(int ncid, int var)
{
    number(ncid, var, "straight_vertical_longitude_from_pole", 58);
    number(ncid, var, "latitude_of_projection_origin", 90);
    number(ncid, var, "standard_parallel", 60);
    number(ncid, var, "semi_major_axis", 6378137);
    number(ncid, var, "inverse_flattening", 298.257223563);
}
static void mercator(int ncid, int var)
{
    number(ncid, var, "longitude_of_projection_origin", 180);
    number(ncid, var, "standard_parallel", 20);
    number(ncid, var, "earth_radius", 6371200);
}
static void pole(int ncid, int var)
{
    number(ncid, var, "grid_north_pole_latitude", 39.25);
    number(ncid, var, "grid_north_pole_longitude", -162);
}
static void nothing(int ncid, int var) {}

static void map_write(const struct map *map, const char *path)
{
    struct forcing_projection p;
    int time_dim, dims[3], axis[2], var[2], mapping, beside[2];
    size_t n = (size_t)(map->n_x * map->n_y);
    double *uv[2] = {malloc(n * sizeof(double)), malloc(n * sizeof(double))}, x[400], y[400];
    double *place[2] = {malloc(n * sizeof(double)), malloc(n * sizeof(double))};
    if (forcing_projection_parse(map->proj, &p, NULL))
        exit(1);
    int ncid = begin(path, &time_dim);
    dims[0] = time_dim;
    made_nc(nc_def_dim(ncid, "y", (size_t)map->n_y, &dims[1]));
    made_nc(nc_def_dim(ncid, "x", (size_t)map->n_x, &dims[2]));
    const char *unit = map->rotated ? "degrees" : map->in_km ? "km" : "m";
    axis[0] = coordinate(ncid, map->rotated ? "rlat" : "y", 1, &dims[1],
                         map->rotated ? "grid_latitude" : "projection_y_coordinate", unit);
    axis[1] = coordinate(ncid, map->rotated ? "rlon" : "x", 1, &dims[2],
                         map->rotated ? "grid_longitude" : "projection_x_coordinate", unit);
    for (int k = 0; k < 2; k++) {
        const char *standard = k ? "sea_water_y_velocity" : "sea_water_x_velocity";
        var[k] = field_var(ncid, k ? "v" : "u", map->plain_names ? NULL : standard, 3, dims);
        if (map->name)
            text(ncid, var[k], "grid_mapping", "crs");
        if (map->beside)
            text(ncid, var[k], "coordinates", "longitude latitude");
    }
    if (map->beside) {
        beside[0] = coordinate(ncid, "latitude", 2, dims + 1, "latitude", "degrees_north");
        beside[1] = coordinate(ncid, "longitude", 2, dims + 1, "longitude", "degrees_east");
    }
    if (map->name) {
        made_nc(nc_def_var(ncid, "crs", NC_INT, 0, NULL, &mapping));
        text(ncid, mapping, "grid_mapping_name", map->name);
        map->attributes(ncid, mapping);
        if (map->proj_string)
            text(ncid, mapping, "proj4", map->proj);
    }
    made_nc(nc_enddef(ncid));
    double scale = map->in_km ? 1000 : 1;
    for (int j = 0; j < map->n_y; j++)
        for (int i = 0; i < map->n_x; i++) {
            int row = map->y_falls ? map->n_y - 1 - j : j;
            size_t at = (size_t)(j * map->n_x + i);
            double px = map->x0 + map->step * i, py = map->y0 + map->step * row, lat, lon, u, v;
            forcing_projection_inverse(&p, px, py, &lat, &lon);
            flow(lat, lon, &u, &v);
            double a = forcing_projection_angle(&p, lat, lon);
            uv[0][at] = u * cos(a) + v * sin(a);
            uv[1][at] = v * cos(a) - u * sin(a);
            place[0][at] = lat - (map->beside_off ? 0.5 : 0);
            place[1][at] = lon;
            x[i] = px / scale;
            y[j] = py / scale;
        }
    made_nc(nc_put_var_double(ncid, axis[0], y));
    made_nc(nc_put_var_double(ncid, axis[1], x));
    for (int k = 0; k < 2; k++) {
        twice(ncid, var[k], uv[k], n);
        if (map->beside)
            made_nc(nc_put_var_double(ncid, beside[k], place[k]));
        free(uv[k]);
        free(place[k]);
    }
    made_nc(nc_close(ncid));
}

static void projections(void)
{
    struct map lcc = {.proj = "+proj=lcc +lat_1=38.5 +lat_2=38.5 +lat_0=38.5 +lon_0=-97.5 +R=6371229",
                      .name = "lambert_conformal_conic",
                      .attributes = lambert,
                      .x0 = -2.4e6,
                      .y0 = -1.5e6,
                      .step = 24000,
                      .n_x = 200,
                      .n_y = 130};
    map_write(&lcc, made_path("lcc.nc"));
    recover(made_path("lcc.nc"), 28, 48, -115, -80, 1e-5, "a Lambert grid gives the flow back");
    lcc.y_falls = lcc.in_km = true;
    map_write(&lcc, made_path("lcc.nc"));
    recover(made_path("lcc.nc"), 28, 48, -115, -80, 1e-5, "also with y falling, in kilometres");
    struct map stere = {.proj = "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=58 +ellps=WGS84",
                        .name = "polar_stereographic",
                        .attributes = polar,
                        .x0 = -1.6e6,
                        .y0 = -1.61e6,
                        .step = 20000,
                        .n_x = 161,
                        .n_y = 163};
    map_write(&stere, made_path("stere.nc"));
    recover(made_path("stere.nc"), 80, 90, -180, 180, 1e-5,
            "a polar stereographic grid does at the pole, all round");
    recover(made_path("stere.nc"), 77, 81, 150, 210, 1e-5, "and over the antimeridian");
    struct map merc = {.proj = "+proj=merc +lat_ts=20 +lon_0=180 +R=6371200",
                       .name = "mercator",
                       .attributes = mercator,
                       .x0 = -2e6,
                       .y0 = -2.4e6,
                       .step = 20000,
                       .n_x = 201,
                       .n_y = 221};
    map_write(&merc, made_path("merc.nc"));
    recover(made_path("merc.nc"), -19, 15, 163, 197, 1e-5, "a Mercator grid does over the antimeridian");
    struct map turned = {.proj =
                             "+proj=ob_tran +o_proj=longlat +o_lat_p=39.25 +o_lon_p=0 +lon_0=18 +R=6371229",
                         .name = "rotated_latitude_longitude",
                         .attributes = pole,
                         .x0 = -20,
                         .y0 = -10,
                         .step = 0.25,
                         .n_x = 161,
                         .n_y = 210,
                         .rotated = true};
    map_write(&turned, made_path("rot.nc"));
    recover(made_path("rot.nc"), 45, 70, 5, 30, 1e-5, "a rotated grid gives the flow back");
    recover(made_path("rot.nc"), 87.5, 90, -180, 180, 1e-5, "also over the pole");

    stere.beside = true;
    map_write(&stere, made_path("beside.nc"));
    recover(made_path("beside.nc"), 80, 90, -180, 180, 1e-5,
            "latitudes beside the projection that agree change nothing");
    struct forcing_request request = request_of(made_path("beside.nc"));
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 30, 85, 1);
    tap_ok(!a.n_warnings && a.source == 0, "and nothing is said");
    stere.beside_off = true;
    map_write(&stere, made_path("off.nc"));
    request.file = made_path("off.nc");
    a = made_ask(&request, 1, FORCING_MISSING_STOP, 30, 85, 1);
    tap_ok(strstr(a.warnings, "projection-disagrees") && a.source == 0,
           "when they disagree they count, and it is said");
    merc.proj_string = true;
    merc.attributes = polar; // a mercator of another meridian, beside its string
    map_write(&merc, made_path("two.nc"));
    refused(made_path("two.nc"), "nothing tells which is right",
            "two projections of one file that differ are refused");
    lcc.plain_names = true;
    map_write(&lcc, made_path("plain.nc"));
    refused(made_path("plain.nc"), "is not stated",
            "names that do not say along what are refused where it matters");
    lcc.name = NULL;
    lcc.attributes = nothing;
    map_write(&lcc, made_path("none.nc"));
    refused(made_path("none.nc"), "projection that is not stated",
            "a projection that is not stated is refused");
}

// ---------------------------------------------------------------- curved rows, C-grids

// A stereographic net about the north pole: rows and columns that are straight nowhere in longitude and
// latitude.
static const char net[] = "+proj=stere +lat_0=90 +lat_ts=90 +lon_0=-30 +R=6371000";

static void net_place(double j, double i, double *lat, double *lon)
{
    struct forcing_projection p;
    if (forcing_projection_parse(net, &p, NULL))
        exit(1);
    forcing_projection_inverse(&p, (i - 70) * 15000, (j - 70) * 15000, lat, lon);
}

// Component of the flow along the columns (k = 0) or rows (k = 1) of the net.
static double net_along(double j, double i, int k)
{
    struct forcing_projection p;
    double lat, lon, u, v;
    if (forcing_projection_parse(net, &p, NULL))
        exit(1);
    net_place(j, i, &lat, &lon);
    flow(lat, lon, &u, &v);
    double a = forcing_projection_angle(&p, lat, lon);
    return k ? v * cos(a) - u * sin(a) : u * cos(a) + v * sin(a);
}

struct stagger {
    double j, i; // of point (0, 0) on the net
    int n_j, n_i;
};

// One set of points with coordinates, and maybe a value on it.
static int points_write(int ncid, int time_dim, const char *suffix, struct stagger at, int component,
                        int turn)
{
    size_t n = (size_t)(at.n_j * at.n_i);
    double *value[3] = {malloc(n * 8), malloc(n * 8), malloc(n * 8)};
    int dims[3] = {time_dim}, var[3] = {-1, -1, -1}, angle = -1;
    char name[64];
    made_nc(nc_redef(ncid));
    snprintf(name, sizeof name, "eta%s", suffix);
    made_nc(nc_def_dim(ncid, name, (size_t)at.n_j, &dims[1]));
    snprintf(name, sizeof name, "xi%s", suffix);
    made_nc(nc_def_dim(ncid, name, (size_t)at.n_i, &dims[2]));
    for (int k = 0; k < 2; k++) {
        snprintf(name, sizeof name, "%s%s", k ? "lon" : "lat", suffix);
        var[k] = coordinate(ncid, name, 2, dims + 1, k ? "longitude" : "latitude",
                            k ? "degrees_east" : "degrees_north");
    }
    if (component >= 0)
        var[2] = field_var(ncid, component ? "v" : "u",
                           component ? "sea_water_y_velocity" : "sea_water_x_velocity", 3, dims);
    if (turn)
        angle = coordinate(ncid, "angle", 2, dims + 1, NULL, "radians");
    made_nc(nc_enddef(ncid));
    struct forcing_projection p;
    if (forcing_projection_parse(net, &p, NULL))
        exit(1);
    for (int j = 0; j < at.n_j; j++)
        for (int i = 0; i < at.n_i; i++) {
            size_t k = (size_t)(j * at.n_i + i);
            net_place(at.j + j, at.i + i, &value[0][k], &value[1][k]);
            value[2][k] = net_along(at.j + j, at.i + i, component > 0);
        }
    made_nc(nc_put_var_double(ncid, var[0], value[0]));
    made_nc(nc_put_var_double(ncid, var[1], value[1]));
    if (component >= 0)
        twice(ncid, var[2], value[2], n);
    for (size_t k = 0; k < n && turn; k++)
        value[2][k] = forcing_projection_angle(&p, value[0][k], value[1][k]) + (turn == 2 ? 0.2 : 0);
    if (turn)
        made_nc(nc_put_var_double(ncid, angle, value[2]));
    for (int k = 0; k < 3; k++)
        free(value[k]);
    return dims[1];
}

static void curved(void)
{
    int time_dim, dims[3], var[4];
    enum { N = 141 };
    static double lat[N * N], lon[N * N], uv[2][N * N];
    int ncid = begin(made_path("curved.nc"), &time_dim);
    dims[0] = time_dim;
    made_nc(nc_def_dim(ncid, "j", N, &dims[1]));
    made_nc(nc_def_dim(ncid, "i", N, &dims[2]));
    var[0] = coordinate(ncid, "nav_lat", 2, dims + 1, "latitude", "degrees_north");
    var[1] = coordinate(ncid, "nav_lon", 2, dims + 1, "longitude", "degrees_east");
    for (int k = 0; k < 2; k++) {
        var[2 + k] =
            field_var(ncid, k ? "v" : "u", k ? "sea_water_y_velocity" : "sea_water_x_velocity", 3, dims);
        text(ncid, var[2 + k], "coordinates", "nav_lon nav_lat");
    }
    made_nc(nc_enddef(ncid));
    for (int k = 0; k < N * N; k++) {
        net_place(k / N, k % N, &lat[k], &lon[k]);
        uv[0][k] = net_along(k / N, k % N, 0);
        uv[1][k] = net_along(k / N, k % N, 1);
    }
    made_nc(nc_put_var_double(ncid, var[0], lat));
    made_nc(nc_put_var_double(ncid, var[1], lon));
    twice(ncid, var[2], uv[0], N * N);
    twice(ncid, var[3], uv[1], N * N);
    made_nc(nc_close(ncid));
    recover(made_path("curved.nc"), 82, 90, -180, 180, 1e-5,
            "curved rows give the flow back at the pole, all round");
    recover(made_path("curved.nc"), 81.5, 86, 170, 190, 1e-5, "over the antimeridian");
    recover(made_path("curved.nc"), 79, 79.99, 12, 18, 1e-5, "and where longitudes are straight enough");
}

// A whole earth of curved rows: cells that straddle the meridian opposite to a place once seemed to hold it.
static void whole_earth(void)
{
    enum { NJ = 75, NI = 180 };
    static double lat[NJ * NI], lon[NJ * NI];
    struct core_arena arena = {0};
    struct forcing_grid grid;
    double worst = 0;
    for (int k = 0; k < NJ * NI; k++) {
        lat[k] = -74 + 2.0 * (k / NI) + 0.3 * sin(k % NI);
        lon[k] = -180 + 2.0 * (k % NI) + 0.3 * cos(k / NI);
    }
    bool good = !forcing_grid_curved(lat, lon, NJ, NI, &arena, &grid, NULL);
    for (double la = -70; good && la < 70; la += 1.7)
        for (double lo = -179; lo < 180; lo += 1.3) {
            struct forcing_spot spot;
            forcing_grid_locate(&grid, 1, &la, &lo, &spot);
            worst = spot.n ? worst : 1e9;
            for (int c = 0; c < spot.n; c++)
                worst = fmax(worst, fmax(fabs(lat[spot.point[c]] - la),
                                         fabs(remainder(lon[spot.point[c]] - lo, 360))));
        }
    tap_ok(good && worst < 4, "on curved rows round the earth each place is served from its own side");
    core_arena_fini(&arena);
}

static void c_grids(void)
{
    for (int turn = 0; turn < 3; turn++) {
        static const char *const sentence[] = {
            "a ROMS grid without an angle gives the flow back by its geometry", "with an angle by that",
            "an angle that disagrees does not count"};
        int time_dim, ncid = begin(made_path("roms.nc"), &time_dim);
        made_nc(nc_enddef(ncid));
        points_write(ncid, time_dim, "_rho", (struct stagger){0, 0, 141, 141}, -1, turn);
        points_write(ncid, time_dim, "_u", (struct stagger){0, 0.5, 141, 140}, 0, 0);
        points_write(ncid, time_dim, "_v", (struct stagger){0.5, 0, 140, 141}, 1, 0);
        made_nc(nc_close(ncid));
        recover(made_path("roms.nc"), 82, 90, -180, 180, 1e-5, sentence[turn]);
    }
    struct forcing_request request = request_of(made_path("roms.nc"));
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, 20, 85, 1);
    tap_ok(strstr(a.warnings, "angle-disagrees") != NULL, "and it is said");
    for (int west = 0; west < 2; west++) {
        int time_dim, ncid = begin(made_path("nemo.nc"), &time_dim);
        double shift = west ? -0.5 : 0.5;
        made_nc(nc_enddef(ncid));
        points_write(ncid, time_dim, "_grid_U", (struct stagger){0, shift, 141, 141}, 0, 0);
        points_write(ncid, time_dim, "_grid_V", (struct stagger){shift, 0, 141, 141}, 1, 0);
        made_nc(nc_close(ncid));
        recover(made_path("nemo.nc"), 82, 90, -180, 180, 1e-5,
                west ? "u and v to the west and south of their middle as well"
                     : "a NEMO grid, u and v to the east and north of their middle, gives the flow back");
    }
    for (int k = 0; k < 2; k++) {
        int time_dim, ncid = begin(made_path(k ? "half_V.nc" : "half_U.nc"), &time_dim);
        made_nc(nc_enddef(ncid));
        points_write(ncid, time_dim, k ? "_grid_V" : "_grid_U",
                     (struct stagger){k ? 0.5 : 0, k ? 0 : 0.5, 141, 141}, k, 0);
        made_nc(nc_close(ncid));
    }
    recover(made_path("half_*.nc"), 82, 90, -180, 180, 1e-5, "u and v of a C-grid in two files too");
    int time_dim, ncid = begin(made_path("far.nc"), &time_dim);
    made_nc(nc_enddef(ncid));
    points_write(ncid, time_dim, "_a", (struct stagger){0, 0.5, 141, 141}, 0, 0);
    points_write(ncid, time_dim, "_b", (struct stagger){7.5, 3, 141, 141}, 1, 0);
    made_nc(nc_close(ncid));
    refused(made_path("far.nc"), "common middle", "u and v that do not belong together are refused");
}

// ---------------------------------------------------------------- triangles

// Two triangles for each square of the net.
static void triangles_write(const char *path, bool on_faces, bool ugrid, bool metres)
{
    enum { N = 121, NODES = N * N, FACES = 2 * (N - 1) * (N - 1) };
    static double lat[NODES], lon[NODES], uv[2][FACES];
    static int corner[FACES * 3];
    int time_dim, node, face, three, dims[2], var[5], mesh, base = ugrid ? 0 : 1;
    for (int k = 0; k < NODES; k++)
        net_place(10 + k / N, 10 + k % N, &lat[k], &lon[k]);
    for (int f = 0; f < FACES; f++) {
        int square = f / 2, j = square / (N - 1), i = square % (N - 1), a = j * N + i;
        int at[2][3] = {{a, a + 1, a + N + 1}, {a, a + N + 1, a + N}};
        for (int c = 0; c < 3; c++)
            corner[ugrid ? 3 * f + c : c * FACES + f] = at[f % 2][c] + base;
    }
    for (int k = 0; k < (on_faces ? FACES : NODES); k++) {
        if (on_faces) // one vector for all faces of the east of this place, another for the west
            uv[0][k] = 0.25, uv[1][k] = (k / 2) % (N - 1) < (N - 1) / 2 ? 0.5 : -0.5;
        else
            flow(lat[k], lon[k], &uv[0][k], &uv[1][k]);
    }
    int ncid = begin(path, &time_dim);
    made_nc(nc_def_dim(ncid, "node", NODES, &node));
    made_nc(nc_def_dim(ncid, "nele", FACES, &face));
    made_nc(nc_def_dim(ncid, "three", 3, &three));
    const char *names[2][2] = {{"lat", "lon"}, {"x", "y"}};
    var[0] = coordinate(ncid, names[metres][0], 1, &node, metres ? NULL : "latitude",
                        metres ? "m" : "degrees_north");
    var[1] = coordinate(ncid, names[metres][1], 1, &node, metres ? NULL : "longitude",
                        metres ? "m" : "degrees_east");
    dims[0] = ugrid ? face : three;
    dims[1] = ugrid ? three : face;
    made_nc(nc_def_var(ncid, ugrid ? "face_list" : "nv", NC_INT, 2, dims, &var[2]));
    if (ugrid) {
        made_nc(nc_def_var(ncid, "mesh", NC_INT, 0, NULL, &mesh));
        text(ncid, mesh, "cf_role", "mesh_topology");
        text(ncid, mesh, "face_node_connectivity", "face_list");
        text(ncid, mesh, "node_coordinates", "lon lat");
    }
    dims[0] = time_dim;
    dims[1] = on_faces ? face : node;
    for (int k = 0; k < 2; k++)
        var[3 + k] = field_var(ncid, k ? "v" : "u",
                               k ? "northward_sea_water_velocity" : "eastward_sea_water_velocity", 2, dims);
    made_nc(nc_enddef(ncid));
    made_nc(nc_put_var_double(ncid, var[0], lat));
    made_nc(nc_put_var_double(ncid, var[1], lon));
    made_nc(nc_put_var_int(ncid, var[2], corner));
    twice(ncid, var[3], uv[0], on_faces ? FACES : NODES);
    twice(ncid, var[4], uv[1], on_faces ? FACES : NODES);
    made_nc(nc_close(ncid));
}

static void triangles(void)
{
    triangles_write(made_path("nodes.nc"), false, true, false);
    recover(made_path("nodes.nc"), 83, 90, -180, 180, 1e-5,
            "triangles with values at nodes (UGRID) do, at the pole");
    recover(made_path("nodes.nc"), 82.5, 86, 170, 190, 1e-5, "over the antimeridian");
    recover(made_path("nodes.nc"), 79.3, 79.99, 13, 17, 1e-5, "and south of 80 degrees");
    triangles_write(made_path("nodes1.nc"), false, false, false);
    recover(made_path("nodes1.nc"), 83, 89, 0, 90, 1e-5, "triangles counted from 1, stored across (FVCOM)");
    triangles_write(made_path("faces.nc"), true, false, false);
    struct forcing_request request = request_of(made_path("faces.nc"));
    double lat, lon;
    net_place(69.3, 70 - 3.4, &lat, &lon);
    struct made_answer a = made_ask(&request, 1, FORCING_MISSING_STOP, lon, lat, 1);
    tap_ok(a.source == 0 && fabs(hypot(a.u, a.v) - hypot(0.25, 0.5)) < 1e-6,
           "values in faces are the same all over them");
    net_place(9.8, 50, &lat, &lon); // 3 km outside
    a = made_ask(&request, 1, FORCING_MISSING_STOP, lon, lat, 1);
    tap_ok(a.source == 0 && a.flags == FORCING_FLAG_COASTAL,
           "beyond the edge of the mesh the nearest serves, as at a coast");
    net_place(5, 50, &lat, &lon); // 75 km outside
    a = made_ask(&request, 1, FORCING_MISSING_STOP, lon, lat, 1);
    tap_ok(a.source == -1, "and nothing serves far beyond it");
    triangles_write(made_path("metres.nc"), false, false, true);
    refused(made_path("metres.nc"), "no longitude and latitude", "nodes in metres alone are refused");
}

// ---------------------------------------------------------------- reduced rows

// Rows as a reduced grid has them, fewer points toward the poles; asked directly, vectors added in space.
static void reduced(void)
{
    enum { ROWS = 400 };
    static double lat[ROWS], first[ROWS], step[ROWS];
    static size_t n[ROWS];
    struct core_arena arena = {0};
    struct forcing_grid grid;
    for (int r = 0; r < ROWS; r++) {
        lat[r] = 90 - 180 * (r + 0.5) / ROWS;
        n[r] = 20 + 4 * (size_t)(r < ROWS / 2 ? r : ROWS - 1 - r);
        first[r] = 0;
        step[r] = 360.0 / (double)n[r];
    }
    bool good = !forcing_grid_rows(lat, n, first, step, ROWS, &arena, &grid, NULL);
    double worst = 0, total = 0;
    for (double la = -90; good && la <= 90; la += 0.37)
        for (double lo = -180; lo <= 360; lo += 3.3) {
            struct forcing_spot spot;
            double sum[3] = {0}, weight = 0, wanted[2];
            forcing_grid_locate(&grid, 1, &la, &lo, &spot);
            flow(la, lo, &wanted[0], &wanted[1]);
            for (int c = 0; c < spot.n; c++) {
                struct geo_pos at = forcing_grid_point(&grid, spot.point[c]);
                double u, v, a = at.lat_deg * RAD, o = at.lon_deg * RAD, w = (double)spot.weight[c];
                flow(at.lat_deg, at.lon_deg, &u, &v);
                sum[0] += w * (-u * sin(o) - v * sin(a) * cos(o));
                sum[1] += w * (u * cos(o) - v * sin(a) * sin(o));
                sum[2] += w * v * cos(a);
                weight += w;
            }
            double a = la * RAD, o = lo * RAD;
            double u = sum[1] * cos(o) - sum[0] * sin(o);
            double v = sum[2] * cos(a) - sin(a) * (sum[0] * cos(o) + sum[1] * sin(o));
            worst = fmax(worst, hypot(u - wanted[0], v - wanted[1]));
            total = fmax(total, fabs(weight - 1));
        }
    tap_ok(good && total < 1e-6, "rows of a reduced grid serve every place, weights sum to one");
    tap_near(worst, 0, 2e-4, "and give the flow back, at poles and the antimeridian too");
    struct forcing_block block = forcing_grid_block(&grid, (struct geo_box){10, 40, 20, 45}, 0);
    tap_ok(block.nj == 1 && block.ni < grid.ni / 10, "only the rows that are needed are read");
    core_arena_fini(&arena);
}

int main(void)
{
    reduced();
    projections();
    curved();
    whole_earth();
    c_grids();
    triangles();
    made_tidy();
    return tap_done();
}
