// Projections against PROJ, in both directions, and their axes against the map's own differences.
#include "forcing/projection.h"

#include <math.h>
#include <proj.h>

#include "core/units.h"
#include "test/tap.h"

static const char *const definitions[] = {
    "+proj=lcc +lat_1=38.5 +lat_2=38.5 +lat_0=38.5 +lon_0=-97.5 +R=6371229 +units=m +no_defs",
    "+proj=lcc +lat_1=33 +lat_2=45 +lat_0=39 +lon_0=-96 +ellps=clrk66 +x_0=1000 +y_0=-2000",
    "+proj=lcc +lat_1=-30 +lat_2=-60 +lat_0=-45 +lon_0=175 +ellps=GRS80",
    "+proj=lcc +lat_1=77.5 +lat_0=77.5 +lon_0=-25 +R=6371000",
    "+proj=stere +lat_0=90 +lat_ts=60 +lon_0=58 +a=6371000 +b=6371000",
    "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +a=6378273 +rf=298.279411123064",
    "+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +ellps=WGS84 +units=km",
    "+proj=stere +lat_0=90 +k=0.994 +lon_0=10 +ellps=WGS84 +x_0=2000000 +y_0=2000000",
    "+proj=merc +lat_ts=20 +lon_0=180 +a=6371200 +b=6371200",
    "+proj=merc +lon_0=0 +ellps=WGS84",
    "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80",
    "+proj=laea +lat_0=90 +lon_0=0 +R=6371228",
    "+proj=laea +lat_0=-90 +lon_0=0 +ellps=WGS84",
    "+proj=laea +lat_0=54.9 +lon_0=-2.5 +R=6371229",
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=GRS80",
    "+proj=tmerc +lon_0=15 +R=6371000",
    "+proj=utm +zone=33 +ellps=WGS84",
    "+proj=utm +zone=56 +south +ellps=WGS84",
    "+proj=ob_tran +o_proj=longlat +lon_0=-40 +o_lat_p=22 +o_lon_p=0 +R=6371229",
    "+proj=ob_tran +o_proj=longlat +lon_0=18 +o_lat_p=39.25 +o_lon_p=20 +R=6371229",
};

// Largest difference from PROJ over the half of the earth that the map is for, in metres or degrees; and from
// there back.
static void compare(PJ_CONTEXT *context, const char *text)
{
    struct forcing_projection p;
    struct ph_err err = {0};
    PJ *oracle = proj_create(context, text);
    if (!tap_ok(!forcing_projection_parse(text, &p, &err) && oracle, "%s is known", text))
        return;
    bool rotated = p.kind == PROJECTION_ROTATED;
    double worst = 0, back = 0, turned = 0;
    bool north_only = p.kind == PROJECTION_CONIC && p.n > 0,
         south_only = p.kind == PROJECTION_CONIC && p.n < 0;
    for (double lat = south_only   ? -89.5
                      : north_only ? 0.5
                                   : -80;
         lat < (south_only   ? 0
                : north_only ? 90
                             : 81);
         lat += 4.5)
        for (double lon = -180; lon < 180; lon += 7.3) {
            // the part of the earth that such a map is for
            double beside = fabs(remainder(lon - p.lon0_rad / CORE_RAD_PER_DEG, 360));
            bool plane = p.kind == PROJECTION_AZIMUTHAL || p.kind == PROJECTION_TRANSVERSE;
            if (plane && (beside > (p.kind == PROJECTION_AZIMUTHAL ? 60 : 25) ||
                          (p.kind == PROJECTION_AZIMUTHAL && lat * p.sin_pole < 0)))
                continue;
            PJ_COORD in = proj_coord(lon * CORE_RAD_PER_DEG, lat * CORE_RAD_PER_DEG, 0, 0);
            PJ_COORD out = proj_trans(oracle, PJ_FWD, in);
            double x, y, la, lo, scale = rotated ? CORE_RAD_PER_DEG : 1;
            forcing_projection_forward(&p, lat, lon, &x, &y);
            double dx = x - out.xy.x / scale;
            if (p.period > 0)
                dx = remainder(dx, p.period);
            worst = fmax(worst, fmax(fabs(dx), fabs(y - out.xy.y / scale)));
            forcing_projection_inverse(&p, x, y, &la, &lo);
            back = fmax(back,
                        fmax(fabs(la - lat), fabs(remainder(lo - lon, 360)) * cos(lat * CORE_RAD_PER_DEG)));
            // a small step along x, as seen from the ground
            double step = rotated ? 1e-4 : 10 / p.to_m, lat_b, lon_b, lat_a, lon_a;
            forcing_projection_inverse(&p, x + step, y, &lat_b, &lon_b);
            forcing_projection_inverse(&p, x - step, y, &lat_a, &lon_a);
            double s = sin(lat * CORE_RAD_PER_DEG), e2 = p.e * p.e;
            double ratio = (1 - e2) / (1 - e2 * s * s); // meridian radius over prime vertical radius
            double angle =
                atan2((lat_b - lat_a) * ratio, remainder(lon_b - lon_a, 360) * cos(lat * CORE_RAD_PER_DEG));
            turned =
                fmax(turned, fabs(remainder(angle - forcing_projection_angle(&p, lat, lon), 2 * CORE_PI)));
        }
    tap_near(worst, 0, rotated ? 1e-10 : 1e-3, "forward is PROJ's within a millimetre");
    tap_near(back, 0, 1e-9, "and back again");
    tap_near(turned / CORE_RAD_PER_DEG, 0, 1e-3, "its axis lies as the map does");
    proj_destroy(oracle);
}

static void refused(const char *text, enum ph_status expected, const char *sentence)
{
    struct forcing_projection p;
    struct ph_err err = {0};
    tap_ok(forcing_projection_parse(text, &p, &err) == expected && err.what[0], "%s", sentence);
}

int main(void)
{
    PJ_CONTEXT *context = proj_context_create();
    for (size_t i = 0; i < sizeof definitions / sizeof *definitions; i++)
        compare(context, definitions[i]);
    proj_context_destroy(context);
    refused("+proj=aea +lat_1=30 +lat_2=50 +R=6371000", PH_EUNSUPPORTED,
            "another projection is refused by name");
    refused("+proj=lcc +lat_1=30 +lon_0=0 +nadgrids=/etc/passwd", PH_EUNSUPPORTED,
            "a key that names a file is refused");
    refused("+proj=lcc +lat_1=30 +R=6371", PH_EINPUT, "an earth of 6371 metres is refused");
    refused("+proj=stere +lat_0=52 +lon_0=5 +R=6371000", PH_EUNSUPPORTED, "an oblique aspect is refused");
    refused("+proj=lcc +lat_1=30 +lat_2=-30 +R=6371000", PH_EINPUT, "parallels that cancel are refused");
    refused("+init=epsg:4326", PH_EUNSUPPORTED, "a reference to a table is refused");
    refused("", PH_EINPUT, "nothing is no definition");
    return tap_done();
}
