import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '../../test/support/tcp-proxy.js';
import type { Fault } from './fault-plan.js';
import type { Stage } from './stage.js';

/** Goes through the faults in their order, each at its time times `pace`, or `restMs` after the one before is over. */
export async function applyFaults(
  stage: Stage,
  faults: readonly Fault[],
  { beganMs, pace, restMs }: { readonly beganMs: number; readonly pace: number; readonly restMs: number },
): Promise<void> {
  let earliestMs = 0;
  for (const fault of faults) {
    await sleep(Math.max(0, beganMs + pace * fault.atMs - performance.now(), earliestMs - performance.now()));
    await applyFault(stage, fault);
    earliestMs = performance.now() + restMs;
  }
}

/** Resolves when the fault is over and what it ended has come back. */
async function applyFault(stage: Stage, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'driver ends':
      await (fault.signal === 'SIGKILL' ? stage.driver.kill() : stage.driver.drain());
      await sleep(fault.awayMs);
      return stage.driver.start(fault.place, fault.temper);
    case 'driver connections are cut':
      for (const proxy of stage.driverProxies) {
        proxy.cut();
      }
      return;
    case 'metadata is away':
      await stage.driver.setMetadata?.(false);
      await sleep(fault.forMs);
      return stage.driver.setMetadata?.(true);
    case 'holder is stopped':
      return stage.driver.stopHolder?.(fault.leases);
    case 'Kubernetes is away':
      return stage.driver.cutKubernetes?.(fault.leases);
    case 'driver proxies':
      return turnProxies(
        stage.driverProxies.map((proxy, index) => ({ proxy, mode: fault.modes[index] ?? 'forward' })),
        fault,
      );
    case 'sidecar ends':
      await stage.sidecar.end(fault.signal);
      return stage.sidecar.start();
    case 'agent restarts':
      stage.agent.stop();
      await sleep(fault.awayMs);
      return stage.agent.start();
    case 'agent connections are cut':
      return stage.agentProxy.cut();
    case 'agent proxy':
      return turnProxies([{ proxy: stage.agentProxy, mode: fault.mode }], fault);
  }
}

/** A silent or dropping proxy also cuts what is open, or nobody would come to it. */
async function turnProxies(
  turned: readonly { readonly proxy: TcpProxy; readonly mode: TcpProxy['mode'] }[],
  { forMs, bytes }: { readonly forMs: number; readonly bytes: number },
): Promise<void> {
  for (const { proxy, mode } of turned) {
    proxy.mode = mode;
    proxy.cutReplyAfter = bytes;
    if (mode === 'silent' || mode === 'drop') {
      proxy.cut();
    }
  }
  await sleep(forMs);
  for (const { proxy } of turned) {
    proxy.mode = 'forward';
  }
}
