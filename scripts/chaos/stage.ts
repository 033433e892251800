import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.js';
import type { DriverTemper, DriverUnderTest } from './driver-under-test.js';
import { RestartingAgent } from './restarting-agent.js';
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
  /** Where the logs go. */
  readonly folder: string;
}

/** Starts agent, sidecar and driver, with proxies between them. The agent has no tasks yet. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const { driver } = options;
  const [left, right] = driver.ports;
  const driverProxies = [await startTcpProxy(left), await startTcpProxy(right)] as const;
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
  });
  agent.start();
  const close = async () => {
    agent.stop();
    await Promise.all([sidecar.end('SIGKILL'), driver.drain()]);
    await driver.close?.();
    await Promise.all([...driverProxies, agentProxy].map((proxy) => proxy.close()));
  };
  return { driver, driverProxies, sidecar, agentProxy, agent, close };
}
