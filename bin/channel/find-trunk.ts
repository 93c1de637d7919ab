import { CliError } from '../cli-error.ts';
import { type Channel, listAll } from './channel.ts';

interface Named {
  readonly id: number;
  readonly name: string;
  readonly username: string;
  readonly realm: string;
}

interface Numbered {
  readonly number: string;
  readonly sip_trunk_id: number | null;
}

/** How commands say which trunk they take. */
export const TRUNK_ARGUMENT =
  'id, uuid, user@realm, user name or name of the trunk, or +31… a number that rings it; digits alone are an id';

/** The API's path of the trunk that is meant; people say what stands on the PBX. @throws CliError unless it is one */
export async function trunkPath(channel: Channel, text: string): Promise<string> {
  return `/portal/sip-trunks/${await trunkId(channel, text)}`;
}

async function trunkId(channel: Channel, text: string): Promise<string | number> {
  if (/^(?:\d+|trk_[0-9a-f]+)$/.test(text)) return text;
  return /^\+\d+$/.test(text) ? trunkOfNumber(channel, text) : (await onlyTrunk(channel, text)).id;
}

/** Who asks why it does not ring often has the number alone. */
async function trunkOfNumber(channel: Channel, number: string): Promise<number> {
  const found = await listAll<Numbered>(channel, `/dids?search=${encodeURIComponent(number)}`);
  const did = found.find((each) => each.number === number);
  if (did === undefined) throw new CliError(`there is no number ${number}: "didfarm dids list" shows them all`);
  if (did.sip_trunk_id !== null) return did.sip_trunk_id;
  throw new CliError(`${number} rings no trunk: "didfarm explain --from … --to ${number}" tells where its calls end`);
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
