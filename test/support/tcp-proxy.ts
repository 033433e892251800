import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What the proxy does with a connection. */
export type ProxyMode =
  /** Forwards both ways. */
  | 'forward'
  /** Accepts and closes at once. */
  | 'drop'
  /** Accepts and never says a word. */
  | 'silent'
  /** Forwards, but resets a connection in the middle of a reply: after `cutReplyAfter` bytes of it. */
  | 'cut reply'
  /** Loses every byte, either way, and lets the connections stand; one that has lost bytes is dumb for good. */
  | 'frozen';

/** A TCP proxy on 127.0.0.1 that has the faults below gRPC. */
export interface TcpProxy {
  /** HOST:PORT */
  readonly address: string;
  readonly port: number;
  /** Holds for connections to come; 'cut reply' and 'frozen' for those that are open as well. */
  mode: ProxyMode;
  /** Bytes of a connection's replies that still pass in the mode 'cut reply'. */
  cutReplyAfter: number;
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
    if (proxy.mode === 'drop') {
      incoming.resetAndDestroy();
    }
    if (proxy.mode === 'drop' || proxy.mode === 'silent') {
      return;
    }
    const outgoing = connect(targetPort, '127.0.0.1');
    track(outgoing);
    forward(proxy, incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const proxy: TcpProxy = {
    address: `127.0.0.1:${port}`,
    port,
    mode,
    cutReplyAfter: 0,
    get connections() {
      return connections;
    },
    get open() {
      return incomings.size;
    },
    cut: () => {
      for (const socket of sockets) {
        socket.resetAndDestroy();
      }
    },
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}

function forward(proxy: TcpProxy, incoming: Socket, outgoing: Socket): void {
  let replied = 0;
  let dumb = false;
  const passes = () => {
    dumb ||= proxy.mode === 'frozen';
    return !dumb;
  };
  incoming.on('data', (chunk: Buffer) => {
    if (passes()) {
      outgoing.write(chunk);
    }
  });
  outgoing.on('data', (chunk: Buffer) => {
    if (!passes()) {
      return;
    }
    const room = proxy.cutReplyAfter - replied;
    replied += chunk.length;
    if (proxy.mode !== 'cut reply' || chunk.length <= room) {
      incoming.write(chunk);
    } else {
      incoming.write(chunk.subarray(0, Math.max(0, room)), () => incoming.resetAndDestroy());
    }
  });
  incoming.on('end', () => outgoing.end());
  outgoing.on('end', () => incoming.end());
  incoming.on('close', () => outgoing.destroy());
  outgoing.on('close', () => incoming.destroy());
}
