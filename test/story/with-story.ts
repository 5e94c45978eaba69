import { openNetwork } from '@commonwatt/network';
import { TestMarket } from '../support/market.js';
import { newStateDir, requireBinaries } from '../support/network.js';
import { Story } from './story.js';

let told: Promise<Story> | undefined;

/**
 * The one story of this mocha run, on a network that nobody else trades on. Each chapter asks for the acts it needs, so
 * that it can also be run alone.
 */
export function withStory(play: (story: Story) => Promise<unknown>): () => Story {
    let story: Story | undefined;
    before(async function () {
        this.timeout(180_000);
        told ??= begin();
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

async function begin(): Promise<Story> {
    await requireBinaries();
    const network = openNetwork({ stateDir: newStateDir() });
    await network.up();
    return new Story(await TestMarket.establish(network));
}

// Open connections would keep the test run from ending.
after(async () => {
    await (await told?.catch(() => undefined))?.market.actors.close();
});
