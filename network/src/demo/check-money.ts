import { freeAccount, netByAccount } from '@commonwatt/chaincode/domain/posting';
import { NO_MONEY, sumAmounts } from '@commonwatt/chaincode/domain/units';
import type { Findings } from './findings.js';
import { inParallel } from './in-parallel.js';
import type { Stage } from './stage.js';

/** Compares the postings with the balances that the peers hold, and says what must be zero. */
export async function checkMoney(stage: Stage, findings: Findings): Promise<void> {
    const { journal, plan } = stage;
    const nets = netByAccount(findings.postings);
    journal.check({
        name: `all ${findings.postings.length} postings sum to zero`,
        expected: '0',
        observed: String(sumAmounts(findings.postings.map((posting) => posting.amountNano))),
        block: null,
    });
    const initial = findings.runs.filter(({ run }) => run === 0);
    const qualities = initial.flatMap(({ points }) => points.map(({ quality }) => quality));
    journal.check({
        name: plan.silence === null ? 'every meter was read in time' : 'only what a silent meter missed is estimated',
        expected: plan.silence === null ? 'measured, scheduled' : 'estimated, measured, scheduled',
        observed: [...new Set(qualities)].sort().join(', '),
        block: null,
    });
    journal.check({
        name: 'in the end every slot rests on what was measured',
        expected: 'measured, scheduled',
        observed: [...new Set(findings.settlements.flatMap(({ points }) => points.map(({ quality }) => quality)))]
            .sort()
            .join(', '),
        block: null,
    });
    const escrow = [...nets].filter(([account]) => account.startsWith('escrow/')).map(([, net]) => net);
    journal.check({
        name: 'no agreement holds money any more',
        expected: '0',
        observed: String(sumAmounts(escrow)),
        block: null,
    });
    const differing = await inParallel(plan.subjects, async ({ id }) =>
        (await isAsPosted(stage, id, nets)) ? [] : [id],
    );
    journal.check({
        name: `the accounts of all ${plan.subjects.length} participants are what was posted`,
        expected: 'no difference',
        observed: differing.flat().join(', ') || 'no difference',
        block: null,
    });
    const liable = findings.postings.filter(
        ({ account, kind }) =>
            kind === 'default' && account.endsWith(`/${plan.overconfidentId}`) && account.startsWith('escrow/'),
    );
    journal.check({
        name: `${plan.overconfidentId} pays default amounts for what it could not deliver`,
        expected: 'money drawn from its escrow',
        observed: liable.length > 0 ? 'money drawn from its escrow' : 'nothing drawn',
        block: null,
    });
}

async function isAsPosted(
    stage: Stage,
    participantId: string,
    nets: ReturnType<typeof netByAccount>,
): Promise<boolean> {
    const { freeNano, covers } = await stage.cast.as('settlement').accounts.show(participantId);
    const posted = nets.get(freeAccount(participantId)) ?? NO_MONEY;
    const coverNano = sumAmounts(covers.map((cover) => cover.balanceNano));
    const postedCover = sumAmounts(
        [...nets].filter(([account]) => account.startsWith(`cover/${participantId}/`)).map(([, net]) => net),
    );
    return freeNano === posted && coverNano === postedCover;
}
