/** What the operator's page has to know about a deployment. */
export interface Settings {
  /** IANA name. */
  readonly timeZone: string;
  readonly retentionDays: number;
  /** The hash of the rule set in force. */
  readonly ruleSet: string;
  /** The host under which people open HighLevel. */
  readonly highlevelHost: string;
}
