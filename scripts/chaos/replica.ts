import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.js';
import { type ChildProgram, startChildProgram } from './child-program.js';
import type { DriverTemper } from './driver-under-test.js';
import type { DurableWorld } from './durable-world.js';
import type { LeaseTimes } from './lease-times.js';

export interface ReplicaOptions {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  readonly world: DurableWorld;
  /** Port of Kubernetes' API. */
  readonly leasesPort: number;
  readonly times: LeaseTimes;
}

/** One of several kfp-driver-servers that try for the same Lease, with a folder and a way to Kubernetes of its own. */
export class Replica {
  readonly logFile: string;
  readonly #options: ReplicaOptions;
  readonly #folder: string;
  readonly #kubernetes: TcpProxy;
  #running: ChildProgram | undefined;
  #later: Promise<unknown> = Promise.resolve();

  private constructor(options: ReplicaOptions, kubernetes: TcpProxy) {
    this.#options = options;
    this.#folder = join(options.folder, options.name);
    this.#kubernetes = kubernetes;
    this.logFile = join(options.folder, `${options.name}.log`);
    mkdirSync(this.#folder);
  }

  static async create(options: ReplicaOptions): Promise<Replica> {
    return new Replica(options, await startTcpProxy(options.leasesPort));
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** True if any of its processes has ever had this name in the Lease; the log names its holder too. */
  isNamed(identity: string): boolean {
    return (
      existsSync(this.logFile) && readFileSync(this.logFile, 'utf8').includes(`"identity":"${identity}"`)
    );
  }

  async start(temper: DriverTemper): Promise<void> {
    const { world, port, times } = this.#options;
    this.#running = await startChildProgram({
      program: 'src/server/main.js',
      logFile: this.logFile,
      env: {
        ...world.envOf(this.#folder, port, temper),
        // The other one gives the answers that are asked for again.
        REPEAT_GRACE_SECONDS: '2',
        KUBERNETES_API: `http://${this.#kubernetes.address}`,
        LEASE_NAME: 'driver',
        LEASE_DURATION_SECONDS: String(times.durationSeconds),
        LEASE_RENEW_DEADLINE_SECONDS: String(times.renewDeadlineSeconds),
        LEASE_RETRY_SECONDS: String(times.retrySeconds),
      },
    });
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<void> {
    await this.#running?.end(signal);
    this.#running = undefined;
  }

  /** Stops the server, not its drivers nor their guard; it goes on after a while. */
  stopFor(stoppedMs: number): void {
    const stopped = this.#running;
    stopped?.send('SIGSTOP');
    this.#after(stoppedMs, () => stopped?.send('SIGCONT'));
  }

  /** Loses whatever it says to Kubernetes for a while, and what Kubernetes says. */
  cutKubernetesFor(cutMs: number): void {
    this.#kubernetes.mode = 'frozen';
    this.#after(cutMs, () => {
      this.#kubernetes.mode = 'forward';
      this.#kubernetes.cut();
    });
  }

  /** Once nothing more will happen to it. */
  async close(): Promise<void> {
    await this.#later;
    await this.#kubernetes.close();
  }

  #after(delayMs: number, happen: () => void): void {
    this.#later = Promise.all([this.#later, sleep(delayMs).then(happen)]);
  }
}
