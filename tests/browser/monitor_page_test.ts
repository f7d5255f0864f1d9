import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { startBrowser } from "../../scripts/support/browser.ts";
import { startMadeUpTor } from "../_support/made_up_tor.ts";
import { useNetwork } from "../_support/network.ts";
import { EventFollower } from "../cli/_page_client.ts";
import { SLOW } from "../cli/_torcon.ts";
import { startServer, type TestServer } from "../tor/_support.ts";
import { COMMANDS, isPlotDrawn, OpenPage, overflow } from "./_page.ts";

const HOST = "web.monitor-page.example";
const ONLY_US = /^127\.0\.0\.1:\d+$/;

describe("the page of the monitor, in a browser", () => {
  let browser: Browser;

  before(async () => {
    browser = await startBrowser();
  }, SLOW);
  after(() => browser.close());

  describe("of a Tor in a network", () => {
    let network: PrivateNetwork;
    let client: StartedClient;
    let tor: Tor;
    let web: TestServer;

    before(async () => {
      network = await useNetwork();
      await network.dns.add({ [HOST]: ["127.0.0.1"] });
      client = await network.addClient();
      tor = await connect({ control: client.control });
      await tor.whenReady();
      web = await startServer((_, response) => response.write("begun"));
    }, SLOW);
    after(async () => {
      for (const held of [web, tor, client, network]) await held?.[Symbol.asyncDispose]();
    });

    for (const by of Object.keys(COMMANDS)) {
      it(`shows circuits and streams, and closes a circuit, served by ${by}`, SLOW, async () => {
        const state = await tor.getState();
        const circuit = await state.buildCircuit();
        await circuit.whenBuilt();
        await using opened = await OpenPage.open(browser, {
          control: formatAddress(client.control),
          by,
        });
        const { page } = opened;

        await page.getByRole("status").getByText("Connected").waitFor();
        const response = await tor.fetch(`http://${HOST}:${web.port}/`, { isolation: by });
        await page.locator("#picture .target", { hasText: "web." }).first().waitFor();
        await page.locator("#streams").getByText(`${HOST}:${web.port}`).first().waitFor();
        const line = page.locator(`.circuit.built[data-circuits="${circuit.id}"]`);
        assert.match(await line.locator(".line").first().getAttribute("d") ?? "", /^M[\d.]+ .*C/);
        for (const { nickname } of circuit.path) {
          await page.locator("#picture .name", { hasText: nickname! }).first().waitFor();
        }
        const seconds = tor.control.events("BW");
        while (!await isPlotDrawn(page)) await seconds.next();
        await seconds.return?.();

        await page.getByRole("button", { name: `Close circuit ${circuit.id}`, exact: true })
          .click();
        const closed = circuit.whenClosed();
        await page.getByRole("dialog").getByRole("button", { name: "Close circuit" }).click();
        await closed;
        await page.getByText(`Circuit ${circuit.id} is closed`).waitFor();
        await page.locator(`.circuit.closed[data-circuits="${circuit.id}"]`).waitFor();

        await response.body!.cancel();
        assert.deepEqual(opened.faults, []);
        assert.deepEqual([...opened.hosts].filter((host) => !ONLY_US.test(host)), []);
      });
    }
  });

  describe("of a Tor that is made up", () => {
    it("shows the text of others as text", SLOW, async () => {
      await using port = await startMadeUpTor();
      await using opened = await OpenPage.open(browser, { control: port.address });
      const { page } = opened;
      await page.locator(".circuit").first().waitFor();
      const evil = "<img src=x onerror=document.title='evil'><script>evil</script>";
      await port.send(`650 WARN ${evil}\u202eabc\r\n`);
      await port.send('650 STREAM 50 NEW 0 <b>evil</b>"onclick=evil:80 PURPOSE=USER\r\n');
      await page.locator("#log").getByText(`${evil}\\u202eabc`).waitFor();
      await page.locator("#streams").getByText('<b>evil</b>"onclick=evil:80').waitFor();
      await page.getByRole("button", { name: "Close stream 50" }).click();
      await page.getByRole("dialog").getByText("<b>evil</b>").waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      assert.equal(await page.locator("img, b:has-text('evil'), body script").count(), 0);
      assert.equal(await page.title(), "torcon monitor");

      await page.getByLabel("Show", { exact: false }).and(page.locator("select")).selectOption(
        "errors",
      );
      await page.getByText(evil).waitFor({ state: "detached" });
      assert.deepEqual(opened.faults, []);
    });

    it("fits a telephone and a wide screen, in the dark too", SLOW, async () => {
      await using port = await startMadeUpTor();
      await using opened = await OpenPage.open(browser, { control: port.address });
      const { page } = opened;
      await page.locator(".circuit").first().waitFor();
      assert.ok(await isPlotDrawn(page));
      const light = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      await page.emulateMedia({ colorScheme: "dark" });
      assert.notEqual(
        await page.evaluate("getComputedStyle(document.body).backgroundColor"),
        light,
      );
      for (const width of [360, 768, 1080, 1920]) {
        await page.setViewportSize({ width, height: 800 });
        await page.locator(`svg[width="${await widthOf(page, "#picture")}"]`).waitFor();
        assert.equal(await overflow(page), 0, `at ${width}`);
      }
      assert.deepEqual(opened.faults, []);
    });

    it("is used by the keyboard alone", SLOW, async () => {
      await using port = await startMadeUpTor();
      port.expect("SIGNAL NEWNYM").reply("250 OK");
      await using opened = await OpenPage.open(browser, { control: port.address });
      const { page } = opened;
      const line = page.locator('.circuit[data-circuits="15"]');
      await line.focus();
      const details = page.locator("#details");
      await details.getByText("Circuit 15").waitFor();
      assert.equal(await details.locator("li").count(), 3);
      assert.match(await details.locator("code").first().textContent() ?? "", /^[0-9A-F]{40}$/);
      // Its country is looked up in the background.
      await page.getByRole("button", { name: /^Circuit 15, .*quietharbor in DE.*mail\.example/ })
        .waitFor();
      assert.equal(await page.locator(".relay.marked").count(), 3);
      await page.keyboard.press("Enter");
      await page.locator("#new-identity").focus();
      await details.getByText("Circuit 15").waitFor();
      await page.keyboard.press("Enter");
      await port.waitFor("SIGNAL NEWNYM");
      await port.send("650 SIGNAL NEWNYM\r\n");
      await page.getByText("New connections will look like").waitFor();
      await page.keyboard.press("Escape");
      await details.getByText("Point at a circuit").waitFor();
    });

    it("keeps the place of the keyboard while circuits change", SLOW, async () => {
      await using port = await startMadeUpTor();
      await using opened = await OpenPage.open(browser, { control: port.address });
      const { page } = opened;
      await page.locator('.circuit[data-circuits="16"]').focus();
      await port.send("650 CIRC 40 LAUNCHED PURPOSE=GENERAL\r\n");
      await page.locator('.circuit.building[data-circuits="40"]').waitFor();
      assert.equal(await page.evaluate("document.activeElement.dataset.circuits"), "16");
      await port.send("650 CIRC 40 FAILED PURPOSE=GENERAL REASON=TIMEOUT\r\n");
      await page.locator('.circuit.failed[data-circuits="40"]').waitFor();
      assert.equal(await page.evaluate("document.activeElement.dataset.circuits"), "16");
    });

    it("says when Tor is gone, and when the monitor is", SLOW, async () => {
      const port = await startMadeUpTor();
      await using opened = await OpenPage.open(browser, { control: port.address });
      const { page } = opened;
      await page.locator(".circuit").first().waitFor();
      await port[Symbol.asyncDispose]();
      await page.getByRole("alert").getByText("Tor tells nothing any more").waitFor();
      // Nobody would do what they are for.
      assert.equal(await page.getByRole("button", { name: /^Close|New identity/ }).count(), 0);

      await using other = await startMadeUpTor();
      await using second = await OpenPage.open(browser, { control: other.address });
      await second.page.locator(".circuit").first().waitFor();
      second.program.kill("SIGINT");
      await second.page.getByRole("alert").getByText("does not answer").waitFor();
      const { host } = new URL(second.page.url());
      await second.program.status;
      await using _ = await OpenPage.open(browser, { control: other.address, at: host });
      await second.page.getByRole("alert").getByText("an address of its own").waitFor();
    });

    it("says that others have taken all places", SLOW, async () => {
      await using port = await startMadeUpTor();
      await using opened = await OpenPage.open(browser, { control: port.address });
      const { page } = opened;
      await page.locator(".circuit").first().waitFor();
      await using others = new AsyncDisposableStack();
      for (let i = 0; i < 7; i++) others.use(await EventFollower.open(page.url()));
      const late = await browser.newPage();
      others.defer(() => late.close());
      await late.goto(page.url());
      await late.getByRole("alert").getByText("Too many pages").waitFor();
      assert.equal(await page.getByRole("alert").count(), 0);
    });

    it("asks for one new identity at a time, which may take a while", SLOW, async () => {
      await using port = await startMadeUpTor();
      port.expect("SIGNAL NEWNYM").reply("250 OK");
      await using opened = await OpenPage.open(browser, { control: port.address });
      const { page } = opened;
      await page.locator(".circuit").first().waitFor();
      await page.locator("#new-identity").click();
      await page.getByText("every ten seconds at most").waitFor();
      await page.locator("#new-identity").click({ force: true });
      await port.waitFor("SIGNAL NEWNYM");
      await port.send("650 SIGNAL NEWNYM\r\n");
      await page.getByText("New connections will look like").waitFor();
      await page.locator('#new-identity:not([aria-disabled="true"])').waitFor();
      assert.equal(port.received.filter(({ keyword }) => keyword === "SIGNAL").length, 1);
    });

    it("shows many circuits, and beside them all of one", SLOW, async () => {
      await using port = await startMadeUpTor();
      await using opened = await OpenPage.open(browser, { control: port.address });
      const { page } = opened;
      await page.locator(".circuit").first().waitFor();
      const ids = Array.from({ length: 60 }, (_, i) => 100 + i);
      await port.send(ids.map((id) => `650 CIRC ${id} LAUNCHED PURPOSE=GENERAL\r\n`).join(""));
      await page.getByText("28 more are in the table").waitFor();
      const last = page.locator("#picture .circuit").last();
      await last.focus();
      const details = page.locator("#details").getByText(/^Circuit \d+ · building/);
      await details.waitFor();
      const { innerHeight } = await page.evaluate("({ innerHeight })") as { innerHeight: number };
      for (const part of [last.locator(".use"), details]) {
        const { y, height } = (await part.boundingBox())!;
        assert.ok(y + height > 0 && y < innerHeight, `at ${y}`);
      }
      assert.equal(await overflow(page), 0);
    });
  });
});

/** How wide a part of the page is inside. */
async function widthOf(page: Page, selector: string): Promise<number> {
  return await page.evaluate(`document.querySelector("${selector}").clientWidth`);
}
