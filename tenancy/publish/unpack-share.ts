import type { DidColumn, DidRecord, DirectoryShare, RoutingPolicy, TrunkRecord } from '../../bus/index.ts';
import type { SecretBox } from '../secrets/index.ts';
import { fromDestinationColumns } from '../store/index.ts';
import { CredentialSlab } from './credential-slab.ts';
import { kept, StoredTrunk } from './stored-trunk.ts';

/** The records of a share; one of the lists is empty. */
export interface UnpackedShare {
  readonly trunks: readonly TrunkRecord[];
  readonly dids: readonly DidRecord[];
}

/** Records as they are until now. */
export interface KnownRecords {
  findTrunk(id: number): TrunkRecord | undefined;
  findDidById(id: number): DidRecord | undefined;
}

const NOTHING_KNOWN: KnownRecords = { findTrunk: () => undefined, findDidById: () => undefined };

/**
 * Makes records of what `packShares` wrote, in the thread that uses them. Of those that are `known` what has not changed
 * is kept: a step over ten thousand trunks then leaves little behind that a collection would have to move.
 */
export function unpackShare(share: DirectoryShare, secrets: SecretBox, known = NOTHING_KNOWN): UnpackedShare {
  const policies = new Map(share.policies);
  return share.kind === 'trunks'
    ? { trunks: unpackTrunks(share.columns, policies, secrets, known), dids: [] }
    : { trunks: [], dids: unpackDids(share.columns, policies, known) };
}

function unpackTrunks(
  columns: (DirectoryShare & { kind: 'trunks' })['columns'],
  policies: ReadonlyMap<number, RoutingPolicy>,
  secrets: SecretBox,
  known: KnownRecords,
): readonly TrunkRecord[] {
  const rows = parseColumns(columns);
  const sealed = rows.ha1Sealed as readonly string[];
  const slab = new CredentialSlab(
    sealed.reduce((bytes, hex) => bytes + hex.length / 2, 0),
    secrets,
  );
  const realms = new Map<string, string>();
  return rows.id.map((id, row) => {
    const realm = rows.realm[row] as string;
    // One text for all trunks of a realm.
    if (!realms.has(realm)) realms.set(realm, realm);
    rows.realm[row] = realms.get(realm);
    return new StoredTrunk(
      <T>(column: keyof typeof rows) => rows[column][row] as T,
      policies.get(id as number),
      secrets,
      slab,
      known.findTrunk(id as number),
    );
  });
}

function unpackDids(
  columns: (DirectoryShare & { kind: 'dids' })['columns'],
  policies: ReadonlyMap<number, RoutingPolicy>,
  known: KnownRecords,
): readonly DidRecord[] {
  const rows = parseColumns(columns);
  return rows.id.map((id, row) => {
    const cell = <T>(column: DidColumn) => rows[column][row] as T;
    const routing = policies.get(id as number);
    const before = known.findDidById(id as number);
    return {
      id: cell<number>('id'),
      uuid: kept(before?.uuid, cell('uuid')),
      accountId: cell<number>('accountId'),
      number: kept(before?.number, cell('number')),
      blockSize: cell<number>('blockSize'),
      status: cell<DidRecord['status']>('status'),
      destination: fromDestinationColumns({
        destKind: cell('destKind'),
        destId: cell('destId'),
        destUri: cell('destUri'),
      }),
      ...(rows.smsEnabled[row] === 1 && { smsEnabled: true as const }),
      ...(routing && { routing }),
    };
  });
}

function parseColumns<Name extends string>(columns: Readonly<Record<Name, string>>): Record<Name, unknown[]> {
  const entries = Object.entries<string>(columns).map(([name, text]) => [name, JSON.parse(text) as unknown[]]);
  return Object.fromEntries(entries) as Record<Name, unknown[]>;
}
