// A request as it left, or as it would: what a person reads first, all of it when opened.
import type { JSX } from "preact";
import {
  bodyIn,
  cutInWords,
  messageTextIn,
  sizeInWords,
  type SentRequest as Request,
} from "../../model/sent-request.ts";
import { JsonText } from "./json.tsx";

/** `label`: what the request is, for those who cannot see where it stands. */
export function SentRequest({ request, label }: { readonly request: Request; readonly label: string }): JSX.Element {
  const { method, url, headers, cutBytes, message } = request;
  const text = messageTextIn(request);
  return (
    <div class="sent-request">
      {text === null ? null : (
        <blockquote class="sent-text" tabIndex={0} role="region" aria-label={`${label}: its text`}>
          {text}
        </blockquote>
      )}
      {message === null ? null : <p class="sent-size">{sizeInWords(message)}</p>}
      <details>
        <summary>
          {method} <span class="mono">{url}</span>
        </summary>
        <dl class="sent-headers">
          {Object.entries(headers).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <Body request={request} label={label} />
      </details>
      {cutBytes === 0 ? null : <p class="sent-size">{cutInWords(cutBytes)}</p>}
    </div>
  );
}

/** JSON is set out; what is none, or was cut, is shown as it is. */
function Body({ request, label }: { readonly request: Request; readonly label: string }): JSX.Element | null {
  const body = bodyIn(request);
  if (body === null || body === "") return null;
  if (typeof body !== "string") return <JsonText value={body} label={`${label}: its body`} />;
  return (
    <pre class="json" tabIndex={0} role="region" aria-label={`${label}: its body`}>
      {body}
    </pre>
  );
}
