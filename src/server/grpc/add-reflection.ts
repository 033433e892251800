import type { handleBidiStreamingCall, MethodDefinition, Server, ServiceDefinition } from '@grpc/grpc-js';

type Handler = handleBidiStreamingCall<object, object>;

/** A method of reflection, and who answers it. */
interface Loaded {
  readonly method: MethodDefinition<object, object>;
  readonly handler: Handler;
}

const methodName = 'ServerReflectionInfo';
const paths = ['v1', 'v1alpha'].map(
  (version) => `/grpc.reflection.${version}.ServerReflection/${methodName}`,
);

/**
 * Adds server reflection, which is loaded when somebody asks for it: that takes as long as half of the start, and most
 * servers are never asked.
 */
export function addReflection(server: Pick<Server, 'addService'>): void {
  let loading: Promise<ReadonlyMap<string, Loaded>> | undefined;
  const load = (): Promise<ReadonlyMap<string, Loaded>> => {
    loading ??= loadReflection();
    return loading;
  };
  for (const path of paths) {
    const late = createLateMethod(path, load);
    server.addService({ [methodName]: late.method }, { [methodName]: late.handler });
  }
}

function createLateMethod(path: string, load: () => Promise<ReadonlyMap<string, Loaded>>): Loaded {
  let loaded: Loaded | undefined;
  // A stream is read once its handler listens, and by then all is loaded.
  const loadedMethod = () => {
    if (loaded === undefined) {
      throw new Error(`${path} is read before it is loaded`);
    }
    return loaded.method;
  };
  const method = {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: (request: object) => loadedMethod().requestSerialize(request),
    requestDeserialize: (bytes: Buffer) => loadedMethod().requestDeserialize(bytes),
    responseSerialize: (response: object) => loadedMethod().responseSerialize(response),
    responseDeserialize: (bytes: Buffer) => loadedMethod().responseDeserialize(bytes),
  };
  const handler: Handler = (call) => {
    load().then(
      (all) => {
        loaded = all.get(path);
        loaded?.handler(call);
      },
      (error: Error) => call.destroy(error),
    );
  };
  return { method, handler };
}

/** By their paths. */
async function loadReflection(): Promise<ReadonlyMap<string, Loaded>> {
  const { createReflectionService } = await import('./reflection-service.js');
  const all = new Map<string, Loaded>();
  createReflectionService().addToServer({
    addService: (service: ServiceDefinition, handlers: Readonly<Record<string, Handler>>) => {
      const [method, handler] = [service[methodName], handlers[methodName]];
      if (method !== undefined && handler !== undefined) {
        all.set(method.path, { method, handler });
      }
    },
  });
  return all;
}
