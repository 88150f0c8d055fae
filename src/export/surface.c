#include "export/surface.h"

#include <string.h>

#include <cairo-pdf.h>
#include <cairo-svg.h>

#include "core/err.h"

static cairo_status_t keep_bytes(void *buf, const unsigned char *bytes, unsigned int n)
{
    core_buf_add(buf, bytes, n);
    return ((struct core_buf *)buf)->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

cairo_surface_t *export_surface_make(enum export_map_format format, int width, int height,
                                     struct core_buf *drawn)
{
    if (format == EXPORT_MAP_PNG)
        return cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    if (format == EXPORT_MAP_PDF) {
        cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(keep_bytes, drawn, width, height);
        // No clock: the same picture has the same bytes.
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z");
        return surface;
    }
    cairo_surface_t *surface = cairo_svg_surface_create_for_stream(keep_bytes, drawn, width, height);
    cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    return surface;
}

// cairo numbers the group of an SVG by all surfaces that the process ever made; nothing refers to it, and the
// same picture must have the same bytes.
static void svg_copy(const struct core_buf *svg, struct core_buf *out)
{
    static const char mark[] = "<g id=\"surface";
    const char *at = svg->text ? strstr(svg->text, mark) : NULL;
    if (!at) {
        core_buf_add(out, svg->text, svg->length);
        return;
    }
    const char *rest = at + strlen(mark);
    rest += strspn(rest, "0123456789");
    core_buf_add(out, svg->text, (size_t)(at - svg->text));
    core_buf_puts(out, "<g id=\"map");
    core_buf_add(out, rest, svg->length - (size_t)(rest - svg->text));
}

enum ph_status export_surface_end(cairo_surface_t *surface, cairo_t *cairo, enum export_map_format format,
                                  struct core_buf *drawn, struct core_buf *out, struct ph_err *err)
{
    cairo_status_t state = cairo_status(cairo);
    cairo_destroy(cairo);
    if (!state && format == EXPORT_MAP_PNG)
        state = cairo_surface_write_to_png_stream(surface, keep_bytes, drawn);
    cairo_surface_finish(surface); // SVG and PDF are written here
    if (!state)
        state = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    enum ph_status status = PH_OK;
    if (state)
        status = core_err_set(err, state == CAIRO_STATUS_NO_MEMORY ? PH_ENOMEM : PH_EINTERNAL, "picture",
                              NULL, "%s", cairo_status_to_string(state));
    if (!status)
        status = core_buf_check(drawn, err);
    if (!status && format == EXPORT_MAP_SVG)
        svg_copy(drawn, out);
    else if (!status)
        core_buf_add(out, drawn->text, drawn->length);
    core_buf_fini(drawn);
    return status ? status : core_buf_check(out, err);
}
