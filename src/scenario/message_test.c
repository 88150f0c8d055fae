#include "scenario/message.h"

#include "core/time.h"
#include "geo/notation.h"
#include "test/tap.h"

static int64_t at(const char *iso)
{
    int64_t t_ns = 0;
    if (core_time_parse(iso, &t_ns, NULL))
        tap_ok(false, "a time of the test is read: %s", iso);
    return t_ns;
}

static struct scenario_message read_it(const char *text, const char *received)
{
    struct scenario_message m = {0};
    struct ph_err err;
    if (scenario_message_read(text, strlen(text), at(received), &m, &err))
        tap_ok(false, "a message is read: %s", err.what);
    return m;
}

// "33-24.5N 012-42.0E|2016-08-29T02:00:00Z|72|preset": the first of each kind, "-" when there is none.
static void expect(const char *text, const char *received, const char *want)
{
    struct scenario_message m = read_it(text, received);
    const struct scenario_finding *p = scenario_message_first(&m, SCENARIO_FOUND_POSITION),
                                  *t = scenario_message_first(&m, SCENARIO_FOUND_TIME),
                                  *n = scenario_message_first(&m, SCENARIO_FOUND_PERSONS),
                                  *c = scenario_message_first(&m, SCENARIO_FOUND_CRAFT);
    char place[GEO_TEXT] = "-", when[CORE_TIME_TEXT] = "-", people[16] = "-", got[256];
    if (p)
        geo_pos_format(p->pos, 1, place);
    if (t)
        core_time_iso(t->t_ns, when);
    if (n)
        snprintf(people, sizeof people, "%s%d", n->about ? "~" : "", n->persons);
    snprintf(got, sizeof got, "%s|%s|%s|%s", place, when, people, c ? c->object : "-");
    tap_text(got, want, text);
}

static void test_messages(void)
{
    const char *day = "2016-08-29T03:10Z";
    expect("Rubber boat, 72 people on board, position 33-10.0N 012-30.0E at 0230Z, engine failed", day,
           "33-10.0N 012-30.0E|2016-08-29T02:30:00Z|72|rubber-boat-overloaded");
    expect("DISTRESS. LAT 33 24.5 N LONG 012 42.0 E. TIME 290200Z AUG 16. POB 85. WOODEN BOAT TAKING WATER",
           day, "33-24.5N 012-42.0E|2016-08-29T02:00:00Z|85|wooden-boat");
    expect("Alarm Phone: ~120 persons in distress, 33.4083, 12.7000, last contact 01:45 UTC", day,
           "33-24.5N 012-42.0E|2016-08-29T01:45:00Z|~120|-");
    expect("gommone con circa 90 persone a bordo, posizione 33°24,5' N 12°42,0' E ore 04.30 CEST", day,
           "33-24.5N 012-42.0E|2016-08-29T02:30:00Z|~90|rubber-boat-overloaded");
    expect("Canot pneumatique, 60 personnes, latitude 33 degrés 10 minutes nord, longitude 12 degrés 30 "
           "minutes est, "
           "2h15 UTC",
           day, "33-10.0N 012-30.0E|2016-08-29T02:15:00Z|60|rubber-boat-overloaded");
    expect("قارب مطاطي على متنه ٧٢ شخصا في الموقع 33.1667 شمالا 12.5 شرقا الساعة 02:00 UTC", day,
           "33-10.0N 012-30.0E|2016-08-29T02:00:00Z|72|rubber-boat-overloaded");
    expect("2016-08-29T02:00:00+02:00 boat with 70-80 people at N 33 24.5 E 012 42.0", day,
           "33-24.5N 012-42.0E|2016-08-29T00:00:00Z|~80|-");
    expect("MAYDAY MAYDAY person in the water 3512.4N 01430.1E", day,
           "35-12.4N 014-30.1E|-|-|people-in-water");
    expect("Life raft with 6 pax, 70-12.5S 179-58.0W", day, "70-12.5S 179-58.0W|-|6|LIFE-RAFT-SB-6");
    expect("Lat: 33.1667, Lon: 12.5000. 14 crew. Seen 28 August 2016 at 23:50 UTC", day,
           "33-10.0N 012-30.0E|2016-08-28T23:50:00Z|14|-");
}

