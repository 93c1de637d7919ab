import { networkInterfaces } from 'node:os';
import { isWildcard, normalizeAddress, type Target, type TransportLayer } from './transport/index.ts';
import type { EngineOptions } from './types.ts';

/** Whether a way out that somebody else's words led to may be taken; `peer` is the address they came from. */
export type JudgeTarget = (target: Target, use: 'new' | 'dialog', peer?: string) => boolean;

/** Nobody's words lead to our own listen points, nor where `mayReach` refuses; absent: everywhere. */
export function createJudge(
  transport: Pick<TransportLayer, 'listenPoints'>,
  { mayReach }: Pick<EngineOptions, 'mayReach'>,
): JudgeTarget | undefined {
  if (mayReach === undefined) return undefined;
  return ({ address: written, port }, use, peer) => {
    const address = normalizeAddress(written);
    if (isOwn(transport, address, port)) return false;
    return (peer !== undefined && address === normalizeAddress(peer)) || mayReach(address, port, use);
  };
}

function isOwn({ listenPoints }: Pick<TransportLayer, 'listenPoints'>, address: string, port: number): boolean {
  return listenPoints.some((point) => {
    const shown = point.advertisedFor(address);
    if (shown.port === port && shown.host.replace(/^\[|\]$/g, '') === address) return true;
    if (point.port !== port) return false;
    return normalizeAddress(point.host) === address || (isWildcard(point.host) && isOfThisMachine(address));
  });
}

function isOfThisMachine(address: string): boolean {
  if (address.startsWith('127.') || address === '0.0.0.0' || address === '::') return true;
  return Object.values(networkInterfaces()).some((list) => list?.some((own) => own.address === address));
}
