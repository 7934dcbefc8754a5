/**
 * The console: pages for people in a browser, rendered here. It reads what the API reads and does
 * what the API does. Depends on the rooms of the server, on JTE and on Armeria.
 */
@NullMarked
package ai.stigmer.server.console;

import org.jspecify.annotations.NullMarked;
