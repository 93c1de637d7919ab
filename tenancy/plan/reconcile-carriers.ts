import {
  type CarrierPatch,
  type CarrierRow,
  createCarrier,
  deleteCarrier,
  EVERYTHING,
  listCarriers,
  updateCarrier,
} from '../store/index.ts';
import { compare } from './change.ts';
import { reconcileCarrierPolicy } from './reconcile-policies.ts';
import type { Session } from './session.ts';
import type { CarrierEntry } from './tenant-schema.ts';

/** Carriers belong to the platform: only the operator's file may name them. */
export async function reconcileCarriers(session: Session): Promise<void> {
  const entries = session.parsed.file.carriers;
  if (entries === undefined) return;
  if (session.options.visible !== null) throw session.fault(['carriers'], "carriers are the operator's");
  const has = (await listCarriers(session.context, EVERYTHING)).rows;
  for (const [at, entry] of entries.entries()) {
    const row = has.find((carrier) => carrier.name === entry.name);
    await session.attempt(() => reconcileCarrier(session, entry, row, ['carriers', at]));
  }
  if (!session.prune) return;
  const keep = new Set(entries.map((entry) => entry.name));
  for (const carrier of has) {
    if (keep.has(carrier.name)) continue;
    // The audit log looks up its uuid.
    await session.note(
      { action: 'delete', resource: 'carrier', account: '', name: carrier.name, id: carrier.id, fields: [] },
      null,
    );
    await deleteCarrier(session.context, carrier.id);
  }
}

async function reconcileCarrier(
  session: Session,
  entry: CarrierEntry,
  row: CarrierRow | undefined,
  path: readonly (string | number)[],
): Promise<void> {
  const patch = patchOf(entry);
  const change = { resource: 'carrier', account: '', name: entry.name } as const;
  if (row === undefined) {
    const made = await session.at(path, () => createCarrier(session.context, { ...patch, name: entry.name }));
    await session.note({ ...change, action: 'create', id: made.id, fields: [] }, null);
    await reconcileCarrierPolicy(session, made, entry, path);
    return;
  }
  const fields = compare({
    enabled: [row.enabled, patch.enabled],
    sources: [row.sources, patch.sources],
    gateways: [row.gateways, patch.gateways?.toSorted((a, b) => a.priority - b.priority)],
    prefixes: [row.prefixes, patch.prefixes],
    max_in: [row.maxIn, patch.maxIn],
    max_out: [row.maxOut, patch.maxOut],
    country: [row.country, patch.country],
    notes: [row.notes, patch.notes],
  });
  if (fields.length > 0) {
    await session.at(path, () => updateCarrier(session.context, row.id, patch));
    await session.note({ ...change, action: 'update', id: row.id, fields }, null);
  }
  await reconcileCarrierPolicy(session, row, entry, path);
}

function patchOf(entry: CarrierEntry): CarrierPatch {
  const patch = {
    enabled: entry.enabled,
    sources: entry.sources,
    gateways: entry.gateways?.map(({ host, port = 5060, transport = 'udp', priority = 1, weight = 1 }) => ({
      host,
      port,
      transport,
      priority,
      weight,
    })),
    prefixes: entry.prefixes?.map(({ prefix, cost_micros: costMicros = 0 }) => ({ prefix, costMicros })),
    maxIn: entry.max_in,
    maxOut: entry.max_out,
    country: entry.country,
    notes: entry.notes,
  };
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as CarrierPatch;
}
