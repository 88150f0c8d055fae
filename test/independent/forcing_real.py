#!/usr/bin/python3
"""Real files (../shared/data): what Pharos gives at places and times against hand interpolation of what netCDF4 and grib_get_data
read. In TAP; skips visibly without the data.

  forcing_real.py FORCING_ASK SHARED

Within 1e-5 of the largest speed around the place, directions within 0.01 degrees. Shares no line with Pharos.
"""
import glob
import os
import random
import subprocess
import sys

import netCDF4
import numpy as np

RAD = np.pi / 180
ASKED = 40


class Asker:
    def __init__(self, program):
        self.program = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.n, self.failed = 0, 0

    def ask(self, path, kind, time, places):
        text = ";".join("%.12g %.12g" % p for p in places)
        print(kind, path, time, "-", "-", "-", text, sep="\t", file=self.program.stdin, flush=True)
        status, what, warnings, answers = self.program.stdout.readline().rstrip("\n").split("\t")
        if int(status):
            raise ValueError("status %s %s" % (status, what))
        return np.array([[float(x) for x in a.split()] for a in answers.split(";")])

    def tell(self, good, sentence, *why):
        self.n += 1
        print(("ok" if good else "not ok"), self.n, "-", sentence)
        if not good:
            self.failed += 1
            print("#", *why)

    def compare(self, sentence, path, kind, wanted, within=1e-5):
        """wanted: (time, lat, lon, u, v, largest speed around)."""
        worst, turned, lost = 0.0, 0.0, 0
        try:
            for time in sorted({w[0] for w in wanted}):
                rows = [w for w in wanted if w[0] == time]
                got = self.ask(path, kind, time, [(w[1], w[2]) for w in rows])
                for g, (_, _, _, u, v, most) in zip(got, rows):
                    lost += g[2] != 0
                    worst = max(worst, float(np.hypot(g[0] - u, g[1] - v) / most))
                    if np.hypot(u, v) > 0.1 * most:
                        turn = np.angle(np.exp(1j * (np.arctan2(g[0], g[1]) - np.arctan2(u, v)))) / RAD
                        turned = max(turned, abs(float(turn)))
        except ValueError as error:
            return self.tell(False, sentence, error)
        self.tell(wanted and not lost and worst <= within and turned <= 0.01, "%s: %d places" % (sentence, len(wanted)),
                  "off by %.3g of the speed, %.3g degrees, %d lost" % (worst, turned, lost))


def iso(when):
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (when.year, when.month, when.day, when.hour, when.minute, when.second)


def times_of(var):
    """Whole seconds since 1970 in the standard calendar."""
    if var.units.lower() == "pythonic days":
        return np.round((var[:] - 719163) * 86400).astype(int)  # date.toordinal of 1970-01-01
    when = netCDF4.num2date(var[:], var.units.replace("Hour ", "hours "), "standard", only_use_cftime_datetimes=True)
    epoch = netCDF4.num2date(0, "seconds since 1970-01-01", "standard", only_use_cftime_datetimes=True)
    return np.array([round((w - epoch).total_seconds()) for w in when])


def text_of(seconds):
    return iso(netCDF4.num2date(int(seconds), "seconds since 1970-01-01", "standard", only_use_cftime_datetimes=True))


def whole(var):
    return np.ma.filled(np.ma.masked_invalid(np.ma.masked_greater(np.ma.abs(var[:].astype("f8")) * 0 + var[:].astype("f8"), 1e15)), np.nan)


def bilinear(uv, lat, lon, rng, n, t_s=None):
    """Random places within cells whose corners are all there: (second, lat, lon, u, v, most)."""
    found = []
    for _ in range(200 * n):
        if len(found) == n:
            break
        t = rng.randrange(len(t_s) - 1) if len(t_s) > 1 else 0
        j, i = rng.randrange(len(lat) - 1), rng.randrange(len(lon) - 1)
        second = rng.randrange(t_s[t], t_s[t + 1]) if len(t_s) > 1 else t_s[0]
        w = (second - t_s[t]) / (t_s[t + 1] - t_s[t]) if len(t_s) > 1 else 0.0
        y, x = rng.random(), rng.random()
        block = (1 - w) * uv[:, t, j:j + 2, i:i + 2] + (w * uv[:, t + 1, j:j + 2, i:i + 2] if len(t_s) > 1 else 0)
        if not np.isfinite(block).all():
            continue
        weights = np.outer([1 - y, y], [1 - x, x])
        u, v = (block * weights).sum((1, 2))
        found.append((text_of(second), lat[j] + y * (lat[j + 1] - lat[j]), lon[i] + x * (lon[i + 1] - lon[i]), u, v,
                      np.hypot(block[0], block[1]).max()))
    return found


