// Step 2: how a drifting object moves through the water in a wind, to the right and to the left of downwind.
//   ./a.out LIFE-RAFT-NB-2 315 14        class, where the wind blows from (degrees true), knots
#include <math.h>
#include <pharos/pharos.h>
#include <stdio.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;
static const double mps_per_kn = 1852.0 / 3600.0;

int main(int argc, char **argv)
{
    const char *key = argc > 1 ? argv[1] : "LIFE-RAFT-NB-2";
    double from_deg = argc > 2 ? atof(argv[2]) : 315;
    double speed_mps = (argc > 3 ? atof(argv[3]) : 14) * mps_per_kn;

    // People say where the wind comes from; the library wants the vector that points where it goes.
    double wind_u = -speed_mps * sin(from_deg * pi / 180), wind_v = -speed_mps * cos(from_deg * pi / 180);
    for (enum ph_side side = PH_RIGHT; side <= PH_LEFT; side++) {
        double u, v;
        struct ph_err err;
        if (ph_leeway(key, wind_u, wind_v, side, &u, &v, &err)) {
            fprintf(stderr, "%s: %s\n%s\n", err.where, err.what, err.fix);
            return 2;
        }
        double toward_deg = fmod(atan2(u, v) * 180 / pi + 360, 360);
        printf("%s %-5s of downwind: %.2f kn toward %03.0f\n", key, side == PH_LEFT ? "left" : "right",
               hypot(u, v) / mps_per_kn, toward_deg);
    }
    return 0;
}
