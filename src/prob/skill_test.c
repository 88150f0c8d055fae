#include "prob/skill.h"

#include "core/units.h"
#include "prob/clouds_fixture.h"
#include "test/tap.h"

// o = (0,0), (10,0) ... (40,0); m = (0,0), (9,3) ... (36,12). The index has no scale: at 26 m to the unit the
// earth is flat to nine digits, and the drifter has moved far enough.
static void test_plane(void)
{
    const struct geo_plane plane = {{0, 0}};
    struct geo_pos observed[5], modelled[5];
    for (int i = 0; i < 5; i++) {
        observed[i] = geo_plane_to_pos(&plane, (struct geo_xy){26 * 10 * i, 0});
        modelled[i] = geo_plane_to_pos(&plane, (struct geo_xy){26 * 9 * i, 26 * 3 * i});
    }
    struct prob_skill_score score = prob_skill_score_of(observed, modelled, 5);
    tap_near(score.s, 0.3162278, 5e-8, "on a plane, a drift that turns off by 18 degrees has s = 0.3162278");
    tap_near(score.ss, 0.6837722, 5e-8, "and the skill 0.6837722");
    tap_near(score.ss_star, 0.6837722, 5e-8, "with the floor or without");
}

// The published test of TrajAn's Liu-Weisberg score: a drifter along the equator from 0 to 5 E.
static void test_ellipsoid(void)
{
    static const double lat[] = {0, 1.2, -3.4, 6.3, 4.2, 0};
    struct geo_pos observed[6], modelled[6];
    for (int i = 0; i < 6; i++) {
        observed[i] = (struct geo_pos){0, i};
        modelled[i] = (struct geo_pos){lat[i] / 111.0, i};
    }
    struct prob_skill_score score = prob_skill_score_of(observed, modelled, 6);
    tap_near(score.ss, 0.99099, 5e-6, "on WGS84 the score is that of another program's test, 0.99099");
    tap_near(score.moved_m, 5 * 111319.49, 1, "the observed path is five degrees of the equator");
    tap_near(score.separation_m, 0, 1e-6, "the separation is that of the last time");
}

static void test_limits(void)
{
    const struct geo_pos here = {40, 10};
    struct geo_pos still[3] = {here, geo_earth_forward(here, 0, 400), geo_earth_forward(here, 0, 900)};
    struct geo_pos same[3] = {here, here, here};
    struct prob_skill_score score = prob_skill_score_of(still, same, 3);
    tap_ok(!score.defined && isnan(score.ss) && isnan(score.ss_star),
           "a drifter that moved 900 m has no score");
    tap_near(score.separation_m, 900, 1e-6, "but its separation counts");
    struct geo_pos moving[3] = {here, geo_earth_forward(here, 0, 2000), geo_earth_forward(here, 0, 4000)};
    score = prob_skill_score_of(moving, moving, 3);
    tap_near(score.ss, 1, 1e-12, "a perfect model has the score 1");
    // stays put: d = 2, 4 km and L = 2, 4 km
    tap_near(prob_skill_score_of(moving, same, 3).ss_star, 0, 1e-9,
             "on a straight drift staying put scores 0");
    struct geo_pos wrong[3] = {here, geo_earth_forward(here, 180, 2000), geo_earth_forward(here, 180, 4000)};
    score = prob_skill_score_of(moving, wrong, 3);
    tap_near(score.ss_star, -1, 1e-4, "the opposite way scores -1 without the floor");
    tap_near(score.ss, 0, 0, "and 0 with it");
}

static struct geo_pos median_of(const struct prob_cloud *cloud)
{
    struct geo_pos at = {NAN, NAN};
    bool found = false;
    tap_ok(!prob_skill_median(cloud, &found, &at, NULL) && found, "a cloud has a median");
    return at;
}

static void test_median(void)
{
    const struct geo_pos centre = {54, 7.5};
    struct fixture f = fixture_new(4000);
    fixture_gauss(&f, 0, 4000, centre, 6000, 3000, 0.5, 1);
    tap_near(geo_earth_distance_m(median_of(&f.cloud), centre), 0, 300,
             "that of a normal cloud is its centre");
    fixture_gauss(&f, 3600, 4000, geo_earth_forward(centre, 90, 200e3), 100, 100, 0, 2);
    double off_m = geo_earth_distance_m(median_of(&f.cloud), centre);
    tap_ok(off_m < 1000, "a tenth of the cloud 200 km away moves it by less than 1 km");
    fixture_free(&f);

    struct fixture three = fixture_new(3);
    for (int i = 0; i < 3; i++) {
        struct geo_pos at = geo_earth_forward((struct geo_pos){0, 179.999}, 120.0 * i, 5000);
        three.lat_deg[i] = (float)at.lat_deg;
        three.lon_deg[i] = (float)at.lon_deg;
    }
    struct geo_pos m = median_of(&three.cloud);
    tap_near(geo_earth_distance_m(m, (struct geo_pos){0, 179.999}), 0, 5,
             "three places round a point on the antimeridian have it as median (Fermat's point)");
    three.weight[2] = 3;
    m = median_of(&three.cloud);
    struct geo_pos heavy = {(double)three.lat_deg[2], (double)three.lon_deg[2]};
    tap_near(geo_earth_distance_m(m, heavy), 0, 5, "a particle with more than half the weight is the median");
    fixture_free(&three);
    bool found = true;
    struct geo_pos none;
    struct prob_cloud empty = {0};
    tap_ok(!prob_skill_median(&empty, &found, &none, NULL) && !found, "an empty cloud has none");
}

