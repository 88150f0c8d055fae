#!/usr/bin/python3
"""Files as forecast centres and models write them, made here by numpy and netCDF4: Pharos gives the flow back or says
why not. In TAP.

  forcing_formats.py FORCING_ASK [WORD]...     only files whose name holds one of the words

The flow is the earth turning as a solid body about a tilted axis: its vectors cross poles and the antimeridian smoothly,
and no component is symmetric, so that a swap, a sign or a turn shows. Recovered: every place is served, within 1e-5 m/s
and 0.01 degrees. This file shares no line with Pharos.
"""
import os
import random
import shutil
import subprocess
import sys
import tempfile

import netCDF4
import numpy as np

RAD = np.pi / 180
T0 = "2026-01-01T01:00:00Z"  # asked for: between the levels at 0 and 3 h
R = 6371229.0


def unit(lat, lon):
    return np.stack([np.cos(lat * RAD) * np.cos(lon * RAD), np.cos(lat * RAD) * np.sin(lon * RAD), np.sin(lat * RAD)], -1)


AXIS = unit(40.0, 25.0)


def flow(lat, lon):
    """1 m/s at its equator."""
    lat, lon = np.broadcast_arrays(np.asarray(lat, float), np.asarray(lon, float))
    w = np.cross(AXIS, unit(lat, lon))
    east = np.stack([-np.sin(lon * RAD), np.cos(lon * RAD), 0 * lon], -1)
    north = np.stack([-np.sin(lat * RAD) * np.cos(lon * RAD), -np.sin(lat * RAD) * np.sin(lon * RAD), np.cos(lat * RAD)], -1)
    return (w * east).sum(-1), (w * north).sum(-1)


def along(lat, lon, angle):
    """Components along axes turned by an angle, counter-clockwise from east."""
    u, v = flow(lat, lon)
    return u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)


# ---------------------------------------------------------------- asking

class Tap:
    def __init__(self, program, words):
        self.program = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.words, self.n, self.failed = words, 0, 0
        self.dir = tempfile.mkdtemp(prefix="pharos-formats-")

    def ok(self, good, sentence, *why):
        self.n += 1
        print(("ok" if good else "not ok"), self.n, "-", sentence)
        if not good:
            self.failed += 1
            print("#", *why)

    def ask(self, path, places, kind="current", time=T0, variables="-", calendar="-", depth="-"):
        text = ";".join("%.12g %.12g" % p for p in places)
        print(kind, path, time, variables, calendar, depth, text, sep="\t", file=self.program.stdin, flush=True)
        status, what, warnings, answers = self.program.stdout.readline().rstrip("\n").split("\t")
        got = np.array([[float(x) for x in a.split()] for a in answers.split(";")]) if answers else np.empty((0, 4))
        return int(status), what, warnings.split(), got

    def recovers(self, sentence, path, box, kind="current", tolerance=1e-5, says=None, n=120, wanted=flow, **more):
        """box: south, north, west, east."""
        rng = random.Random(sentence)
        places = [(rng.uniform(box[0], box[1]), rng.uniform(box[2], box[3])) for _ in range(n)]
        status, what, warnings, got = self.ask(path, places, kind, **more)
        if status:
            return self.ok(False, sentence, "status", status, what)
        u, v = wanted(*np.array(places).T)
        off = np.hypot(got[:, 0] - u, got[:, 1] - v)
        turn = np.abs(np.angle(np.exp(1j * (np.arctan2(got[:, 0], got[:, 1]) - np.arctan2(u, v))))) / RAD
        turn[np.hypot(u, v) < 0.1] = 0
        lost = (got[:, 2] != 0).sum() + (got[:, 3] != 0).sum()
        good = lost == 0 and off.max() <= tolerance and turn.max() <= 0.01 * max(1, tolerance / 1e-5)
        good = good and (says is None or says in warnings)
        self.ok(good, sentence, "lost %d, off by %.3g m/s, %.3g degrees" % (lost, off.max(), turn.max()), warnings,
                "e.g.", places[int(off.argmax())], got[int(off.argmax())], u[off.argmax()], v[off.argmax()])

    def refuses(self, sentence, path, word, kind="current", place=(40.1, 10.1), **more):
        status, what, warnings, got = self.ask(path, [place], kind, **more)
        self.ok(status in (1, 2, 3, 7) and word in what, sentence, status, repr(what), warnings, got)


# ---------------------------------------------------------------- files

class File:
    """A NetCDF file of two times, 0 and 3 h on 2026-01-01, on which the flow is the same."""

    def __init__(self, tap, name, time="time", units="hours since 2026-01-01 00:00:00", hours=(0, 3), scale=1.0, form="NETCDF4",
                 time_type="f8"):
        self.path = os.path.join(tap.dir, name + ".nc")
        self.nc = netCDF4.Dataset(self.path, "w", format=form)
        self.hours = hours
        if time:
            self.dim(time, len(hours))
            self.var(time, time_type, (time,), np.array(hours) * scale, units=units)
        self.time = time

    def dim(self, name, n):
        self.nc.createDimension(name, n)

    def var(self, name, kind, dims, values=None, fill=None, **attributes):
        var = self.nc.createVariable(name, kind, dims, fill_value=fill)
        var.set_auto_maskandscale(False)
        for key, value in attributes.items():
            var.setncattr(key.replace("FILL", "_FillValue"), value)
        if values is not None:
            var[:] = values
        return var

    def field(self, name, dims, values, kind="f8", **attributes):
        """dims without time; the values are repeated for each time."""
        if self.time:
            values = np.repeat(values[None], len(self.hours), 0)
            dims = (self.time,) + tuple(dims)
        attributes.setdefault("units", "m s-1")
        return self.var(name, kind, dims, values, **attributes)

    def done(self):
        self.nc.close()
        return self.path


def regular(file, lat, lon, names=("uo", "vo"), standard=("eastward_sea_water_velocity", "northward_sea_water_velocity"),
            dims=("lat", "lon"), values=None, **more):
    file.dim(dims[0], len(lat))
    file.dim(dims[1], len(lon))
    file.var(dims[0], "f8", (dims[0],), lat, units="degrees_north")
    file.var(dims[1], "f8", (dims[1],), lon, units="degrees_east")
    uv = flow(lat[:, None], lon[None, :]) if values is None else values
    for k in (0, 1):
        if standard:
            more["standard_name"] = standard[k]
        file.field(names[k], dims, uv[k], **more)
    return file


LAT, LON = np.linspace(38, 42, 41), np.linspace(8, 12, 41)
BOX = (38.05, 41.95, 8.05, 11.95)


FILES = []


def made(function):
    FILES.append(function)
    return function


# ---------------------------------------------------------------- triangles

def mesh(south=38.0, west=8.0, n=41, step=0.1):
    """Nodes of a net and two triangles for each square, counter-clockwise."""
    j, i = np.divmod(np.arange(n * n), n)
    lat, lon = south + step * j + 0.02 * np.sin(i), west + step * i + 0.02 * np.cos(j)
    a = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)[None, :]).ravel()
    corners = np.concatenate([np.stack([a, a + 1, a + n + 1], -1), np.stack([a, a + n + 1, a + n], -1)])
    return lat, lon, corners


MESH_BOX = (38.1, 41.9, 8.1, 11.9)


@made
def schism(tap):
    lat, lon, corners = mesh()
    u, v = flow(lat, lon)

    def start(name):
        f = File(tap, name, units="seconds since 2026-01-01 00:00:00 -0000", scale=3600.0)
        f.dim("nSCHISM_hgrid_node", len(lat))
        f.dim("nSCHISM_hgrid_face", len(corners))
        f.dim("nMaxSCHISM_hgrid_face_nodes", 4)
        f.dim("nSCHISM_vgrid_layers", 5)
        f.dim("two", 2)
        f.var("SCHISM_hgrid_node_x", "f8", ("nSCHISM_hgrid_node",), lon, axis="X", location="node", units="degree_E",
              standard_name="longitude")
        f.var("SCHISM_hgrid_node_y", "f8", ("nSCHISM_hgrid_node",), lat, axis="Y", location="node", units="degree_N",
              standard_name="latitude")
        four = np.full((len(corners), 4), -1)
        four[:, :3] = corners + 1
        f.var("SCHISM_hgrid_face_nodes", "i4", ("nSCHISM_hgrid_face", "nMaxSCHISM_hgrid_face_nodes"), four, start_index=1,
              fill=-1, cf_role="face_node_connectivity")
        return f
    f = start("schism_out2d")
    for name, x in (("windSpeedX", u), ("windSpeedY", v), ("depthAverageVelX", u), ("depthAverageVelY", v)):
        f.field(name, ("nSCHISM_hgrid_node",), x, kind="f4", location="node")
    f.done()
    tap.recovers("SCHISM out2d: wind at nodes", f.path, MESH_BOX, "wind", 2e-5)
    tap.recovers("SCHISM out2d: the current over depth, said so", f.path, MESH_BOX, "current", 2e-5, says="depth-mean-current")
    f = start("schism_hvel_split")
    layers = np.stack([u * k / 4 for k in range(5)], -1), np.stack([v * k / 4 for k in range(5)], -1)
    for name, x in zip(("horizontalVelX", "horizontalVelY"), layers):
        f.field(name, ("nSCHISM_hgrid_node", "nSCHISM_vgrid_layers"), x)
    f.done()
    tap.recovers("SCHISM horizontalVelX: the uppermost layer, the last", f.path, MESH_BOX)
    f = start("schout_1")
    both = np.stack(layers, -1)
    f.field("hvel", ("nSCHISM_hgrid_node", "nSCHISM_vgrid_layers", "two"), both)
    f.field("wind_speed", ("nSCHISM_hgrid_node", "two"), np.stack([u, v], -1))
    f.done()
    tap.recovers("SCHISM schout: hvel holds u and v along the dimension two", f.path, MESH_BOX)
    tap.recovers("SCHISM schout: wind_speed likewise", f.path, MESH_BOX, "wind")


