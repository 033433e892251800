import type { Server } from '@grpc/grpc-js';
import type { DriveRight } from './drive-right.js';
import type { Engine } from './engine.js';
import type { OpenCalls } from './grpc/open-calls.js';
import type { ServingHealth } from './grpc/serve-health.js';
import type { SingleFlight } from './ledger/single-flight.js';
import type { Terms } from './terms.js';
import { within } from './within.js';

/** What ends with a server. */
export interface Draining {
  readonly server: Server;
  readonly health: ServingHealth;
  readonly openCalls: OpenCalls;
  readonly singleFlight: SingleFlight;
  readonly terms: Terms;
  readonly engine: Engine;
  readonly repeatGraceMs: number;
  readonly right: DriveRight | undefined;
}

/** How long an aborted engine may take to end its work: a program gets 5 s between TERM and KILL. */
const abortGraceMs = 7_000;
/** How long the last answers may take to leave; streams that never end (health's Watch) are cut then. */
const flushGraceMs = 1_000;

/** Ends a server as DriverServer.drain promises. */
export async function drainServer(draining: Draining, graceMs: number): Promise<void> {
  const { server, health, openCalls, singleFlight, terms, engine, right } = draining;
  const beganMs = performance.now();
  health.stop();
  singleFlight.stop();
  right?.resign();
  await within(graceMs, untilCollected(draining));
  const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  // A stream without a request waits for nothing, and would hold the drain as long as its client likes.
  openCalls.endUnreceived();
  // First the calls, the last of which may begin a drive; then the drives, whose callers may have gone.
  const idle = openCalls.none().then(singleFlight.idle);
  if (!(await within(graceMs - (performance.now() - beganMs), idle))) {
    terms.end();
    if (!(await within(abortGraceMs, idle))) {
      openCalls.endAll();
    }
  }
  await within(flushGraceMs, closed);
  server.forceShutdown();
  // Most have given it back long before. Whose programs would not end keep it until it is over by itself.
  if (await within(flushGraceMs, engine.close())) {
    await right?.release();
  }
}

/** Resolves when nothing is driven, and whoever lost an answer has had time to ask for it again. */
async function untilCollected({ singleFlight, repeatGraceMs, right }: Draining): Promise<void> {
  await singleFlight.idle();
  // Nothing is driven any more, and nothing will be: another server may begin while this one still answers.
  await right?.release();
  for (;;) {
    const leftMs = repeatGraceMs - singleFlight.quietMs();
    if (leftMs <= 0) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, leftMs).unref());
  }
}
