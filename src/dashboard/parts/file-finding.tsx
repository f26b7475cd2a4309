import type { JSX } from "preact";
import type { Finding } from "../../model/rule.ts";

/** What was found in a rule file: where, what, and its code. */
export function FileFinding({ file, pointer, code, message }: Omit<Finding, "severity">): JSX.Element {
  return (
    <>
      <code>{file}</code>
      {pointer === "" ? null : (
        <>
          {" "}
          at <code>{pointer}</code>
        </>
      )}
      : {message} <small class="quiet-note">{code}</small>
    </>
  );
}
