import { postJson, under } from '../adapters/index.ts';
import type { FundingAnswer, FundingSource } from './funding-source.ts';

export interface HttpServiceOptions {
  /** `https://billing.example/didfarm`: `/reserve` is added. */
  readonly url: string;
  /** Sent as a Bearer token. */
  readonly token?: string;
  /** @default 5 000 */
  readonly timeoutMs?: number;
}

/** It says that the customer has nothing, or is none: asking again at once would not change that. */
const REFUSALS: ReadonlySet<number> = new Set([402, 403, 404, 409, 422]);

/**
 * An operator's own prepaid service over HTTP: `POST /reserve` takes money out of the customer's account there and
 * grants it here, ahead of the calls that will use it, so that no call waits for an answer.
 */
export function createHttpService({ url, token, timeoutMs = 5000 }: HttpServiceOptions): FundingSource {
  return {
    name: new URL(url).host,
    async fund({ reference, accountUuid, amountMicros, currency }): Promise<FundingAnswer> {
      const { status, isOk, text } = await postJson(
        { url: under(url, 'reserve'), token, timeoutMs },
        { reference, account: accountUuid, amount_micros: amountMicros, currency },
        { 'idempotency-key': reference },
      );
      if (REFUSALS.has(status)) return { status: 'failed', reason: `${status} ${text}`.slice(0, 200).trim() };
      if (!isOk) throw new Error(`the service answered ${status}`);
      return { status: 'succeeded', amountMicros: grantedIn(text), providerRef: reference };
    },
  };
}

/** @throws when the answer says no amount */
function grantedIn(text: string): number {
  const { granted_micros: granted } = JSON.parse(text) as { readonly granted_micros?: unknown };
  if (typeof granted !== 'number' || !Number.isSafeInteger(granted) || granted < 0)
    throw new Error('the service answered without granted_micros');
  return granted;
}
