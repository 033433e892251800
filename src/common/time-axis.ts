import { html, type Markup } from './markup.js';

/** Where a timeline's rows begin, in pixels from its top. */
export const axisHeight = 28;

/** A length in time across a timeline, in percent, so that texts keep their size on every screen. */
export function percentOf(ms: number, spanMs: number): number {
  return (ms / spanMs) * 98;
}

/** A time from a timeline's start as its x. */
export function xOf(ms: number, spanMs: number): string {
  return `${(percentOf(ms, spanMs) + 1).toFixed(3)}%`;
}

/** The lines and their times of a timeline, as SVG. */
export function makeTimeAxis(spanMs: number, height: number): readonly Markup[] {
  return ticksOf(spanMs).map((ms) => {
    const x = xOf(ms, spanMs);
    return html`
<line x1="${x}" x2="${x}" y1="${axisHeight - 6}" y2="${height}"/>
<text class="tick" x="${x}" y="16" text-anchor="${ms === 0 ? 'start' : 'middle'}">${formatTick(ms)}</text>`;
  });
}

/** At most four round times from 0 on. */
function ticksOf(spanMs: number): number[] {
  const rough = spanMs / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const stepMs = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? rough;
  return [0, 1, 2, 3].map((index) => index * stepMs).filter((ms) => ms <= spanMs * 0.95);
}

function formatTick(ms: number): string {
  return ms === 0 ? '0' : ms % 1000 === 0 ? `${ms / 1000} s` : ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}
