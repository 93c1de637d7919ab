import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { PBX_KINDS, type PbxKind, renderPbxConfig } from '../pbx/index.ts';
import { factsOf } from '../pbx/trunk-facts.ts';
import type { TrunkRow } from '../store-port.ts';

export const PBX_KIND = Type.Enum([...PBX_KINDS]);

export const PBX_CONFIG_SHAPE = Type.Object({
  pbx: PBX_KIND,
  title: Type.String(),
  password_included: Type.Boolean({ description: 'false: put it where REPLACE_WITH_THE_PASSWORD stands.' }),
  text: Type.String({ description: 'To copy from, at the PBX.' }),
  files: Type.Array(Type.Object({ name: Type.String(), content: Type.String() })),
  nat: Type.Array(Type.String({ description: 'What the router needs, and what it does not.' })),
});

/** A trunk's configuration for one PBX; with the password only in the answer that made it. */
export async function pbxConfigView(deps: AdminDeps, pbx: PbxKind, trunk: TrunkRow, password: string | null) {
  const facts = await factsOf(deps, trunk, password);
  const { title, text, files, nat } = renderPbxConfig(pbx, facts);
  return { pbx, title, password_included: password !== null, text, files, nat };
}

/** `pbx_config` of an answer that tells a password, when it was asked for. */
export async function pbxConfigField(
  deps: AdminDeps,
  pbx: PbxKind | undefined,
  trunk: TrunkRow,
  password: string | null,
) {
  return pbx === undefined ? {} : { pbx_config: await pbxConfigView(deps, pbx, trunk, password) };
}
