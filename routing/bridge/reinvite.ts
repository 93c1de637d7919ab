import type { SrfDialog } from '../srf-adapter.ts';

/** The answer to a re-INVITE with that offer; `undefined` when there is none. */
export function reinvite(dialog: SrfDialog, body: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = { 'Content-Type': 'application/sdp' };
    dialog.request({ method: 'INVITE', headers, body }, (error, response) => {
      if (response === undefined) resolve(undefined);
      else if (response.status >= 200) resolve(response.status < 300 ? response.body : undefined);
      else if (error) resolve(undefined);
    });
  });
}

/** Who was put on hold for the transfer comes off it. */
export function sendingBothWays(sdp: string): string {
  return sdp.replace(/^a=(?:sendonly|recvonly|inactive)\r?$/gm, 'a=sendrecv\r');
}
