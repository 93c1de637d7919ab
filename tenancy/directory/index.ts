export { canonicalAddress, parseSource } from './address-index.ts';
export { Directory, type DirectorySize } from './directory.ts';
export { DirectoryGapError } from './errors.ts';
export {
  accountRecord,
  carrierRecord,
  type DeltaFields,
  didRecord,
  directoryDelta,
  trunkRecord,
} from './fixtures.ts';
export type { NearDid } from './nearest-dids.ts';
export type { ResolvedDestination } from './resolve-destination.ts';
