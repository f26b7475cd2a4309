// How checks of a rule file report what they find.
import { jsonPointer, type Path } from "../kit/json.ts";
import type { EventKind } from "../model/event-kinds.ts";
import type { ErrorCode, Finding, FindingCode, WarningCode } from "../model/rule.ts";

/** Reports a finding at a place. */
export type Report = (path: Path, code: FindingCode, message: string) => void;

/** What a check of conditions needs besides them. */
export interface Scope {
  /** The kinds of event that reach these conditions. */
  readonly on: readonly EventKind[];
  readonly report: Report;
}

const SEVERITIES: { readonly [C in ErrorCode]: "error" } & { readonly [C in WarningCode]: "warning" } = {
  RULE_NAME: "error",
  RULE_JSON: "error",
  RULE_DUPLICATE_KEY: "error",
  RULE_SHAPE: "error",
  RULE_UNKNOWN_KEY: "error",
  RULE_UNKNOWN_FACT: "error",
  RULE_FACT_KIND: "error",
  RULE_UNKNOWN_OPERATOR: "error",
  RULE_UNKNOWN_CONDITION: "error",
  RULE_EMPTY_GROUP: "error",
  RULE_UNSAFE_PATH: "error",
  RULE_PARAMS: "error",
  RULE_OPERATOR_VALUE: "error",
  RULE_TYPE: "error",
  RULE_NEVER_TAKEN: "error",
  RULE_CONTRADICTION: "error",
  RULE_PATTERN: "error",
  RULE_WINDOW: "error",
  RULE_TEMPLATE: "error",
  RULE_DESTINATION: "error",
  RULE_SIZE: "error",
  RULE_SECRET: "error",
  RULE_HOST: "warning",
  RULE_NEGATED_ABSENCE: "warning",
  RULE_NO_ZONE: "warning",
  RULE_PATTERN_BOUNDARY: "warning",
  RULE_UNUSUAL_WORD: "warning",
  RULE_NO_EFFECT: "warning",
  RULE_TEMPLATE_FIELD: "warning",
  RULE_TEMPLATE_VALUE: "warning",
  RULE_RETENTION: "warning",
  RULE_SET_SIZE: "warning",
  RULE_TOKEN: "warning",
  RULE_LOOP: "warning",
  RULE_SAME: "warning",
  RULE_NEVER_FIRES: "warning",
  RULE_BOTH_MESSAGE: "warning",
  RULE_UNDOES: "warning",
  RULE_EXAMPLE: "warning",
  RULE_NO_EXAMPLE: "warning",
};

/** A finding at a place of a file. */
export function finding(file: string, path: Path, code: FindingCode, message: string): Finding {
  return { file, pointer: jsonPointer(path), code, message, severity: SEVERITIES[code] };
}
