#include "geo/notation.h"

#include "core/rng.h"
#include "test/tap.h"

struct accepted {
    const char *text;
    double lat_deg, lon_deg;
};

#define LAT (33 + 24.5 / 60)
#define LON (12 + 42.0 / 60)

static const struct accepted accepted[] = {
    // The contract's own.
    {"33-24.5N 012-42.0E", LAT, LON},
    {"33°24.5'N 12°42'E", LAT, LON},
    {"33 24 30 N 012 42 00 E", LAT, LON},
    {"33.4083, 12.7", 33.4083, 12.7},
    {"33.4083N 12.7E", 33.4083, 12.7},
    // Radio, telex, NMEA, mail.
    {"33 24.5 N 012 42.0 E", LAT, LON},
    {"N 33 24.5 E 013 12.0", LAT, 13.2},
    {"N33 24.5 E013 12.0", LAT, 13.2},
    {"N33-24.5 E012-42.0", LAT, LON},
    {"3324.5N 01312.0E", LAT, 13.2},
    {"3324.5N01312.0E", LAT, 13.2},
    {"N3324.5 E01312.0", LAT, 13.2},
    {"3324N 01312E", 33.4, 13.2},
    {"332430N 0131200E", LAT, 13.2},
    {"332430.6N 0131200.0E", 33 + 24.0 / 60 + 30.6 / 3600, 13.2},
    {"33-24.5N, 012-42.0E", LAT, LON},
    {"33-24.5N / 012-42.0E", LAT, LON},
    {"33-24.5N; 012-42.0E", LAT, LON},
    {"33-24.5N,012-42.0E", LAT, LON},
    {"N 33-24.5, E 012-42.0", LAT, LON},
    {"33-24-30N 012-42-00E", LAT, LON},
    {"33:24:30N 012:42:00E", LAT, LON},
    {"33 - 24.5N 012 - 42.0E", LAT, LON},
    {"33-24.5n 012-42.0e", LAT, LON},
    {"  33-24.5N   012-42.0E  ", LAT, LON},
    {"33-24.5N\t012-42.0E\n", LAT, LON},
    {"33N 12E", 33, 12},
    {"33 N 12 E", 33, 12},
    {"+33.4083, +12.7", 33.4083, 12.7},
    // Marks of all kinds.
    {"33°24'30\"N 012°42'00\"E", LAT, LON},
    {"33° 24′ 30″ N, 12° 42′ 0″ E", LAT, LON},
    {"33°24’30”N 12°42’00”E", LAT, LON},
    {"33º24´30''N 12º42´00''E", LAT, LON},
    {"33˚24.5′N 12˚42.0′E", LAT, LON},
    {"33°24.5′ N 12°42.0′ E", LAT, LON},
    {"33°-24.5'N 012°-42.0'E", LAT, LON},
    {"33.4083° N, 12.7° E", 33.4083, 12.7},
    {"33.4083°, 12.7°", 33.4083, 12.7},
    {"N33°24.5' E012°42.0'", LAT, LON},
    {"33°24.5'N\xC2\xA0"
     "12°42'E",
     LAT, LON},                       // no-break space
    {"33‑24.5N 012–42.0E", LAT, LON}, // non-breaking hyphen, en dash
    {"\xEF\xBB\xBF\xE2\x80\x8E"
     "33-24.5N 012-42.0E\xE2\x80\xAC",
     LAT, LON},                                    // marks of direction
    {"٣٣-٢٤٫٥N ٠١٢-٤٢٫٠E", LAT, LON},              // Arabic-Indic, Arabic decimal mark
    {"۳۳ ۲۴.۵ N ۱۲ ۴۲ E", LAT, LON},               // Persian
    {"٣٣.٤٠٨٣، ١٢.٧", 33.4083, 12.7},              // Arabic comma
    {"３３-２４．５N ０１２-４２．０E", LAT, LON}, // full width
    // Decimal comma, where only one reading is possible.
    {"33-24,5N 012-42,0E", LAT, LON},
    {"33°24,5'N 12°42,0'E", LAT, LON},
    {"33 24,5 N, 012 42,0 E", LAT, LON},
    {"33,4083, 12,7", 33.4083, 12.7},
    {"33,4083 12,7", 33.4083, 12.7},
    {"33,4083; 12,7", 33.4083, 12.7},
    {"33,4083N 12,7E", 33.4083, 12.7},
    {"33,4083 / 12,7", 33.4083, 12.7},
    {"33,5, 12", 33.5, 12},
    {"-33,5 -12,7", -33.5, -12.7},
    // Points as decimals make the comma a list's.
    {"33.4083,12.7", 33.4083, 12.7},
    {"33.4083,12", 33.4083, 12},
    {"33,12.7", 33, 12.7},
    {"33, 12", 33, 12},
    {"33.4083 12.7", 33.4083, 12.7},
    {"33.4083 -12.7", 33.4083, -12.7},
    {"33 -12", 33, -12},
    {"33.4083;12.7", 33.4083, 12.7},
    // Signs.
    {"-33.5, 12.7", -33.5, 12.7},
    {"33.5, -12.7", 33.5, -12.7},
    {"-33.5 -12.7", -33.5, -12.7},
    {"−33.5, −12.7", -33.5, -12.7}, // true minus
    {"33.5,-12.7", 33.5, -12.7},
    // Hemispheres decide the order.
    {"012-42.0E 33-24.5N", LAT, LON},
    {"E 012 42.0 N 33 24.5", LAT, LON},
    {"12.7W 33.5S", -33.5, -12.7},
    {"33.5 N E 12.7", 33.5, 12.7},
    // South, west, edges, folding.
    {"33-24.5S 012-42.0W", -LAT, -LON},
    {"00-00.0N 000-00.0E", 0, 0},
    {"00-00.0S 000-00.0W", 0, 0},
    {"90N 180E", 90, -180},
    {"90 00.0 S 180 00.0 W", -90, -180},
    {"33, 180", 33, -180},
    {"33, -180", 33, -180},
    {"33, 347.3", 33, -12.7},
    {"33-00N 347-18.0E", 33, -12.7},
    {"33, 360", 33, 0},
    {"33-59.9999N 012-59.9999E", 33 + 59.9999 / 60, 12 + 59.9999 / 60},
    {"033-24.5N 12-42E", LAT, LON},
};

