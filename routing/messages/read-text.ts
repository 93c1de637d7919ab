import { countSegments, MOST_SEGMENTS } from '../../billing-hooks/index.ts';
import type { Rejection } from '../../telemetry/index.ts';

/** Longer bodies are too long in any alphabet, and are not even read (bytes). */
const MOST_BYTES = 6000;

export type MessageText = { readonly text: string } | { readonly rejection: Rejection };

/** The text of a MESSAGE: text/plain, in the charset that it names or UTF-8 (RFC 3428 section 4, RFC 2046). */
export function readText(contentType: string | undefined, body: Buffer): MessageText {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim());
  const charset = parameters.find((part) => /^charset\s*=/i.test(part))?.replace(/^charset\s*=\s*"?([^"]*)"?$/i, '$1');
  const decoder = decoderOf(charset ?? 'utf-8');
  if (type.toLowerCase() !== 'text/plain' || decoder === undefined) {
    // RFC 3261 21.4.13.
    const lines = ['Accept: text/plain'];
    const sentence = `The content is "${contentType ?? ''}".`;
    return { rejection: { status: 415, reason: 'unsupported_content', sentence, lines } };
  }
  if (body.length > MOST_BYTES) return tooLong(`It has ${body.length} bytes.`);
  const text = decoder.decode(body).replaceAll('\0', '');
  if (text === '') return { rejection: { status: 400, reason: 'bad_request', sentence: 'The message is empty.' } };
  const { encoding, segments } = countSegments(text);
  if (segments <= MOST_SEGMENTS) return { text };
  return tooLong(`It needs ${segments} parts (${encoding}); at most ${MOST_SEGMENTS} are sent.`);
}

function tooLong(sentence: string): MessageText {
  return { rejection: { status: 413, reason: 'message_too_long', sentence } };
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(charset);
  } catch {
    return undefined;
  }
}
