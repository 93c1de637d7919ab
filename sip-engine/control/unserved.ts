import { METHODS, type SipMessage } from '../message/index.ts';

/** An answer that the engine gives without any application. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** @default the standard phrase */
  readonly reason?: string | undefined;
}

/** What the engine itself does for a dialog, whoever serves it. */
const EXTENSIONS: readonly string[] = ['100rel', 'timer'];
/** Methods that applications need not ask for. */
const ALWAYS = ['ACK', 'CANCEL', 'BYE', 'PRACK', 'UPDATE', 'OPTIONS'] as const;

/**
 * RFC 3261 8.2.1 to 8.2.3 for a request that no application asked for: the method, the URI's scheme, the
 * extensions it requires, and only then that nobody is there.
 */
export function unservedAnswer(request: SipMessage): OwnAnswer {
  if (!METHODS.includes(request.method)) return { status: 501, headers: [] };
  return faultOf(request) ?? { status: 503, headers: [] };
}

/** RFC 3261 11.2: what an OPTIONS is told when the engine answers it. */
export function optionsAnswer(request: SipMessage, verbs: readonly string[]): OwnAnswer {
  const fault = faultOf(request);
  if (fault !== undefined) return fault;
  const routed = verbs.map((verb) => verb.toUpperCase()).filter((verb) => METHODS.includes(verb));
  return {
    status: 200,
    headers: [
      ['Allow', [...new Set([...ALWAYS, ...routed])].join(', ')],
      ['Accept', 'application/sdp'],
      ['Supported', EXTENSIONS.join(', ')],
    ],
  };
}

function faultOf(request: SipMessage): OwnAnswer | undefined {
  if (!/^(?:sips?|tel):/i.test(request.uri)) return { status: 416, headers: [] };
  const unknown = request
    .headerValues('require')
    .filter((option) => option !== '' && !EXTENSIONS.includes(option.toLowerCase()));
  return unknown.length === 0 ? undefined : { status: 420, headers: [['Unsupported', unknown.join(', ')]] };
}
