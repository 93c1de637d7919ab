export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createTimingWheel, type Timer, type TimingWheel, type TimingWheelOptions } from './timing-wheel.ts';
