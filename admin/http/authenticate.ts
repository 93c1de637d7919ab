import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { ApiError, notFound } from '../errors.ts';
import type { Principal } from '../principal.ts';
import { BULK_REQUESTS_PER_MINUTE, REQUESTS_PER_MINUTE } from '../rate-limit.ts';
import type { SandboxPort, TestCaller } from '../sandbox-port.ts';
import type { KeyRow } from '../store-port.ts';
import type { AccountTree, KeyFinder } from '../stores.ts';

export interface AuthenticateDeps {
  readonly keys: KeyFinder;
  readonly accounts: AccountTree;
}

/** The header by which a reseller acts in an account below its own. */
const ACCOUNT_HEADER = 'x-didfarm-account';

/** Over the control socket: the file system has let the caller in, who is the operator. */
export async function controlPrincipal(request: FastifyRequest, deps: AuthenticateDeps): Promise<Principal> {
  const operator: Principal = {
    kind: 'operator',
    keyId: null,
    actor: 'control',
    test: false,
    suspended: false,
    ratePerMinute: BULK_REQUESTS_PER_MINUTE,
    scopes: ['admin'],
    homeAccountId: null,
    accountId: null,
    visible: null,
  };
  return actIn(operator, request, deps);
}

/**
 * Who holds the Bearer key: somebody of the live side, or of a test world, who is somebody only there.
 * @throws {ApiError} 401, 403, or 404 for an account that may not be acted in
 */
export async function bearerPrincipal(
  request: FastifyRequest,
  deps: AuthenticateDeps,
  sandbox?: SandboxPort,
): Promise<Principal | TestCaller> {
  const token = bearerToken(request);
  const key = await deps.keys.findByToken(token);
  if (key === undefined) {
    const caller = token.startsWith('df_test_') ? await sandbox?.findCaller(token) : undefined;
    if (caller === undefined) throw new ApiError('invalid_api_key');
    requireAddress(caller, request.ip);
    return caller;
  }
  requireAddress(key, request.ip);
  const chain = key.accountId === null ? [] : await deps.accounts.chain(key.accountId);
  if (chain.some((account) => account.status === 'closed')) throw new ApiError('invalid_api_key');
  const suspended = chain.some((account) => account.status === 'suspended');
  const isBulk = key.accountId === null || key.bulk || chain[0]?.bulk === true;
  const actor = `key:${key.uuid}`;
  const ratePerMinute = key.ratePerMinute ?? (isBulk ? BULK_REQUESTS_PER_MINUTE : REQUESTS_PER_MINUTE);
  const { accountId, scopes, allowedAddresses } = key;
  if (key.mode === 'test') {
    if (accountId === null)
      throw new ApiError('sandbox_not_available', 'The operator has no test world; accounts have.');
    return { worldAccountId: accountId, accountId, actor, scopes, allowedAddresses, suspended, ratePerMinute };
  }
  const principal: Principal = {
    kind: accountId === null ? 'operator' : 'account',
    keyId: key.id,
    actor,
    test: false,
    suspended,
    ratePerMinute,
    scopes,
    homeAccountId: key.accountId,
    accountId: key.accountId,
    visible: key.accountId === null ? null : await deps.accounts.subtreeIds(key.accountId),
  };
  return actIn(principal, request, deps);
}

/** The same caller inside of the test world, whose accounts `deps` has. @throws {ApiError} as above */
export async function testPrincipal(
  request: FastifyRequest,
  deps: AuthenticateDeps,
  caller: TestCaller,
): Promise<Principal> {
  const { accountId, actor, scopes, ratePerMinute } = caller;
  const chain = await deps.accounts.chain(accountId);
  if (chain.length === 0 || chain.some(({ status }) => status === 'closed')) throw new ApiError('invalid_api_key');
  const suspended = caller.suspended || chain.some(({ status }) => status === 'suspended');
  const visible = await deps.accounts.subtreeIds(accountId);
  const who = { kind: 'account', keyId: null, actor, test: true, suspended } as const;
  return actIn({ ...who, ratePerMinute, scopes, homeAccountId: accountId, accountId, visible }, request, deps);
}

/** @throws {ApiError} 403 when the key is bound to other addresses. */
function requireAddress(key: Pick<KeyRow, 'allowedAddresses'>, address: string): void {
  if (key.allowedAddresses.length === 0) return;
  const from = ipaddr.process(address);
  const allowed = key.allowedAddresses.some((range) => {
    const [network, bits] = range.includes('/') ? ipaddr.parseCIDR(range) : [ipaddr.process(range), undefined];
    if (network.kind() !== from.kind()) return false;
    return from.match(network, bits ?? (network.kind() === 'ipv6' ? 128 : 32));
  });
  if (!allowed) throw new ApiError('address_not_allowed');
}

function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined || header === '') throw new ApiError('missing_api_key');
  const match = /^Bearer +(\S{1,200})\s*$/i.exec(header);
  if (match?.[1] === undefined)
    throw new ApiError('invalid_api_key', 'The Authorization header is not "Bearer <key>".');
  return match[1];
}

/** Down the tree only: an account that is not the key's own or below it does not exist for the caller. */
async function actIn(principal: Principal, request: FastifyRequest, deps: AuthenticateDeps): Promise<Principal> {
  const header = request.headers[ACCOUNT_HEADER];
  if (header === undefined || header === '') return principal;
  const account = await deps.accounts.find(String(header));
  if (account === undefined) throw notFound('account');
  if (principal.visible !== null && !principal.visible.has(account.id)) throw notFound('account');
  return { ...principal, accountId: account.id, visible: await deps.accounts.subtreeIds(account.id) };
}
