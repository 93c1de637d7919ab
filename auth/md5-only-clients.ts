/** baresip before 3.11, whose libre knows MD5 alone. */
const GIVES_UP = /^baresip v(?:[0-2]\.|3\.(?:\d|10)\.)/;

/**
 * Whether a client of that User-Agent gives up at a challenge it cannot compute, even beside one that it can, which RFC
 * 8760 section 2.4 wants passed over. What anybody may claim weakens nobody: who can change it can drop lines as well.
 */
export function readsMd5Only(userAgent: string | undefined): boolean {
  return userAgent !== undefined && GIVES_UP.test(userAgent);
}
