// What the demo runs: the Worker in workerd, HighLevel's stand-in and a receiver of webhooks on loopback, on one clock.
import { randomBytes } from "node:crypto";
import { Response as OutboundResponse, type Request as OutboundRequest } from "miniflare";
import { LOCATION, SAMPLES } from "../../events/samples.ts";
import { ensureDevVars, RECEIVER_PORT } from "../../local/dev-vars.ts";
import type { Target } from "../../local/hook-client.ts";
import { DEFAULT_WORKER_URL } from "../../local/project.ts";
import { startReceiver, type ReceivedWebhook, type Receiver } from "../../local/receiver.ts";
import { developmentKey } from "../../local/sign.ts";
import { startHighLevel } from "../../local/stand-in/server.ts";
import { HighLevelStandIn } from "../../local/stand-in/stand-in.ts";
import type { Message } from "../../local/stand-in/state.ts";
import type { JsonObject } from "../../kit/json.ts";
import { UsageError } from "../../kit/usage-error.ts";
import { freePort, runWorker, type RunningWorker } from "../../local/workerd.ts";
import { DemoTime } from "./time.ts";

const SECRET_BYTES = 32;

/** The demo's world. */
export interface World {
  readonly worker: RunningWorker;
  readonly target: Target;
  readonly receiver: Receiver;
  readonly standIn: HighLevelStandIn;
  readonly standInUrl: string;
  readonly time: DemoTime;
  readonly timeZone: string;
  readonly locationId: string;
  /** What the stand-in was asked to send: HighLevel reports each by a webhook. */
  readonly messages: readonly Message[];
  close(): Promise<void>;
}

/** How the world begins. */
export interface WorldOptions {
  /** How long before the present the demo begins. */
  readonly agoMs: number;
  /** The rules in force, as they are bundled. */
  readonly rules: JsonObject;
  /** The folder of the demo's Worker. */
  readonly bundle: string;
  readonly port?: number;
  readonly receiverPort?: number;
  readonly onWebhook?: (webhook: ReceivedWebhook) => void;
}

/** Starts everything, and installs the app in the location, as its admin would. */
export async function startWorld({ agoMs, rules, bundle, onWebhook, ...ports }: WorldOptions): Promise<World> {
  const { variables } = await ensureDevVars();
  const key = developmentKey(variables);
  if (!key.ok) throw new UsageError(key.failure);
  const time = new DemoTime(-agoMs, (offsetMs) => moveClock(target, offsetMs));
  const messages: Message[] = [];
  const app = { clientId: "demo-app", clientSecret: randomBytes(SECRET_BYTES).toString("base64url") };
  const standIn = new HighLevelStandIn({ clock: time.now, app, onMessage: (message) => messages.push(message) });
  const highlevel = await startHighLevel(standIn, 0);
  const receiver = await startReceiver(
    await freePort(ports.receiverPort ?? RECEIVER_PORT),
    variables["WEBHOOK_SECRET"] ?? "",
    (webhook) => onWebhook?.(webhook),
    time.now,
  );
  const timeZone = zoneAtNoon(new Date());
  const gatewaySecret = `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
  const worker = await runWorker({
    bundle,
    variables: {
      ...variables,
      TIME_ZONE: timeZone,
      HIGHLEVEL_API: highlevel.url,
      HIGHLEVEL_CLIENT_ID: app.clientId,
      HIGHLEVEL_CLIENT_SECRET: app.clientSecret,
      HIGHLEVEL_TOKEN_KEY: randomBytes(SECRET_BYTES).toString("base64"),
      GATEWAY_SECRET: gatewaySecret,
    },
    values: { DEMO_RULES: rules },
    port: await freePort(ports.port ?? Number(new URL(DEFAULT_WORKER_URL).port)),
    outbound: towards(receiver.url, highlevel.url),
  });
  const target: Target = {
    url: worker.url,
    privateKey: key.value,
    adminToken: variables["ADMIN_TOKEN"],
    gatewaySecret,
  };
  await time.start();
  furnish(standIn, timeZone);
  await installApp(standIn, target);
  return {
    worker,
    target,
    receiver,
    standIn,
    standInUrl: highlevel.url,
    time,
    timeZone,
    locationId: LOCATION,
    messages,
    close: async () => {
      await worker.miniflare.dispose();
      receiver.close();
      await highlevel.close();
    },
  };
}

/** Calls to HighLevel pass unchanged; those to any other host go to the receiver: the demo uses no network. */
function towards(receiverUrl: string, highlevelUrl: string): (request: OutboundRequest) => Promise<OutboundResponse> {
  return async (request) => {
    const { host, origin, pathname, search } = new URL(request.url);
    const isHighLevel = origin === highlevelUrl;
    const headers = Object.fromEntries([...request.headers, ...(isHighLevel ? [] : [["x-demo-host", host]])]);
    const body = await request.text();
    const response = await fetch(`${isHighLevel ? origin : receiverUrl}${pathname}${search}`, {
      method: request.method,
      headers,
      ...(body === "" ? {} : { body }),
    });
    const answer = await response.text();
    return new OutboundResponse(answer === "" ? null : answer, {
      status: response.status,
      headers: Object.fromEntries(response.headers),
    });
  };
}

/** A time zone in which it is about noon, so that rules with daytime windows act even when the demo runs at night. */
function zoneAtNoon(now: Date): string {
  const ahead = 12 - now.getUTCHours();
  // These names have the opposite sign of the offset: Etc/GMT-5 is five hours ahead.
  return ahead === 0 ? "UTC" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

/** The location and the contact of the samples, as HighLevel has them. */
function furnish(standIn: HighLevelStandIn, timezone: string): void {
  standIn.addLocation({ id: LOCATION, timezone });
  const contactId = SAMPLES["sms"]?.payload["contactId"];
  if (typeof contactId === "string") standIn.addContact({ id: contactId, locationId: LOCATION, phone: "+15550100042" });
}

/** Installs the app in the location: HighLevel sends an admin who has consented to this page, with a code. */
async function installApp(standIn: HighLevelStandIn, { url }: Target): Promise<void> {
  const callback = new URL("/oauth/callback", url);
  callback.searchParams.set("code", standIn.authorize(LOCATION));
  const response = await fetch(callback);
  if (!response.ok) throw new Error(`The app could not be installed: ${response.status} ${await response.text()}`);
}

async function moveClock({ url }: Target, offsetMs: number): Promise<number | null> {
  const response = await fetch(new URL(`/demo/clock?location=${LOCATION}&offset=${offsetMs}`, url), { method: "POST" });
  if (!response.ok) throw new Error(`The clock of the demo does not move: ${response.status}`);
  const { nextMs } = (await response.json()) as { nextMs: number | null };
  return nextMs;
}
