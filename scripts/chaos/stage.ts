import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.js';
import { createDice } from './dice.js';
import type { DriverTemper, DriverUnderTest } from './driver-under-test.js';
import { type ForeignTemper, startForeignFront } from './foreign-front.js';
import { type AgentNode, RestartingAgent } from './restarting-agent.js';
import { createSidecarProcess, type SidecarProcess } from './sidecar-process.js';

/** Everything that a fault may happen to. */
export interface Stage {
  readonly driver: DriverUnderTest;
  /** One for each place of the driver; the sidecar knows only them. */
  readonly driverProxies: readonly [TcpProxy, TcpProxy];
  readonly sidecar: SidecarProcess;
  readonly agentProxy: TcpProxy;
  readonly agent: RestartingAgent;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly driver: DriverUnderTest;
  readonly temper: DriverTemper;
  /** The sidecar's, beside addresses and token. */
  readonly settings: Readonly<Record<string, string>>;
  /** All waits of Argo are multiplied by it. */
  readonly scale: number;
  /** Retries of a node. */
  readonly retries: number;
  /** Told of each node that the controller knows the end of. */
  readonly onEnd?: (node: AgentNode) => void;
  /** What stands between the proxies and the driver; undefined for nothing. */
  readonly foreign?: ForeignTemper | undefined;
  /** Where the logs go. */
  readonly folder: string;
}

/** Starts agent, sidecar and driver, with proxies between them. The agent has no tasks yet. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const { driver } = options;
  const { foreign } = options;
  const fronts =
    foreign === undefined
      ? []
      : await Promise.all(driver.ports.map((port) => startForeignFront(port, foreign, createDice(port))));
  const [left, right] = foreign === undefined ? driver.ports : fronts.map(({ port }) => port);
  const driverProxies = [await startTcpProxy(left ?? 0), await startTcpProxy(right ?? 0)] as const;
  const sidecar = await createSidecarProcess(options.folder, {
    DRIVER_HOST: `ipv4:${driverProxies.map(({ address }) => address).join()}`,
    ...options.settings,
  });
  const agentProxy = await startTcpProxy(sidecar.port);
  await Promise.all([driver.start(0, options.temper), sidecar.start()]);
  const agent = new RestartingAgent({
    address: `http://${agentProxy.address}`,
    token: sidecar.token,
    scale: options.scale,
    retries: options.retries,
    ...(options.onEnd !== undefined && { onEnd: options.onEnd }),
  });
  agent.start();
  const close = async () => {
    agent.stop();
    await Promise.all([sidecar.end('SIGKILL'), driver.endAll()]);
    await driver.close?.();
    await Promise.all([...driverProxies, agentProxy, ...fronts].map((proxy) => proxy.close()));
  };
  return { driver, driverProxies, sidecar, agentProxy, agent, close };
}
