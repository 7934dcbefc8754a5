/**
 * Files of resources as users write them for a server: read strictly, held against the contract's
 * rules, with the place of whatever is wrong. Depends on the contract and the runner.
 */
@NullMarked
package ai.stigmer.runner.manifest;

import org.jspecify.annotations.NullMarked;
