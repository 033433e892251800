import type { Scenario } from './scenario.js';
import { convert } from './scenarios/convert.js';
import { eventLoop } from './scenarios/event-loop.js';
import { fanOut } from './scenarios/fan-out.js';
import { fleet } from './scenarios/fleet.js';
import { memory } from './scenarios/memory.js';
import { server } from './scenarios/server.js';
import { start, startQuota } from './scenarios/start.js';
import { repeats, throughput } from './scenarios/throughput.js';
import { webhook } from './scenarios/webhook.js';

/** All of them, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  start,
  startQuota,
  memory,
  throughput,
  repeats,
  eventLoop,
  fanOut,
  server,
  webhook,
  convert,
  fleet,
];
