import type { Ignorer, NodePath } from '@stryker-mutator/api/ignore';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** What this needs to know of a place in the syntax tree. */
type Place = Readonly<{
    node: Readonly<{ type: string }>;
    key: string | number | null;
    listKey?: string;
    parent?: Readonly<{ type: string; callee?: Readonly<{ name?: string }> }>;
}>;

/** The text of an assertion is for whoever mends the code: no caller and no record depends on its wording. */
const assertionMessages: Ignorer = {
    shouldIgnore(path: NodePath): string | undefined {
        const { node, key, listKey, parent } = path as unknown as Place;
        const isMessage =
            node.type === 'StringLiteral' &&
            parent?.type === 'CallExpression' &&
            parent.callee?.name === 'assert' &&
            listKey === 'arguments' &&
            key === 1;
        return isMessage ? 'the wording of an assertion' : undefined;
    },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'assertion-messages', assertionMessages)];
