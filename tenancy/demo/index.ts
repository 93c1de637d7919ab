export type { BoundPorts, DemoAccount, DemoFile, DemoTrunk } from './demo-file.ts';
export { createDemoWorld, isEmptyStore } from './demo-world.ts';
export { type Seeded, type SeedFiles, seedBench } from './seed-bench.ts';