@made
def adcirc(tap):
    lat, lon, corners = mesh()
    u, v = flow(lat, lon)
    for name, names in (("fort.64", ("u-vel", "v-vel")), ("fort.74", ("windx", "windy"))):
        f = File(tap, name, units="seconds since 2025-12-31 12:00:00 UTC", scale=3600.0, hours=(12, 15), form="NETCDF3_CLASSIC")
        f.dim("node", len(lat))
        f.dim("nele", len(corners))
        f.dim("nvertex", 3)
        f.var("x", "f8", ("node",), lon, long_name="longitude", standard_name="longitude", units="degrees_east", positive="east")
        f.var("y", "f8", ("node",), lat, long_name="latitude", standard_name="latitude", units="degrees_north", positive="north")
        f.var("element", "i4", ("nele", "nvertex"), corners + 1, long_name="element", start_index=1, units="nondimensional",
              cf_role="face_node_connectivity")
        f.var("adcirc_mesh", "i4", (), 1, long_name="mesh topology", cf_role="mesh_topology", topology_dimension=2,
              node_coordinates="x y", face_node_connectivity="element")
        f.var("depth", "f8", ("node",), 20 + 0 * lat, long_name="distance below geoid", standard_name="depth", coordinates="time y x",
              location="node", mesh="adcirc_mesh", units="m")
        wind = name == "fort.74"
        for k, n in enumerate(names):
            f.field(n, ("node",), (u, v)[k], fill=-99999.0, coordinates="time y x", location="node", mesh="adcirc_mesh",
                    standard_name=(("eastward_wind", "northward_wind") if wind else
                                   ("eastward_water_velocity", "northward_water_velocity"))[k])
        f.done()
        tap.recovers("ADCIRC %s: %s, %s at nodes" % ((name,) + names), f.path, MESH_BOX, "wind" if wind else "current")


@made
def fvcom(tap):
    lat, lon, corners = mesh()
    latc, lonc = lat[corners].mean(1), lon[corners].mean(1)
    u, v = flow(latc, lonc)
    for start, what in ((1, "counted from 1"), ):
        f = File(tap, "fvcom", units="days since 1858-11-17 00:00:00", hours=(61041.0, 61041.125), time_type="f4")
        f.nc["time"].setncatts({"format": "modified julian day (MJD)", "time_zone": "UTC"})
        for name, n in (("node", len(lat)), ("nele", len(corners)), ("three", 3), ("siglay", 4), ("siglev", 5), ("DateStrLen", 26)):
            f.dim(name, n)
        f.var("lon", "f4", ("node",), lon, standard_name="longitude", units="degrees_east")
        f.var("lat", "f4", ("node",), lat, standard_name="latitude", units="degrees_north")
        f.var("lonc", "f4", ("nele",), lonc, standard_name="longitude", units="degrees_east")
        f.var("latc", "f4", ("nele",), latc, standard_name="latitude", units="degrees_north")
        f.var("x", "f4", ("node",), lon * 85e3, units="meters")
        f.var("y", "f4", ("node",), lat * 111e3, units="meters")
        f.var("nv", "i4", ("three", "nele"), corners.T + start, long_name="nodes surrounding element")
        sig = -(np.arange(4)[:, None] + 0.5) / 4 + 0 * lat
        f.var("siglay", "f4", ("siglay", "node"), sig, standard_name="ocean_sigma/general_coordinate", positive="up")
        f.var("Itime", "i4", ("time",), [61041, 61041], units="days since 1858-11-17 00:00:00", format="modified julian day (MJD)")
        f.var("Itime2", "i4", ("time",), [0, 10800000], units="msec since 00:00:00")
        text = np.array([list("%-26s" % t) for t in ("2026-01-01T00:00:00.000000", "2026-01-01T03:00:00.000000")], "S1")
        f.var("Times", "S1", ("time", "DateStrLen"), text, time_zone="UTC")
        for name, x in (("u", u), ("v", v)):
            f.field(name, ("siglay", "nele"), np.stack([x * (1 - k / 4) for k in range(4)]), kind="f4", units="meters s-1",
                    standard_name=("eastward_sea_water_velocity", "Northward_sea_water_velocity")[name == "v"],
                    grid="fvcom_grid", type="data", coordinates="time siglay latc lonc", mesh="fvcom_mesh", location="face")
            f.field(name + "wind_speed", ("nele",), x, kind="f4", standard_name="Wind speed")
        f.done()
        places = [(latc[k], lonc[k]) for k in range(0, len(latc), 29)]
        status, what, warnings, got = tap.ask(f.path, places)
        good = not status and np.hypot(got[:, 0] - u[::29], got[:, 1] - v[::29]).max() < 1e-5
        tap.ok(good, "FVCOM: values in faces, " + what + ", the uppermost layer", what, warnings)
        tap.ok("coarse-times" not in warnings, "FVCOM: the exact times beside the coarse ones count", warnings)
        status, what, warnings, got = tap.ask(f.path, places, "wind")
        tap.ok(not status and np.hypot(got[:, 0] - u[::29], got[:, 1] - v[::29]).max() < 1e-5, "FVCOM: its wind", what, warnings)


@made
def ugrid(tap):
    lat, lon, corners = mesh()
    for start in (0, 1, None):
        for fill in (None, -999):
            f = File(tap, "ugrid%s%s" % (start, fill))
            for name, n in (("nNodes", len(lat)), ("nFaces", len(corners)), ("nMax", 3 if fill is None else 4)):
                f.dim(name, n)
            f.var("mesh2d", "i4", (), 0, cf_role="mesh_topology", topology_dimension=2, node_coordinates="mesh2d_node_x mesh2d_node_y",
                  face_node_connectivity="mesh2d_face_nodes", face_coordinates="mesh2d_face_x mesh2d_face_y")
            f.var("mesh2d_node_x", "f8", ("nNodes",), lon, units="degrees_east", standard_name="longitude")
            f.var("mesh2d_node_y", "f8", ("nNodes",), lat, units="degrees_north", standard_name="latitude")
            f.var("mesh2d_face_x", "f8", ("nFaces",), lon[corners].mean(1), units="degrees_east", standard_name="longitude")
            f.var("mesh2d_face_y", "f8", ("nFaces",), lat[corners].mean(1), units="degrees_north", standard_name="latitude")
            full = np.full((len(corners), 3 if fill is None else 4), -999)
            full[:, :3] = corners + (start or 0)
            more = {} if start is None else {"start_index": start}
            f.var("mesh2d_face_nodes", "i4", ("nFaces", "nMax"), full, fill=fill, **more)
            for k, name in enumerate(("mesh2d_ucx", "mesh2d_ucy")):
                f.field(name, ("nNodes",), flow(lat, lon)[k], mesh="mesh2d", location="node",
                        standard_name=("eastward_sea_water_velocity", "northward_sea_water_velocity")[k])
            f.done()
            tap.recovers("UGRID: start_index %s, %s" % (start, "faces of three" if fill is None else "fill for a fourth corner"),
                         f.path, MESH_BOX)


@made
def quads(tap):
    """Delft3D-FM: faces of four corners with values in them."""
    n = 41
    lat = (38 + 0.1 * np.arange(n))[:, None] + 0 * np.arange(n)
    lon = (8 + 0.1 * np.arange(n))[None, :] + 0 * np.arange(n)[:, None]
    a = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)[None, :]).ravel()
    corners = np.stack([a, a + 1, a + n + 1, a + n], -1)
    latc, lonc = lat.ravel()[corners].mean(1), lon.ravel()[corners].mean(1)
    f = File(tap, "dflowfm_map")
    for name, m in (("mesh2d_nNodes", n * n), ("mesh2d_nFaces", len(corners)), ("mesh2d_nMax_face_nodes", 4)):
        f.dim(name, m)
    f.var("mesh2d", "i4", (), 0, cf_role="mesh_topology", topology_dimension=2, node_coordinates="mesh2d_node_x mesh2d_node_y",
          face_node_connectivity="mesh2d_face_nodes")
    f.var("mesh2d_node_x", "f8", ("mesh2d_nNodes",), lon.ravel(), units="degrees_east", standard_name="longitude")
    f.var("mesh2d_node_y", "f8", ("mesh2d_nNodes",), lat.ravel(), units="degrees_north", standard_name="latitude")
    f.var("mesh2d_face_nodes", "i4", ("mesh2d_nFaces", "mesh2d_nMax_face_nodes"), corners + 1, start_index=1, fill=-999)
    u, v = flow(latc, lonc)
    f.field("mesh2d_ucx", ("mesh2d_nFaces",), u, mesh="mesh2d", location="face", standard_name="sea_water_x_velocity")
    f.field("mesh2d_ucy", ("mesh2d_nFaces",), v, mesh="mesh2d", location="face", standard_name="sea_water_y_velocity")
    f.done()
    places = [(latc[k] + d, lonc[k] + 0.6 * d) for k in range(0, len(latc), 29) for d in (-0.03, 0.03)]
    status, what, warnings, got = tap.ask(f.path, places)
    want = np.repeat(np.stack([u, v], -1)[::29], 2, 0)
    tap.ok(not status and np.abs(got[:, :2] - want).max() < 3e-4, "values in faces of four corners are the same all over them",
           status, what, warnings)


