// What stands for `said.ts` in the Worker's bundle: functions with nothing in them, so that the bundler leaves out the calls
// with their phrases, and of an entry of a table what it is about.
export function said(): void {}

export function about(): void {}

export function sentence(): void {}

export function phrases(): void {}
