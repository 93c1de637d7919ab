import { timingSafeEqual } from 'node:crypto';
import { invalid } from '../../errors.ts';
import { makeHa1Set, makePassword } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';
import { checkVersion, type Ref, type Visible } from './common.ts';
import { type Credentials, getTrunk } from './trunk-repo.ts';
import { sealHa1, toTrunkRecord } from './trunk-rows.ts';
import { freeUsername } from './trunk-username.ts';
import { checkPassword } from './validate.ts';

export interface Regeneration {
  readonly rotateUsername?: boolean;
  /** Moves the trunk to another realm, which its passwords are bound to. */
  readonly realm?: string;
  readonly username?: string;
  readonly password?: string;
  /** Seconds the password before stays good; 0 ends it at once (features.md A9). */
  readonly overlapSec?: number;
  readonly ifVersion?: number;
}

const LONGEST_OVERLAP_SEC = 30 * 86_400;

/** A new password, and a new identity when asked. Call it within `store.write`; bindings go with the old identity. */
export async function regenerateCredentials(
  context: StoreContext,
  ref: Ref,
  how: Regeneration,
  visible: Visible,
): Promise<Credentials> {
  const row = await getTrunk(context, ref, visible);
  checkVersion(row, how.ifVersion);
  const overlapSec = how.overlapSec ?? 0;
  if (!Number.isInteger(overlapSec) || overlapSec < 0 || overlapSec > LONGEST_OVERLAP_SEC) {
    throw invalid('overlap_seconds', `must be 0 to ${LONGEST_OVERLAP_SEC}`);
  }
  const realm = (how.realm ?? row.realm).toLowerCase();
  const username =
    how.username ?? (how.rotateUsername === true ? await freeUsername(context, row.name, realm) : row.username);
  const renamed = realm !== row.realm || username !== row.username;
  if (renamed && overlapSec > 0) {
    throw invalid('overlap_seconds', 'the old password cannot stay good when user name or realm change');
  }
  if (how.password !== undefined) checkPassword('password', how.password);
  const password = how.password ?? makePassword();
  await store(context, row.id, row.uuid, { realm, username, password, overlapSec });
  if (overlapSec === 0) await context.db.deleteFrom('bindings').where('trunkId', '=', row.id).execute();
  return { trunk: await getTrunk(context, row.id, null), password };
}

interface Identity {
  readonly realm: string;
  readonly username: string;
  readonly password: string;
  readonly overlapSec: number;
}

async function store(context: StoreContext, id: number, uuid: string, identity: Identity): Promise<void> {
  const now = context.clock.nowMs();
  const { realm, username, password, overlapSec } = identity;
  const old = await context.db.selectFrom('trunks').select('ha1Sealed').where('id', '=', id).executeTakeFirstOrThrow();
  const overlaps = overlapSec > 0 && old.ha1Sealed !== null;
  await context.db
    .updateTable('trunks')
    .set({
      realm,
      username,
      ha1Sealed: sealHa1(context.secrets, makeHa1Set(username, realm, password), uuid),
      previousHa1Sealed: overlaps ? old.ha1Sealed : null,
      previousHa1UntilMs: overlaps ? now + overlapSec * 1000 : null,
      updatedAtMs: now,
    })
    .where('id', '=', id)
    .execute();
}

/** Whether that is its password now; for files that name passwords by reference. */
export async function trunkHasPassword(context: StoreContext, id: number, password: string): Promise<boolean> {
  const row = await context.db.selectFrom('trunks').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const stored = Buffer.from(toTrunkRecord(row, context.secrets).ha1['SHA-256'] ?? '');
  const wanted = Buffer.from(makeHa1Set(row.username, row.realm, password)['SHA-256'] ?? '');
  return stored.length === wanted.length && timingSafeEqual(stored, wanted);
}
