package ai.stigmer.graphton.approval;

import static java.util.Objects.requireNonNull;

import ai.stigmer.graphton.message.ToolCall;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A call that waits for somebody's word.
 *
 * @param id {@code RUN.N}, N counting from 1 within the run
 * @param callId the call, unique within the run
 * @param call what the model asks for
 * @param scope what the word holds for besides the call: workspace and version of the policy
 * @param why why somebody is asked, one line for people
 */
public record ApprovalRequest(
    String id, Question question, String callId, ToolCall call, String scope, String why) {
  public ApprovalRequest {
    requireNonNull(id, "id is null");
    requireNonNull(question, "question is null");
    requireNonNull(callId, "callId is null");
    requireNonNull(call, "call is null");
    requireNonNull(scope, "scope is null");
    requireNonNull(why, "why is null");
  }

  /**
   * SHA-256, in hexadecimal, of everything that a decision is about: question, call, tool,
   * arguments and scope. A decision that names another hash does not count.
   */
  public String hash() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part :
          List.of(question.name(), callId, call.id(), call.name(), call.arguments(), scope)) {
        // The length first, so that no two lists of parts look alike.
        byte[] bytes = part.getBytes(StandardCharsets.UTF_16BE);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
