/** What the operator's page has to know about a deployment. */
export interface Settings {
  /** IANA name. */
  readonly timeZone: string;
  readonly retentionDays: number;
  /** The hash of the rule set in force. */
  readonly ruleSet: string;
  /** The host under which people open HighLevel. */
  readonly highlevelHost: string;
  /** Whether there is a key (`HIGHLEVEL_TOKEN_KEY`) under which tokens of HighLevel can be kept. */
  readonly keepsTokens: boolean;
  /** Whether there is a marketplace app that can be installed, by `/oauth/start`. */
  readonly canInstall: boolean;
  /** Whether messages of which no webhook came are looked for in HighLevel's export (`RECONCILE`). */
  readonly reconciles: boolean;
}
