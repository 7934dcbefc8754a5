/** Tests of the store, some of them with processes of their own that are killed. */
@NullMarked
package ai.stigmer.store;

import org.jspecify.annotations.NullMarked;
