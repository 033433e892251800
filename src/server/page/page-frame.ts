import { createHash } from 'node:crypto';
import type { AdminAnswer } from '../../admin/admin-server.js';
import { html, type Markup } from '../../common/markup.js';
import { pageStyle } from './page-style.js';

/** The frame of every page: the way to the top, what it is, and as of when. */
export function answerPage(title: string, nowMs: number, main: Markup, httpStatus = 200): AdminAnswer {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - kfp-driver-server</title>
<style>${{ html: pageStyle }}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><p class="soft"><a href="./">kfp-driver-server</a> · as of ${makeTime(nowMs)}; load it again for newer</p>
<h1>${title}</h1></header>
<main id="main" tabindex="-1">${main}
</main>
</body>
</html>
`;
  return { httpStatus, contentType: 'text/html; charset=utf-8', text: page.html, headers };
}

/** The hash of the one style sheet that may hold; the rest is forbidden (https://www.w3.org/TR/CSP3/). */
const styleHash = createHash('sha256').update(pageStyle).digest('base64');
const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** A time as people read it, in UTC. */
export function makeTime(epochMs: number): Markup {
  const iso = new Date(epochMs).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}

/** The time of a day alone. */
export function makeTimeOfDay(epochMs: number): Markup {
  const iso = new Date(epochMs).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 23)}</time>`;
}
