import { expect, it } from "vitest";
import { describeInBrowser, faultsOf, useDashboard } from "./browser.ts";

const LOCATION = "ve9EPM428h8vShlRW1KT";

describeInBrowser("signing in", () => {
  const dashboard = useDashboard();

  it("asks for the token, says so when it is wrong, and forgets it with the tab", async () => {
    const context = await dashboard.browser.newContext();
    const page = await context.newPage();
    await page.goto(dashboard.url);
    const field = page.getByLabel("Admin token");
    await field.fill("not-the-token");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("The token is missing or wrong");
    await field.fill(dashboard.token);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Nothing has come in yet" }).waitFor();
    const other = await context.newPage();
    await other.goto(dashboard.url);
    await other.getByLabel("Admin token").waitFor();
    await context.close();
  });

  it("takes the token out of a link that signs in, and out of the address", async () => {
    const page = await dashboard.open();
    await page.getByRole("heading", { name: "Nothing has come in yet" }).waitFor();
    expect(page.url()).not.toContain(dashboard.token);
    expect(faultsOf(page)).toEqual([]);
  });

  it("shows the first decision when the first event comes, without a reload", async () => {
    const page = await dashboard.open();
    await page.getByText("npm run rules send voicemail").waitFor();
    await dashboard.send("voicemail");
    await page.getByRole("heading", { name: "The first decision" }).waitFor();
    expect(page.url()).toContain(`#/l/${LOCATION}/overview`);
    await page.getByText("voicemail-drop-landed").first().waitFor();
    expect(faultsOf(page)).toEqual([]);
  });
});
