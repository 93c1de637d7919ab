import { Counter, Gauge, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import { LoopStalls } from './loop-stalls.ts';
import { collectProcessMetrics } from './process-metrics.ts';
import type { LongStall } from './stall-causes.ts';
import { Tally } from './tally.ts';

/** What a thread has that carries calls; of several they are summed. */
export interface CallMetricSources {
  activeCalls(): Readonly<Record<'in' | 'out' | 'internal', number>>;
  leases(): Readonly<Record<'in' | 'out' | 'dialer', number>>;
  dialogs(): number;
  transactions(): Readonly<Record<string, number>>;
}

/** Values that are read when Prometheus asks, from where they live; no second bookkeeping. */
export interface SipMetricSources extends CallMetricSources {
  registrationsByState(): Readonly<Record<string, number>>;
  /** At most `limit` trunks. */
  trunkRegistrations(limit: number): Iterable<TrunkSeries>;
  trunkCount(): number;
  connections(): number;
  /** Carriers that we register at. */
  carrierRegistrations(): Iterable<CarrierSeries>;
  bans(): number;
  directoryVersion(): number;
  /** Seconds since that version was taken. */
  directoryAgeSec(): number;
  /** By kind: accounts, trunks, numbers and so on. */
  directoryRecords(): Readonly<Record<string, number>>;
}

export interface CarrierSeries {
  /** Name. */
  readonly carrier: string;
  readonly registered: boolean;
}

export interface TrunkSeries {
  readonly account: number;
  readonly trunk: string;
  readonly name: string;
  readonly realm: string;
  readonly username: string;
  readonly registered: boolean;
  /** Seconds until the last contact expires; 0 when there is none. */
  readonly expiresSec: number;
}

/** Every metric of a SIP thread. Labels are closed sets but for trunks, which are bounded by `maxTrunks`. */
export class SipMetrics {
  readonly #registry = new Registry();
  readonly #registers = new Tally();
  readonly #calls = new Tally();
  readonly #messages = new Tally();
  readonly #engine = new Tally();

  readonly #stalls: LoopStalls;

  constructor(sources: CallMetricSources | SipMetricSources, maxTrunks: number) {
    this.#stalls = new LoopStalls(this.#registry, nowMs);
    this.#addTallies();
    this.#addCalls(sources);
    // Of a thread that has calls alone the others would be counted twice.
    if (!('directoryVersion' in sources)) return;
    collectProcessMetrics(this.#registry, 'didfarm_sip_');
    this.#addGauges(sources);
    this.#addTrunkSeries(sources, maxTrunks);
  }

  countRegister(result: string, reason: string): void {
    this.#registers.count(result, reason);
  }

  countCall(direction: string, result: string, reason: string): void {
    this.#calls.count(direction, `${result}|${reason}`);
  }

  /** MESSAGE (RFC 3428): `out` from a PBX, `in` to one. */
  countMessage(direction: 'in' | 'out', result: string, reason: string): void {
    this.#messages.count(direction, `${result}|${reason}`);
  }

  /** What the engine counts by itself: messages, errors, refusals. */
  countEngine(event: string, label = ''): void {
    this.#engine.count(event, label);
  }

  /** From now on it is told how long this thread's event loop stood still, and why when a peer may have noticed. */
  watchLoop(onLong: (stall: LongStall) => void): void {
    this.#stalls.watch(nowMs, onLong);
  }

  /** The present values, ready to be sent to the main thread. */
  collect(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    return this.#registry.getMetricsAsJSON();
  }

  #addTallies(): void {
    const add = (name: string, help: string, labelNames: string[], tally: Tally) => {
      const counter: Counter = new Counter({
        name,
        help,
        labelNames,
        registers: [this.#registry],
        collect: () => tally.collectInto(counter, labelNames),
      });
    };
    add('didfarm_register_total', 'REGISTER requests by how they ended', ['result', 'reason'], this.#registers);
    add('didfarm_calls_total', 'Calls by how they ended', ['direction', 'result', 'reason'], this.#calls);
    add(
      'didfarm_sip_messages_total',
      'SIP MESSAGE by how they ended',
      ['direction', 'result', 'reason'],
      this.#messages,
    );
    add('didfarm_engine_events_total', 'What the SIP engine counted', ['event', 'label'], this.#engine);
  }

  #addCalls(sources: CallMetricSources): void {
    this.#gauge('didfarm_calls_active', 'Calls that are up or being set up', 'direction', () => sources.activeCalls());
    this.#gauge('didfarm_cac_leases', 'Admission leases held', 'direction', () => sources.leases());
    this.#gauge('didfarm_transactions', 'SIP transactions by machine', 'machine', () => sources.transactions());
    this.#gauge('didfarm_dialogs', 'SIP dialogs', undefined, () => ({ '': sources.dialogs() }));
  }

  #addGauges(sources: SipMetricSources): void {
    this.#gauge('didfarm_registrations', 'Trunks by registration state', 'state', () => sources.registrationsByState());
    this.#gauge('didfarm_connections', 'Open SIP connections', undefined, () => ({ '': sources.connections() }));
    this.#gauge('didfarm_bans', 'Banned addresses', undefined, () => ({ '': sources.bans() }));
    const carriers = () =>
      Object.fromEntries(
        [...sources.carrierRegistrations()].map((series) => [series.carrier, Number(series.registered)]),
      );
    this.#gauge('didfarm_carrier_registered', '1 while we are registered at the carrier', 'carrier', carriers);
    this.#addDirectory(sources);
  }

  #addDirectory(sources: SipMetricSources): void {
    const version = () => ({ '': sources.directoryVersion() });
    this.#gauge('didfarm_directory_version', 'Version of the directory that SIP reads', undefined, version);
    const age = () => ({ '': sources.directoryAgeSec() });
    this.#gauge('didfarm_directory_age_seconds', 'How long ago SIP took that version', undefined, age);
    const help = 'What the directory holds';
    this.#gauge('didfarm_directory_records', help, 'kind', () => sources.directoryRecords());
  }

  #gauge(name: string, help: string, label: string | undefined, read: () => Readonly<Record<string, number>>): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#registry],
      collect: () => {
        gauge.reset();
        for (const [value, count] of Object.entries(read()))
          gauge.set(label === undefined ? {} : { [label]: value }, count);
      },
    });
  }

  #addTrunkSeries(sources: SipMetricSources, maxTrunks: number): void {
    const labelNames = ['account', 'trunk'];
    const gauge = (name: string, help: string, labels: string[] = labelNames, collect: () => void = () => undefined) =>
      new Gauge({ name, help, labelNames: labels, registers: [this.#registry], collect });
    // Registered first, so that its collect has filled the others before they are read.
    const registered: Gauge = gauge(
      'didfarm_trunk_registered',
      '1 while a PBX is registered on the trunk',
      labelNames,
      () => {
        for (const each of [registered, expires, info]) each.reset();
        truncated.set(sources.trunkCount() > maxTrunks ? 1 : 0);
        for (const series of sources.trunkRegistrations(maxTrunks)) {
          const labels = { account: series.account, trunk: series.trunk };
          registered.set(labels, series.registered ? 1 : 0);
          expires.set(labels, series.expiresSec);
          info.set({ ...labels, name: series.name, realm: series.realm, username: series.username }, 1);
        }
      },
    );
    const expires = gauge('didfarm_trunk_registration_expires_seconds', 'Seconds until the registration expires');
    const info = gauge('didfarm_trunk_info', 'Names of a trunk, always 1', [
      ...labelNames,
      'name',
      'realm',
      'username',
    ]);
    const help = '1 when there are more trunks than metrics.max_trunks: only aggregates are complete';
    const truncated = gauge('didfarm_trunk_series_truncated', help, []);
  }
}

/** Steady, in milliseconds. */
function nowMs(): number {
  return performance.now();
}
