import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { IdentitySigner } from './identity-signer.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const certificateUrl = 'https://certs.example/shaken.pem';
const claim = {
  caller: '+31201234567',
  called: '+4930123456',
  attestation: 'A',
  origin: 'trk_1',
  atMs: 1_800_000_000_999,
} as const;

const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());

/** ES256 signatures are two numbers side by side; openssl wants them as a DER sequence. */
function toDer(raw: Buffer): Buffer {
  const integer = (bytes: Buffer) => {
    const digits = Buffer.concat([Buffer.from([0]), bytes]);
    let start = 0;
    while (start < digits.length - 1 && digits[start] === 0 && (digits[start + 1] ?? 0) < 0x80) start += 1;
    const trimmed = digits.subarray(start);
    return Buffer.concat([Buffer.from([2, trimmed.length]), trimmed]);
  };
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

t.test('openssl verifies what was signed, and refuses it when a digit has changed', async (t) => {
  const value = new IdentitySigner({ keyPem, certificateUrl }).sign(claim);
  const [token = '', ...parameters] = value.split(';');
  t.same(parameters, [`info=<${certificateUrl}>`, 'alg=ES256', 'ppt="shaken"']);
  const [header, payload, signature] = token.split('.');
  const dir = t.testdir({ 'public.pem': publicKey.export({ type: 'spki', format: 'pem' }) });
  writeFileSync(join(dir, 'signature'), toDer(Buffer.from(signature ?? '', 'base64url')));
  const verify = (text: string) => {
    writeFileSync(join(dir, 'text'), text);
    const options = ['dgst', '-sha256', '-verify', 'public.pem', '-signature', 'signature', 'text'];
    return execFileSync('openssl', options, { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  };
  t.equal(verify(`${header}.${payload}`), 'Verified OK');
  const forged = Buffer.from(JSON.stringify({ ...decode(payload), attest: 'B' })).toString('base64url');
  t.throws(() => verify(`${header}.${forged}`));
});

t.test('the token says what RFC 8225 and RFC 8588 want, keys in order', async (t) => {
  const signer = new IdentitySigner({ keyPem, certificateUrl });
  const [header, payload] = signer.sign(claim).split('.');
  t.equal(
    Buffer.from(header ?? '', 'base64url').toString(),
    `{"alg":"ES256","ppt":"shaken","typ":"passport","x5u":"${certificateUrl}"}`,
  );
  t.match(
    Buffer.from(payload ?? '', 'base64url').toString(),
    /^\{"attest":"A","dest":\{"tn":\["4930123456"\]\},"iat":1800000000,"orig":\{"tn":"31201234567"\},"origid":"[0-9a-f-]{36}"\}$/,
  );
  const { origid } = decode(payload);
  t.match(origid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.equal(decode(signer.sign({ ...claim, atMs: 1 }).split('.')[1]).origid, origid, 'it stays with the origin');
  t.not(decode(signer.sign({ ...claim, origin: 'trk_2' }).split('.')[1]).origid, origid);
});

t.test('a key of another curve is refused', async (t) => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  t.throws(() => new IdentitySigner({ keyPem: other.toString(), certificateUrl }), { message: /P-256/ });
});
