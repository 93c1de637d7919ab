import { randomBytes } from 'node:crypto';

export type UuidPrefix =
  | 'acc'
  | 'car'
  | 'did'
  | 'doc'
  | 'dom'
  | 'ext'
  | 'job'
  | 'key'
  | 'msg'
  | 'prt'
  | 'rst'
  | 'sub'
  | 'tgr'
  | 'trk'
  | 'usr'
  | 'whk';

/** A public name: prefix and 16 hexadecimal digits. */
export function newUuid(prefix: UuidPrefix): string {
  return `${prefix}_${randomBytes(8).toString('hex')}`;
}