def axis_of(var):
    """Coordinates; float32 that lies on a line but for its rounding is the line."""
    value = var[:].astype("f8").filled()
    index = np.arange(len(value))
    line = np.polyval(np.polyfit(index, value, 1), index)
    return line if var.dtype == "f4" and abs(line - value).max() <= 2 * np.spacing(abs(var[:]).max()) else value


def regular(asker, path, kind, names):
    nc = netCDF4.Dataset(path)
    u, v = (nc[n] for n in names)
    axes = {}
    for d in u.dimensions:
        for name, var in nc.variables.items():
            if var.dimensions == (d,):
                low = name.lower()
                axes.setdefault("lat" if low.startswith(("lat", "nav_lat")) else "lon" if low.startswith("lon") else
                                "time" if low.startswith("time") else low, var)
    lat, lon, t_s = axis_of(axes["lat"]), axis_of(axes["lon"]), times_of(axes["time"])
    uv = np.stack([whole(x) for x in (u, v)])
    while uv.ndim > 4:
        uv = uv[:, :, 0]
    rng = random.Random(path)
    asker.compare(os.path.basename(path)[:60] + " " + ", ".join(names), path, kind, bilinear(uv, lat, lon, rng, ASKED, t_s))


def arctic(asker, path):
    nc = netCDF4.Dataset(path)
    uv = np.stack([whole(nc[n])[0, 0] for n in "uv"])
    lat, lon = (nc[n][:].astype("f8") for n in ("latitude", "longitude"))
    rng, wanted = random.Random(5), []
    for _ in range(4000):
        j, i = rng.randrange(2, lat.shape[0] - 2), rng.randrange(2, lat.shape[1] - 2)
        if len(wanted) < ASKED and np.isfinite(uv[:, j - 1:j + 2, i - 1:i + 2]).all():
            angle = -(lon[j, i] - 58) * RAD
            u, v = uv[0, j, i] * np.cos(angle) - uv[1, j, i] * np.sin(angle), uv[1, j, i] * np.cos(angle) + uv[0, j, i] * np.sin(angle)
            wanted.append((text_of(times_of(nc["time"])[0]), float(lat[j, i]), float(lon[j, i]), u, v,
                           np.hypot(*uv[:, j - 1:j + 2, i - 1:i + 2]).max()))
    # The angle comes from coordinates in float32: good to a thousandth of a degree.
    asker.compare("Arctic20, at its points, turned from 58 E", path, "current", wanted, 2e-5)


def faces(asker, path, kind, names, when):
    nc = netCDF4.Dataset(path)
    corners = nc["nv"][:].T - 1
    lat, lon = nc["lat"][:].astype("f8"), nc["lon"][:].astype("f8")
    lon = np.where(lon > 180, lon - 360, lon)
    uv = [np.asarray(nc[n][0], "f8") for n in names]
    uv = [x[0] if x.ndim > 1 else x for x in uv]  # the uppermost layer
    rng = random.Random(7)
    chosen = [rng.randrange(len(corners)) for _ in range(ASKED)]
    wanted = [(when, lat[corners[f]].mean(), lon[corners[f]].mean(), uv[0][f], uv[1][f], max(np.hypot(uv[0][f], uv[1][f]), 1e-2))
              for f in chosen]
    asker.compare(os.path.basename(path) + ", in faces, " + ", ".join(names), path, kind, wanted)


def grib_data(path, name, where):
    out = subprocess.run(["grib_get_data", "-m", "nan", "-F", "%.9g", "-L", "%.7f %.7f", "-w", "shortName=%s%s" % (name, where), path],
                         capture_output=True, text=True, check=True).stdout
    rows, fields = [], []
    for line in out.splitlines():
        part = line.replace(",", " ").split()
        if line.startswith("Lat"):
            if rows:
                fields.append(np.array(rows))
            rows = []
        elif len(part) == 3:
            rows.append([float(x) for x in part])
    fields.append(np.array(rows))
    return fields


