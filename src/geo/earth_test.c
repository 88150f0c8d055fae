#include "geo/earth.h"

#include "core/units.h"
#include "test/tap.h"

static double apart_m(struct geo_pos a, struct geo_pos b)
{
    return geo_earth_distance_m(a, b);
}

// Lengths of a degree follow from a and f: M(0) = a(1 - e2), M(90) = a/sqrt(1 - e2), N(0) = a, times pi/180.
static void scales(void)
{
    tap_near(geo_earth_m_per_deg_lat(0), 110574.276, 0.01,
             "a degree of latitude is 110574.3 m at the equator");
    tap_near(geo_earth_m_per_deg_lat(90), 111693.980, 0.01, "and 111694.0 m at a pole");
    tap_near(geo_earth_m_per_deg_lon(0), 111319.491, 0.01,
             "a degree of longitude is 111319.5 m at the equator");
    tap_near(geo_earth_m_per_deg_lon(90), 0, 1e-6, "and nothing at a pole");
    tap_near(geo_earth_m_per_deg_lon(-60), 55800.0, 1.0, "half and a little more at 60 S");
    struct geo_scale both = geo_earth_scale(33.4);
    tap_ok(both.lat_m == geo_earth_m_per_deg_lat(33.4) && both.lon_m == geo_earth_m_per_deg_lon(33.4),
           "both scales at once are the scales one by one");
}

static void steps(void)
{
    double worst = 0, back = 0;
    for (double lat = -80; lat <= 80; lat += 8) {
        for (double bearing = 0; bearing < 360; bearing += 15) {
            struct geo_pos from = {lat, 179.999};
            double e = 1000 * sin(bearing * CORE_RAD_PER_DEG), n = 1000 * cos(bearing * CORE_RAD_PER_DEG);
            struct geo_pos to = geo_earth_step(from, e, n);
            worst = fmax(worst, apart_m(to, geo_earth_forward(from, bearing, 1000)));
            back = fmax(back, apart_m(geo_earth_step(to, -e, -n), from));
        }
    }
    tap_ok(worst < 0.5, "a step of 1 km ends within 0.5 m of the geodesic up to 80 degrees (%.3f m)", worst);
    tap_ok(back < 0.005, "a step and its opposite lead back within 5 mm (%.2g m)", back);
    struct geo_pos at = geo_earth_step((struct geo_pos){33, 12.7}, 0, 0);
    tap_ok(at.lat_deg == 33 && at.lon_deg == 12.7, "no step stays where it is, to the last bit");
    at = geo_earth_step((struct geo_pos){0, 179.999}, 1000, 0);
    tap_near(at.lon_deg, 179.999 + 1000 / 111319.4908 - 360, 1e-9, "a step east crosses the antimeridian");
    at = geo_earth_step((struct geo_pos){0, -179.999}, -1000, 0);
    tap_near(at.lon_deg, -179.999 - 1000 / 111319.4908 + 360, 1e-9, "a step west crosses it back");
    at = geo_earth_step((struct geo_pos){33, 12}, 0, 600);
    tap_near(apart_m(at, (struct geo_pos){33, 12}), 600, 1e-4, "600 m north are 600 m");
    tap_ok(at.lon_deg == 12 && at.lat_deg > 33, "and due north");
}

static void around_the_parallel(void)
{
    struct geo_pos at = {60, 0};
    double per_step = 360 * geo_earth_m_per_deg_lon(60) / 10000;
    for (int i = 0; i < 10000; i++)
        at = geo_earth_step(at, per_step, 0);
    tap_near(apart_m(at, (struct geo_pos){60, 0}), 0, 1e-3,
             "10000 steps east go once round the parallel of 60 N");
}

