import { decodePolicy } from '@commonwatt/chaincode/store/policies';
import { endorsementPolicies, mspIdOf, type OrgName, orgNames } from '@commonwatt/network';
import { type Cell, type State, type World } from './world.js';

/** Organisations that endorse together, each one or not, as the peers count them. */
export type Coalition = readonly OrgName[];

/** All fifteen, smaller ones first. */
export const COALITIONS: readonly Coalition[] = Array.from({ length: 2 ** orgNames.length - 1 }, (_, index) =>
    orgNames.filter((_org, place) => ((index + 1) & (1 << place)) !== 0),
).sort((left, right) => left.length - right.length);

/** `m` of some organisations' peers, or of further rules. */
type Rule = string | Readonly<{ atLeast: number; of: readonly Rule[] }>;

const isMet = (rule: Rule, mspIds: readonly string[]): boolean =>
    typeof rule === 'string'
        ? mspIds.includes(rule)
        : rule.of.filter((each) => isMet(each, mspIds)).length >= rule.atLeast;

/** Reads a policy as the network is given it: `AND(…)`, `OutOf(m, …)` and peers in quotes. */
export function parsePolicy(text: string): Rule {
    const tokens = text.match(/'[^']+'|\w+|[(),]/g) ?? [];
    let at = 0;
    const next = (): string => tokens[at++] ?? '';
    const rule = (): Rule => {
        const token = next();
        if (token.startsWith("'")) {
            return token.slice(1, -1).replace(/[.]peer$/, '');
        }
        next(); // (
        const count = token === 'OutOf' ? Number(next()) : null;
        if (count !== null) {
            next(); // ,
        }
        const of: Rule[] = [rule()];
        while (next() === ',') {
            of.push(rule());
        }
        return { atLeast: count ?? of.length, of };
    };
    return rule();
}

const ofChaincode: Readonly<Record<string, Rule>> = Object.fromEntries(
    Object.entries(endorsementPolicies).map(([name, text]) => [name, parsePolicy(text)]),
);
const ofKeys = new Map<string, Rule>();

/** The policy that judges a write: the key's own, or for a first write, and for keys that have none, the chaincode's. */
function ruleFor(chaincode: string, policy: string | null): Rule {
    if (policy === null) {
        return ofChaincode[chaincode] ?? { atLeast: Infinity, of: [] };
    }
    const known = ofKeys.get(policy);
    if (known !== undefined) {
        return known;
    }
    const { required, outOf, others } = decodePolicy(Buffer.from(policy, 'hex'));
    const rule = { atLeast: required.length + 1, of: [...required, { atLeast: outOf, of: others }] };
    ofKeys.set(policy, rule);
    return rule;
}

/** Whether these organisations, and nobody else, can change this key. */
export function mayWrite(coalition: Coalition, world: World, state: State, cell: Cell): boolean {
    const { policy } = world.contentAt(state, cell);
    return isMet(ruleFor(cell.chaincode, policy), coalition.map(mspIdOf));
}
