// Probability as a GeoTIFF: float32 per cell, north up, EPSG:4326, cells without probability are "no data"
// (0) so that a chart shows through. West is kept in [-180, 180); a map across the antimeridian runs past
// 180.
#include "export/product.h"

#include <stdio.h>
#include <stdlib.h>

#include <geotiffio.h>
#include <tiffio.h>
#include <xtiffio.h>

#include "core/err.h"
#include "core/file.h"

enum { GDAL_NODATA_TAG = 42113 };

// Keeps what libtiff has to say instead of printing it.
static int keep_message(TIFF *tiff, void *err, const char *module, const char *format, va_list args)
{
    struct ph_err *to = err;
    if (to)
        vsnprintf(to->what, sizeof to->what, format, args);
    return 1;
}

static TIFF *tiff_open(const char *path, struct ph_err *err)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options)
        return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, keep_message, err);
    TIFFOpenOptionsSetWarningHandlerExtR(options, keep_message, NULL);
    XTIFFInitialize(); // the tags of GeoTIFF
    TIFF *tiff = TIFFOpenExt(path, "w", options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

static int tags_write(TIFF *tiff, const struct geo_grid *grid)
{
    static const TIFFFieldInfo nodata = {GDAL_NODATA_TAG, -1, -1, TIFF_ASCII,
                                         FIELD_CUSTOM,    1,  0,  (char *)"GDALNoDataValue"};
    double scale[3] = {grid->dlon_deg, grid->dlat_deg, 0};
    double tie[6] = {0, 0, 0, grid->west_deg, grid->south_deg + (double)grid->nlat * grid->dlat_deg, 0};
    TIFFMergeFieldInfo(tiff, &nodata, 1);
    return TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)grid->nlon) &&
           TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)grid->nlat) &&
           TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 32) && TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1) &&
           TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP) &&
           TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK) &&
           TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
           TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) &&
           TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, (uint32_t)64) &&
           TIFFSetField(tiff, TIFFTAG_SOFTWARE, "Pharos") &&
           TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, "probability per cell") &&
           TIFFSetField(tiff, TIFFTAG_GEOPIXELSCALE, 3, scale) &&
           TIFFSetField(tiff, TIFFTAG_GEOTIEPOINTS, 6, tie) && TIFFSetField(tiff, GDAL_NODATA_TAG, "0");
}

static int keys_write(TIFF *tiff)
{
    GTIF *keys = GTIFNew(tiff);
    if (!keys)
        return 0;
    GTIFKeySet(keys, GTModelTypeGeoKey, TYPE_SHORT, 1, ModelTypeGeographic);
    GTIFKeySet(keys, GTRasterTypeGeoKey, TYPE_SHORT, 1, RasterPixelIsArea);
    GTIFKeySet(keys, GeographicTypeGeoKey, TYPE_SHORT, 1, GCS_WGS_84);
    GTIFKeySet(keys, GeogAngularUnitsGeoKey, TYPE_SHORT, 1, Angular_Degree);
    int good = GTIFWriteKeys(keys);
    GTIFFree(keys);
    return good;
}

// North first.
static int rows_write(TIFF *tiff, const struct prob_map *map)
{
    const struct geo_grid *grid = &map->grid;
    float *row = calloc(grid->nlon, sizeof *row);
    int good = row != NULL;
    for (size_t i = 0; good && i < grid->nlat; i++) {
        const double *mass = map->mass + (grid->nlat - 1 - i) * grid->nlon;
        for (size_t k = 0; k < grid->nlon; k++)
            row[k] = (float)mass[k];
        good = TIFFWriteScanline(tiff, row, (uint32_t)i, 0) == 1;
    }
    free(row);
    return good;
}

enum ph_status export_map_geotiff(const char *path, const struct prob_map *map, struct ph_err *err)
{
    char aside[4096];
    struct ph_err said = {0};
    enum ph_status status = core_file_aside(path, aside, err);
    if (status)
        return status;
    TIFF *tiff = tiff_open(aside, &said);
    if (!tiff)
        return core_err_set(err, PH_EIO, path, "check the folder and the space left", "cannot write: %s",
                            *said.what ? said.what : "out of memory");
    int good = tags_write(tiff, &map->grid) && keys_write(tiff) && rows_write(tiff, map) && TIFFFlush(tiff);
    XTIFFClose(tiff);
    if (good)
        return core_file_commit(aside, path, err);
    core_file_discard(aside);
    return core_err_set(err, PH_EIO, path, "check the space left", "cannot write: %s", said.what);
}