static void test_days(void)
{
    struct scenario_message m = read_it("last call 2340Z, 40 people", "2016-08-29T00:20Z");
    const struct scenario_finding *t = scenario_message_first(&m, SCENARIO_FOUND_TIME);
    tap_ok(t && t->t_ns == at("2016-08-28T23:40Z") && !t->day_stated && t->zone_stated,
           "a clock time without a day is the last one before the message");
    m = read_it("DTG 312300Z", "2016-09-02T01:00Z");
    t = scenario_message_first(&m, SCENARIO_FOUND_TIME);
    tap_ok(t && t->t_ns == at("2016-08-31T23:00Z"), "a day of the month without a month is the last one");
    m = read_it("seen at 04:30, 20 persons", "2016-08-29T05:00Z");
    t = scenario_message_first(&m, SCENARIO_FOUND_TIME);
    tap_ok(t && !t->zone_stated, "a time without a zone says so");
    m = read_it("at 010030Z JAN", "2017-01-01T02:00Z");
    t = scenario_message_first(&m, SCENARIO_FOUND_TIME);
    tap_ok(t && t->t_ns == at("2017-01-01T00:30Z"), "a month without a year is the last one");
}

static void test_doubt(void)
{
    struct scenario_message m =
        read_it("two boats: 33-10N 012-30E and 33-24.5N 012-42.0E", "2016-08-29T05:00Z");
    tap_ok(m.n == 2 && m.found[0].kind == SCENARIO_FOUND_POSITION &&
               m.found[1].kind == SCENARIO_FOUND_POSITION,
           "two positions are two findings");
    tap_near(m.found[0].rounding_m, 1852, 1, "a position to the minute is good to a mile");
    tap_near(m.found[1].rounding_m, 185.2, 0.1, "a position to a tenth of a minute is good to a cable");
    m = read_it("call 0039 06 590 84527 or 112, course 33, 12 knots, length 12.5, 7.5", "2016-08-29T05:00Z");
    tap_ok(!m.n, "telephone numbers, courses and sizes are not taken for anything");
    m = read_it("position 33-70.0N 012-30.0E", "2016-08-29T05:00Z");
    tap_ok(!scenario_message_first(&m, SCENARIO_FOUND_POSITION), "minutes beyond 59 are not a position");
    m = read_it("position 33 70.0 N 012 30.0 E", "2016-08-29T05:00Z");
    tap_ok(!scenario_message_first(&m, SCENARIO_FOUND_POSITION),
           "nor with spaces: 70 N is not made of 33 70");
    m = read_it("at 0230 33-10.0N 012-30.0E", "2016-08-29T05:00Z");
    tap_ok(scenario_message_first(&m, SCENARIO_FOUND_POSITION) != NULL,
           "a time may stand right before a position");
    const char *text = "help 33-10.0N 012-30.0E!";
    m = read_it(text, "2016-08-29T05:00Z");
    tap_ok(m.n == 1 && m.found[0].from == 5 && m.found[0].to == strlen(text) - 1,
           "a finding says where in the text it stands");
}

// Every prefix and every single-byte change is read without harm and stays within the text.
static void test_hostile(void)
{
    char text[] = "قارب LAT 33°24.5'N 012°42.0'E 290200Z AUG 16 ~70-80 people, 2016-08-29T02:00Z";
    size_t length = strlen(text), bad = 0;
    for (size_t i = 0; i < length; i++)
        for (int change = 0; change < 4; change++) {
            char copy[sizeof text];
            memcpy(copy, text, sizeof text);
            copy[i] = (char[]){'\0', (char)0xff, '9', ' '}[change];
            struct scenario_message m;
            if (scenario_message_read(copy, change ? length : i, at("2016-08-29T05:00Z"), &m, NULL))
                bad++;
            for (size_t f = 0; f < m.n; f++)
                bad += m.found[f].from >= m.found[f].to || m.found[f].to > length + 8;
        }
    tap_ok(!bad, "damaged messages are read without harm");
}

int main(void)
{
    test_messages();
    test_days();
    test_doubt();
    test_hostile();
    return tap_done();
}
