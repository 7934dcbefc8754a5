/**
 * Who may call the server: the token, the Host header, no browser's origin; and which browsers may
 * use the console. Depends on Armeria and the error model.
 */
@NullMarked
package ai.stigmer.server.guard;

import org.jspecify.annotations.NullMarked;
