/** Words of strangers that a model obeys, and what became of it, looked at from outside. */
@NullMarked
package ai.stigmer.it.injection;

import org.jspecify.annotations.NullMarked;