static const char *const refused[] = {
    "",
    "   ",
    "here",
    "NaN, NaN",
    "inf, 12",
    "1e1, 12",
    "0x21, 12",
    "33-24.5N",
    "33.4083N",
    "33.4083",
    "33",
    "N",
    "N E",
    ",",
    "33,",
    ", 12.7",
    "33-24.5N 012-42.0",
    "33-24.5 012-42.0E",
    "33-24.5 012-42.0",
    "33 24.5, 12 42.0",
    "33°24.5', 12°42.0'",
    "33 24.5 012 42.0",
    "33 12.7",
    "33 12",
    "33-24.5N 012-42.0N",
    "33-24.5E 012-42.0E",
    "33-24.5NN 012-42.0E",
    "N33-24.5N 012-42.0E",
    "N33-24.5N E012-42.0E",
    "33-24.5N 012-42.0E E",
    "33-24.5NE 012-42.0",
    "33-24.5N S 012-42.0E",
    "N 33 24.5 012 42.0 E",
    "33-60.0N 012-42.0E",
    "33-24.5N 012-60.0E",
    "33-99N 012-42.0E",
    "33 24 60 N 012 42 00 E",
    "33 60 00 N 012 42 00 E",
    "3360.0N 01312.0E",
    "3324.5N 01360.0E",
    "332460N 0131200E",
    "33-024.5N 012-42.0E",
    "90-00.1N 012-42.0E",
    "90.0001, 12",
    "-90.0001, 12",
    "91N 12E",
    "133-24.5N 012-42.0E",
    "33-24.5N 360-00.1E",
    "33, 360.0001",
    "33, -180.1",
    "33N 181W",
    "33N 361E",
    "-33-24.5N 012-42.0E",
    "-33.5N 12.7E",
    "33.5N -12.7E",
    "N -33.5 E 12.7",
    "--33.5, 12.7",
    "+-33.5, 12.7",
    "33.5-, 12.7",
    "33.5N 012.5",
    "33.5-24N 012-42E",
    "33.5 24.5N 012 42E",
    "33 24 30 15 N 012 42 E",
    "33-24.5N 012-42.0E 7",
    "33-24.5N 012-42.0E x",
    "33-24.5N 012-42.0E.",
    "33-24.5N 012-42.0E (approx)",
    "33--24.5N 012-42.0E",
    "33-24.5-N 012-42.0E",
    "33-N 012-42.0E",
    "33'24°N 012-42.0E",
    "33\"24'N 012-42.0E",
    "33°°24'N 012-42.0E",
    "33'N 12°E",
    "33°30\"N 12°E",
    "33.4.5N 12.7E",
    "33..4N 12.7E",
    ".5N 12E",
    "33.N 12E",
    "33,4083,12,7",
    "33,12",
    "33,4083,12.7",
    "33,5 12.7",
    "33.5 12,7",
    "33,5, 12.7",
    "33, 24, 12, 42",
    "33, 24.5N 012, 42.0E",
    "33,24,30N 012,42,00E",
    "33.4, 12.7, 5",
    "33.4;; 12.7",
    "33.4, ; 12.7",
    "33-24.5N,, 012-42.0E",
    "1312.0E 3324.5N",
    "3324.5, 01312.0",
    "334N 13E",
    "33324N 01312E",
    "99999999N 012E",
    "33-24.5N 012-42.0O",
    "33-24.5K 012-42.0E",
    "33-24.5N 012-42.0E\x01",
    "33-24.5N 012-42.0E\xff",
    "\xe2\x80",
    "33\xc0\xb0N 12E",
    "33*24.5N 12*42E",
};