// Straight over the pole with a drift that is constant in the pole's plane: east and north at every place
// come from the meridian there. `sign` -1: the south pole. Heun steps, as the drift does them.
static double over_the_pole(double sign, double start_lat, double pass_deg, double speed_mps)
{
    double dt = 600, hours = 24;
    struct geo_pos at = {sign * start_lat, pass_deg};
    // In the plane: x = r sin lon, y = -r cos lon, so at longitude 0 "over the pole" is +y.
    double r = (90 - start_lat) * 111693.98, x0 = r * sin(pass_deg * CORE_RAD_PER_DEG),
           y0 = -r * cos(pass_deg * CORE_RAD_PER_DEG);
    for (int i = 0; i < (int)(hours * 3600 / dt); i++) {
        double c = cos(at.lon_deg * CORE_RAD_PER_DEG), s = sin(at.lon_deg * CORE_RAD_PER_DEG);
        double e1 = speed_mps * s, n1 = sign * speed_mps * c;
        struct geo_pos ahead = geo_earth_step(at, e1 * dt, n1 * dt);
        double e2 = speed_mps * sin(ahead.lon_deg * CORE_RAD_PER_DEG);
        double n2 = sign * speed_mps * cos(ahead.lon_deg * CORE_RAD_PER_DEG);
        geo_earth_carry(at, ahead, &e2, &n2);
        at = geo_earth_step(at, 0.5 * (e1 + e2) * dt, 0.5 * (n1 + n2) * dt);
    }
    double y = y0 + speed_mps * hours * 3600;
    struct geo_pos want = {sign * (90 - hypot(x0, y) / 111693.98), atan2(x0, -y) / CORE_RAD_PER_DEG};
    return apart_m(at, want);
}

static void poles(void)
{
    tap_near(over_the_pole(1, 89.6, 0, 1.0), 0, 1,
             "a day's straight drift over the north pole ends where it should");
    tap_near(over_the_pole(-1, 89.6, 0, 1.0), 0, 1, "and over the south pole");
    tap_near(over_the_pole(1, 89.6, 10, 1.0), 0, 2, "and past the north pole at 8 km");
    tap_near(over_the_pole(-1, 89.6, -10, 1.0), 0, 2, "and past the south pole at 8 km");
    tap_near(over_the_pole(1, 88.5, 5, 2.0), 0, 100,
             "within 100 m from 170 km off, in and out of the pole's plane");
    tap_near(over_the_pole(-1, 88.5, 40, 2.0), 0, 100, "and passing the south pole at 107 km");
    struct geo_pos at = geo_earth_step((struct geo_pos){90, 0}, 0, -1000);
    tap_near(at.lat_deg, 90 - 1000 / 111693.98, 1e-9, "from the pole itself a step south leads south");
    at = geo_earth_step((struct geo_pos){89.999, 30}, 0, 2 * 0.001 * 111693.98);
    tap_near(at.lat_deg, 89.999, 1e-9, "a step over the pole comes down on the other side");
    tap_near(at.lon_deg, -150, 1e-6, "on the opposite meridian");
    struct geo_pos near = {88.9999, 20}, beyond = {89.0001, 20};
    double gap = apart_m(geo_earth_step(near, 500, 500), geo_earth_step(beyond, 500, 500));
    tap_near(gap, 0.0002 * 111693.98, 2.0, "steps on both sides of the change of method agree within 2 m");
}

static void carrying(void)
{
    double e = 1, n = 2;
    geo_earth_carry((struct geo_pos){33, 12}, (struct geo_pos){33, 13}, &e, &n);
    tap_ok(e == 1 && n == 2, "away from the poles velocities are not turned");
    e = 0, n = 1;
    geo_earth_carry((struct geo_pos){89.99, 0}, (struct geo_pos){89.99, 180}, &e, &n);
    tap_ok(fabs(e) < 1e-12 && fabs(n + 1) < 1e-12, "north on the far side of the pole is south on this side");
    e = 1, n = 0;
    geo_earth_carry((struct geo_pos){-89.99, 0}, (struct geo_pos){-89.99, 90}, &e, &n);
    tap_ok(fabs(e) < 1e-12 && fabs(n + 1) < 1e-12,
           "east at 90 E of the south pole leads south as seen from 0 E");
}

