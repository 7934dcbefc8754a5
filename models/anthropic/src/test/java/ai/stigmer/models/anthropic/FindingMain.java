package ai.stigmer.models.anthropic;

import ai.stigmer.graphton.model.ModelProvider;
import java.util.ServiceLoader;

/** Finds the provider with the given id and opens nothing. */
final class FindingMain {
  private FindingMain() {}

  public static void main(String[] args) {
    boolean found = false;
    for (ModelProvider provider : ServiceLoader.load(ModelProvider.class)) {
      found |= provider.id().equals(args[0]);
      provider.close();
    }
    System.exit(found ? 0 : 1);
  }
}
