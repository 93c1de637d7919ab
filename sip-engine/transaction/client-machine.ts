import type { Machine } from './table.ts';

export type ClientState = 'calling' | 'trying' | 'proceeding' | 'accepted' | 'completed' | 'terminated';

export type ClientEvent =
  | 'start'
  | 'provisional'
  | 'success'
  | 'failure'
  | 'transportError'
  | 'flowClosed'
  | 'timerA'
  | 'timerB'
  | 'timerD'
  | 'timerE'
  | 'timerF'
  | 'timerK'
  | 'timerM'
  | 'timerLost'
  | 'timerCancelled';

export type ClientAction =
  | 'send'
  | 'retransmit'
  | 'ack'
  | 'pass'
  | 'sendHeldCancel'
  | 'reportTimeout'
  | 'reportError'
  | 'stopTimers'
  | 'startA'
  | 'doubleA'
  | 'startB'
  | 'startD'
  | 'startE'
  | 'doubleE'
  | 'resetE'
  | 'startF'
  | 'startK'
  | 'startM'
  | 'startLost';

export type ClientMachine = Machine<ClientState, ClientEvent, ClientAction>;
