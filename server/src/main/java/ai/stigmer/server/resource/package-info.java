/**
 * The contract's resources in the store: names, ids, versions, audit, masked secrets. Depends on
 * the contract and the store.
 */
@NullMarked
package ai.stigmer.server.resource;

import org.jspecify.annotations.NullMarked;
