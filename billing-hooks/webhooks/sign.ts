import { createHmac } from 'node:crypto';

/** S1:213 and A16: lower-case hexadecimal HMAC-SHA256 of the raw body. */
export function signBody(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body, 'utf8').digest('hex');
}
