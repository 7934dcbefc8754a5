package ai.stigmer.graphton.tool.builtin;

import ai.stigmer.graphton.redaction.Redactor;
import java.io.IOException;

/**
 * A secret in a file that is about to be changed. The model was shown {@value Redactor#MARK} in its
 * place; were that written back, the secret would be gone.
 */
final class UnseenSecret {
  static final String HINT =
      Redactor.MARK
          + " stands where the file holds a secret that you cannot see. Leave that place alone:"
          + " change the text beside it with edit_file";

  private UnseenSecret() {}

  /**
   * Looks whether a mark takes the place of a secret.
   *
   * @throws IOException when there are more marks and fewer secrets than before
   */
  static void keep(String before, String after, Redactor secrets) throws IOException {
    if (Redactor.marks(after) > Redactor.marks(before)
        && secrets.found(after) < secrets.found(before)) {
      throw new IOException("nothing was written, or the secret would be lost: " + HINT);
    }
  }
}