static void test_energy(void)
{
    const struct geo_pos centre = {35, -160};
    const double sigma_m = 5000;
    struct fixture f = fixture_new(20000);
    fixture_gauss(&f, 0, 20000, centre, sigma_m, sigma_m, 0, 3);
    // E|X| = sigma sqrt(pi/2), E|X - X'| = sqrt(2) of it
    double want_m = sigma_m * sqrt(CORE_PI / 2) * (1 - sqrt(0.5)), got_m = NAN, few_m = NAN, one_m = NAN;
    tap_ok(!prob_skill_energy(&f.cloud, centre, &got_m, NULL), "a cloud has an energy score");
    tap_near(got_m, want_m, 0.02 * want_m, "that of a normal cloud about the place is 0.367 sigma");
    struct prob_cloud few = {1500, f.lat_deg, f.lon_deg, f.weight};
    tap_ok(!prob_skill_energy(&few, centre, &few_m, NULL), "so has a smaller one, from all its pairs");
    tap_near(few_m, want_m, 0.05 * want_m, "of the same value");
    struct prob_cloud one = {1, f.lat_deg, f.lon_deg, f.weight};
    struct geo_pos at = {(double)f.lat_deg[0], (double)f.lon_deg[0]};
    tap_ok(!prob_skill_energy(&one, centre, &one_m, NULL), "so has a single particle");
    tap_near(one_m, geo_earth_distance_m(at, centre), 0.01, "and it is its distance");
    fixture_free(&f);

    // by hand: particles at -3 and +1 km of a meridian with weights 1/4 and 3/4, observed at 0:
    // 0.25 * 3 + 0.75 * 1 - 0.5 * (2 * 0.25 * 0.75 * 4) = 0.75 km
    struct fixture two = fixture_new(2);
    for (int i = 0; i < 2; i++) {
        struct geo_pos p = geo_earth_forward((struct geo_pos){50, 0}, i ? 0 : 180, i ? 1000 : 3000);
        two.lat_deg[i] = (float)p.lat_deg;
        two.lon_deg[i] = (float)p.lon_deg;
        two.weight[i] = i ? 0.75 : 0.25;
    }
    tap_ok(!prob_skill_energy(&two.cloud, (struct geo_pos){50, 0}, &one_m, NULL), "two weighted particles");
    tap_near(one_m, 750, 1, "give what one finds by hand");
    fixture_free(&two);
}

// Of a normal cloud p* at distance r is 1 - exp(-r^2 / 2 sigma^2).
static void test_containment(void)
{
    const struct geo_pos centre = {36, 179.98};
    const double sigma_m = 4000;
    struct fixture f = fixture_new(10000);
    fixture_gauss(&f, 0, 10000, centre, sigma_m, sigma_m, 0, 4);
    struct prob_skill_place place;
    double worst = 0;
    for (int i = 0; i < 8; i++) {
        double r = 0.3 + 0.3 * i;
        struct geo_pos at = geo_earth_forward(centre, 75.0 * i, r * sigma_m);
        if (prob_skill_contain(&f.cloud, at, &place, NULL))
            worst = NAN;
        worst = fmax(worst, fabs(place.p_star - (1 - exp(-0.5 * r * r))));
    }
    tap_near(worst, 0, 0.05,
             "p* of a normal cloud is 1 - exp(-r^2 / 2 sigma^2), across the antimeridian too");
    for (int q = 0; q < PROB_SKILL_LEVELS; q++) {
        double want_m2 = -2 * CORE_PI * log(1 - prob_skill_level[q]) * sigma_m * sigma_m;
        tap_near(place.area_m2[q] / want_m2, 1, 0.06, "the area of its region is that of the normal law");
    }
    tap_ok(!prob_skill_contain(&f.cloud, geo_earth_forward(centre, 10, 300e3), &place, NULL) &&
               place.p_star == 1,
           "far outside p* is 1");
    fixture_free(&f);
}

// Drifters drawn from the cloud's own law hit its regions as often as these say.
static void test_calibration(void)
{
    const struct geo_pos centre = {33, 12};
    struct fixture cloud = fixture_new(3000), truth = fixture_new(300);
    fixture_gauss(&cloud, 0, 3000, centre, 9000, 2500, 1.0, 5);
    fixture_gauss(&truth, 0, 300, centre, 9000, 2500, 1.0, 6);
    int hits[PROB_SKILL_LEVELS] = {0};
    for (int i = 0; i < 300; i++) {
        struct prob_skill_place place = {.p_star = NAN};
        struct geo_pos at = {(double)truth.lat_deg[i], (double)truth.lon_deg[i]};
        if (prob_skill_contain(&cloud.cloud, at, &place, NULL))
            break;
        for (int q = 0; q < PROB_SKILL_LEVELS; q++)
            hits[q] += place.p_star <= prob_skill_level[q];
    }
    for (int q = 0; q < PROB_SKILL_LEVELS; q++) {
        double p = prob_skill_level[q], sd = sqrt(p * (1 - p) / 300);
        tap_near(hits[q] / 300.0, p, 3 * sd + 0.01, "a calibrated cloud is hit as often as its level says");
    }
    fixture_free(&cloud);
    fixture_free(&truth);
}

int main(void)
{
    test_plane();
    test_ellipsoid();
    test_limits();
    test_median();
    test_energy();
    test_containment();
    test_calibration();
    return tap_done();
}
