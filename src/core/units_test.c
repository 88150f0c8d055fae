#include "core/units.h"

#include "test/tap.h"

int main(void)
{
    tap_near(core_m_from_nm(1), 1852, 0, "a nautical mile is 1852 m");
    tap_near(core_nm_from_m(core_m_from_nm(3.7)), 3.7, 1e-15, "miles go to metres and back");
    tap_near(core_mps_from_kn(1), 0.514444444444, 1e-12, "a knot is 1852 m in an hour");
    tap_near(core_kn_from_mps(core_mps_from_kn(14)), 14, 1e-14, "knots go to m/s and back");
    tap_near(core_unit_factor("ft"), 0.3048, 0, "a foot is 0.3048 m");
    tap_near(core_unit_factor("km"), 1000, 0, "a kilometre is 1000 m");
    tap_near(core_unit_factor("kmh") * 3.6, 1, 1e-15, "3.6 km/h are 1 m/s");
    tap_near(core_unit_factor("min"), 60, 0, "a minute is 60 s");
    tap_near(core_unit_factor("h"), 3600, 0, "an hour is 3600 s");
    tap_ok(core_unit_factor("furlong") == 0 && core_unit_factor("") == 0 && core_unit_factor("NM") == 0,
           "a name that is no unit of the case has no factor");

    tap_near(core_deg_wrap360(-90), 270, 0, "-90 degrees are 270");
    tap_near(core_deg_wrap360(720), 0, 0, "two turns are none");
    tap_ok(core_deg_wrap360(-1e-20) >= 0 && core_deg_wrap360(-1e-20) < 360,
           "a hair below north stays in [0, 360)");
    tap_near(core_deg_wrap180(180), -180, 0, "longitude 180 is -180");
    tap_near(core_deg_wrap180(-180), -180, 0, "-180 stays exact");
    tap_near(core_deg_wrap180(359.5), -0.5, 0, "359.5 E is 0.5 W");
    tap_near(core_deg_wrap180(-540), -180, 0, "a turn and a half west is the antimeridian");
    double kept = 12.3456789012345678;
    tap_ok(core_deg_wrap180(kept) == kept, "a longitude in range keeps every bit");
    int outside = 0;
    for (double lon = -2000; lon < 2000; lon += 0.37) {
        double wrapped = core_deg_wrap180(lon);
        outside += !(wrapped >= -180 && wrapped < 180) || fabs(remainder(wrapped - lon, 360)) > 1e-9;
    }
    tap_ok(!outside, "every longitude folds to [-180, 180) by whole turns");
    return tap_done();
}
