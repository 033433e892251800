import type { Alert } from './alert.js';

/** The alerts as a table of Markdown, each with a link to what to do. */
export function alertTable(alerts: readonly Alert[]): string {
  return [
    '| alert | severity | for | fires when | why this threshold |',
    '|---|---|---|---|---|',
    ...alerts.map(
      ({ name, severity, for: held, summary, why }) =>
        `| [\`${name}\`](#${name.toLowerCase()}) | ${severity} | ${held} | ${summary} | ${why} |`,
    ),
  ].join('\n');
}

/** What to do for each, under a heading that is its anchor. */
export function alertRunbooks(alerts: readonly Alert[]): string {
  return alerts
    .map(
      ({ name, summary, actions, expr }) =>
        `### ${name}\n\n${summary}\n\n${actions.map((action, index) => `${index + 1}. ${action}`).join('\n')}\n\n\`\`\`promql\n${expr}\n\`\`\`\n`,
    )
    .join('\n');
}
