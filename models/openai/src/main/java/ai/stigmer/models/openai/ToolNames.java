package ai.stigmer.models.openai;

/** Names of tools that models invent; every API refuses to be shown some of them. */
final class ToolNames {
  private static final int LONGEST = 64;

  private ToolNames() {}

  /** The name with an underscore for every sign that a name may not hold. */
  static String sendable(String name) {
    String plain = name.isEmpty() ? "_" : name.replaceAll("[^A-Za-z0-9_-]", "_");
    return plain.length() <= LONGEST ? plain : plain.substring(0, LONGEST);
  }
}
