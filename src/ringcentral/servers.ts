/** RingCentral's own servers, the one for production first; carriers' and simulators' come from the configuration. */
export const ringCentralServers = [
  'https://platform.ringcentral.com',
  'https://platform.devtest.ringcentral.com',
] as const
