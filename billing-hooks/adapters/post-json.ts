/** A server of the operator's that is told or asked something. */
export interface JsonServer {
  readonly url: string;
  /** Sent as a Bearer token. */
  readonly token?: string | undefined;
  readonly timeoutMs: number;
}

export interface JsonAnswer {
  readonly status: number;
  readonly isOk: boolean;
  readonly text: string;
}

/**
 * A POST of JSON that follows no redirection.
 * @throws when there is no answer in time
 */
export async function postJson(
  { url, token, timeoutMs }: JsonServer,
  body: unknown,
  more: Readonly<Record<string, string>> = {},
): Promise<JsonAnswer> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...more,
  };
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    ...{ method: 'POST', headers, body: JSON.stringify(body) },
    ...{ signal, redirect: 'error' as const },
  });
  return { status: response.status, isOk: response.ok, text: await response.text() };
}

/** `reserve` under an address, however many slashes that ends in. */
export function under(url: string, path: string): string {
  return `${url.replace(/\/+$/, '')}/${path}`;
}
