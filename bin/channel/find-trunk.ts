import { CliError } from '../cli-error.ts';
import { type Channel, listAll } from './channel.ts';

interface Named {
  readonly id: number;
  readonly name: string;
  readonly username: string;
  readonly realm: string;
}

/** How commands say which trunk they take. */
export const TRUNK_ARGUMENT = 'id, uuid, user@realm, user name or name of the trunk; a number is an id';

/** The API's path of the trunk that is meant; people say what stands on the PBX. @throws CliError unless it is one */
export async function trunkPath(channel: Channel, text: string): Promise<string> {
  const id = /^(?:\d+|trk_[0-9a-f]+)$/.test(text) ? text : (await onlyTrunk(channel, text)).id;
  return `/portal/sip-trunks/${id}`;
}

async function onlyTrunk(channel: Channel, text: string): Promise<Named> {
  // The search reads names and user names; a name may have an "@" as well.
  const search = text.split('@')[0] ?? '';
  const found = await listAll<Named>(channel, `/portal/sip-trunks?search=${encodeURIComponent(search)}`);
  const trunks = found.filter((trunk) => isMeant(trunk, text));
  const [only, ...others] = trunks;
  if (only === undefined) throw new CliError(`there is no trunk "${text}": "didfarm trunks list" shows them all`);
  if (others.length === 0) return only;
  const all = trunks.map(({ id, name, username, realm }) => `${id} (${name}, ${username}@${realm})`);
  throw new CliError(`several trunks are called "${text}": say which by its id: ${all.join(', ')}`);
}

function isMeant({ name, username, realm }: Named, text: string): boolean {
  const said = text.toLowerCase();
  return [name, username, `${username}@${realm}`].some((own) => own.toLowerCase() === said);
}
