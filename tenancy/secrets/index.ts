export { hashApiKey, type KeyMode, makeApiKey, type NewKey } from './api-key.ts';
export { DIGEST_ALGORITHMS, makeHa1Set } from './ha1.ts';
export { openHa1 } from './open-ha1.ts';
export { makePassword, makeUsername, makeWebhookSecret } from './random-text.ts';
export { SecretBox } from './secret-box.ts';
export { loadSecretKey, type SecretKeyPlace } from './secret-key.ts';
