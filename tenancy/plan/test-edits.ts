import { stringify } from 'yaml';
import { EVERYTHING, listDids, listTrunks, type Store } from '../store/index.ts';

interface Trunk {
  name: string;
  renamed_from?: string;
  max_in?: number | null;
  notes?: string;
  [other: string]: unknown;
}

interface Account {
  readonly name: string;
  country?: string | null;
  trunks?: Trunk[];
  dids?: { number: string; destination?: object | null; notes?: string }[];
}

export interface File {
  prune?: boolean;
  readonly accounts: Account[];
}

/** A few accounts with trunks, each with a number. */
export function firstFile(accounts: number, trunks: number): File {
  return {
    accounts: Array.from({ length: accounts }, (_, a) => ({
      name: `Account ${a}`,
      trunks: Array.from({ length: trunks }, (_, n) => ({ name: `Trunk ${n}`, auth_type: 'digest', max_in: n })),
      dids: Array.from({ length: trunks }, (_, n) => ({
        number: `+3120${a}${String(n).padStart(6, '0')}`,
        destination: { trunk: `Trunk ${n}` },
      })),
    })),
  };
}

export const textOf = (file: File) => stringify({ version: 1, ...file });

/** What a person does to a file, at a random place. */
export const EDITS: Readonly<Record<string, (account: Account, at: number, value: number) => void>> = {
  ceiling: ({ trunks = [] }, at, value) => {
    const trunk = trunks[at % trunks.length];
    if (trunk !== undefined) trunk.max_in = value === 0 ? null : value;
  },
  notes: ({ trunks = [] }, at, value) => {
    const trunk = trunks[at % trunks.length];
    if (trunk !== undefined) trunk.notes = `note ${value}`;
  },
  country: (account, _at, value) => {
    account.country = value % 2 === 0 ? 'NL' : null;
  },
  rename: (account, at, value) => {
    const trunk = account.trunks?.[at % account.trunks.length];
    if (trunk === undefined || trunk.renamed_from !== undefined) return;
    const was = trunk.name;
    trunk.renamed_from = was;
    trunk.name = `Renamed ${value} ${was}`;
    for (const did of account.dids ?? []) {
      if ((did.destination as { trunk?: string } | null)?.trunk === was) did.destination = { trunk: trunk.name };
    }
  },
  add: (account, _at, value) => {
    const name = `New ${value}`;
    if (account.trunks?.some((trunk) => trunk.name === name) === true) return;
    account.trunks = [...(account.trunks ?? []), { name, auth_type: 'digest' }];
  },
  remove: (account, at) => {
    const trunk = account.trunks?.[at % account.trunks.length];
    if (trunk === undefined) return;
    account.trunks = account.trunks?.filter((other) => other !== trunk) ?? [];
    for (const did of account.dids ?? []) {
      if ((did.destination as { trunk?: string } | null)?.trunk === trunk.name) did.destination = null;
    }
  },
  reroute: (account, at, value) => {
    const did = account.dids?.[at % account.dids.length];
    const trunk = account.trunks?.[value % account.trunks.length];
    if (did !== undefined) did.destination = trunk === undefined ? { reject: true } : { trunk: trunk.name };
  },
  release: (account, at) => {
    account.dids = account.dids?.filter((_, index) => index !== at) ?? [];
  },
};

/** Trunks and numbers as they are stored, without stamps. */
export async function stored(store: Store) {
  const trunks = (await listTrunks(store, {}, EVERYTHING, null)).rows;
  const dids = (await listDids(store, {}, EVERYTHING, null)).rows;
  return {
    trunks: new Map(
      trunks.map(({ id, name, maxIn, notes, country }) => [id, JSON.stringify([name, maxIn, notes, country])]),
    ),
    destinations: new Map(dids.map(({ id, destination }) => [id, JSON.stringify(destination)])),
  };
}

/** How many keys of either side have another value, or none, on the other. */
export function differences(before: ReadonlyMap<number, string>, after: ReadonlyMap<number, string>): number {
  return [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id)).length;
}
