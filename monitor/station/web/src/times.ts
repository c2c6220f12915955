// Times and lengths of time as a nurse reads them.

const pad = (value: number): string => String(value).padStart(2, "0");

/** `14:05`, in the zone of this screen. */
export function hhmm(ms: number): string {
  const moment = new Date(ms);
  return `${pad(moment.getHours())}:${pad(moment.getMinutes())}`;
}

/** `14:05:09`, in the zone of this screen. */
export function hhmmss(ms: number): string {
  return `${hhmm(ms)}:${pad(new Date(ms).getSeconds())}`;
}

/** A length of time as `mm:ss`, hours before it when there are any; the sign is dropped. */
export function clockLength(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const hours = Math.floor(whole / 3600);
  const rest = `${pad(Math.floor((whole % 3600) / 60))}:${pad(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** `12 s`, `3 min`, `2 h 05 min`: how long something has stood. */
export function spoken(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** An RFC 3339 time in ms, null for null. */
export function instant(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
