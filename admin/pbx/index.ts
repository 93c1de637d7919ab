import { asteriskSheet } from './asterisk.ts';
import { fusionpbxSheet } from './fusionpbx.ts';
import { freepbxSheet, genericSheet, grandstreamSheet, teamsSheet, threeCxSheet, yeastarSheet } from './gui-sheets.ts';
import { natAdvice } from './nat-advice.ts';
import type { PbxFacts, PbxKind, PbxSheet } from './pbx-facts.ts';

const SHEETS: { readonly [Kind in PbxKind]: (facts: PbxFacts) => PbxSheet } = {
  '3cx': threeCxSheet,
  freepbx: freepbxSheet,
  asterisk: asteriskSheet,
  fusionpbx: fusionpbxSheet,
  teams: teamsSheet,
  yeastar: yeastarSheet,
  grandstream: grandstreamSheet,
  generic: genericSheet,
};

/** The configuration of one PBX for one trunk: text to copy from, files to import, advice on routers. */
export function renderPbxConfig(kind: PbxKind, facts: PbxFacts): PbxSheet & { readonly nat: readonly string[] } {
  return { ...SHEETS[kind](facts), nat: natAdvice(facts) };
}

export { PASSWORD_PLACEHOLDER, PBX_KINDS, type PbxFacts, type PbxKind, type PbxSheet } from './pbx-facts.ts';
