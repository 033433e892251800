import { parseGoDurationMs } from '../../common/go-duration.js';
import { check, fault, skipped, well } from '../check.js';
import { setEnvironment, settingOf } from './controller.js';

const requeue = 'DEFAULT_REQUEUE_TIME';
const patchRate = 'ARGO_AGENT_PATCH_RATE';
const argoDefault = '10s';

/** With 1 s and 2 s plugin pipelines are still the faster ones; see docs/doctor.md for all that was measured. */
const longestMs = 2_000;

/**
 * A plugin node takes two cycles of the controller and one patch of the agent, a pod that ends one cycle. The agent's
 * rate is the controller's where it is not set.
 */
export const controllerSpeed = check({
  id: 'controller-speed',
  category: "Argo's controller",
  well: 'the controller and its agents answer within two seconds',
  severity: 'warning',
  when: 'always',
  remedy: (scope) => setEnvironment(scope, `${requeue}=1s ${patchRate}=1s`),
  needs: ['controller'],
  probe: async ({ controller }, _ask, scope) => {
    const cycle = settingOf(controller, requeue) ?? argoDefault;
    const rate = settingOf(controller, patchRate) ?? cycle;
    if (cycle === 'elsewhere' || rate === 'elsewhere') {
      return skipped(`${requeue} or ${patchRate} comes from elsewhere than the controller's Deployment`);
    }
    const remedy = setEnvironment(scope, `${requeue}=1s ${patchRate}=1s`, controller.name);
    const found = `${requeue} is ${cycle} and ${patchRate} is ${rate}`;
    const unreadable = [cycle, rate].find((text) => toMs(text) === undefined);
    if (unreadable !== undefined) {
      return fault(`${found}: "${unreadable}" is no duration, and Argo does not start with it`, {
        remedy,
        severity: 'error',
      });
    }
    const isFast = [cycle, rate].every((text) => (toMs(text) ?? 0) <= longestMs);
    return isFast
      ? well(`${requeue} ${cycle}, ${patchRate} ${rate}`)
      : fault(
          `${found}: pipelines get slower than with driver pods ` +
            '(three tasks in a row took 120 s instead of 70 with 10s each; with 1s each 30 s instead of 44)',
          { remedy },
        );
  },
});

function toMs(text: string): number | undefined {
  try {
    return parseGoDurationMs(text);
  } catch {
    return undefined;
  }
}
