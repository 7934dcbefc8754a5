package ai.stigmer.testkit.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * A request as it arrived.
 *
 * @param path the path with its query, as on the request line
 * @param headers by lower-case name; of a repeated header the last value
 * @param body the JSON body; a missing node when there was none
 * @param text the same as it arrived, byte for byte; empty when there was none
 */
public record RecordedRequest(
    String method, String path, Map<String, String> headers, JsonNode body, String text) {
  public RecordedRequest {
    headers = Map.copyOf(headers);
  }
}
