// What each call does, in words for people who do not program.
import type { HighLevelCall } from "../model/rule.ts";
import type { CallFieldName } from "./calls.ts";

/** Reads a field of a call: `quoted` its texts in quotes, `""` if it is left out; `word` a field that is one plain word. */
type Read<Name> = (name: Name) => string;
type Sentence<Name> = (quoted: Read<Name>, word: Read<Name>) => string;

/** One part of a sentence for each call: `tag the contact “voicemail”`. */
export const CALL_WORDS: { readonly [Call in HighLevelCall]: Sentence<CallFieldName<Call>> } = {
  "send-message": (quoted, word) =>
    `send the contact a message (${word("messageType")}): ${quoted("message") || quoted("subject") || quoted("html") || "see its fields"}`,
  "add-tags": (quoted) => `tag the contact ${quoted("tags")}`,
  "remove-tags": (quoted) => `take the tag ${quoted("tags")} from the contact`,
  "create-task": (quoted, word) => `open the task ${quoted("title")} in HighLevel, due ${word("due")} after`,
  "create-note": (quoted) => `leave the note ${quoted("body")}`,
  "add-to-workflow": (quoted) => `add the contact to the workflow ${quoted("workflowId")}`,
  "remove-from-workflow": (quoted) => `take the contact out of the workflow ${quoted("workflowId")}`,
  "update-message-status": (quoted) => `tell HighLevel that the message is ${quoted("status")}`,
  "update-opportunity-status": (quoted) => `move the opportunity to ${quoted("status")}`,
  "update-contact": () => "change the contact's record",
  assign: (quoted) => `give the contact to the user ${quoted("assignedTo")}`,
  "create-opportunity": (quoted) => `open the opportunity ${quoted("name")}`,
  "move-opportunity": (quoted) => `move the opportunity to the stage ${quoted("pipelineStageId")}`,
};
