// The command line inside the test's own process: what it prints and its exit code, without a start of Node for each call.

/** What came of a call, as `spawnSync` tells it. */
interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one call after another; two at once would share the console. */
export async function inProcess(
  runCli: (args: readonly string[]) => Promise<void>,
  args: readonly string[],
): Promise<Ended> {
  const { log, error } = console;
  const { exitCode } = process;
  const [stdout, stderr]: [string[], string[]] = [[], []];
  console.log = (text: string) => void stdout.push(`${text}\n`);
  console.error = (text: string) => void stderr.push(`${text}\n`);
  process.exitCode = undefined;
  try {
    await runCli(args);
    return { status: statusNow(), stdout: stdout.join(""), stderr: stderr.join("") };
  } finally {
    Object.assign(console, { log, error });
    process.exitCode = exitCode;
  }
}

function statusNow(): number {
  return Number(process.exitCode ?? 0);
}
