import { readFileSync } from 'node:fs';

const TABLES = ['/proc/net/udp', '/proc/net/udp6'];

/**
 * Datagrams that the system has dropped so far because nobody read the sockets on these ports in time: each costs a
 * call the 500 ms of RFC 3261's T1 until it is sent again. NaN where the system does not tell.
 */
export function lostDatagrams(ports: readonly number[]): number {
  const wanted = new Set(ports);
  try {
    return TABLES.flatMap((path) => readFileSync(path, 'utf8').trim().split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = '']) => wanted.has(Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)))
      .reduce((sum, columns) => sum + Number(columns.at(-1)), 0);
  } catch {
    return Number.NaN;
  }
}

/** Most bytes that a socket may ask to have waiting; the product asks for 4 MB. NaN where the system does not tell. */
export function receiveBufferLimit(): number {
  try {
    return Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));
  } catch {
    return Number.NaN;
  }
}
