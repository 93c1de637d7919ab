import type { Destination } from '../../../bus/index.ts';
import type { DestKind } from '../schema.ts';

export interface DestinationColumns {
  readonly destKind: DestKind | null;
  readonly destId: number | null;
  readonly destUri: string | null;
}

export function toDestinationColumns(destination: Destination | null): DestinationColumns {
  if (destination === null) return { destKind: null, destId: null, destUri: null };
  const { kind } = destination;
  const none = { destKind: kind, destId: null, destUri: null };
  if (kind === 'uri') return { ...none, destUri: destination.uri };
  if (kind === 'trunk' || kind === 'extension') return { ...none, destId: destination.trunkId };
  if (kind === 'trunk_group') return { ...none, destId: destination.groupId };
  return none;
}

export function fromDestinationColumns(columns: DestinationColumns): Destination | null {
  const { destKind: kind, destId, destUri } = columns;
  if (kind === null) return null;
  if (kind === 'uri') return { kind, uri: destUri ?? '' };
  if (kind === 'trunk' || kind === 'extension') return { kind, trunkId: destId ?? 0 };
  if (kind === 'trunk_group') return { kind, groupId: destId ?? 0 };
  return { kind };
}
