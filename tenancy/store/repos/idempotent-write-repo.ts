import type { StoreContext } from '../open-store.ts';

/** A write that carried an Idempotency-Key, and what it was answered. */
export interface IdempotentWrite {
  /** What it asked for. */
  readonly fingerprint: string;
  /** `undefined`: something was written, and nothing answered yet. */
  readonly answer: string | undefined;
}

/** So long a write is remembered. */
const KEPT_MS = 86_400_000;

/** The write of that scope (who, and which key) within the last day. */
export async function findIdempotentWrite(context: StoreContext, scope: string): Promise<IdempotentWrite | undefined> {
  const row = await context.db
    .selectFrom('idempotentWrites')
    .selectAll()
    .where('scope', '=', scope)
    .where('atMs', '>', context.clock.nowMs() - KEPT_MS)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { fingerprint, answerSealed } = row;
  return { fingerprint, answer: answerSealed === null ? undefined : context.secrets.open(answerSealed, aad(scope)) };
}

/** Notes, in the transaction that writes, that it is written; what is older than a day goes. */
export async function beginIdempotentWrite(context: StoreContext, scope: string, fingerprint: string): Promise<void> {
  const atMs = context.clock.nowMs();
  await context.db
    .deleteFrom('idempotentWrites')
    .where('atMs', '<=', atMs - KEPT_MS)
    .execute();
  await context.db
    .insertInto('idempotentWrites')
    .values({ scope, fingerprint, answerSealed: null, atMs })
    .onConflict((conflict) => conflict.column('scope').doNothing())
    .execute();
}

/** Keeps what it was answered. */
export async function answerIdempotentWrite(
  context: StoreContext,
  scope: string,
  { fingerprint, answer }: { readonly fingerprint: string; readonly answer: string },
): Promise<void> {
  const answerSealed = context.secrets.seal(answer, aad(scope));
  await beginIdempotentWrite(context, scope, fingerprint);
  await context.db.updateTable('idempotentWrites').set({ answerSealed }).where('scope', '=', scope).execute();
}

/** It was refused: the same key may be tried again. */
export async function forgetIdempotentWrite(context: StoreContext, scope: string): Promise<void> {
  await context.db.deleteFrom('idempotentWrites').where('scope', '=', scope).execute();
}

const aad = (scope: string) => `answer ${scope}`;
