import ipaddr from 'ipaddr.js';

/** Reads one value of a kind, from YAML (any type) or from the environment (text). */
export interface Kind<T> {
  /** What is allowed, in words that finish "…, expected". */
  readonly allowed: string;
  /** `undefined` when the value is not of this kind. */
  read(value: unknown): T | undefined;
}

const kind = <T>(allowed: string, read: (value: unknown) => T | undefined): Kind<T> => ({ allowed, read });

const asInteger = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
};

/** A whole number within bounds, both included. */
export const integer = (min: number, max: number, unit = ''): Kind<number> =>
  kind(`a whole number from ${min} to ${max}${unit && ` (${unit})`}`, (value) => {
    const number = asInteger(value);
    return number !== undefined && number >= min && number <= max ? number : undefined;
  });

/** A port; 0 lets the system choose (tests). */
export const port: Kind<number> = integer(0, 65_535, 'port');

export const text: Kind<string> = kind('a text', (value) =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined,
);

export const boolean: Kind<boolean> = kind('true or false', (value) => {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'on' || value === '1') return true;
  return value === 'false' || value === 'off' || value === '0' ? false : undefined;
});

export const httpUrl: Kind<string> = kind('an address such as https://billing.example/didfarm', (value) =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) ? value : undefined,
);

/** One of a few words. */
export const oneOf = <const T extends string>(...words: readonly T[]): Kind<T> =>
  kind(`one of ${words.join(', ')}`, (value) => words.find((word) => word === value));

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;
const isHost = (value: string) => ipaddr.isValid(value) || HOST.test(value);

export const host: Kind<string> = kind('an IP address or a host name', (value) =>
  typeof value === 'string' && isHost(value) ? value : undefined,
);

export const domain: Kind<string> = kind('a domain name such as sip.example.com', (value) =>
  typeof value === 'string' && HOST.test(value) ? value.toLowerCase() : undefined,
);

/** `host`, `host:port` or `[v6]:port`. */
export const hostPort: Kind<string> = kind('an address, with or without :port', (value) => {
  if (typeof value !== 'string') return undefined;
  const parts = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(value);
  const name = parts?.[1] ?? parts?.[2];
  if (name === undefined) return ipaddr.isValid(value) ? value : undefined;
  return isHost(name) && (parts?.[3] === undefined || Number(parts[3]) <= 65_535) ? value : undefined;
});

const isNetwork = (value: string) => ipaddr.isValidCIDR(value) || ipaddr.isValid(value);

export const network: Kind<string> = kind('an address or a range such as 10.0.0.0/8', (value) =>
  typeof value === 'string' && isNetwork(value) ? value : undefined,
);

/** A YAML list, or comma-separated text; every element of the same kind. */
export const listOf = <T>(element: Kind<T>): Kind<readonly T[]> =>
  kind(`a list, each ${element.allowed}`, (value) => {
    const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
    if (!Array.isArray(items)) return undefined;
    const read = items.filter((item) => item !== '').map((item) => element.read(item));
    return read.every((item) => item !== undefined) ? (read as T[]) : undefined;
  });
