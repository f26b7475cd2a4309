/** The rules that ship. Tests use these, so that your own rules in `rules/` do not interfere. */
export const SHIPPED_RULES = [
  "email-by-provider",
  "gateway-status",
  "missed-call",
  "provider-email-gateway",
  "provider-sms-gateway",
  "sms-failed",
  "third-voicemail",
  "voicemail-drop-landed",
  "voicemail-text-back",
];

/** The recipes that ship: rules that are not in force until they are copied into `rules/`. */
export const RECIPES = [
  "a-contact-wrote",
  "a-person-wrote",
  "appointment-missed",
  "email-bounced",
  "mailgun-bounced",
  "missed-call-text-back",
  "opened-not-answered",
  "opportunity-stuck",
  "sms-failed-email",
  "third-voicemail-workflow",
  "three-follow-ups",
  "two-failed-texts",
  "vip-in-stage",
  "voice-ai-call-back",
  "voicemail-vip",
  "voicemail-working-hours",
];
