import { FakeMetadataStore } from '../../test/support/fake-metadata-store.js';
import { freePort } from '../../test/support/free-port.js';
import { type StoreKind, startRealStore } from '../../test/support/metadata-stores.js';

/** ML Metadata as a process that may die: what it holds outlives it. */
export interface MortalStore {
  readonly port: number;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** `file` holds what ML Metadata's own store holds. */
export async function createMortalStore(kind: StoreKind, file: string): Promise<MortalStore> {
  return kind === 'fake' ? createFakeStore() : createRealStore(file, await freePort());
}

function createFakeStore(): MortalStore {
  const fake = new FakeMetadataStore();
  return {
    get port() {
      return fake.port;
    },
    start: () => fake.start(),
    stop: async () => fake.stop(),
  };
}

function createRealStore(file: string, port: number): MortalStore {
  let running: { stop: () => Promise<void> } | undefined;
  return {
    port,
    start: async () => {
      running = await startRealStore(file, port);
    },
    stop: async () => running?.stop(),
  };
}
