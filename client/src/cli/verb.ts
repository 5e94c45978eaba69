import { type Command, Option } from 'commander';
import { printFailure } from './failure.js';
import { jsonText, printLine } from './output.js';
import { NotSent } from './preview.js';
import { type CommonOptions, Session, WITHIN_S } from './session.js';
import { exitsAsUsage } from './usage.js';
import { count } from './values.js';

export type VerbSpec = Readonly<{
    name: string;
    summary: string;
    /** A whole command line. */
    example: string;
    /** `submit` changes the ledger, `read` asks a peer, `local` needs no peer. */
    mode: 'submit' | 'read' | 'local';
}>;

/** Adds a verb to a noun, with the options that such verbs have in common. */
export function addVerb(noun: Command, spec: VerbSpec): Command {
    const verb = exitsAsUsage(noun.command(spec.name))
        .description(spec.summary)
        .option('--org <org>', 'organization: its connection profile and its wallet')
        .option('--profile <file>', 'connection profile, instead of the one of --org')
        .option('--json', 'print one JSON object')
        .addHelpText('after', `\nExample:\n  ${spec.example}`);
    if (spec.mode !== 'local') {
        const as = new Option('--as <identity>', "identity in the organization's wallet; `admin` is its administrator");
        verb.addOption(spec.mode === 'read' ? as.default('admin') : as);
        const within = new Option('--within <seconds>', 'how long a call waits for peers that are busy or away');
        verb.addOption(within.argParser(count).default(WITHIN_S));
    }
    if (spec.mode === 'submit') {
        verb.option('--args', 'send nothing; print what `peer chaincode invoke -c` takes');
    }
    return verb;
}

/** What a verb does, given its options as parsed and its operands, of which an `agreement` may be given by its first digits. */
export type Run<Options> = (session: Session, options: Options, operands: readonly string[]) => Promise<void>;

/** Says what a verb does. Failures are printed here, in the same form for every verb. */
export function onRun<Options>(verb: Command, run: Run<Options>): void {
    verb.action(async () => {
        const options = verb.optsWithGlobals<CommonOptions & Options>();
        const session = new Session(options);
        try {
            await run(session, options, await operandsOf(session, verb));
        } catch (error) {
            if (error instanceof NotSent) {
                process.stderr.write(`Not sent. For chaincode ${error.chaincode}:\n`);
                printLine(jsonText(error.invocation));
            } else {
                printFailure(error, options.json === true);
            }
        } finally {
            await session.close();
        }
    });
}

/** Operands as typed; ids of agreements, of which the first digits are enough, in full. */
async function operandsOf(session: Session, verb: Command): Promise<readonly string[]> {
    const operands: string[] = [];
    for (const [position, text] of verb.args.entries()) {
        const isAgreement = verb.registeredArguments[position]?.name() === 'agreement';
        operands.push(isAgreement ? await session.agreementId(text) : text);
    }
    return operands;
}