// Fit for one line of TAP: bytes that are not plain text as \\xNN.
static const char *shown(const char *text)
{
    static char out[1024];
    size_t n = 0;
    for (; *text && n + 5 < sizeof out; text++) {
        unsigned char c = (unsigned char)*text;
        n += (size_t)sprintf(out + n, c < 0x20 || c > 0x7e || c == '#' || c == '\\' ? "\\x%02x" : "%c", c);
    }
    out[n] = 0;
    return out;
}

static void reads(const struct accepted *row)
{
    struct geo_pos pos = {77, 77};
    struct ph_err err = {0};
    enum ph_status status = geo_pos_parse(row->text, &pos, &err);
    bool good = !status && fabs(pos.lat_deg - row->lat_deg) < 1e-12 &&
                fabs(pos.lon_deg - row->lon_deg) < 1e-12 &&
                !signbit(pos.lat_deg + 1e-300) == !(row->lat_deg < 0);
    if (!tap_ok(good, "reads '%s'", shown(row->text)))
        printf("# got %.12g %.12g, want %.12g %.12g (%s)\n", pos.lat_deg, pos.lon_deg, row->lat_deg,
               row->lon_deg, err.what);
}

static void refuses(const char *text)
{
    struct geo_pos pos = {77, 77};
    struct ph_err err = {0};
    enum ph_status status = geo_pos_parse(text, &pos, &err);
    bool good = status == PH_EINPUT && pos.lat_deg == 77 && pos.lon_deg == 77 && err.what[0] && err.fix[0];
    if (!tap_ok(good, "refuses '%s' and says why", shown(text)))
        printf("# got %.12g %.12g\n", pos.lat_deg, pos.lon_deg);
}

static void writes(void)
{
    const struct {
        struct geo_pos pos;
        int decimals;
        const char *dashed, *spaced;
    } rows[] = {
        {{LAT, LON}, 1, "33-24.5N 012-42.0E", "33 24.5 N 012 42.0 E"},
        {{-LAT, -LON}, 1, "33-24.5S 012-42.0W", "33 24.5 S 012 42.0 W"},
        {{LAT, LON}, 0, "33-25N 012-42E", "33 25 N 012 42 E"},
        {{LAT, LON}, 4, "33-24.5000N 012-42.0000E", "33 24.5000 N 012 42.0000 E"},
        {{33 + 59.96 / 60, 12 + 59.951 / 60}, 1, "34-00.0N 013-00.0E", "34 00.0 N 013 00.0 E"},
        {{59.9999999, -0.9999999}, 2, "60-00.00N 001-00.00W", "60 00.00 N 001 00.00 W"},
        {{-0.0, -0.0}, 1, "00-00.0N 000-00.0E", "00 00.0 N 000 00.0 E"},
        {{-0.0004, -0.0004}, 1, "00-00.0N 000-00.0E", "00 00.0 N 000 00.0 E"},
        {{90, -180}, 1, "90-00.0N 180-00.0W", "90 00.0 N 180 00.0 W"},
        {{-90, 179.9999}, 1, "90-00.0S 180-00.0E", "90 00.0 S 180 00.0 E"},
        {{NAN, 12}, 1, "no position", "no position"},
        {{12, INFINITY}, 1, "no position", "no position"},
        {{LAT, LON}, 9, "33-24.5000N 012-42.0000E", "33 24.5000 N 012 42.0000 E"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[GEO_TEXT];
        geo_pos_format(rows[i].pos, rows[i].decimals, text);
        tap_text(text, rows[i].dashed, rows[i].dashed);
        geo_pos_format_spaced(rows[i].pos, rows[i].decimals, text);
        tap_text(text, rows[i].spaced, rows[i].spaced);
    }
}

// What is written is read back within half of the last digit.
static void round_trip(void)
{
    int wrong = 0, sixties = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        double u[4];
        char dashed[GEO_TEXT], spaced[GEO_TEXT];
        core_rng_uniform(1, i, 0, CORE_RNG_POSITION, u);
        struct geo_pos pos = {u[0] * 180 - 90, u[1] * 360 - 180}, a = {0, 0}, b = {0, 0};
        int decimals = (int)(u[2] * 5);
        geo_pos_format(pos, decimals, dashed);
        geo_pos_format_spaced(pos, decimals, spaced);
        sixties += strstr(dashed, "60.0") == dashed + 3 || strstr(dashed, "-60") != NULL;
        if (geo_pos_parse(dashed, &a, NULL) || geo_pos_parse(spaced, &b, NULL)) {
            wrong++;
            continue;
        }
        double tol = 0.5 / 60 * pow(10, -decimals) + 1e-12;
        wrong += fabs(a.lat_deg - pos.lat_deg) > tol || fabs(remainder(a.lon_deg - pos.lon_deg, 360)) > tol;
        wrong += a.lat_deg != b.lat_deg || a.lon_deg != b.lon_deg;
    }
    tap_ok(wrong == 0, "20000 positions are read back as they were written, dashed and spaced");
    tap_ok(sixties == 0, "none of them has 60 minutes");
}

int main(void)
{
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
        reads(&accepted[i]);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        refuses(refused[i]);
    char longer[400];
    memset(longer, '3', sizeof longer);
    longer[399] = 0;
    refuses(longer);
    writes();
    round_trip();
    return tap_done();
}
