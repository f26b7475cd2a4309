// What tests put in place of private data and secrets. No line of a log may hold any of it: test/count-reporter.ts
// checks everything that the suite logs.

/** A contact's data, as builders put it into every payload. */
export const CANARY_PERSON = {
  body: "Private words of a canary",
  subject: "About a canary",
  firstName: "Canary",
  phone: "+15550147470",
  email: "canary@example.net",
  attachments: ["https://files.example.net/canary.pdf?signature=canary"],
};

/** The words, the digits of the phone number, and the beginning of the base64 of such words. */
const CANARY = /canary|5550147470|Y2FuYXJ5|Q2FuYXJ5/i;

/** Whether a text holds anything that no log may hold. */
export function holdsCanary(text: string): boolean {
  return CANARY.test(text);
}
