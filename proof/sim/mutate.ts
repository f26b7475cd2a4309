// Plants a bug by changing the text of one source file as it is loaded. The code itself has no switch for it.
import { registerHooks } from "node:module";
import type { Mutant } from "./mutants.ts";

/**
 * From now on the mutant's file is loaded with its bug. Call it before anything of the product is imported, and what it
 * returns once all of it is: that throws if the file was loaded without the bug.
 */
export function plant({ name, file, from, to }: Mutant): () => void {
  let isPlanted = false;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/src/${file}`)) return loaded;
      const { source } = loaded;
      const text = typeof source === "string" ? source : new TextDecoder().decode(source);
      const parts = text.split(from);
      if (parts.length !== 2)
        throw new Error(`Mutant ${name}: ${file} holds its text ${parts.length - 1} times, not once`);
      isPlanted = true;
      return { ...loaded, source: parts.join(to) };
    },
  });
  return () => {
    if (!isPlanted) throw new Error(`Mutant ${name}: ${file} was loaded before it was planted, or not at all`);
  };
}
