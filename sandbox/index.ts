export { Sandbox, type SandboxOptions } from './sandbox.ts';
export type { StartWorldSip, WorldSip, WorldSipParts } from './world-sip.ts';
