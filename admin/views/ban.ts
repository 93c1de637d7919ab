import { Type } from 'typebox';
import type { Ban } from '../ports.ts';
import { isoTime } from '../shapes.ts';

export const BAN_SHAPE = Type.Object({
  address: Type.String({ description: 'An IPv4 address, or the /64 of an IPv6 address.' }),
  until: Type.String(),
  reason: Type.String(),
});

export function banView({ address, untilMs, reason }: Ban) {
  return { address, until: isoTime(untilMs), reason };
}
