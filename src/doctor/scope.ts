/** What is looked at, and from where. */
export interface Scope {
  /** Namespace whose workflows are to run with the plugin. */
  readonly namespace: string;
  /** Namespace of Argo's workflow controller. */
  readonly controllerNamespace: string;
  /** Service account of the controller, where it is told and need not be read from the Deployment. */
  readonly controllerServiceAccount: string | undefined;
  /** Service accounts of the namespace that pipelines run as. */
  readonly serviceAccounts: readonly string[];
  /** HOST:PORT under which this process reaches the driver server, where it is not the plugin's own DRIVER_HOST. */
  readonly driver: string | undefined;
  /** File with the token for the driver server, where it is not the plugin's own. */
  readonly tokenFile: string | undefined;
  /** Whether this process runs in a pod of the cluster. */
  readonly isInside: boolean;
  /** Milliseconds that one request to Kubernetes or to the driver server may take. */
  readonly timeoutMs: number;
}
