/** A time in UTC and whole seconds, as Kubernetes writes it: "2026-01-31T12:05:09Z". */
export function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
