package ai.stigmer.models.ollama;

/**
 * How far the pulling of a model is.
 *
 * @param status the server's word for what it does, for example {@code verifying sha256 digest}
 * @param completed bytes that have arrived, those of earlier pulls included
 * @param total bytes of all parts that are known by now; 0 before the first one is
 */
public record PullProgress(String status, long completed, long total) {}
