/**
 * What docs/openapi.json describes and the Worker does not serve yet. Tests fail as soon as something of this list is
 * served: delete it here then. When all three are empty, delete this file.
 */
export const NOT_YET: {
  readonly operations: readonly string[];
  /** Fields of answers, by the name of their schema. */
  readonly fields: { readonly [schema: string]: readonly string[] };
  /** Query parameters, by the operation that will read them. */
  readonly parameters: { readonly [operation: string]: readonly string[] };
} = {
  operations: [
    "GET /api/settings",
    "GET /api/locations/{locationId}/changes",
    "GET /api/locations/{locationId}/overview",
    "GET /api/locations/{locationId}/rules",
    "GET /api/locations/{locationId}/deliveries/counts",
    "POST /api/locations/{locationId}/deliveries/cancel",
    "GET /api/locations/{locationId}/deliveries/{deliveryId}",
    "GET /api/locations/{locationId}/hosts",
    "POST /api/check",
    "POST /api/locations/{locationId}/try",
  ],
  fields: {
    LogEntry: ["outcome", "direction", "held"],
    EventStory: ["facts"],
    Delivery: ["contactId", "host", "decidedAt", "window", "giveUpAt"],
    DeliveryFilter: ["contact"],
    RuleSet: ["checked"],
  },
  parameters: {
    "GET /api/locations": ["search"],
    "GET /api/locations/{locationId}/events": [
      "contact",
      "rule",
      "message",
      "kind",
      "channel",
      "outcome",
      "from",
      "to",
      "fired",
    ],
    "GET /api/locations/{locationId}/events/{eventKey}": ["contact"],
    "GET /api/locations/{locationId}/deliveries": ["rule", "host", "contact", "error", "since", "until"],
    "GET /api/locations/{locationId}/tasks": ["contact", "order"],
  },
};
