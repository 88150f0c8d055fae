// The sun against published figures.
#include "geo/sun.h"

#include "core/time.h"
#include "core/units.h"
#include "test/tap.h"

static int64_t time_at(const char *text)
{
    int64_t t_ns = 0;
    tap_ok(!core_time_parse(text, &t_ns, NULL), "%s is a time", text);
    return t_ns;
}

// Meeus, examples 25.a and 28.b: 1992 October 13, 0h.
static void meeus(void)
{
    double declination, equation;
    geo_sun_coordinates(time_at("1992-10-13T00:00Z"), &declination, &equation);
    tap_near(declination, -7.78507, 2e-3, "Meeus, example 25.a: the sun's declination");
    tap_near(equation, 13 + 42.7 / 60, 0.05, "Meeus, example 28.b: the equation of time");
}

// Minutes after `from` at which the sun comes up or goes down.
static double change_min(struct geo_pos pos, int64_t from_ns)
{
    bool before = geo_sun_is_up(pos, from_ns);
    for (int s = 0; s < 86400; s += 10)
        if (geo_sun_is_up(pos, from_ns + s * CORE_NS_PER_S) != before)
            return s / 60.0;
    return -1;
}

// Royal Observatory Greenwich and New York at the solstices, Quito at an equinox: civil almanacs, whole
// minutes.
static void almanac(void)
{
    static const struct {
        const char *name, *from;
        struct geo_pos pos;
        double minutes;
    } known[] = {
        {"Greenwich, midsummer sunrise 0343 UT", "2023-06-21T00:00Z", {51.4779, 0}, 223},
        {"Greenwich, midsummer sunset 2021 UT", "2023-06-21T12:00Z", {51.4779, 0}, 501},
        {"New York, midwinter sunrise 0717 EST", "2023-12-21T05:00Z", {40.7128, -74.006}, 437},
        {"New York, midwinter sunset 1632 EST", "2023-12-21T17:00Z", {40.7128, -74.006}, 272},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        tap_near(change_min(known[i].pos, time_at(known[i].from)), known[i].minutes, 1.5, known[i].name);
}

static void far_north(void)
{
    struct geo_pos tromso = {69.65, 18.96};
    tap_ok(change_min(tromso, time_at("2023-06-21T00:00Z")) < 0 &&
               geo_sun_is_up(tromso, time_at("2023-06-21T00:00Z")),
           "the sun does not set at Tromso in June");
    tap_ok(change_min(tromso, time_at("2023-12-21T00:00Z")) < 0 &&
               !geo_sun_is_up(tromso, time_at("2023-12-21T11:00Z")),
           "nor rise in December");
}

int main(void)
{
    meeus();
    almanac();
    far_north();
    return tap_done();
}
