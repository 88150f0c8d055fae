#include "export/skill_plot.h"

#include <libxml/parser.h>

#include "test/tap.h"

// Pango and fontconfig keep their caches until the process ends; the leak checker need not name them.
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libpango\nleak:libcairo\nleak:libglib\n";
}

static const double calibrated[] = {0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95};
static const double far_off[] = {1, 0.99, 1, 0.97, 1};

static struct core_buf plot(enum export_map_format format, size_t n_second)
{
    const struct export_skill_curve curve[] = {{"6 h", calibrated, 10}, {"<24> h & more", far_off, n_second}};
    struct core_buf out = {0};
    tap_ok(!export_skill_plot(curve, 2, 600, format, &out, NULL), "a plot is drawn");
    return out;
}

static void test_svg(void)
{
    struct core_buf one = plot(EXPORT_MAP_SVG, 5), two = plot(EXPORT_MAP_SVG, 5),
                    other = plot(EXPORT_MAP_SVG, 4);
    tap_ok(one.length == two.length && !memcmp(one.text, two.text, one.length),
           "the same hits give the same bytes");
    tap_ok(other.length != one.length || memcmp(one.text, other.text, one.length), "other hits give others");
    xmlDoc *doc = xmlReadMemory(one.text, (int)one.length, "plot.svg", NULL, XML_PARSE_NONET);
    tap_ok(doc && !strcmp((const char *)xmlDocGetRootElement(doc)->name, "svg"),
           "the SVG is one, whatever a label holds");
    xmlFreeDoc(doc);
    core_buf_fini(&one);
    core_buf_fini(&two);
    core_buf_fini(&other);
}

static void test_png(void)
{
    struct core_buf png = plot(EXPORT_MAP_PNG, 5);
    tap_ok(png.length > 24 && !memcmp(png.text, "\x89PNG\r\n\x1a\n", 8), "the PNG is one");
    const unsigned char *size = (const unsigned char *)png.text + 16;
    tap_ok(size[2] * 256 + size[3] == 600 && size[6] * 256 + size[7] == 600,
           "of the width asked for, and square");
    core_buf_fini(&png);
}

static void test_limits(void)
{
    struct core_buf out = {0};
    struct ph_err err = {0};
    tap_ok(export_skill_plot(NULL, 0, 100000, EXPORT_MAP_PNG, &out, &err) == PH_EINPUT && !out.length,
           "a plot wider than reason is refused");
    const struct export_skill_curve empty = {"6 h", NULL, 0};
    tap_ok(!export_skill_plot(&empty, 1, 400, EXPORT_MAP_SVG, &out, &err) && out.length,
           "axes alone are drawn too");
    core_buf_fini(&out);
}

int main(void)
{
    test_svg();
    test_png();
    test_limits();
    xmlCleanupParser();
    return tap_done();
}
