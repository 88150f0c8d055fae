// Positions, times and figures as people at sea write them.
export function position(lat: number, lon: number): string {
  const one = (value: number, width: number, letters: string) => {
    let tenths = Math.round(Math.abs(value) * 600);
    const degrees = Math.floor(tenths / 600);
    tenths -= degrees * 600;
    return `${String(degrees).padStart(width, "0")}-${(tenths / 10).toFixed(1).padStart(4, "0")}${value < 0 ? letters[1] : letters[0]}`;
  };
  const east = ((lon + 180) % 360 + 360) % 360 - 180;
  return `${one(lat, 2, "NS")} ${one(east, 3, "EW")}`;
}
const two = (n: number) => String(n).padStart(2, "0");
const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
export function clock(time: number | string): string {
  const d = new Date(time);
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
}
export const zulu = (time: number | string) => clock(time).replace(":", "") + "Z";
export function dayMonth(time: number | string): string {
  const d = new Date(time);
  return `${two(d.getUTCDate())} ${months[d.getUTCMonth()]}`;
}
// Times are typed as 2016-08-29 02:00, in UTC: what a browser makes of a date field follows the machine's habits.
export const timePattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}";
export const toInput = (time: number | string) => new Date(time).toISOString().slice(0, 16).replace("T", " ");
export const fromInput = (text: string) => text.trim().replace(" ", "T") + ":00Z";
// Figures with their unit stay left to right in any text (Unicode isolates).
const figure = (text: string) => `\u2066${text}\u2069`;
export function ago(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60000));
  if (minutes < 60) return figure(`${minutes} min`);
  return figure(minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.round(minutes / 1440)} d`);
}
export const percent = (share: number | null | undefined) => share == null ? "–" : figure(`${Math.round(100 * share)} %`);
export const points = (share: number) => (100 * share).toFixed(share < 0.1 ? 1 : 0);
export const nm = (value: number, decimals = 1) => `${value.toFixed(decimals)} NM`;
export const bearing = (degrees: number) => `${String(Math.round((degrees % 360 + 360) % 360) % 360).padStart(3, "0")}°`;

const RAD = Math.PI / 180;
// Great-circle distance (NM) and first course; good to half a percent, for reading off the map.
export function measure(a: { lat: number; lon: number }, b: { lat: number; lon: number }): { nm: number; course: number } {
  const [f1, f2, dl] = [a.lat * RAD, b.lat * RAD, (b.lon - a.lon) * RAD];
  const y = Math.sin(dl) * Math.cos(f2), x = Math.cos(f1) * Math.sin(f2) - Math.sin(f1) * Math.cos(f2) * Math.cos(dl);
  const chord = Math.sin((f2 - f1) / 2) ** 2 + Math.cos(f1) * Math.cos(f2) * Math.sin(dl / 2) ** 2;
  return { nm: 2 * Math.asin(Math.min(1, Math.sqrt(chord))) / RAD * 60, course: Math.atan2(y, x) / RAD };
}
