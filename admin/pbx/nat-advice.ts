import { hostPort, type PbxFacts, serverOf } from './pbx-facts.ts';

/** What a PBX behind a router needs, and what it does not. */
export function natAdvice(facts: PbxFacts): readonly string[] {
  const server = hostPort(serverOf(facts));
  const sources = facts.addresses.length === 0 ? facts.realm : facts.addresses.join(', ');
  const common = [
    'Switch SIP ALG (also called SIP helper or SIP inspection) off in the router: it rewrites what it does not understand.',
    `Allow UDP and TCP to ${server}, and RTP (UDP) to any address, since audio flows to the carrier directly.`,
  ];
  if (facts.authType === 'ip') {
    return [
      ...common,
      `Forward the SIP port from ${sources} to the PBX: without a registration nothing else opens the way.`,
      "Give the PBX its public address for SIP and SDP, and add that address to the trunk's sources.",
    ];
  }
  return [
    ...common,
    'No port forwarding is needed for SIP: calls come back over the flow that the PBX registered from.',
    `Keep the flow open: answer OPTIONS from ${sources}, or send a keep-alive every 30 seconds.`,
  ];
}
