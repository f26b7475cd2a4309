import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Shows something whose code is loaded only when it is first shown. */
export function Later<Module>({
  load,
  show,
}: {
  readonly load: () => Promise<Module>;
  readonly show: (module: Module) => JSX.Element;
}): JSX.Element {
  const [loaded, setLoaded] = useState<{ module: Module } | null>(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    load().then(
      (module) => setLoaded({ module }),
      () => setLost(true),
    );
  }, []);
  if (isLost)
    return (
      <div class="problem" role="alert">
        <strong>This part of the page could not be loaded</strong>
        <span>A deploy may have replaced it: reload the page.</span>
      </div>
    );
  return loaded ? show(loaded.module) : <p class="quiet-note">Loading…</p>;
}
