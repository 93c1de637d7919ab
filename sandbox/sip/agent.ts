import {
  type CallLane,
  createEngine,
  createNullCounters,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
  type LaneInviteHandler,
  type SipEngine,
} from '../../sip-engine/index.ts';

/** One telephone system of the simulation: an engine of its own behind one UDP socket. */
export interface Agent {
  readonly engine: SipEngine;
  readonly calls: CallLane;
  readonly host: string;
  readonly port: number;
}

/** Opens it on a free port of that loopback address. */
export async function openAgent(name: string, host: string, onInvite: LaneInviteHandler): Promise<Agent> {
  const ports = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: createNullLogger(),
    counters: createNullCounters(),
  };
  const listen = [{ transport: 'udp', host, port: 0 }] as const;
  const engine = createEngine({ listen, agent: name, answerOptions: true }, ports);
  const calls = engine.attachCalls(onInvite);
  const [point] = await engine.start();
  return { engine, calls, host, port: point?.port ?? 0 };
}

/** What a telephone would say of its media; none flows in a simulation. */
export function sdpOf(host: string): string {
  const lines = [
    'v=0',
    `o=sandbox 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    'm=audio 40000 RTP/AVP 8 0',
  ];
  return `${[...lines, 'a=sendrecv'].join('\r\n')}\r\n`;
}