# ---------------------------------------------------------------- projections, by formulas of Snyder (1987), on a sphere

def lcc(x, y, lat1, lat2, lat0, lon0):
    p1, p2, p0 = lat1 * RAD, lat2 * RAD, lat0 * RAD
    t = lambda p: np.tan(np.pi / 4 + p / 2)
    n = np.sin(p1) if lat1 == lat2 else np.log(np.cos(p1) / np.cos(p2)) / np.log(t(p2) / t(p1))
    big = np.cos(p1) * t(p1) ** n / n
    rho0 = R * big / t(p0) ** n
    rho = np.sign(n) * np.hypot(x, rho0 - y)
    theta = np.arctan2(np.sign(n) * x, np.sign(n) * (rho0 - y))
    return (2 * np.arctan((R * big / rho) ** (1 / n)) - np.pi / 2) / RAD, theta / n / RAD + lon0, -theta


def stere(x, y, lat_ts, lon0, pole):
    k0 = (1 + abs(np.sin(lat_ts * RAD))) / 2
    c = 2 * np.arctan(np.hypot(x, y) / (2 * R * k0))
    lam = np.arctan2(x, -pole * y)
    return pole * (90 - c / RAD), lon0 + lam / RAD, -pole * lam


def rotated(rlat, rlon, pole_lat, pole_lon):
    """Pole: of the north of the rotated grid."""
    xyz = unit(rlat, rlon)
    tilt, turn = (90 - pole_lat) * RAD, (pole_lon + 180) * RAD
    x = np.cos(tilt) * xyz[..., 0] - np.sin(tilt) * -xyz[..., 2] * 0 + np.sin(tilt) * -xyz[..., 2]
    z = np.sin(tilt) * xyz[..., 0] + np.cos(tilt) * xyz[..., 2]
    p = np.stack([np.cos(turn) * x - np.sin(turn) * xyz[..., 1], np.sin(turn) * x + np.cos(turn) * xyz[..., 1], z], -1)
    lat, lon = np.arcsin(p[..., 2]) / RAD, np.arctan2(p[..., 1], p[..., 0]) / RAD
    return lat, lon, numeric_angle(lambda a, b: rotated_place(a, b, pole_lat, pole_lon), rlat, rlon, 1e-4)


def rotated_place(rlat, rlon, pole_lat, pole_lon):
    xyz = unit(rlat, rlon)
    tilt, turn = (90 - pole_lat) * RAD, (pole_lon + 180) * RAD
    x = np.cos(tilt) * xyz[..., 0] - np.sin(tilt) * xyz[..., 2]
    z = np.sin(tilt) * xyz[..., 0] + np.cos(tilt) * xyz[..., 2]
    p = np.stack([np.cos(turn) * x - np.sin(turn) * xyz[..., 1], np.sin(turn) * x + np.cos(turn) * xyz[..., 1], z], -1)
    return np.arcsin(p[..., 2]) / RAD, np.arctan2(p[..., 1], p[..., 0]) / RAD


def numeric_angle(place, y, x, step):
    """Direction of rising x, from east, by differences."""
    lat0, lon0 = place(y, x - step)
    lat1, lon1 = place(y, x + step)
    lat, lon = place(y, x)
    d = unit(lat1, lon1) - unit(lat0, lon0)
    east = np.stack([-np.sin(lon * RAD), np.cos(lon * RAD), 0 * lon], -1)
    north = np.stack([-np.sin(lat * RAD) * np.cos(lon * RAD), -np.sin(lat * RAD) * np.sin(lon * RAD), np.cos(lat * RAD)], -1)
    return np.arctan2((d * north).sum(-1), (d * east).sum(-1))


def laea_place(y, x, lat0, lon0):
    rho = np.hypot(x, y) + 1e-9
    c = 2 * np.arcsin(rho / (2 * R))
    lat = np.arcsin(np.cos(c) * np.sin(lat0 * RAD) + y * np.sin(c) * np.cos(lat0 * RAD) / rho)
    lon = np.arctan2(x * np.sin(c), rho * np.cos(lat0 * RAD) * np.cos(c) - y * np.sin(lat0 * RAD) * np.sin(c))
    return lat / RAD, lon0 + lon / RAD


def tmerc_place(y, x, lon0, k0):
    d, a = y / (R * k0), x / (R * k0)
    return np.arcsin(np.sin(d) / np.cosh(a)) / RAD, lon0 + np.arctan2(np.sinh(a), np.cos(d)) / RAD


def on_map(f, x, y, lat, lon, angle, mapping, names=("u", "v"), standard=("sea_water_x_velocity", "sea_water_y_velocity"),
           extra_dims=(), **more):
    f.dim("y", len(y))
    f.dim("x", len(x))
    f.var("y", "f8", ("y",), y, standard_name="projection_y_coordinate", units="m")
    f.var("x", "f8", ("x",), x, standard_name="projection_x_coordinate", units="m")
    if mapping:
        f.var("crs", "i4", (), 0, **mapping)
        more["grid_mapping"] = "crs"
    uv = along(lat, lon, angle)
    for k in (0, 1):
        if standard:
            more["standard_name"] = standard[k]
        values = uv[k]
        for d in extra_dims:
            values = values[None]
        f.field(names[k], tuple(extra_dims) + ("y", "x"), values, **more)
    return f.done()


@made
def metcoop(tap):
    """AROME of MET Norway: Lambert, wind at 10 m along the grid, dimensions of one entry."""
    x, y = np.arange(-4e5, 4e5, 1e4), np.arange(-3e5, 3e5, 1e4)
    lat, lon, angle = lcc(x[None, :], y[:, None], 63.3, 63.3, 63.3, 15.0)
    f = File(tap, "meps", units="seconds since 1970-01-01 00:00:00 +00:00", scale=3600.0, hours=(490896, 490899))
    f.nc["time"].setncatts({"standard_name": "time"})
    f.var("forecast_reference_time", "f8", (), 490896 * 3600.0, units="seconds since 1970-01-01 00:00:00 +00:00",
          standard_name="forecast_reference_time")
    f.dim("height7", 1)
    f.dim("ensemble_member", 1)
    f.var("height7", "f4", ("height7",), [10], units="m", positive="up", description="height above ground")
    f.var("ensemble_member", "i4", ("ensemble_member",), [0], standard_name="realization")
    mapping = dict(grid_mapping_name="lambert_conformal_conic", standard_parallel=[63.3, 63.3], longitude_of_central_meridian=15.0,
                   latitude_of_projection_origin=63.3, earth_radius=R,
                   proj4="+proj=lcc +lat_0=63.3 +lon_0=15 +lat_1=63.3 +lat_2=63.3 +no_defs +R=%.0f" % R)
    on_map(f, x, y, lat, lon, angle, mapping, ("x_wind_10m", "y_wind_10m"), ("x_wind", "y_wind"), ("height7", "ensemble_member"))
    tap.recovers("MEPS: wind at 10 m along a Lambert grid", f.path, (61.5, 65, 11, 19), "wind")


@made
def south_pole(tap):
    x = np.arange(-6e5, 6.001e5, 1e4)
    lat, lon, angle = stere(x[None, :], x[:, None], -71, 0.0, -1)
    mapping = dict(grid_mapping_name="polar_stereographic", latitude_of_projection_origin=-90.0, standard_parallel=-71.0,
                   straight_vertical_longitude_from_pole=0.0, semi_major_axis=R, semi_minor_axis=R)
    path = on_map(File(tap, "antarctic"), x, x, lat, lon, angle, mapping)
    tap.recovers("polar stereographic of the south, over the pole", path, (-90, -85.2, -180, 180))


@made
def azimuthal(tap):
    x = np.arange(-4e5, 4.001e5, 1e4)
    yy, xx = np.meshgrid(x, x, indexing="ij")
    lat, lon = laea_place(yy, xx, 60, -5)
    angle = numeric_angle(lambda a, b: laea_place(a, b, 60, -5), yy, xx, 10)
    mapping = dict(grid_mapping_name="lambert_azimuthal_equal_area", latitude_of_projection_origin=60.0,
                   longitude_of_projection_origin=-5.0, false_easting=0.0, false_northing=0.0, earth_radius=R)
    path = on_map(File(tap, "laea"), x, x, lat, lon, angle, mapping)
    tap.recovers("Lambert azimuthal by its grid mapping alone", path, (57.5, 62.5, -9, -1))
    lat, lon = tmerc_place(yy + 6e6, xx, 15, 0.9996)
    angle = numeric_angle(lambda a, b: tmerc_place(a, b, 15, 0.9996), yy + 6e6, xx, 10)
    mapping = dict(grid_mapping_name="transverse_mercator", latitude_of_projection_origin=0.0, longitude_of_central_meridian=15.0,
                   scale_factor_at_central_meridian=0.9996, false_easting=500000.0, false_northing=0.0, earth_radius=R)
    path = on_map(File(tap, "utm"), x + 5e5, x + 6e6, lat, lon, angle, mapping)
    tap.recovers("transverse Mercator by its grid mapping alone", path, (51.5, 56.5, 11, 19))
    mapping = dict(grid_mapping_name="geostationary", longitude_of_projection_origin=0.0, perspective_point_height=35785831.0)
    path = on_map(File(tap, "geos"), x, x, lat, lon, angle, mapping)
    tap.refuses("a geostationary view is refused by name", path, "geostationary")