static void geodesics(void)
{
    // The example of GeographicLib's documentation (Geodesic.WGS84.Inverse(40.6, -73.8, 51.6, -0.5)).
    struct geo_pos jfk = {40.6, -73.8}, lhr = {51.6, -0.5};
    tap_near(geo_earth_distance_m(jfk, lhr), 5551759.400, 0.001, "JFK to LHR is 5551759.400 m");
    tap_near(geo_earth_bearing_deg(jfk, lhr), 51.198882845579, 1e-6, "and begins at 51.1989 degrees");
    struct geo_pos a = {33, 179.9}, b = {33, -179.9};
    tap_near(geo_earth_bearing_deg(a, b), 90, 0.1, "the bearing over the antimeridian is the short way");
    tap_near(geo_earth_bearing_deg(b, a), 270, 0.1, "and lies in [0, 360)");
    tap_near(geo_earth_distance_m((struct geo_pos){0, 0}, (struct geo_pos){0, 1}), 111319.491, 0.001,
             "a degree of the equator is 111319.491 m");
    struct geo_pos there = geo_earth_forward(a, 90, 50000);
    tap_near(geo_earth_distance_m(a, there), 50000, 1e-6, "forward by 50 km is 50 km away");
    tap_ok(there.lon_deg < 0, "and its longitude is folded");
}

static void planes(void)
{
    struct geo_plane plane = {{33.4, 179.95}};
    struct geo_xy xy = geo_plane_to_xy(&plane, (struct geo_pos){33.4, -179.95});
    tap_near(xy.x_m, 0.1 * geo_earth_m_per_deg_lon(33.4), 0.1,
             "the plane lies across the antimeridian, x is east");
    tap_near(geo_plane_to_xy(&plane, (struct geo_pos){33.5, 179.95}).y_m,
             0.1 * geo_earth_m_per_deg_lat(33.45), 0.01, "y is north");
    double worst = 0;
    for (double x = -200e3; x <= 200e3; x += 50e3)
        for (double y = -200e3; y <= 200e3; y += 50e3) {
            struct geo_xy at = {x, y}, back = geo_plane_to_xy(&plane, geo_plane_to_pos(&plane, at));
            worst = fmax(worst, hypot(back.x_m - x, back.y_m - y));
        }
    tap_ok(worst < 1e-5, "plane to position and back is exact to 10 micrometres (%.2g m)", worst);
}

static void means(void)
{
    struct geo_pos out = {7, 7};
    struct geo_pos seam[] = {{10, 179}, {10, -179}};
    double even[] = {1, 1}, lopsided[] = {3, 1}, none[] = {0, 0};
    tap_ok(geo_earth_mean(2, seam, even, &out), "two places have a mean");
    tap_ok(fabs(fabs(out.lon_deg) - 180) < 1e-9, "across the antimeridian it is on the antimeridian");
    tap_ok(geo_earth_mean(2, seam, lopsided, &out) && fabs(out.lon_deg - 179.5) < 1e-3, "weights draw it");
    struct geo_pos ring[] = {{89, 0}, {89, 90}, {89, 180}, {89, -90}};
    double four[] = {1, 1, 1, 1};
    tap_ok(geo_earth_mean(4, ring, four, &out) && fabs(out.lat_deg - 90) < 1e-9,
           "a ring round the pole has the pole");
    struct geo_pos kept = out;
    tap_ok(!geo_earth_mean(2, seam, none, &out) && out.lat_deg == kept.lat_deg,
           "without weight there is none");
    tap_ok(!geo_earth_mean(0, NULL, NULL, &out), "nor of nothing");
    struct geo_pos poles[] = {{90, 0}, {-90, 0}};
    tap_ok(!geo_earth_mean(2, poles, even, &out), "nor of the two poles");
    struct geo_pos near[] = {{33.0, 12.0}, {33.2, 12.4}};
    geo_earth_mean(2, near, even, &out);
    tap_ok(fabs(out.lat_deg - 33.1) < 2e-4 && fabs(out.lon_deg - 12.2) < 4e-4, "near places have the middle");
}

int main(void)
{
    scales();
    steps();
    around_the_parallel();
    poles();
    carrying();
    geodesics();
    planes();
    means();
    return tap_done();
}
