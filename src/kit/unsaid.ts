// What stands for `said.ts` in the Worker's bundle: a function with nothing in it, so that the bundler leaves out the call
// with its phrase.
export function said(): void {}
