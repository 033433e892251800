import { fileURLToPath } from 'node:url';
import {
  status as grpcStatus,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export interface StoredValue {
  readonly int_value?: string;
  readonly string_value?: string;
  readonly struct_value?: unknown;
}

/** An execution as it stands in the store. */
export interface StoredRow {
  readonly id: string;
  readonly type_id: string;
  readonly type: string;
  readonly name?: string;
  readonly last_known_state?: string;
  readonly custom_properties: Readonly<Record<string, StoredValue>>;
}

interface ContextRow extends Omit<StoredRow, 'last_known_state'> {
  readonly executions: Set<string>;
}

/** One call that the store was asked. */
export interface StoreCall {
  readonly method: string;
  /** "driver" for the fake of KFP's driver. */
  readonly caller: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the method takes
  readonly request: any;
}

/** Decides about a call before it is carried out: throw a failure, or wait. */
export type BeforeCall = (call: StoreCall) => void | Promise<void>;

/** ML Metadata's failure of a call. */
export class StoreFailure extends Error {
  readonly code: number;
  constructor(name: keyof typeof grpcStatus, message: string) {
    super(message);
    this.code = grpcStatus[name];
  }
}

/** Definitions of the methods that KFP and the server use, by name. */
export function loadMetadataStore(): ServiceDefinition {
  const folder = fileURLToPath(new URL('../../../test/fake-driver-program/', import.meta.url));
  const options = { keepCase: true, longs: String, enums: String, defaults: false, oneofs: false };
  const definition = loadSync('metadata_store.proto', { ...options, includeDirs: [folder] });
  // biome-ignore lint/suspicious/noExplicitAny: the loader does not know what it loads
  const loaded = loadPackageDefinition(definition) as any;
  return loaded.ml_metadata.MetadataStoreService.service;
}

/**
 * ML Metadata in memory: a real gRPC server with the answers of the real one, for the methods that KFP's drivers and the
 * ledger use (metadata-store.parity.test.ts holds them side by side). What it holds outlives `stop` and `start`.
 */
export class FakeMetadataStore {
  readonly calls: StoreCall[] = [];
  /** Called before each call is carried out. */
  before: BeforeCall = () => {};
  /** Called after it, before its answer goes out. */
  after: BeforeCall = () => {};
  readonly #executionTypes = new Map<string, string>();
  readonly #contextTypes = new Map<string, string>();
  readonly #executions = new Map<string, StoredRow>();
  readonly #contexts = new Map<string, ContextRow>();
  #ids = 0;
  #server: Server | undefined;
  #port = 0;

  get port(): number {
    return this.#port;
  }

  get executions(): readonly StoredRow[] {
    return [...this.#executions.values()];
  }

  /** Listens, at the same port each time. */
  async start(): Promise<void> {
    const server = new Server();
    server.addService(loadMetadataStore(), this.#handlers());
    this.#port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.#port}`, ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    this.#server = server;
  }

  stop(): void {
    this.#server?.forceShutdown();
  }

  #handlers() {
    // biome-ignore lint/suspicious/noExplicitAny: each method has its own request
    const methods: Readonly<Record<string, (request: any) => object>> = {
      PutExecutionType: ({ execution_type }) => ({
        type_id: this.#put(this.#executionTypes, execution_type),
      }),
      PutContextType: ({ context_type }) => ({ type_id: this.#put(this.#contextTypes, context_type) }),
      GetExecutionType: ({ type_name }) => ({ execution_type: getType(this.#executionTypes, type_name) }),
      GetContextType: ({ type_name }) => ({ context_type: getType(this.#contextTypes, type_name) }),
      PutContexts: ({ contexts }) => ({
        context_ids: contexts.map((row: StoredRow) => this.#addContext(row)),
      }),
      GetContextByTypeAndName: ({ type_name, context_name }) => {
        const found = named([...this.#contexts.values()], type_name, context_name);
        if (found === undefined) {
          return {};
        }
        const { executions: _, ...context } = found as ContextRow;
        return { context };
      },
      GetExecutionByTypeAndName: ({ type_name, execution_name }) => {
        const execution = named(this.executions, type_name, execution_name);
        return execution === undefined ? {} : { execution };
      },
      GetExecutionsByID: ({ execution_ids = [] }) => ({
        executions: this.executions.filter(({ id }) => execution_ids.includes(id)),
      }),
      GetExecutionsByContext: ({ context_id, options }) => this.#list(context_id, options),
      PutExecution: ({ execution, contexts = [] }) => this.#putExecution(execution, contexts),
      PutExecutions: ({ executions, update_mask }) => ({
        execution_ids: executions.map((row: StoredRow) => this.#change(row, update_mask?.paths ?? [])),
      }),
    };
    return Object.fromEntries(
      Object.entries(methods).map(([method, handle]) => [method, this.#handle(method, handle)]),
    );
  }

  // biome-ignore lint/suspicious/noExplicitAny: each method has its own request
  #handle(method: string, handle: (request: any) => object) {
    return async (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>) => {
      const caller = String(call.metadata.get('x-caller')[0] ?? '');
      const asked = { method, caller, request: call.request };
      this.calls.push(asked);
      try {
        await this.before(asked);
        const response = handle(call.request);
        await this.after(asked);
        callback(null, response);
      } catch (error) {
        const { code = grpcStatus.INTERNAL, message } = error as StoreFailure;
        callback({ code, details: message });
      }
    };
  }

  #nextId(): string {
    this.#ids += 1;
    return String(this.#ids);
  }

  #put(types: Map<string, string>, { name }: { name: string }): string {
    const id = types.get(name) ?? this.#nextId();
    types.set(name, id);
    return id;
  }

  #addContext({ type_id, name = '', custom_properties = {} }: StoredRow): string {
    const type = typeNamed(this.#contextTypes, type_id);
    if (named([...this.#contexts.values()], type, name) !== undefined) {
      throw new StoreFailure('ALREADY_EXISTS', 'Given node already exists');
    }
    const id = this.#nextId();
    this.#contexts.set(id, { id, type_id, type, name, custom_properties, executions: new Set() });
    return id;
  }

  #putExecution(row: StoredRow, contexts: readonly StoredRow[]): object {
    let { id } = row;
    if (id === undefined) {
      const type = typeNamed(this.#executionTypes, row.type_id);
      if (row.name !== undefined && named(this.executions, type, row.name) !== undefined) {
        throw new StoreFailure('ALREADY_EXISTS', 'Given node already exists');
      }
      id = this.#nextId();
      this.#executions.set(id, { ...row, id, type, custom_properties: row.custom_properties ?? {} });
    } else {
      this.#executions.set(id, { ...this.#known(row), ...row });
    }
    for (const { id: context = '' } of contexts) {
      this.#contexts.get(context)?.executions.add(id);
    }
    return { execution_id: id, context_ids: contexts.map((context) => context.id) };
  }

  /** The stored row of an id; ML Metadata refuses an unknown one, and another type. */
  #known({ id, type_id }: StoredRow): StoredRow {
    const known = this.#executions.get(id);
    if (known === undefined) {
      throw new StoreFailure('INVALID_ARGUMENT', `Cannot find the given id ${id}`);
    }
    if (type_id !== undefined && type_id !== known.type_id) {
      throw new StoreFailure(
        'INVALID_ARGUMENT',
        `Given type_id ${type_id} is different from the one known before`,
      );
    }
    return known;
  }

  #change(row: StoredRow, paths: readonly string[]): string {
    const known = this.#known(row);
    const properties = { ...known.custom_properties };
    let state = known.last_known_state;
    for (const path of paths) {
      const [, property] = /^custom_properties\.(.+)$/.exec(path) ?? [];
      const value = property === undefined ? undefined : row.custom_properties?.[property];
      if (property !== undefined && value !== undefined) {
        properties[property] = value;
      }
      if (path === 'last_known_state') {
        state = row.last_known_state;
      }
    }
    const changed = { ...known, custom_properties: properties };
    this.#executions.set(row.id, state === undefined ? changed : { ...changed, last_known_state: state });
    return row.id;
  }

  #list(
    contextId: string,
    options: { max_result_size?: number; next_page_token?: string; filter_query?: string } = {},
  ) {
    const ids = this.#contexts.get(contextId)?.executions ?? new Set();
    const matches = parseFilter(options.filter_query ?? '');
    const all = this.executions.filter((row) => ids.has(row.id) && matches(row));
    const from = Number(options.next_page_token ?? '0');
    const size = Math.min(options.max_result_size ?? 20, 100);
    const next = from + size < all.length ? { next_page_token: String(from + size) } : {};
    return { executions: all.slice(from, from + size), ...next };
  }
}

function typeNamed(types: ReadonlyMap<string, string>, id: string): string {
  const found = [...types].find(([, known]) => known === id);
  if (found === undefined) {
    throw new StoreFailure('NOT_FOUND', `No type found for query, type_id: ${id}`);
  }
  return found[0];
}

function getType(types: ReadonlyMap<string, string>, name: string) {
  const id = types.get(name);
  if (id === undefined) {
    throw new StoreFailure('NOT_FOUND', `No type found for query, name: \`${name}\``);
  }
  return { id, name };
}

function named<Row extends { type: string; name?: string }>(
  rows: readonly Row[],
  type: string,
  name: string,
): Row | undefined {
  return rows.find((row) => row.type === type && row.name === name);
}

/** Conjunctions of `custom_properties.NAME.int_value = N` and `... IN (N, M)`. */
function parseFilter(query: string): (row: StoredRow) => boolean {
  const terms = query === '' ? [] : query.split(' AND ').map(parseTerm);
  return (row) => terms.every((holds) => holds(row));
}

/** A property that is not there equals nothing. Texts are equal as they are in MySQL, whatever their case. */
function parseTerm(term: string): (row: StoredRow) => boolean {
  const [, alternatives] = /^\((.+)\)$/.exec(term) ?? [];
  if (alternatives !== undefined) {
    const parts = alternatives.split(' OR ').map(parseTerm);
    return (row) => parts.some((holds) => holds(row));
  }
  const [, name = '', one, several, text] =
    /^custom_properties\.(\w+)\.(?:int_value (?:= (-?\d+)|IN \(([-\d, ]+)\))|string_value = "([^"\\]*)")$/.exec(
      term,
    ) ?? [];
  const numbers = several?.split(', ') ?? [one];
  if (name === '') {
    throw new StoreFailure('INVALID_ARGUMENT', `cannot read the filter_query ${term}`);
  }
  return ({ custom_properties: { [name]: value } }) =>
    text === undefined
      ? numbers.includes(value?.int_value)
      : value?.string_value?.toLowerCase() === text.toLowerCase();
}
