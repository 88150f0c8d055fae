#include "core/time.h"

#include "test/tap.h"

static void reads(const char *text, const char *iso)
{
    int64_t t;
    char out[CORE_TIME_TEXT] = "refused";
    if (!core_time_parse(text, &t, NULL))
        core_time_iso(t, out);
    char sentence[128];
    snprintf(sentence, sizeof sentence, "'%s' is read as %s", text, iso);
    tap_text(out, iso, sentence);
}

static void refuses(const char *text, const char *because)
{
    int64_t t = 42;
    struct ph_err err = {0};
    enum ph_status status = core_time_parse(text, &t, &err);
    tap_ok(status == PH_EINPUT && t == 42 && strstr(err.what, because), "'%s' is refused: %s", text,
           err.what);
}

int main(void)
{
    reads("2016-08-29T02:00Z", "2016-08-29T02:00:00Z");
    reads("2016-08-29T02:00:30.25+02:00", "2016-08-29T00:00:30.25Z");
    reads("2016-08-29T02:00-0730", "2016-08-29T09:30:00Z");
    reads("2016-02-29T00:00+05", "2016-02-28T19:00:00Z");
    reads("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z");
    refuses("2016-08-29T02:00", "no time zone");
    refuses("2015-02-29T00:00Z", "not a possible");
    refuses("2016-08-29T24:00Z", "not a possible");
    refuses("2016-08-29T23:59:60Z", "not a possible");
    refuses("29/08/2016 02:00Z", "not an ISO 8601");
    refuses("2016-08-29T02:00CET", "cannot be read");
    refuses("2016-08-29T02:00Z ", "cannot be read");
    refuses("", "not an ISO 8601");

    char text[CORE_TIME_TEXT];
    int64_t t = 0;
    tap_ok(!core_time_parse("2016-08-29T03:15Z", &t, NULL), "a plain UTC time is read");
    core_time_dtg(t, text);
    tap_text(text, "290315Z AUG 16", "the date-time group is that of signals");
    core_time_zulu(t, text);
    tap_text(text, "0315Z", "the short form is Zulu");

    int wrong = 0;
    for (int64_t day = core_time_days(1700, 1, 1); day < core_time_days(2260, 1, 1); day++) {
        struct core_date d = core_time_to_date(day * 86400 * 1000000000LL + 1);
        wrong += core_time_days(d.year, d.month, d.day) != day || d.nanosecond != 1;
    }
    tap_ok(!wrong, "every day from 1700 to 2260 goes to a date and back");
    return tap_done();
}