@made
def rotated_pole(tap):
    rlat, rlon = np.arange(-4, 4.01, 0.1), np.arange(-5, 5.01, 0.1)
    yy, xx = np.meshgrid(rlat, rlon, indexing="ij")
    for pole_lon, what in ((-170.0, "COSMO"), (18.0, "over the dateline")):
        place = lambda a, b: rotated_place(a, b, 40.0, pole_lon)
        lat, lon = place(yy, xx)
        angle = numeric_angle(place, yy, xx, 1e-3)
        f = File(tap, "rotated" + what.replace(" ", ""))
        f.dim("rlat", len(rlat))
        f.dim("rlon", len(rlon))
        f.var("rlat", "f8", ("rlat",), rlat, standard_name="grid_latitude", units="degrees")
        f.var("rlon", "f8", ("rlon",), rlon, standard_name="grid_longitude", units="degrees")
        f.var("rotated_pole", "S1", (), b" ", grid_mapping_name="rotated_latitude_longitude", grid_north_pole_latitude=40.0,
              grid_north_pole_longitude=pole_lon)
        f.dim("height_10m", 1)
        f.var("height_10m", "f4", ("height_10m",), [10], standard_name="height", units="m", positive="up")
        for k, name in enumerate(("U_10M", "V_10M")):
            f.field(name, ("height_10m", "rlat", "rlon"), along(lat, lon, angle)[k][None], grid_mapping="rotated_pole",
                    standard_name=("grid_eastward_wind", "grid_northward_wind")[k], long_name="10m wind component",
                    coordinates="lon lat")
        f.done()
        mid = (pole_lon + 180 + 540) % 360 - 180
        tap.recovers("rotated pole (%s): grid_eastward_wind is along the grid" % what, f.path, (47.5, 52.5, mid - 4, mid + 4), "wind")


@made
def narr(tap):
    """THREDDS: Lambert in km, names of the NetCDF-Java library, which do not say along what."""
    x, y = np.arange(-400, 400, 10.0), np.arange(-300, 300, 10.0)
    lat, lon, angle = lcc(x[None, :] * 1e3, y[:, None] * 1e3, 50, 50, 50, -107.0)
    f = File(tap, "narr", units="Hour since 2026-01-01T00:00:00Z")
    f.dim("y", len(y))
    f.dim("x", len(x))
    f.dim("height_above_ground4", 1)
    f.var("y", "f4", ("y",), y, standard_name="projection_y_coordinate", units="km")
    f.var("x", "f4", ("x",), x, standard_name="projection_x_coordinate", units="km")
    f.var("height_above_ground4", "f4", ("height_above_ground4",), [10], units="m", positive="up", datum="ground")
    f.var("LambertConformal_Projection", "i4", (), 0, grid_mapping_name="lambert_conformal_conic",
          latitude_of_projection_origin=50.0, longitude_of_central_meridian=253.0, standard_parallel=50.0, earth_radius=R)
    for k in (0, 1):
        f.field("%s-component_of_wind_height_above_ground" % "uv"[k], ("height_above_ground4", "y", "x"), along(lat, lon, angle)[k][None],
                kind="f4", grid_mapping="LambertConformal_Projection", long_name="%s-component of wind @ Specified height level above ground" % "uv"[k])
    f.done()
    tap.refuses("THREDDS, Lambert: along what is not said, refused", f.path, "is not stated", "wind", (50, -107))


# ---------------------------------------------------------------- curved rows and C-grids

