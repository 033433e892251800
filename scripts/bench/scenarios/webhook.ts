import { asCreated, reviewOf } from '../../../test/support/admission.js';
import { exampleWorkflow } from '../load/example-workflow.js';
import { joinWorkflows } from '../load/large-workflow.js';
import { forMs } from '../load/run-load.js';
import { quantile } from '../report/statistics.js';
import { asAsked, type Measure, type Scenario } from '../scenario.js';
import { prepareWebhook } from '../subjects/webhook-process.js';

/** What `joinWorkflows` counts for a body of 1.0 MB: the drivers, which all parts share, count each time. */
const leastBytes = 1_600_000;
const untouched = 'webhook, nothing to convert';

/** Reviews over HTTPS, one after the other on a kept connection. */
export const webhook: Scenario = {
  name: 'webhook',
  purpose:
    'reviews over one connection, by the size of the workflow; the floor is the same body as an update',
  floor: untouched,
  rounds: asAsked,
  prepare: async (bench) => {
    const { start, review } = await prepareWebhook(bench);
    const { address, stop, cpuMs } = await start();
    bench.closeLater(stop);
    const compiled = exampleWorkflow();
    const bodies = Object.entries({
      '10 KB': reviewOf(asCreated(compiled)),
      '1 MB': reviewOf(asCreated(joinWorkflows([compiled], leastBytes))),
    });
    const [durationMs, leastReviews] = bench.isQuick ? [1_000, 20] : [4_000, 200];
    const measure =
      (size: string, body: string, hasPatch: boolean): Measure =>
      async () => {
        await reviewMany(durationMs / 4, leastReviews / 4, () => review(address, body));
        const cpuBeforeMs = cpuMs();
        const { latenciesMs, elapsedMs } = await reviewMany(durationMs, leastReviews, async () => {
          if ((await review(address, body)) !== hasPatch) {
            throw new Error(
              `the webhook ${hasPatch ? 'did not convert' : 'converted'} a workflow of ${size}`,
            );
          }
        });
        const cpuPerReviewMs = (cpuMs() - cpuBeforeMs) / latenciesMs.length;
        return [
          { metric: `${size}: reviews`, unit: '/s', value: (1000 * latenciesMs.length) / elapsedMs },
          { metric: `${size}: CPU per review`, unit: 'ms', value: cpuPerReviewMs },
          { metric: `${size}: p50`, unit: 'ms', value: quantile(latenciesMs, 0.5) },
          { metric: `${size}: p99`, unit: 'ms', value: quantile(latenciesMs, 0.99) },
        ];
      };
    const asUpdate = (body: string) => body.replace('"operation":"CREATE"', '"operation":"UPDATE"');
    return [
      { name: untouched, parts: bodies.map(([size, body]) => measure(size, asUpdate(body), false)) },
      { name: 'webhook', parts: bodies.map(([size, body]) => measure(size, body, true)) },
    ];
  },
};

/** For some time, and until there are enough of them for a p99. */
async function reviewMany(durationMs: number, least: number, once: () => Promise<unknown>) {
  const latenciesMs: number[] = [];
  const beganMs = performance.now();
  for (const goesOn = forMs(durationMs); goesOn() || latenciesMs.length < least; ) {
    const startedMs = performance.now();
    await once();
    latenciesMs.push(performance.now() - startedMs);
  }
  return { latenciesMs, elapsedMs: performance.now() - beganMs };
}
