package ai.stigmer.models.ollama;

/**
 * A server and the ways to it.
 *
 * @param connections for the requests that answer with a stream
 * @param server for questions
 */
record Contact(Endpoint endpoint, Connections connections, OllamaServer server) {}
