import type { Ha1Set } from '../../bus/index.ts';
import type { SecretBox } from './secret-box.ts';

/** HA1s as they were sealed for the trunk of that uuid. */
export function openHa1(secrets: SecretBox, sealed: Uint8Array, uuid: string): Ha1Set {
  return Object.freeze(JSON.parse(secrets.open(sealed, `trunk:${uuid}`)) as Ha1Set);
}
