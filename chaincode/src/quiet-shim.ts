import { Shim } from 'fabric-shim';

/** Parts of the shim that say something for every call of the stub. */
const CHATTERS = ['lib/chaincode.js', 'lib/handler.js', 'lib/iterators.js', 'lib/stub.js'];

/**
 * The shim's loggers format every debug line before they look whether anybody wants it: a seventh of the time of a
 * settlement. So the lines are not written in the first place, unless somebody does want them.
 */
export function quietShim(): void {
    if (process.env['CORE_CHAINCODE_LOGGING_LEVEL']?.toUpperCase() === 'DEBUG') {
        return;
    }
    for (const name of CHATTERS) {
        const logger = Shim.newLogger(name);
        logger.debug = () => logger;
    }
}
