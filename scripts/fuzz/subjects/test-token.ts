/** The bearer token that Argo's agent would write. */
export const testToken = 'abcdefghijklmnopqrstuvwxyz012345';
