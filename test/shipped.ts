/** The rules that ship. Tests speak of these, so that rules of your own in `rules/` are in nobody's way. */
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

/** The recipes that ship: rules that are not in force until somebody copies them into `rules/`. */
export const RECIPES = [
  "a-contact-wrote",
  "a-person-wrote",
  "missed-call-text-back",
  "opened-not-answered",
  "sms-failed-email",
  "third-voicemail-workflow",
];
