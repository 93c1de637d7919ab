import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { Attestation } from '../../bus/index.ts';

/** What we say of a call (RFC 8225, RFC 8588). */
export interface Claim {
  /** E.164 with `+`. */
  readonly caller: string;
  /** E.164 with `+`, or as dialled. */
  readonly called: string;
  readonly attestation: Attestation;
  /** Who the call comes from, in words that are nobody else's; only a hash of it is told. */
  readonly origin: string;
  /** Epoch ms. */
  readonly atMs: number;
}

export interface SignerOptions {
  /** PEM of a P-256 private key. */
  readonly keyPem: string;
  /** Where the certificate can be fetched: `x5u` and `info`. */
  readonly certificateUrl: string;
}

/** Signs who calls whom with ES256 and our certificate's key (RFC 8224 section 4, RFC 8588). */
export class IdentitySigner {
  readonly #key: KeyObject;
  readonly #url: string;
  readonly #header: string;

  /** @throws when the key is not one for ES256. */
  constructor({ keyPem, certificateUrl }: SignerOptions) {
    this.#key = createPrivateKey(keyPem);
    if (this.#key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
      throw new RangeError('the key that signs caller numbers must be on the curve P-256');
    }
    this.#url = certificateUrl;
    // RFC 8225 section 9: keys in lexicographic order, no white space.
    this.#header = base64url({ alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: certificateUrl });
  }

  /** The value of Identity, in full form. */
  sign({ caller, called, attestation, origin, atMs }: Claim): string {
    const payload = base64url({
      attest: attestation,
      dest: { tn: [canonical(called)] },
      iat: Math.floor(atMs / 1000),
      orig: { tn: canonical(caller) },
      origid: uuidOf(origin),
    });
    const signed = `${this.#header}.${payload}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.#key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')};info=<${this.#url}>;alg=ES256;ppt="shaken"`;
  }
}

function base64url(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64url');
}

/** RFC 8224 section 8.3: digits, `*` and `#` alone. */
function canonical(number: string): string {
  return number.replace(/[^0-9*#]/g, '');
}

/** RFC 8588 section 5 wants a UUID that stays with the origin; RFC 9562 section 5.8 leaves the way to us. */
function uuidOf(origin: string): string {
  const bytes = createHash('sha256').update(origin).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
