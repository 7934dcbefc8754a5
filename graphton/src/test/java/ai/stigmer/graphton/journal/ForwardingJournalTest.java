package ai.stigmer.graphton.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A method that a port gains later must be handed on, too, also one that has a default. */
class ForwardingJournalTest {
  /** Made of the others, and so of what a forwarding journal makes of them. */
  private static final Set<String> COMPOSED = Set.of("begin");

  @Test
  void everyMethodOfAJournalIsHandedOn() {
    assertThat(inherited(Journal.class, ForwardingJournal.class)).isEmpty();
  }

  @Test
  void everyMethodOfItsWritersIsHandedOn() {
    assertThat(inherited(JournalWriter.class, ForwardingJournal.Writer.class)).isEmpty();
  }

  @Test
  void everyMethodOfAnInboxIsHandedOn() {
    assertThat(inherited(Inbox.class, ForwardingInbox.class)).isEmpty();
  }

  private static List<String> inherited(Class<?> port, Class<?> forwarding) {
    List<Method> methods =
        Arrays.stream(port.getMethods())
            .filter(method -> !Modifier.isStatic(method.getModifiers()))
            .filter(method -> !COMPOSED.contains(method.getName()))
            .toList();
    assertThat(methods).hasSizeGreaterThan(4);
    return methods.stream()
        .filter(method -> !declares(forwarding, method))
        .map(Method::getName)
        .toList();
  }

  private static boolean declares(Class<?> forwarding, Method method) {
    return Arrays.stream(forwarding.getDeclaredMethods())
        .anyMatch(
            own ->
                own.getName().equals(method.getName())
                    && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
  }
}
