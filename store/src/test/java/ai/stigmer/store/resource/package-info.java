@NullMarked
package ai.stigmer.store.resource;

import org.jspecify.annotations.NullMarked;
