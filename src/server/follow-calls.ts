import type { BegunCall, CallObserver } from './grpc/driver-service.js';

export type FollowCall = (call: BegunCall) => CallObserver;

/** Several that follow calls as one; undefined for none, so that nothing is observed. */
export function followAll(followers: readonly (FollowCall | undefined)[]): FollowCall | undefined {
  const all = followers.filter((follow) => follow !== undefined);
  if (all.length <= 1) {
    return all[0];
  }
  return (call) => {
    const observers = all.map((follow) => follow(call));
    return {
      stage: (stage) => {
        for (const observer of observers) {
          observer.stage(stage);
        }
      },
      ended: (result) => {
        for (const observer of observers) {
          observer.ended(result);
        }
      },
    };
  };
}