def net(j, i, n=141, step=15000.0):
    """A stereographic net about the pole: rows and columns straight nowhere in longitude and latitude."""
    lat, lon, angle = stere((i - n // 2) * step, (j - n // 2) * step, 90, -30.0, 1)
    return lat, lon, angle


@made
def wrf(tap):
    n = 61
    x = (np.arange(n) - 30) * 9000.0
    lat, lon, angle = lcc(x[None, :], x[:, None], 30, 60, 45, 10.0)
    uv = along(lat, lon, angle)
    for name, xtime in (("wrfout", True), ("wrfout_old", False)):
        f = File(tap, name, time=None)
        for d, m in (("Time", 2), ("DateStrLen", 19), ("south_north", n), ("west_east", n)):
            f.dim(d, m)
        f.time, f.hours = "Time", (0, 3)
        text = np.array([list("2026-01-01_00:00:00"), list("2026-01-01_03:00:00")], "S1")
        f.var("Times", "S1", ("Time", "DateStrLen"), text)
        more = dict(FieldType=104, MemoryOrder="XY ", stagger="")
        f.field("XLAT", ("south_north", "west_east"), lat, kind="f4", description="LATITUDE, SOUTH IS NEGATIVE", units="degree_north", **more)
        f.field("XLONG", ("south_north", "west_east"), lon, kind="f4", description="LONGITUDE, WEST IS NEGATIVE", units="degree_east", **more)
        if xtime:
            f.var("XTIME", "f4", ("Time",), [0, 180], units="minutes since 2026-01-01 00:00:00", description="minutes since 2026-01-01 00:00:00",
                  FieldType=104, MemoryOrder="0  ", stagger="")
        f.field("SINALPHA", ("south_north", "west_east"), np.sin(angle), kind="f4", units="", **more)
        f.field("COSALPHA", ("south_north", "west_east"), np.cos(angle), kind="f4", units="", **more)
        for k in (0, 1):
            f.field(("U10", "V10")[k], ("south_north", "west_east"), uv[k], kind="f4", units="m s-1", description="%s at 10 M" % "UV"[k],
                    coordinates="XLONG XLAT" + (" XTIME" if xtime else ""), **more)
        f.nc.setncatts({"MAP_PROJ": 1, "TRUELAT1": 30.0, "TRUELAT2": 60.0, "TITLE": " OUTPUT FROM WRF V4.2 MODEL"})
        f.done()
        tap.recovers("WRF%s: U10, V10 turned from the grid" % ("" if xtime else " without XTIME, by its Times"), f.path,
                     (43.2, 46.8, 7.5, 12.5), "wind", 2e-5)


def roms(tap, name, turn=True, croco=False):
    n = 141
    f = File(tap, name, time="ocean_time", units="seconds since 1970-01-01 00:00:00", hours=(490896, 490899), scale=3600.0)
    for d, m in (("s_rho", 3), ("eta_rho", n), ("xi_rho", n), ("eta_u", n), ("xi_u", n - 1), ("eta_v", n - 1), ("xi_v", n)):
        f.dim(d, m)
    f.var("s_rho", "f8", ("s_rho",), [-5 / 6, -0.5, -1 / 6], standard_name="ocean_s_coordinate_g2", positive="up")
    jj, ii = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    for p, j, i in (("rho", jj, ii), ("u", jj[:, 1:], ii[:, 1:] - 0.5), ("v", jj[1:] - 0.5, ii[1:])):
        lat, lon, angle = net(j, i)
        for key, x in (("lat", lat), ("lon", lon)):
            f.var(key + "_" + p, "f8", ("eta_" + p, "xi_" + p), x, units="degree_north" if key == "lat" else "degree_east",
                  standard_name="latitude" if key == "lat" else "longitude")
        if p == "rho" and turn:
            f.var("angle", "f8", ("eta_rho", "xi_rho"), angle, long_name="angle between XI-axis and EAST", units="radians")
            land = ((ii > 125) & (jj > 125)).astype(float)
            f.var("mask_rho", "f8", ("eta_rho", "xi_rho"), 1 - land)
        if p != "rho":
            value = along(lat, lon, angle)[p == "v"]
            f.field(p, ("s_rho", "eta_" + p, "xi_" + p), np.stack([value * 0.2, value * 0.5, value]), units="meter second-1",
                    long_name="%s-momentum component" % p, time="ocean_time", grid="grid", location="edge1" if p == "u" else "edge2",
                    coordinates="lon_%s lat_%s s_rho ocean_time" % (p, p), fill=1e37)
    return f.done()


@made
def roms_native(tap):
    path = roms(tap, "ocean_his")
    tap.recovers("ROMS: C-grid to the middle points, turned by angle", path, (82, 90, -180, 180), n=200)
    lat, lon, _ = net(np.array(135.0), np.array(135.0))
    status, what, _, got = tap.ask(path, [(float(lat), float(lon))])
    tap.ok(not status and got[0, 2] == -1, "ROMS: land by mask_rho is not there", status, what, got)


@made
def nemo_fold(tap):
    """A tripolar cap: poles of the grid on the circle of 66 N at 80 E and 260 E, the rows end at the fold between them.
    With the halo (rows and columns repeated) as NEMO writes it, and without."""
    ni, nj = 360, 60
    r0 = 2 * np.tan((90 - 66) / 2 * RAD)

    def place(j, i):
        # bipolar coordinates of the stereographic plane: i goes round, j from the circle (0) to the fold (nj)
        sigma = (np.pi / 2) * (1 + np.asarray(j, float) / nj)  # angle under which the two poles are seen: 90 on the circle, 180 on the fold
        q = (np.asarray(i, float) + 0.5) / ni * 4 - 1  # -1..1 the one half, 1..3 the other
        half = q > 1
        s = np.where(half, 2 - q, q)  # along from pole to pole
        tau = np.log((1 + np.sin(s * np.pi / 2) * 0.999999) / (1 - np.sin(s * np.pi / 2) * 0.999999))
        d = np.cosh(tau) - np.cos(sigma)
        x, y = r0 * np.sinh(tau) / d, r0 * np.sin(sigma) / d * np.where(half, -1, 1)
        lat = 90 - 2 * np.arctan(np.hypot(x, y) / 2) / RAD
        return lat, np.arctan2(y, x) / RAD + 80
    for halo in (False, True):
        j, i = np.arange(nj) + 0.5, np.arange(ni, dtype=float)
        jj, ii = np.meshgrid(j, i, indexing="ij")
        lat, lon = place(jj, ii)
        if halo:  # the row across the fold, and one column on each side
            lat, lon = (np.concatenate([a, a[-1:, ::-1]]) for a in (lat, lon))
            lat, lon = (np.concatenate([a[:, -1:], a, a[:, :1]], 1) for a in (lat, lon))
        f = File(tap, "orca%d" % halo, time="time_counter")
        f.dim("y", lat.shape[0])
        f.dim("x", lat.shape[1])
        f.var("nav_lat", "f8", ("y", "x"), lat, units="degrees_north", standard_name="latitude")
        f.var("nav_lon", "f8", ("y", "x"), (lon + 180) % 360 - 180, units="degrees_east", standard_name="longitude")
        for k, name in enumerate(("uo", "vo")):
            f.field(name, ("y", "x"), flow(lat, lon)[k], coordinates="nav_lat nav_lon",
                    standard_name=("eastward_sea_water_velocity", "northward_sea_water_velocity")[k])
        f.done()
        tap.recovers("tripolar %s: served over the pole and across the fold" % ("with its halo" if halo else "without a halo"), f.path,
                     (67, 90, -180, 180), tolerance=2e-3, n=600)


@made
def hycom(tap):
    lat, lon = np.arange(38, 42.01, 0.04), np.arange(368, 372.01, 0.08) - 360
    f = File(tap, "hycom", units="hours since 2000-01-01 00:00:00", hours=(227928, 227931))
    f.nc["time"].setncatts({"long_name": "Valid Time", "time_origin": "2000-01-01 00:00:00", "axis": "T", "NAVO_code": 13})
    f.dim("depth", 3)
    f.var("depth", "f8", ("depth",), [0, 2, 4], units="m", positive="down", axis="Z", NAVO_code=5)
    for d, x in (("lat", lat), ("lon", lon)):
        f.dim(d, len(x))
        f.var(d, "f8", (d,), x, units="degrees_north" if d == "lat" else "degrees_east", standard_name={"lat": "latitude", "lon": "longitude"}[d])
    u, v = flow(lat[:, None], lon[None, :])
    for k, name in enumerate(("water_u", "water_v")):
        packed = np.round(np.stack([(u, v)[k], (u, v)[k] * 0, (u, v)[k] * 0]) / 0.001).astype("i2")
        f.field(name, ("depth", "lat", "lon"), packed, kind="i2", fill=-30000, missing_value=np.int16(-30000), scale_factor=np.float32(0.001),
                add_offset=np.float32(0), units="m/s", standard_name=("eastward", "northward")[k] + "_sea_water_velocity", NAVO_code=17)
    f.done()
    tap.recovers("HYCOM: packed shorts of three depths", f.path, (38.05, 41.95, 8.05, 11.95), tolerance=6e-4)


@made
def rtofs(tap):
    """HYCOM's own grid: 2-D Latitude and Longitude up to 434 E, indices as axes, MT and Date, HYCOM's huge."""
    n = 61
    jj, ii = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    lat, lon = 38 + 0.08 * jj + 0.0, 374 + 0.08 * ii + 0.01 * jj
    f = File(tap, "rtofs_glo_2ds", time="MT", units="days since 1900-12-31 00:00:00", hours=(45657, 45657.125))
    f.var("Date", "f8", ("MT",), [20260101.0, 20260101.125], units="day as %Y%m%d.%f", C_format="%13.4f", FORTRAN_format="(f13.4)")
    for d, m in (("Layer", 1), ("Y", n), ("X", n)):
        f.dim(d, m)
        f.var(d, "i4", (d,), np.arange(1, m + 1), **({"units": "layer", "positive": "down", "axis": "Z"} if d == "Layer" else
                                                   {"point_spacing": "even", "axis": d}))
    f.var("Latitude", "f4", ("Y", "X"), lat, standard_name="latitude", units="degrees_north")
    f.var("Longitude", "f4", ("Y", "X"), lon, standard_name="longitude", units="degrees_east", modulo="360 degrees")
    for k, name in enumerate(("u_velocity", "v_velocity")):
        f.field(name, ("Layer", "Y", "X"), flow(lat, lon)[k][None], kind="f4", fill=np.float32(2 ** 100), units="m/s",
                coordinates="Longitude Latitude Date", standard_name=("eastward", "northward")[k] + "_sea_water_velocity")
    f.done()
    tap.recovers("RTOFS: curved rows with longitudes beyond 360", f.path, (38.3, 42.5, 15, 18), tolerance=2e-5)


@made
def c_axes(tap):
    """MITgcm and MOM6: a C-grid on axes."""
    lat, lon = np.linspace(38, 42, 41), np.linspace(8, 12, 41)
    for name, names, dims, su, sv in (
            ("mitgcm", ("UVEL", "VVEL"), ("YC", "XC", "YG", "XG"), -0.05, -0.05),
            ("mom6", ("ssu", "ssv"), ("yh", "xh", "yq", "xq"), 0.05, 0.05)):
        f = File(tap, name)
        for d, x in ((dims[0], lat), (dims[1], lon), (dims[2], lat + sv), (dims[3], lon + su)):
            f.dim(d, len(x))
            f.var(d, "f8", (d,), x, units="degrees_north" if d[0] in "Yy" else "degrees_east")
        f.field(names[0], (dims[0], dims[3]), flow(lat[:, None], lon[None, :] + su)[0], units="m/s", standard_name="sea_water_x_velocity")
        f.field(names[1], (dims[2], dims[1]), flow(lat[:, None] + sv, lon[None, :])[1], units="m/s", standard_name="sea_water_y_velocity")
        f.done()
        tap.recovers("a C-grid on axes (%s) comes to the middle points" % name, f.path, (38.2, 41.8, 8.2, 11.8))
    f = File(tap, "mom6sym")  # symmetric memory: one more on the edges
    for d, x in (("yh", lat), ("xh", lon), ("yq", np.linspace(37.95, 42.05, 42)), ("xq", np.linspace(7.95, 12.05, 42))):
        f.dim(d, len(x))
        f.var(d, "f8", (d,), x, units="degrees_north" if d[0] == "y" else "degrees_east")
    f.field("ssu", ("yh", "xq"), flow(lat[:, None], np.linspace(7.95, 12.05, 42)[None, :])[0], standard_name="sea_water_x_velocity")
    f.field("ssv", ("yq", "xh"), flow(np.linspace(37.95, 42.05, 42)[:, None], lon[None, :])[1], standard_name="sea_water_y_velocity")
    f.done()
    tap.recovers("a C-grid on axes with edges on both sides", f.path, (38.1, 41.9, 8.1, 11.9))


# ---------------------------------------------------------------- regular grids: names, packing, missing values

@made
def packings(tap):
    lat, lon = LAT, LON
    u, v = flow(lat[:, None], lon[None, :])
    f = File(tap, "unsigned_byte")
    pack = lambda x: np.round((x + 1.3) / 0.01).astype("u1").view("i1")
    regular(f, lat, lon, values=(pack(u), pack(v)), kind="i1", scale_factor=0.01, add_offset=-1.3, _Unsigned="true", fill=np.int8(-1)).done()
    tap.recovers("bytes that are to be read without a sign (_Unsigned)", f.path, BOX, tolerance=8e-3)
    f = File(tap, "unsigned_short")
    pack = lambda x: np.round((x + 2) / 0.0001 + 20000).astype("u2").view("i2")
    regular(f, lat, lon, values=(pack(u), pack(v)), kind="i2", scale_factor=1e-4, add_offset=-4.0, _Unsigned="true",
            valid_range=np.array([0, 60000], "u2").view("i2")).done()
    tap.recovers("shorts likewise, with a valid range", f.path, BOX, tolerance=8e-5)
    f = File(tap, "byte")
    pack = lambda x: np.round(x / 0.01).astype("i1")
    regular(f, lat, lon, values=(pack(u), pack(v)), kind="i1", scale_factor=0.01, fill=np.int8(-128)).done()
    tap.recovers("bytes with a sign", f.path, BOX, tolerance=8e-3)
    hole = np.zeros_like(u, bool)
    hole[10:16, 10:16] = True
    place = (lat[12] + 0.05, lon[12] + 0.05)
    for name, kind, more, bad in (
            ("fill", "f4", dict(fill=np.float32(1e20)), 1e20), ("missing", "f4", dict(missing_value=np.float32(-999)), -999),
            ("both", "f4", dict(fill=np.float32(-5), missing_value=np.float32(-6)), -6),
            ("missing_of_other_type", "f4", dict(missing_value=-999.9), -999.9),
            ("nan", "f4", dict(fill=np.float32("nan")), np.nan), ("range", "f4", dict(valid_range=np.array([-3, 3], "f4")), 4),
            ("min", "f4", dict(valid_min=np.float32(-3)), -4), ("max", "f8", dict(valid_max=3.0), 4),
            ("zero_fill", "f4", dict(fill=np.float32(0)), 0), ("default", "f4", {}, 9.969209968386869e36),
            ("text_missing", "f4", dict(missing_value="-999."), -999)):
        f = File(tap, "hole_" + name)
        regular(f, lat, lon, values=(np.where(hole, bad, u), np.where(hole, bad, v)), kind=kind, **more).done()
        status, what, warnings, got = tap.ask(f.path, [place, (lat[12], lon[30])])
        good = not status and got[0, 2] == -1 and got[1, 2] == 0 and abs(got[1, 0] - u[12, 30]) < 1e-5
        tap.ok(good, "missing values are missing: " + name.replace("_", " "), status, what, warnings, got)
    f = File(tap, "packed_range")
    regular(f, lat, lon, values=(np.where(hole, -32767, np.round(u / 0.001)), np.where(hole, -32767, np.round(v / 0.001))), kind="i2",
            scale_factor=0.001, fill=np.int16(-32768), valid_min=np.int16(-2000), valid_max=np.int16(2000)).done()
    status, what, warnings, got = tap.ask(f.path, [place, (lat[12], lon[30])])
    tap.ok(not status and got[0, 2] == -1 and abs(got[1, 0] - u[12, 30]) < 6e-4, "a valid range of packed numbers counts on these", what, got)


@made
def names(tap):
    lat, lon = LAT, LON
    for name, kind, pair, standard, more in (
            ("era5", "wind", ("u10", "v10"), None, dict(long_name="10 metre U wind component", units="m s**-1")),
            ("gfs_wgrib2", "wind", ("UGRD_10maboveground", "VGRD_10maboveground"), None, dict(units="m/s", level="10 m above ground")),
            ("ccmp", "wind", ("uwnd", "vwnd"), None, dict(units="m/s", long_name="wind vector component at 10 meters")),
            ("cmems_wind", "wind", ("eastward_wind", "northward_wind"), ("eastward_wind", "northward_wind"), {}),
            ("aviso", "current", ("ugos", "vgos"), ("surface_geostrophic_eastward_sea_water_velocity", "surface_geostrophic_northward_sea_water_velocity"),
             dict(units="m/s")),
            ("globcurrent", "current", ("eastward_eulerian_current_velocity", "northward_eulerian_current_velocity"),
             ("eastward_eulerian_current_velocity", "northward_eulerian_current_velocity"), {}),
            ("hfradar", "current", ("EWCT", "NSCT"), ("eastward_sea_water_velocity", "northward_sea_water_velocity"), {}),
            ("hfradar_us", "current", ("u", "v"), ("surface_eastward_sea_water_velocity", "surface_northward_sea_water_velocity"), {}),
            ("ww3", "waves", ("uuss", "vuss"), ("eastward_surface_stokes_drift", "northward_surface_stokes_drift"), {}),
            ("ww3_wind", "wind", ("uwnd", "vwnd"), ("eastward_wind", "northward_wind"), {}),
            ("cmems_wave", "waves", ("VSDX", "VSDY"), ("sea_surface_wave_stokes_drift_x_velocity", "sea_surface_wave_stokes_drift_y_velocity"), {}),
            ("ibi", "current", ("uo", "vo"), ("eastward_sea_water_velocity", "northward_sea_water_velocity"), dict(cell_methods="area: mean")),
            ("mercator_old", "current", ("vozocrtx", "vomecrty"), None, dict(units="m/s")),
            ("ncom", "current", ("water_u", "water_v"), ("eastward_sea_water_velocity", "northward_sea_water_velocity"), dict(units="meter/sec")),
            ("thredds_current", "current", ("u-component_of_current_depth_below_sea", "v-component_of_current_depth_below_sea"), None, dict(units="m/s")),
            ("grads", "wind", ("ugrd10m", "vgrd10m"), None, dict(units="")),
            ("icon", "wind", ("u_10m", "v_10m"), ("eastward_wind", "northward_wind"), {}),
            ("bom", "current", ("ucur", "vcur"), None, dict(units="m/s")),
            ("smhi", "current", ("uo", "vo"), ("sea_water_x_velocity", "sea_water_y_velocity"), dict(units="m s-1")),
            ("sat", "current", ("eastward_current", "northward_current"), None, dict(units="cm s-1"))):
        f = File(tap, "names_" + name)
        values = flow(lat[:, None], lon[None, :])
        if more.get("units") == "cm s-1":
            values = values[0] * 100, values[1] * 100
        regular(f, lat, lon, pair, standard, values=values, **more).done()
        tap.recovers("names: %s (%s, %s)" % ((name,) + pair), f.path, BOX, kind)
    f = File(tap, "names_anomaly")
    regular(f, lat, lon, ("ugosa", "vgosa"), ("surface_geostrophic_eastward_sea_water_velocity_assuming_sea_level_for_geoid",
                                             "surface_geostrophic_northward_sea_water_velocity_assuming_sea_level_for_geoid")).done()
    tap.refuses("names: anomalies of the current are no current", f.path, "no variables")
    f = File(tap, "stress")
    regular(f, lat, lon, ("taux", "tauy"), ("surface_downward_eastward_stress", "surface_downward_northward_stress"), units="N m-2").done()
    tap.refuses("names: stress is no wind", f.path, "no variables", "wind")
    f = File(tap, "ice")
    regular(f, lat, lon, ("usi", "vsi"), ("eastward_sea_ice_velocity", "northward_sea_ice_velocity")).done()
    tap.refuses("names: drift of ice is no current", f.path, "no variables")


@made
def levels(tap):
    lat, lon = LAT, LON
    u, v = flow(lat[:, None], lon[None, :])

    def file(name, level, units, pair=("u", "v"), standard=("eastward_wind", "northward_wind"), scale=None, **more):
        f = File(tap, "level_" + name)
        level = np.atleast_1d(level)
        f.dim("level", len(level))
        f.var("level", "f8", ("level",), level, **({"units": units} if units else {}), **more)
        f.dim("lat", len(lat))
        f.dim("lon", len(lon))
        f.var("lat", "f8", ("lat",), lat, units="degrees_north")
        f.var("lon", "f8", ("lon",), lon, units="degrees_east")
        for k in (0, 1):
            f.field(pair[k], ("level", "lat", "lon"), np.stack([(u, v)[k] * s for s in (scale or [1] * len(level))]),
                    standard_name=standard[k])
        return f.done()
    tap.refuses("wind at 500 hPa, one level, is not read as 10 m", file("p500", 500, "hPa"), "500", "wind")
    tap.refuses("wind at several pressures is refused", file("pall", [1000, 850, 500], "millibars"), "", "wind")
    tap.refuses("wind at 50000 Pa with its pressure by standard name", file("pa", 50000, "Pa", positive="down"), "Pa", "wind")
    water = ("eastward_sea_water_velocity", "northward_sea_water_velocity")
    tap.recovers("the shallowest of depths counted up from the surface, the deepest first",
                 file("up", [-100, -10, -0.5], "m", ("u", "v"), water, [0.1, 0.5, 1], positive="up"), BOX)
    tap.recovers("depth_m picks the nearest", file("near", [0.5, 10, 100], "m", ("u", "v"), water, [0.1, 1, 0.5], positive="down"), BOX, depth="12")
    tap.recovers("levels in centimetres (POP)", file("pop", [500, 1500, 2500], "centimeters", ("UVEL", "VVEL"), water, [1, 0.5, 0.1], positive="down"), BOX)
    tap.recovers("wind at 10 m among heights", file("heights", [2, 10, 100], "m", scale=[0.1, 1, 2], positive="up", standard_name="height"), BOX, "wind")
    tap.refuses("model levels by number are refused when there are several", file("hybrid", [1, 2, 3], "level", positive="down"), "level", "wind")


# ---------------------------------------------------------------- axes

@made
def axes(tap):
    lat = LAT
    for name, lon, box in (("0 to 360 by a step of 10 minutes", np.arange(0, 360, 0.5), (38.1, 41.9, -20, 20)),
                           ("-180 to 180, both ends there", np.arange(-180, 180.1, 0.5), (38.1, 41.9, 170, 190)),
                           ("20 to 420 (OSCAR)", np.arange(20, 420.1, 0.5), (38.1, 41.9, -10, 70)),
                           ("across the dateline, jumping", (np.arange(170, 190, 0.1) + 180) % 360 - 180, (38.1, 41.9, 171, 189)),
                           ("across the dateline, beyond 180", np.arange(170, 190, 0.1), (38.1, 41.9, 171, 189)),
                           ("across Greenwich from 350", np.r_[np.arange(350, 360, 0.1), np.arange(0, 10, 0.1)], (38.1, 41.9, -9, 9)),
                           ("falling", np.arange(12, 8, -0.1), (38.1, 41.9, 8.2, 11.9))):
        f = File(tap, "lon_%d" % tap.n)
        regular(f, lat, lon).done()
        tap.recovers("longitudes " + name, f.path, box, tolerance=2e-5)
    f = File(tap, "pole")
    regular(f, np.arange(90, 69.9, -0.1), np.arange(0, 360, 0.5)).done()
    tap.recovers("an axis up to the pole", f.path, (85, 89.8, -180, 180), tolerance=3e-5)
    f = File(tap, "oscar2")
    f.dim("longitude", 41)
    f.dim("latitude", 41)
    f.var("lat", "f8", ("latitude",), LAT, units="degrees_north", standard_name="latitude")
    f.var("lon", "f8", ("longitude",), LON, units="degrees_east", standard_name="longitude")
    for k in (0, 1):
        f.field("uv"[k], ("longitude", "latitude"), flow(LAT[:, None], LON[None, :])[k].T,
                standard_name=("eastward_sea_water_velocity", "northward_sea_water_velocity")[k])
    f.done()
    tap.recovers("OSCAR v2: longitude before latitude, coordinates of other names", f.path, BOX)
    f = File(tap, "flat2d")  # 2-D coordinates of a grid that is regular
    f.dim("y", 41)
    f.dim("x", 41)
    f.var("latitude", "f8", ("y", "x"), LAT[:, None] + 0 * LON, units="degrees_north")
    f.var("longitude", "f8", ("y", "x"), LON[None, :] + 0 * LAT[:, None], units="degrees_east")
    for k in (0, 1):
        f.field(("water_u", "water_v")[k], ("y", "x"), flow(LAT[:, None], LON[None, :])[k], coordinates="latitude longitude")
    f.done()
    tap.recovers("2-D coordinates of a regular grid", f.path, BOX)
    f = File(tap, "nominal")
    f.dim("yu_ocean", 41)
    f.dim("xu_ocean", 41)
    f.var("yu_ocean", "f8", ("yu_ocean",), LAT, units="degrees_N", long_name="ucell latitude", cartesian_axis="Y")
    f.var("xu_ocean", "f8", ("xu_ocean",), LON, units="degrees_E", long_name="ucell longitude", cartesian_axis="X")
    for k in (0, 1):
        f.field("uv"[k], ("yu_ocean", "xu_ocean"), flow(LAT[:, None], LON[None, :])[k], coordinates="geolon_c geolat_c",
                standard_name=("sea_water_x_velocity", "sea_water_y_velocity")[k])
    f.done()
    tap.recovers("MOM5: nominal axes, whose true coordinates are not in the file, are said to be so", f.path, BOX, says="nominal-axes")


# ---------------------------------------------------------------- times

@made
def times(tap):
    for units, hours, scale, calendar, what in (
            ("hours since 1900-01-01 00:00:0.0", (1104504, 1104507), 1, "gregorian", "ERA-Interim"),
            ("seconds since 1970-01-01T00:00:00Z", (490896, 490899), 3600, None, "ERDDAP"),
            ("days since 1950-01-01T00:00:00Z", (27759, 27759.125), 1, "julian", "julian since 1950"),
            ("days since 1950-01-01 00:00:00", (27759, 27759.125), 1, "proleptic_gregorian", "proleptic"),
            ("minutes since 2026-1-1 0:0", (0, 3), 60, None, "short numbers"),
            ("Hour since 2026-01-01T00:00:00Z", (0, 3), 1, None, "THREDDS"),
            ("hours since 2025-12-31 19:00:00 -5:00", (0, 3), 1, None, "an offset of -5:00"),
            ("hours since 2026-01-01 05:30:00 +05:30", (0, 3), 1, None, "an offset of +05:30"),
            ("msecs since 2026-01-01", (0, 3), 3.6e6, None, "msecs"),
            ("days since 1-1-1 00:00:00", (739618, 739618.125), 1, None, "the year 1, standard calendar"),
            ("days since 0001-01-01 00:00:00", (739616, 739616.125), 1, "proleptic_gregorian", "the year 1, proleptic"),
            ("day as %Y%m%d.%f", (20260101, 20260101.125), 1, None, "numbers that are dates"),
            ("days since 2026-01-01 00:00:00", (0, 0.125), 1, "360_day", "360_day where nothing hangs on it"),
            ("days since 2026-01-01", (0, 0.125), 1, "none", "the calendar none")):
        f = File(tap, "time_%d" % tap.n, units=units, hours=hours, scale=scale)
        if calendar:
            f.nc["time"].calendar = calendar
        regular(f, LAT, LON).done()
        more = {}
        if calendar == "none":
            tap.refuses("times: " + what + " is refused", f.path, "calendar")
        else:
            tap.recovers("times: " + what, f.path, BOX, n=10, **more)
    for units, calendar, word in (("days since 0000-01-01", None, ""), ("months since 2026-01-01", None, "constant"), ("days since 2025-01-01", "360_day", "360_day"),
                                  ("years since 2026-01-01", None, "constant"), ("hours", None, "since"), ("1", None, ""), ("hours since launch", None, "date"),
                                  ("hours since 2026-01-01 00:00 EST", None, "offset"), ("hours since 2026-02-30", None, "date")):
        f = File(tap, "badtime_%d" % tap.n, units=units, hours=(400, 403))
        if calendar:
            f.nc["time"].calendar = calendar
        regular(f, LAT, LON).done()
        tap.refuses("times: %s (%s) is refused" % (units, calendar), f.path, word)
    f = File(tap, "case_calendar", units="days since 2025-01-01", hours=(365, 365.125))
    f.nc["time"].calendar = "360_day"
    regular(f, LAT, LON).done()
    tap.recovers("times: the case's calendar overrules the file's", f.path, BOX, n=10, calendar="standard")


@made
def mean_times(tap):
    for name, stamp, bounds in (("start", (0, 2), ((0, 2), (2, 4))), ("end", (2, 4), ((0, 2), (2, 4))), ("middle", (1, 3), ((0, 2), (2, 4)))):
        f = File(tap, "mean_" + name, hours=stamp)
        f.nc["time"].bounds = "time_bnds"
        f.dim("bnds", 2)
        f.var("time_bnds", "f8", ("time", "bnds"), np.array(bounds, float))
        regular(f, LAT, LON, cell_methods="time: mean").nc["uo"][1] *= 3  # at 1 h the flow, at 3 h three times
        f.nc["vo"][1] *= 3
        f.done()
        tap.recovers("means of two hours stamped at the %s stand at the middle" % name, f.path, BOX, n=10, time="2026-01-01T02:00:00Z",
                     wanted=lambda a, o: tuple(2 * x for x in flow(a, o)), tolerance=2e-5)


@made
def forecasts(tap):
    f = File(tap, "lead", time=None)  # a reference time and lead times, no valid time
    f.dim("step", 2)
    f.time, f.hours = "step", (0, 3)
    f.var("time", "f8", (), 0.0, units="hours since 2026-01-01", standard_name="forecast_reference_time", long_name="initial time of forecast")
    f.var("step", "f8", ("step",), [0, 3], units="hours", standard_name="forecast_period", long_name="time since forecast_reference_time")
    regular(f, LAT, LON).done()
    tap.recovers("a reference time and lead times", f.path, BOX, n=10)
    f = File(tap, "valid", time=None)  # the same with valid_time beside
    f.dim("step", 2)
    f.time, f.hours = "step", (0, 3)
    f.var("time", "f8", (), 0.0, units="hours since 2026-01-01", standard_name="time", long_name="initial time of forecast")
    f.var("step", "f8", ("step",), [0, 3], units="hours", long_name="time since forecast_reference_time", standard_name="forecast_period")
    f.var("valid_time", "f8", ("step",), [0, 3], units="hours since 2026-01-01", standard_name="time", long_name="time")
    regular(f, LAT, LON).done()
    tap.recovers("cfgrib: valid_time along step", f.path, BOX, n=10)
    f = File(tap, "era5new", time="valid_time", units="seconds since 1970-01-01", hours=(490896, 490899), scale=3600)
    f.var("number", "i8", (), 0, standard_name="realization", units="1")
    f.var("expver", str, ("valid_time",), np.array(["0001", "0001"], object))
    regular(f, LAT[::-1], LON, ("u10", "v10"), ("unknown", "unknown"), ("latitude", "longitude"), long_name="10 metre U wind component",
            coordinates="number valid_time latitude longitude expver").done()
    tap.recovers("ERA5 of the new data store", f.path, BOX, "wind", n=10)
    f = File(tap, "era5mixed")
    f.dim("expver", 2)
    f.var("expver", "i4", ("expver",), [1, 5])
    f.dim("latitude", 41)
    f.dim("longitude", 41)
    f.var("latitude", "f8", ("latitude",), LAT, units="degrees_north")
    f.var("longitude", "f8", ("longitude",), LON, units="degrees_east")
    for k in (0, 1):
        f.field(("u10", "v10")[k], ("expver", "latitude", "longitude"), np.stack([flow(LAT[:, None], LON[None, :])[k]] * 2))
    f.done()
    tap.refuses("ERA5 and ERA5T mixed along expver are refused", f.path, "expver", "wind")
    f = File(tap, "fmrc", time=None)
    f.dim("run", 2)
    f.dim("time", 2)
    f.var("run", "f8", ("run",), [0, 6], units="hours since 2026-01-01", standard_name="forecast_reference_time")
    f.var("time", "f8", ("run", "time"), [[0, 3], [6, 9]], units="hours since 2026-01-01", standard_name="time")
    f.time = None
    f.dim("lat", 41)
    f.dim("lon", 41)
    f.var("lat", "f8", ("lat",), LAT, units="degrees_north")
    f.var("lon", "f8", ("lon",), LON, units="degrees_east")
    for k in (0, 1):
        f.var(("uo", "vo")[k], "f8", ("run", "time", "lat", "lon"), np.broadcast_to(flow(LAT[:, None], LON[None, :])[k], (2, 2, 41, 41)), units="m s-1")
    f.done()
    tap.refuses("a collection of runs with times of two dimensions is refused", f.path, "run")


# ---------------------------------------------------------------- how files are laid out

@made
def groups(tap):
    f = File(tap, "grouped")
    f.dim("lat", 41)
    f.dim("lon", 41)
    f.var("lat", "f8", ("lat",), LAT, units="degrees_north")
    f.var("lon", "f8", ("lon",), LON, units="degrees_east")
    group = f.nc.createGroup("surface")
    for k in (0, 1):
        var = group.createVariable(("uo", "vo")[k], "f8", ("time", "lat", "lon"))
        var.units = "m s-1"
        var.standard_name = ("eastward", "northward")[k] + "_sea_water_velocity"
        var[:] = np.stack([flow(LAT[:, None], LON[None, :])[k]] * 2)
    f.done()
    tap.recovers("variables in a group of NetCDF-4", f.path, BOX)
    f = File(tap, "grouped_all", time=None)
    for name, factor in (("model_a", 1.0), ("model_b", 2.0)):
        group = f.nc.createGroup(name)
        for d, x, units in (("time", [0, 3], "hours since 2026-01-01"), ("lat", LAT, "degrees_north"), ("lon", LON, "degrees_east")):
            group.createDimension(d, len(x))
            var = group.createVariable(d, "f8", (d,))
            var.units = units
            var[:] = x
        for k in (0, 1):
            var = group.createVariable(("uo", "vo")[k], "f8", ("time", "lat", "lon"))
            var.units = "m s-1"
            var[:] = factor * np.stack([flow(LAT[:, None], LON[None, :])[k]] * 2)
    f.done()
    tap.refuses("the same variables in two groups: which is meant is asked", f.path, "group")
    tap.recovers("one of them by its name", f.path, BOX, variables="model_a/uo,model_a/vo")


@made
def split(tap):
    """Speed in one file, direction in the other."""
    u, v = flow(LAT[:, None], LON[None, :])
    for kind, standard, turn in (("wind", ("wind_speed", "wind_from_direction"), 180), ("current", ("sea_water_speed", "sea_water_velocity_to_direction"), 0)):
        direction = (np.arctan2(u, v) / RAD + turn) % 360
        for k, name in enumerate(("speed", "direction")):
            f = File(tap, "split_%s_%s" % (kind, name))
            f.dim("lat", 41)
            f.dim("lon", 41)
            f.var("lat", "f8", ("lat",), LAT, units="degrees_north")
            f.var("lon", "f8", ("lon",), LON, units="degrees_east")
            f.field(name, ("lat", "lon"), (np.hypot(u, v), direction)[k], units=("m s-1", "degree")[k], standard_name=standard[k])
            f.done()
        status, what, warnings, got = tap.ask(os.path.join(tap.dir, "split_%s_*.nc" % kind), [(LAT[20], LON[20]), (LAT[7], LON[31])], kind)
        want = np.array([[u[20, 20], v[20, 20]], [u[7, 31], v[7, 31]]])
        tap.ok(not status and np.abs(got[:, :2] - want).max() < 1e-5, "%s as speed and direction in two files" % kind, status, what, got, want)
    for k, name in enumerate(("u10", "v10")):
        f = File(tap, "single_" + name)
        regular(f, LAT, LON, (name, name + "_x"), None, values=(flow(LAT[:, None], LON[None, :])[k], 0 * u)).done()
    tap.recovers("u and v in files of their own", os.path.join(tap.dir, "single_*.nc"), BOX, "wind")
    status, what, warnings, got = tap.ask(os.path.join(tap.dir, "single_u10.nc"), [(40, 10)], "wind")
    tap.ok(status and "counterpart" in what, "one of them alone is refused", status, what)


@made
def no_grids(tap):
    f = File(tap, "stations")
    f.dim("station", 5)
    f.var("lat", "f8", ("station",), np.linspace(39, 41, 5), units="degrees_north", standard_name="latitude")
    f.var("lon", "f8", ("station",), np.linspace(9, 11, 5), units="degrees_east", standard_name="longitude")
    for k in (0, 1):
        f.field("uv"[k], ("station",), np.ones(5), standard_name=("eastward", "northward")[k] + "_sea_water_velocity", coordinates="time lat lon")
    f.nc.featureType = "timeSeries"
    f.done()
    tap.refuses("stations are no grid", f.path, "list of places")
    f = File(tap, "drifter", time=None)
    f.dim("obs", 50)
    for name, x, units in (("time", np.arange(50.0), "hours since 2026-01-01"), ("lat", np.linspace(39, 41, 50), "degrees_north"), ("lon", np.linspace(9, 11, 50), "degrees_east")):
        f.var(name, "f8", ("obs",), x, units=units, standard_name={"time": "time", "lat": "latitude", "lon": "longitude"}[name])
    for k in (0, 1):
        f.var("uv"[k], "f8", ("obs",), np.ones(50), standard_name=("eastward", "northward")[k] + "_sea_water_velocity", units="m s-1")
    f.done()
    tap.refuses("a drifter's track is no grid", f.path, "list of places")
    f = File(tap, "no_time", time=None)
    f.dim("lat", 41)
    f.dim("lon", 41)
    f.var("lat", "f8", ("lat",), LAT, units="degrees_north")
    f.var("lon", "f8", ("lon",), LON, units="degrees_east")
    for k in (0, 1):
        f.var(("uo", "vo")[k], "f8", ("lat", "lon"), flow(LAT[:, None], LON[None, :])[k], units="m s-1")
    f.done()
    tap.refuses("no time is refused", f.path, "no time")
    f = File(tap, "members")
    f.dim("number", 3)
    f.var("number", "i4", ("number",), [0, 1, 2], standard_name="realization")
    f.dim("lat", 41)
    f.dim("lon", 41)
    f.var("lat", "f8", ("lat",), LAT, units="degrees_north")
    f.var("lon", "f8", ("lon",), LON, units="degrees_east")
    for k in (0, 1):
        f.field(("u10", "v10")[k], ("number", "lat", "lon"), np.stack([flow(LAT[:, None], LON[None, :])[k]] * 3))
    f.done()
    tap.refuses("members of an ensemble are refused", f.path, "number", "wind")
    f = File(tap, "swath")
    f.dim("NUMROWS", 41)
    f.dim("NUMCELLS", 41)
    f.var("lat", "f4", ("NUMROWS", "NUMCELLS"), LAT[:, None] + 0 * LON, units="degrees_north")
    f.var("lon", "f4", ("NUMROWS", "NUMCELLS"), LON[None, :] + 0 * LAT[:, None], units="degrees_east")
    for name, x, standard, units in (("wind_speed", np.hypot(*flow(LAT[:, None], LON[None, :])), "wind_speed", "m s-1"),
                                     ("wind_dir", 0 * LAT[:, None] + LON, "wind_to_direction", "degree")):
        f.var(name, "f4", ("NUMROWS", "NUMCELLS"), x, standard_name=standard, units=units)
    f.nc["time"][:] = [0, 3]
    f.done()
    tap.refuses("a satellite's swath, whose time goes along its rows, is refused", f.path, "time", "wind")


@made
def grid_relative_text(tap):
    """What says that components are along the grid, and what that they are not."""
    n = 61
    x = (np.arange(n) - 30) * 9000.0
    lat, lon, angle = lcc(x[None, :], x[:, None], 30, 60, 45, 10.0)
    for name, standard, title, turned in (
            ("eastward", ("eastward_sea_water_velocity", "northward_sea_water_velocity"), None, False),
            ("x", ("sea_water_x_velocity", "sea_water_y_velocity"), None, True),
            ("zonal", None, ("zonal current", "meridional current"), False), ("grid-x", None, ("current along grid-x", "current along grid-y"), True),
            ("grid_eastward", ("grid_eastward_sea_water_velocity", "grid_northward_sea_water_velocity"), ("eastward", "northward"), True)):
        f = File(tap, "along_" + name)
        f.dim("y", n)
        f.dim("x", n)
        f.var("lat", "f8", ("y", "x"), lat, units="degrees_north")
        f.var("lon", "f8", ("y", "x"), lon, units="degrees_east")
        uv = along(lat, lon, angle) if turned else flow(lat, lon)
        for k in (0, 1):
            more = {}
            if standard:
                more["standard_name"] = standard[k]
            if title:
                more["long_name"] = title[k]
            f.field(("uo", "vo")[k], ("y", "x"), uv[k], coordinates="lat lon", **more)
        f.done()
        tap.recovers("components on curved rows: " + name, f.path, (43.2, 46.8, 7.5, 12.5))


def main():
    tap = Tap(sys.argv[1], sys.argv[2:])
    try:
        for function in FILES:
            if not tap.words or any(w in function.__name__ for w in tap.words):
                try:
                    function(tap)
                except Exception as error:  # noqa: BLE001 a broken maker fails its own test only
                    tap.ok(False, function.__name__ + " can be made", repr(error))
    finally:
        tap.program.stdin.close()
        tap.program.wait()
        os.environ.get("KEEP") or shutil.rmtree(tap.dir, ignore_errors=True)
    print("1..%d" % tap.n)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
