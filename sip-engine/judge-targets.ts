import { normalizeAddress, type Target, type TransportLayer } from './transport/index.ts';
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
    if (point.port === port && point.isAt(address)) return true;
    const shown = point.advertisedFor(address);
    return shown.port === port && shown.host.replace(/^\[|\]$/g, '') === address;
  });
}
