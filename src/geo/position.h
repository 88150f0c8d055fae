// A place on WGS84. Geographic positions stay in degrees everywhere (docs/adr/0003): files, coast and grids
// are in degrees, and 180 and 90 must stay exact. Only local trigonometry turns to radians.
#ifndef GEO_POSITION_H
#define GEO_POSITION_H

struct geo_pos {
    double lat_deg; // [-90, 90], north positive
    double lon_deg; // [-180, 180), east positive
};

// A box of longitudes and latitudes: west in [-180, 180), east in [west, west + 360].
struct geo_box {
    double west_deg, south_deg, east_deg, north_deg;
};

#endif
