/**
 * The contract's resources in terms of the runner: which agent a spec describes, which variables an
 * execution has, and what its status says of a run. Depends on the contract and the runner.
 */
@NullMarked
package ai.stigmer.runner.contract;

import org.jspecify.annotations.NullMarked;
