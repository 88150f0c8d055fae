// Where the map looks: Mercator on the sphere, scale in pixels for one degree of longitude.
export interface Point { lat: number; lon: number }
const RAD = Math.PI / 180;
const stretched = (lat: number) => Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, lat)) * RAD) / 2)) / RAD;
const unstretched = (y: number) => (2 * Math.atan(Math.exp(y * RAD)) - Math.PI / 2) / RAD;

export class View {
  constructor(readonly lat: number, readonly lon: number, readonly scale: number, readonly width: number, readonly height: number) {}
  // Longitudes are taken on the side of the globe that is looked at.
  x(lon: number) { return this.width / 2 + ((((lon - this.lon + 180) % 360) + 360) % 360 - 180) * this.scale; }
  y(lat: number) { return this.height / 2 - (stretched(lat) - stretched(this.lat)) * this.scale; }
  at(x: number, y: number): Point {
    const lon = this.lon + (x - this.width / 2) / this.scale;
    return { lat: unstretched(stretched(this.lat) - (y - this.height / 2) / this.scale), lon: ((lon + 180) % 360 + 360) % 360 - 180 };
  }
  moved(dx: number, dy: number) { const p = this.at(this.width / 2 - dx, this.height / 2 - dy); return this.to(p.lat, p.lon, this.scale); }
  zoomed(factor: number, x = this.width / 2, y = this.height / 2) {
    const fixed = this.at(x, y), scale = Math.max(2, Math.min(40000, this.scale * factor)), next = this.to(this.lat, this.lon, scale);
    return next.moved(x - next.x(fixed.lon), y - next.y(fixed.lat));
  }
  to(lat: number, lon: number, scale: number) { return new View(Math.max(-80, Math.min(80, lat)), lon, scale, this.width, this.height); }
  sized(width: number, height: number) { return new View(this.lat, this.lon, this.scale, width, height); }
  fitted(points: Point[]) {
    if (!points.length) return this;
    const lon0 = points[0].lon, lons = points.map((p) => lon0 + ((((p.lon - lon0 + 180) % 360) + 360) % 360 - 180)), lats = points.map((p) => p.lat);
    const [w, e, s, n] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
    const scale = Math.min((0.8 * this.width) / Math.max(e - w, 0.05), (0.8 * this.height) / Math.max(stretched(n) - stretched(s), 0.05));
    return this.to(unstretched((stretched(s) + stretched(n)) / 2), (w + e) / 2, Math.min(scale, 20000));
  }
  box() {
    const a = this.at(0, this.height), b = this.at(this.width, 0), half = this.width / 2 / this.scale;
    return { west: this.lon - Math.min(half, 180), east: this.lon + Math.min(half, 180), south: a.lat, north: b.lat };
  }
  pixelsPerNm() { return (this.scale / 60) / Math.cos(this.lat * RAD); }
}
