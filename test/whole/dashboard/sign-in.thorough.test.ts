import { expect, it } from "vitest";
import { describeInBrowser, useDashboard } from "./browser.ts";

const LOCATION = "ve9EPM428h8vShlRW1KT";

describeInBrowser("signing in", () => {
  const dashboard = useDashboard();

  it("asks for the token, says so when it is wrong, and forgets it with the tab", async () => {
    const page = await dashboard.openEmpty();
    await page.goto(dashboard.url);
    const field = page.getByLabel("Admin token");
    await field.fill("not-the-token");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("The token is missing or wrong");
    await field.fill(dashboard.token);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Nothing has come in yet" }).waitFor();
    const other = await page.context().newPage();
    await other.goto(dashboard.url);
    await other.getByLabel("Admin token").waitFor();
  });

  it("takes the token out of a link that signs in, and out of the address", async () => {
    const page = await dashboard.open();
    await page.getByRole("heading", { name: "Nothing has come in yet" }).waitFor();
    expect(page.url()).not.toContain(dashboard.token);
  });

  it("shows the first decision when the first event comes, without a reload", async () => {
    const page = await dashboard.open();
    await page.getByText("npm run rules send voicemail").waitFor();
    await dashboard.send("voicemail");
    await page.getByRole("heading", { name: "The first decision" }).waitFor();
    expect(page.url()).toContain(`#/l/${LOCATION}/overview`);
    await page.getByText("voicemail-drop-landed").first().waitFor();
  });

  it("takes it out of a link that is pasted into an open tab, and cannot be broken by one that holds none", async () => {
    const page = await dashboard.openEmpty();
    await page.goto(`${dashboard.url}/#token=%`);
    await page.getByLabel("Admin token").waitFor();
    expect(page.url()).not.toContain("token");
    await page.goto(`${dashboard.url}/#token=${encodeURIComponent(dashboard.token)}`);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    expect(page.url()).not.toContain("token");
  });

  it("says it again when the same wrong token is given twice", async () => {
    const page = await dashboard.openEmpty();
    await page.goto(dashboard.url);
    await page.getByLabel("Admin token").fill("not-the-token");
    for (let times = 0; times < 2; times += 1) {
      const [answer] = await Promise.all([
        page.waitForResponse(/\/api\/settings$/),
        page.getByRole("button", { name: "Sign in" }).click(),
      ]);
      expect(answer.status()).toBe(401);
      await page.getByText("The token is missing or wrong").waitFor();
    }
  });

  it("is asked for when the token is revoked while somebody looks", async () => {
    const page = await dashboard.open(`#/l/${LOCATION}/overview`);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.route("**/api/**", (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: "Bearer revoked" } }),
    );
    await page.getByText("The token is missing or wrong").waitFor();
    await page.unrouteAll({ behavior: "wait" });
    await page.getByLabel("Admin token").fill(dashboard.token);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });

  it("leaves nothing of the tab when one signs out, a draft of the playground neither", async () => {
    const page = await dashboard.open(`#/l/${LOCATION}/playground`);
    await page.getByLabel("Name", { exact: true }).fill("call-again");
    await page.getByText("call-again fires").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Admin token").waitFor();
    await page.evaluate(() => dispatchEvent(new Event("pagehide")));
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    await page.getByLabel("Admin token").fill(dashboard.token);
    await page.keyboard.press("Enter");
    await page.getByLabel("Name", { exact: true }).fill("another");
    await page.getByText("another fires").waitFor();
    await page.reload();
    await page.getByText("another fires").waitFor();
  });

  it("is not needed behind Cloudflare Access, whose session signing out ends", async () => {
    const page = await dashboard.openEmpty();
    // As Access does, it lets in who brings no token.
    await page.route("**/api/**", (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${dashboard.token}` } }),
    );
    await page.route("**/cdn-cgi/access/logout", (route) => route.fulfill({ body: "Logged out of Access" }));
    await page.goto(`${dashboard.url}/#/l/${LOCATION}/overview`);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Logged out of Access").waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });
});
