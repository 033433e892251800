import { webhookMetrics as webhook } from '../../src/webhook/webhook-metrics.js';
import { quantileOf, seriesOf } from '../docs/series-of.js';
import type { Alert } from './alert.js';

const pod = 'pod="a"';
const ended = (outcome: string, reason: string) =>
  `driver_plugin_webhook_requests_total{${pod},outcome="${outcome}",reason="${reason}"}`;
const failed = seriesOf(webhook.requests, { outcome: 'failed' });

/** Every alert of the webhook. */
export const webhookAlerts: readonly Alert[] = [
  {
    name: 'DriverPluginWebhookAbsent',
    expr: `absent(${seriesOf(webhook.build)})`,
    for: '10m',
    severity: 'warning',
    summary: 'No webhook is scraped: new runs have driver pods.',
    description: 'No driver-plugin-webhook of {{ $labels.namespace }} answers Prometheus.',
    why: 'runs work without it, only with pods, so this wakes nobody',
    actions: [
      '`kubectl get pods -l app.kubernetes.io/component=webhook -n NAMESPACE`, and the log of one that is not ready.',
      'While it waits for its certificate it says why, and listens nowhere.',
    ],
    proof: {
      series: { [`driver_plugin_webhook_build_info{${pod}}`]: '1x3 _x30' },
      silentAt: '12m',
      firesAt: '20m',
    },
  },
  {
    name: 'DriverPluginWebhookFailsOpen',
    expr: 'sum by (name) (increase(apiserver_admission_webhook_fail_open_count{name="adopt.driver-plugin.local"}[10m])) > 0',
    for: '1m',
    severity: 'warning',
    summary: 'The API server cannot get through to the webhook.',
    description:
      'The API server admits workflows without asking {{ $labels.name }}: they keep their driver pods.',
    why: 'only the API server can count the calls that never arrive; each is a run with driver pods',
    actions: [
      '`driver-plugin doctor` calls the webhook as the API server does: certificate, Service, endpoints.',
      'A NetworkPolicy of its namespace must let the API server in.',
    ],
    proof: {
      series: {
        'apiserver_admission_webhook_fail_open_count{name="adopt.driver-plugin.local",type="admit",namespace="default"}':
          '0x5 2x30',
        'apiserver_admission_webhook_fail_open_count{name="another",type="admit",namespace="default"}':
          '0+2x30',
      },
      silentAt: '5m',
      firesAt: '8m',
      labels: { name: 'adopt.driver-plugin.local' },
      isOfCluster: true,
    },
  },
  {
    name: 'DriverPluginWebhookFails',
    expr: `sum by (namespace, reason) (increase(${failed}[15m])) > 2`,
    for: '1m',
    severity: 'warning',
    summary: 'The webhook fails: runs keep their driver pods.',
    description:
      'Admission requests to the webhook in {{ $labels.namespace }} fail with {{ $labels.reason }}.',
    why: 'one may be one odd workflow; it was admitted as it came all the same',
    actions: [
      '`too-slow`, `too-busy`: more replicas (`adopt.replicas`), or a CPU request that the node grants.',
      '`bad-patch`, `fault`: a fault of this project. The log has its stack; please report it, and exclude the pipeline (`adopt.excludedPipelines`).',
      'The others: [webhook.md](webhook.md#what-it-does-with-a-request).',
    ],
    proof: {
      series: { [ended('failed', 'too-slow')]: '0x5 1+1x4 5x30', [ended('converted', 'none')]: '0+9x50' },
      silentAt: '6m',
      firesAt: '12m',
      labels: { reason: 'too-slow' },
    },
  },
  {
    name: 'DriverPluginWebhookOtherKfp',
    expr: `sum by (namespace) (increase(${seriesOf(webhook.requests, { outcome: 'skipped', reason: 'other-kfp-version' })}[15m])) > 0`,
    for: '0m',
    severity: 'warning',
    summary: 'Runs are of another KFP than this release, so they keep their driver pods.',
    description: 'The webhook in {{ $labels.namespace }} skips runs of another KFP version.',
    why: 'this is the safety catch after an upgrade of KFP: it lasts until the release follows',
    actions: ['Upgrade server and webhook to the KFP of the workflows: [below](#upgrade-kfp).'],
    proof: { series: { [ended('skipped', 'other-kfp-version')]: '0x5 1x30' }, silentAt: '4m', firesAt: '8m' },
  },
  {
    name: 'DriverPluginWebhookSlow',
    expr: `${quantileOf(0.99, webhook.requestSeconds, '10m')} > 1`,
    for: '10m',
    severity: 'warning',
    summary: 'The webhook takes longer than a second.',
    description: 'One in a hundred admission requests in {{ $labels.namespace }} takes longer than a second.',
    why: 'it gives up after 2.5 s (`BUDGET_SECONDS`), the API server after 5, and each creation waits for it',
    actions: [
      'As for `too-slow` of `DriverPluginWebhookFails`. The log has bytes and milliseconds of each request.',
    ],
    proof: {
      series: {
        [`driver_plugin_webhook_request_seconds_bucket{${pod},outcome="converted",le="1"}`]: '0+9x5 45x60',
        [`driver_plugin_webhook_request_seconds_bucket{${pod},outcome="converted",le="2.5"}`]: '0+9x70',
        [`driver_plugin_webhook_request_seconds_bucket{${pod},outcome="converted",le="+Inf"}`]: '0+9x70',
      },
      silentAt: '10m',
      firesAt: '30m',
    },
  },
  {
    name: 'DriverPluginWebhookDistrusted',
    expr: `sum by (namespace) (increase(${seriesOf(webhook.connectionErrors, { kind: 'distrust' })}[10m])) > 0`,
    for: '5m',
    severity: 'warning',
    summary: "The API server does not trust the webhook's certificate.",
    description: 'Callers of the webhook in {{ $labels.namespace }} do not trust its certificate.',
    why: 'a configuration that lost its CA gets it back within a minute',
    actions: [
      "`kubectl get mutatingwebhookconfiguration driver-plugin-webhook -o jsonpath='{.webhooks[0].clientConfig.caBundle}'`: is it the CA of the Secret?",
      'A GitOps tool that sets it back needs an exception for `caBundle`.',
    ],
    proof: {
      series: { [`driver_plugin_webhook_connection_errors_total{${pod},kind="distrust"}`]: '0x5 0+1x30' },
      silentAt: '7m',
      firesAt: '14m',
    },
  },
  {
    name: 'DriverPluginWebhookCertificateEndsSoon',
    expr: `(${seriesOf(webhook.certificateEnd)} - time()) / (${seriesOf(webhook.certificateEnd)} - ${seriesOf(webhook.certificateBegin)}) < 0.1`,
    for: '15m',
    severity: 'warning',
    summary: "The webhook's certificate is in the last tenth of its life.",
    description:
      'The certificate that {{ $labels.pod }} of {{ $labels.namespace }} shows ends soon; nobody has renewed it.',
    why: 'the webhook renews its own after two thirds, and so does cert-manager',
    actions: [
      'Its own certificate: the line `cannot renew the certificate` says why, most often a right to its Secret that is missing.',
      'cert-manager: `kubectl describe certificate`. A Secret of your own: put the new pair in, and its CA into `adopt.certificate.caBundle`.',
    ],
    proof: {
      series: {
        [`driver_plugin_webhook_certificate_not_before_timestamp_seconds{${pod}}`]: '0x200',
        [`driver_plugin_webhook_certificate_not_after_timestamp_seconds{${pod}}`]: '6000x200',
      },
      silentAt: '100m',
      firesAt: '106m',
      labels: { pod: 'a' },
    },
  },
];
