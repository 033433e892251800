import { readFile } from 'node:fs/promises';
import type { AdminRoute } from '../../admin/admin-server.js';
import { guardRoute } from '../../admin/guard-route.js';
import type { BegunCall, CallObserver } from '../grpc/driver-service.js';
import { createCallHistory, type HistoryLimits } from './call-history.js';
import { makeOverview } from './make-overview.js';
import { makeRun } from './make-run.js';
import type { ServerView, Snapshot } from './server-view.js';

export interface PageOptions {
  /** File with the tokens that may see it, one a line; without one everybody who comes to the port may. */
  readonly tokenFile: string | undefined;
  readonly limits?: HistoryLimits;
}

/** The page on the admin port, and what it remembers of the calls. */
export interface Page {
  readonly followCall: (call: BegunCall) => CallObserver;
  readonly routes: (view: () => ServerView) => Readonly<Record<string, AdminRoute>>;
}

/** Only whoever asks for the page loads this. */
export function createPage({ tokenFile, limits }: PageOptions): Page {
  const history = createCallHistory(limits);
  const guard = (route: AdminRoute) =>
    tokenFile === undefined ? route : guardRoute(route, () => readFile(tokenFile, 'utf8'));
  return {
    followCall: history.followCall,
    routes: (view) => {
      const snapshot = (): Snapshot => ({
        nowMs: Date.now(),
        server: view(),
        calls: history.calls(),
        forgotten: history.forgotten(),
      });
      return {
        '/': guard(() => makeOverview(snapshot())),
        '/run': guard(({ searchParams }) => makeRun(snapshot(), searchParams.get('uid') ?? '')),
      };
    },
  };
}
