package ai.stigmer.models.openai;

import ai.stigmer.graphton.model.ModelProvider;
import ai.stigmer.graphton.model.ModelResult;
import ai.stigmer.graphton.model.ModelSettings.Dialect;
import java.util.ServiceLoader;

/** A process of its own: finds the provider, and asks a model when it is told a URL. */
final class ChildMain {
  private ChildMain() {}

  public static void main(String[] args) {
    ModelProvider provider = ServiceLoader.load(ModelProvider.class).iterator().next();
    System.out.println("provider " + provider.id());
    if (args.length > 0) {
      var wish = Asking.Wish.of(args[1], args[0], Dialect.valueOf(args[2]));
      var asking = new Asking((args.length > 3 ? wish.key(args[3]) : wish).settings());
      System.out.println(
          asking.ask(Asking.hello()) instanceof ModelResult.Turn(var turn)
              ? "said " + turn.text()
              : "failed");
    }
  }
}
