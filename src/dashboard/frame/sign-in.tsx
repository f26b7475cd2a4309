import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../ask/api.ts";

/** Asks for the token. `refused`: why the previous one was refused. */
export function SignIn({
  refused,
  onToken,
}: {
  readonly refused: Problem | null;
  readonly onToken: (token: string) => void;
}): JSX.Element {
  const [text, setText] = useState("");
  const isUsable = /^[!-~]+$/.test(text.trim());
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isUsable) onToken(text.trim());
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <img src="/icon.svg" alt="" width="48" height="48" />
        <h1>Afterbeep</h1>
        {refused ? (
          <p class="problem" role="alert">
            <strong>{refused.message}</strong>
            <span>{refused.code === "API_CLOSED" ? refused.detail : "Paste the token again."}</span>
          </p>
        ) : null}
        <label>
          Admin token
          <input
            type="password"
            autocomplete="current-password"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={!isUsable}>
          Sign in
        </button>
        <p class="quiet-note">
          It is kept for this tab only. On your own machine, <code>npm run dev</code> prints a link that signs in; in a
          deployment it is the secret <code>ADMIN_TOKEN</code>, or a token made with{" "}
          <code>npm run rules token NAME</code>.
        </p>
      </form>
    </main>
  );
}
