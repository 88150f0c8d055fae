// Units of the edges, converted here and nowhere else. Inside everything is SI, with the unit in the name.
#ifndef CORE_UNITS_H
#define CORE_UNITS_H

#define CORE_M_PER_NM 1852.0 // international nautical mile, exact
#define CORE_M_PER_FT 0.3048 // international foot, exact
#define CORE_MPS_PER_KN (1852.0 / 3600.0)
#define CORE_PI 3.14159265358979323846
#define CORE_RAD_PER_DEG (CORE_PI / 180.0)
#define CORE_NS_PER_S 1000000000LL

static inline double core_m_from_nm(double nm)
{
    return nm * CORE_M_PER_NM;
}
static inline double core_nm_from_m(double m)
{
    return m / CORE_M_PER_NM;
}
static inline double core_mps_from_kn(double kn)
{
    return kn * CORE_MPS_PER_KN;
}
static inline double core_kn_from_mps(double mps)
{
    return mps / CORE_MPS_PER_KN;
}

// Any angle to [0, 360).
double core_deg_wrap360(double deg);

// Any longitude to [-180, 180).
double core_deg_wrap180(double deg);

// A factor to SI for a unit's name as it ends a member of the case ("nm", "m", "km", "ft" -> metres;
// "kn", "ms", "kmh" -> m/s; "h", "min", "s" -> seconds). 0 when the name is none of these.
double core_unit_factor(const char *unit);

#endif
