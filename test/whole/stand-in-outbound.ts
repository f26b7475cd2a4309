// HighLevel's stand-in behind a Worker in workerd: its requests to HighLevel are answered there.
import { Response as OutboundResponse, type Request as OutboundRequest } from "miniflare";
import type { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";

const HIGHLEVEL = "services.leadconnectorhq.com";

/** What the stand-in answers; `null`: the request goes elsewhere. */
export async function answerOf(standIn: HighLevelStandIn, request: OutboundRequest): Promise<OutboundResponse | null> {
  if (new URL(request.url).host !== HIGHLEVEL) return null;
  const { method } = request;
  const text = await request.text();
  const headers = Object.fromEntries(request.headers);
  const answer = await standIn.answer(
    new Request(request.url, { method, headers, ...(text === "" ? {} : { body: text }) }),
  );
  return new OutboundResponse(await answer.text(), {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
  });
}
