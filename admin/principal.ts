import { ApiError } from './errors.ts';
import { type Scope, scopesAllow } from './scopes.ts';

/** Who asks, and for which part of the account tree. */
export interface Principal {
  readonly kind: 'operator' | 'account';
  /** The key's row; `null` over the control socket. */
  readonly keyId: number | null;
  /** For the audit log: `key:key_…` or `control`. */
  readonly actor: string;
  readonly test: boolean;
  /** Why it may only read: its account is not active. */
  readonly suspended: boolean;
  /** Requests a minute. */
  readonly ratePerMinute: number;
  readonly scopes: readonly string[];
  /** The account that the key belongs to; `null` for an operator's. */
  readonly homeAccountId: number | null;
  /** The account acted in: the key's own, or the one that `X-DIDfarm-Account` names. `null`: the platform. */
  readonly accountId: number | null;
  /** That account and its descendants; `null`: every account. */
  readonly visible: ReadonlySet<number> | null;
}

/** @throws {ApiError} `insufficient_scope`. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (scopesAllow(principal.scopes, scope)) return;
  throw new ApiError('insufficient_scope', `The API key lacks the scope ${scope}.`);
}

/** @throws {ApiError} `operator_only`. */
export function requireOperator(principal: Principal): void {
  if (principal.kind !== 'operator') throw new ApiError('operator_only');
}

/** Whether rows of that account may be seen; rows of no account are the operator's alone. */
export function canSee(principal: Principal, accountId: number | null): boolean {
  if (principal.visible === null) return true;
  return accountId !== null && principal.visible.has(accountId);
}
