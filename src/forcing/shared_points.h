// Values of ../shared/data as `ncdump` prints them (indices in the comments), and one interpolated by hand.
#ifndef FORCING_SHARED_POINTS_H
#define FORCING_SHARED_POINTS_H

static void points(void)
{
    // rows 5 and 6, columns 4 and 5 of level 2 at weights 1/2 and 1/4:
    // u: ((-0.03229324 * 3 - 0.01423027) / 4 + (-0.01965304 * 3 + 0.005009521) / 4) / 2 = -0.02063245
    // v: ((0.173441 * 3 + 0.1114602) / 4 + (0.1488206 * 3 + 0.07657576) / 4) / 2 = 0.1443526
    point(FORCING_CURRENT, "data/nc_med/elba2014/Sea_Med_slice_20140518_Elba.nc", "2014-05-17T14:30Z",
          9.765625, 42.84375, -0.02063245, 0.1443526, "Elba: currents between four points, by hand");
    // U10M(1,3,1); latitude descends; "julian" calendar
    point(FORCING_WIND, "data/nc_med/elba2014/Wind_Med_slice_18_Elba.nc", "2014-05-18T05:00Z", 9.75, 42.75,
          -2.71439, 5.181112, "Elba: wind, hours since 1990 in the calendar julian, latitude descending");
    // uo(11,0,20,3); "noleap"; production day 13:00 to 12:00
    point(FORCING_CURRENT, "data/nc_med/lebanon2006/Sea_Med_slice_20060714_Lebanon.nc", "2006-07-15T00:00Z",
          34.6875, 34.28125, -0.09354395, 0.03247363,
          "Lebanon: currents, seconds since noon in the calendar noleap");
    // U10M(5,12,13); "pythonic days"
    point(FORCING_WIND, "data/nc_med/centralmed2019/winds_20190805.nc", "2019-08-05T06:00Z", 12.75, 33.75,
          -2.05677889, -0.78243432, "off Libya: wind, pythonic days");
    // water_u(4,20,8); coordinates without units
    point(FORCING_CURRENT, "data/nc_regular/gridded_current.nc", "2023-03-03T00:00Z", -125.28, 47.8, 0.101,
          0.035, "Washington coast: currents, coordinates without units");
    // air_u(4,2,3)
    point(FORCING_WIND, "data/nc_regular/gridded_wind.nc", "2023-03-02T12:00Z", -124.75, 47.75, 9.260222,
          0.2862647, "Washington coast: wind, Hour since");
    // uo(1,0,90,200)
    point(FORCING_CURRENT, "data/nc_regular/cmems_global-analysis-forecast-phy-001-024.nc",
          "2020-01-07T01:30Z", -34.33333, -22.5, 0.0546875, -0.04296875, "off Brazil: currents, one depth");
    // uo(1,0,150,40) = 1, vo = 54, packed by 0.001; twelve depths
    point(FORCING_CURRENT,
          "data/nc_regular/cmems_mod_nws_phy-uv_my_7km-3D_P1D-m_uo-vo_4.89W-5.00E_45.00N-64.93N_0.00-200.00m_"
          "1995-08-01-1995-08-02.nc",
          "1995-08-02T00:00Z", -0.4446411, 55.00008, 0.001, 0.054,
          "North Sea: packed shorts, the shallowest of twelve");
    // u(0,0,20,60) = 200, v = 339 of 0.0003052223; turned by hand by longitude - 58 about the pole
    point(FORCING_CURRENT, "data/nc_projected/Arctic20_1to5Feb_2016.nc", "2016-02-01T12:00Z", 28.3452778,
          74.883194, 0.00185478, 0.12012119, "Barents Sea: polar stereographic, along the grid, packed");
    // u(0,700) and v: the face of nodes nv(0..2,700)
    point(FORCING_CURRENT, "data/nc_unstructured/small_trigrid_example.nc", "2015-01-15T03:00Z", -88.2231445,
          30.3555844, -0.0307635721, 0.00972703379, "Mobile Bay: triangles, values in faces");
}

#endif
