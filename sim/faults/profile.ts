import { dice } from "../dice.ts";

/** How likely each fault is in one run. Probabilities, each rolled anew for each thing that it can befall. */
export interface Profile {
  readonly name: string;
  /** A call never arrives. */
  readonly call_lost: number;
  /** A call is carried out and its answer is lost. */
  readonly answer_lost: number;
  /** A call arrives a second time, up to half a minute later. */
  readonly call_doubled: number;
  /** A call or an answer takes seconds rather than milliseconds. */
  readonly slow: number;
  /** An object dies while it waits for something. */
  readonly dies: number;
  /** A statement is refused by the disk. */
  readonly write_fails: number;
  /** The disk fails under writes that it had taken: the object dies and they are gone. */
  readonly disk_fails: number;
  readonly alarm_late: number;
  readonly alarm_lost: number;
  readonly alarm_doubled: number;
  /** The queue does not take a batch, or takes it and does not say so. */
  readonly send_fails: number;
  /** The queue delivers a message again though it was acknowledged. */
  readonly message_doubled: number;
  readonly database_fails: number;
  /** Steps that are faults in themselves (outages, clock jumps, evictions) among all steps. */
  readonly fault_steps: number;
  readonly clocks: boolean;
  /** Whether gateways die and settle late, and requests cost more than they hold. */
  readonly gateways_die: boolean;
  readonly overages: boolean;
}

const CALM: Profile = {
  name: "calm",
  call_lost: 0,
  answer_lost: 0,
  call_doubled: 0,
  slow: 0,
  dies: 0,
  write_fails: 0,
  disk_fails: 0,
  alarm_late: 0,
  alarm_lost: 0,
  alarm_doubled: 0,
  send_fails: 0,
  message_doubled: 0,
  database_fails: 0,
  fault_steps: 0,
  clocks: false,
  gateways_die: false,
  overages: false,
};

const NETWORK: Profile = {
  ...CALM,
  name: "network",
  call_lost: 0.03,
  answer_lost: 0.04,
  call_doubled: 0.05,
  slow: 0.08,
  send_fails: 0.1,
  message_doubled: 0.1,
  database_fails: 0.05,
  fault_steps: 0.06,
  gateways_die: true,
};

const CRASHES: Profile = {
  ...CALM,
  name: "crashes",
  dies: 0.02,
  write_fails: 0.004,
  disk_fails: 0.01,
  fault_steps: 0.1,
  gateways_die: true,
};

const ALARMS: Profile = {
  ...CALM,
  name: "alarms",
  alarm_late: 0.2,
  alarm_lost: 0.08,
  alarm_doubled: 0.1,
  fault_steps: 0.1,
  clocks: true,
  gateways_die: true,
};

const EVERYTHING: Profile = {
  ...ALARMS,
  ...NETWORK,
  name: "everything",
  dies: 0.01,
  write_fails: 0.002,
  disk_fails: 0.005,
  alarm_late: 0.1,
  alarm_lost: 0.03,
  alarm_doubled: 0.05,
  clocks: true,
  fault_steps: 0.1,
};

const PROFILES = [CALM, NETWORK, CRASHES, ALARMS, EVERYTHING] as const;

/** Five seeds in a row meet five kinds of weather. Overages are their own choice: without them sums are exact. */
export function profileOf(seed: number): Profile {
  const profile = PROFILES[seed % PROFILES.length] ?? CALM;
  return { ...profile, overages: dice(seed).chance(0.5) };
}
