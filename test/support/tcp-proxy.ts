import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What the proxy does with a connection. */
export type ProxyMode =
  /** Forwards both ways. */
  | 'forward'
  /** Accepts and closes at once. */
  | 'drop'
  /** Accepts and never says a word. */
  | 'silent';

/** A TCP proxy on 127.0.0.1 that has the faults below gRPC. */
export interface TcpProxy {
  /** HOST:PORT */
  readonly address: string;
  readonly port: number;
  mode: ProxyMode;
  /** Connections that were ever accepted. */
  readonly connections: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Cuts every open connection with a TCP reset. */
  cut(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number, mode: ProxyMode = 'forward'): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const incomings = new Set<Socket>();
  let connections = 0;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const server: Server = createServer((incoming) => {
    connections += 1;
    track(incoming);
    incomings.add(incoming);
    incoming.on('close', () => incomings.delete(incoming));
    if (proxy.mode === 'drop') incoming.resetAndDestroy();
    if (proxy.mode !== 'forward') return;
    const outgoing = connect(targetPort, '127.0.0.1');
    track(outgoing);
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: TcpProxy = {
    address: `127.0.0.1:${port}`,
    port,
    mode,
    get connections() {
      return connections;
    },
    get open() {
      return incomings.size;
    },
    cut: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}
