export { buildDelta, type DeltaSource, readChanges } from './build-delta.ts';
export {
  DirectoryPublisher,
  type DirectoryStep,
  type DirectoryTaker,
  type PublisherOptions,
} from './directory-publisher.ts';
export { type UnpackedShare, unpackShare } from './unpack-share.ts';
