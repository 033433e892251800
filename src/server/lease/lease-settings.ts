import {
  matching,
  optional,
  type Setting,
  type SettingsOf,
  seconds,
  setting,
  wholeNumber,
} from '../../common/settings.js';

/** Settings of the Lease of which one server of several drives. Without LEASE_NAME there is none. */
export const leaseSettings = {
  leaseName: setting(
    'LEASE_NAME',
    'Lease of the namespace whose holder alone drives; without one this server always drives',
    optional(matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'the name of a Kubernetes object')),
    '',
  ),
  leaseSeconds: setting(
    'LEASE_DURATION_SECONDS',
    'so long after its last renewal nobody takes it from a holder that says nothing',
    wholeNumber(2, 3600),
    '14',
  ),
  leaseRenewDeadlineMs: setting(
    'LEASE_RENEW_DEADLINE_SECONDS',
    'a holder that could not renew it for so long ends its drivers, and drives no more',
    seconds(0.5, 3600),
    '10',
  ),
  leaseRetryMs: setting(
    'LEASE_RETRY_SECONDS',
    'between two renewals, or two tries to take it',
    seconds(0.1, 600),
    '2',
  ),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type LeaseSettings = SettingsOf<typeof leaseSettings>;

/** Faults that no setting has alone. */
export function checkLeaseSettings(settings: LeaseSettings): string[] {
  const { leaseSeconds, leaseRenewDeadlineMs, leaseRetryMs } = settings;
  const faults: string[] = [];
  if (leaseRenewDeadlineMs >= leaseSeconds * 1000) {
    faults.push(
      'LEASE_RENEW_DEADLINE_SECONDS must be less than LEASE_DURATION_SECONDS: what a holder drives must end before another one begins',
    );
  }
  if (leaseRetryMs * 2 > leaseRenewDeadlineMs) {
    faults.push(
      'LEASE_RETRY_SECONDS must be at most half of LEASE_RENEW_DEADLINE_SECONDS: one lost renewal must not cost the lease',
    );
  }
  return faults;
}
