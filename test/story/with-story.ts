import { TestMarket } from '../support/market.js';
import { withNetwork } from '../support/network.js';
import { Story } from './story.js';

let told: Promise<Story> | undefined;

/**
 * The one story of this mocha run, on its one network. Each chapter asks for the acts it needs, so that it can also be
 * run alone.
 */
export function withStory(play: (story: Story) => Promise<unknown>): () => Story {
    const network = withNetwork();
    let story: Story | undefined;
    before(async function () {
        this.timeout(180_000);
        told ??= TestMarket.establish(network()).then((market) => new Story(market));
        story = await told;
        await play(story);
    });
    return () => {
        if (story === undefined) {
            throw new Error('the story is there only while tests run');
        }
        return story;
    };
}

// Open connections would keep the test run from ending.
after(async () => {
    await (await told?.catch(() => undefined))?.market.actors.close();
});