def grib_regular(asker, sentence, path, names, where, when):
    u, v = (grib_data(path, n, where)[0] for n in names)
    lat, lon = np.unique(u[:, 0]), np.unique(u[:, 1])
    uv = np.full((2, 1, len(lat), len(lon)), np.nan)
    for k, field in enumerate((u, v)):
        uv[k, 0, np.searchsorted(lat, field[:, 0]), np.searchsorted(lon, field[:, 1])] = field[:, 2]
    rng = random.Random(path)
    wanted = [(when,) + w[1:] for w in bilinear(uv, lat, lon, rng, ASKED, [0])]
    asker.compare(sentence, path, "wind", wanted)


def grib_lambert(asker, sentence, path, names, where, when, n, lov):
    u, v = (grib_data(path, name, where)[0] for name in names)
    rng, wanted = random.Random(path), []
    for _ in range(ASKED):
        k = rng.randrange(200, len(u) - 200)
        angle = -n * ((u[k, 1] - lov + 180) % 360 - 180) * RAD
        wanted.append((when, u[k, 0], u[k, 1], u[k, 2] * np.cos(angle) - v[k, 2] * np.sin(angle),
                       v[k, 2] * np.cos(angle) + u[k, 2] * np.sin(angle), max(np.hypot(u[k, 2], v[k, 2]), 5)))
    asker.compare(sentence, path, "wind", wanted)


def main():
    data = os.path.join(sys.argv[2], "data")
    if not os.path.isdir(data):
        print("1..0 # SKIP no ../shared/data")
        return 0
    asker = Asker(sys.argv[1])
    for path in sorted(glob.glob(data + "/nc_med/*/Sea_*.nc")):
        regular(asker, path, "current", ("uo", "vo"))
    for path in sorted(glob.glob(data + "/nc_med/*/[Ww]ind*.nc")):
        regular(asker, path, "wind", ("U10M", "V10M"))
    for name, kind, names in (("GFS_Global_0p25deg.nc", "wind", ("air_u", "air_v")), ("gridded_wind.nc", "wind", ("air_u", "air_v")),
                              ("gridded_current.nc", "current", ("water_u", "water_v")),
                              ("cmems_global-analysis-forecast-phy-001-024.nc", "current", ("uo", "vo")),
                              ("cmems_mod_nws*.nc", "current", ("uo", "vo"))):
        for path in glob.glob(os.path.join(data, "nc_regular", name)):
            regular(asker, path, kind, names)
    arctic(asker, data + "/nc_projected/Arctic20_1to5Feb_2016.nc")
    faces(asker, data + "/nc_unstructured/small_trigrid_example.nc", "current", ("u", "v"), "2015-01-15T03:00:00Z")
    faces(asker, data + "/nc_unstructured/tri_grid_example-FVCOM.nc", "current", ("u", "v"), "2024-05-23T00:00:00Z")
    faces(asker, data + "/nc_unstructured/tri_grid_example-FVCOM.nc", "wind", ("uwind_speed", "vwind_speed"), "2024-05-23T00:00:00Z")
    grib = data + "/grib/"
    grib_regular(asker, "gfs.grb, complex packing", grib + "gfs.grb", ("10u", "10v"), "", "2011-10-11T00:00:00Z")
    grib_regular(asker, "Madagascar, GRIB1", grib + "Madagascar.wind.7days.grb", ("u", "v"), ",step=48", "2016-03-03T06:00:00Z")
    grib_regular(asker, "gfswave, jpeg2000, bitmap", grib + "gfswave.t18z.atlocn.0p16.f001.grib2", ("u", "v"), "", "2023-08-23T19:00:00Z")
    grib_lambert(asker, "NAM, Lambert, along the grid", grib + "nam.t00z.awp21100.tm00.grib2", ("10u", "10v"), "", "2018-09-17T00:00:00Z",
                 np.sin(25 * RAD), 265.0)
    asker.program.stdin.close()
    asker.program.wait()
    print("1..%d" % asker.n)
    return 1 if asker.failed else 0


if __name__ == "__main__":
    sys.exit(main())
