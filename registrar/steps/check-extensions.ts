import type { Rejection } from '../../telemetry/index.ts';
import type { RegisterContext } from '../context.ts';

const SUPPORTED: ReadonlySet<string> = new Set(['path', 'outbound']);

/** RFC 3261 section 10.3 step 2: what is required and not known is named in a 420. */
export function checkExtensions(context: RegisterContext): Rejection | undefined {
  if (context.request.header('require') === undefined) return undefined;
  const lines = context.request.headerLines('require');
  const tags = lines.flatMap((line) => line.split(',')).map((tag) => tag.trim().toLowerCase());
  const unknown = tags.filter((tag) => tag !== '' && !SUPPORTED.has(tag));
  if (unknown.length === 0) return undefined;
  // Only tokens may be echoed.
  const named = unknown.filter((tag) => /^[a-z0-9._!%*+`'~-]+$/.test(tag));
  return {
    status: 420,
    reason: 'bad_extension',
    sentence: `You require ${unknown.join(', ')}.`,
    lines: named.length === 0 ? [] : [`Unsupported: ${named.join(', ')}`],
  };
}
