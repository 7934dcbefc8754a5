package ai.stigmer.models.ollama;

import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.model.ModelFailure;
import ai.stigmer.graphton.model.ModelRequest;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether an answer was made from a cut conversation. Three looks, each of which alone
 * condemns the answer:
 *
 * <ul>
 *   <li>the context that the server has allocated is smaller than the one asked for, and no summary
 *       has made the conversation fit it; looked at after the first answer and after each answer
 *       for which the model was loaded anew;
 *   <li>the conversation has certainly more tokens than the context, and was answered all the same;
 *   <li>the server counts fewer prompt tokens than the conversation can have, or than it counted
 *       for a part of it. A server that counts no tokens, or not those it had cached, is not
 *       suspected, and neither is one whose context holds the conversation whatever its tokenizer.
 * </ul>
 *
 * <p>Thread contract: thread-safe; {@link #verdict} may block for two seconds.
 */
final class ContextCheck {
  /** A loaded model answers at once; what takes longer has been loading. */
  private static final long LOADING = Duration.ofMillis(500).toNanos();

  /** Servers before this one count only the tokens that they had not cached. */
  private static final int COUNTS_CACHED_FROM = 4;

  /** Prose and code have three to four. */
  private static final int BYTES_FOR_A_TOKEN = 2;

  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\b.*");

  private final OllamaServer server;
  private final LoadedModels loaded;
  private final LoadedModels.Load load;
  private final Failures failures;
  private final AtomicReference<@Nullable Seen> latest = new AtomicReference<>();
  private volatile @Nullable CompletableFuture<OptionalInt> asked;

  /** A request that was answered, and what the server counted. */
  private record Seen(ModelRequest request, PromptSize size, long count) {}

  ContextCheck(
      OllamaServer server, LoadedModels loaded, LoadedModels.Load load, Failures failures) {
    this.server = server;
    this.loaded = loaded;
    this.load = load;
    this.failures = failures;
  }

  /** The model has begun to answer, so it is loaded: asks for its context while it speaks. */
  void begin() {
    if (!loaded.knows(load) && asked == null) {
      asked = server.allocating(load.model());
    }
  }

  /**
   * Why the answer must not be used, where it must not.
   *
   * @param last the answer's last line
   */
  Optional<ModelFailure> verdict(ModelRequest request, JsonNode last) {
    learn(last);
    int context = loaded.context(load);
    boolean smaller = context != LoadedModels.UNTOLD && context < load.asked();
    if (smaller && !isMadeToFit(request, context)) {
      return Optional.of(failures.smallerContext(context, load.asked()));
    }
    Seen before = latest.get();
    boolean goesOn = before != null && goesOn(before.request(), request);
    PromptSize size = before != null && goesOn ? grown(before, request) : whole(request);
    long count = last.path("prompt_eval_count").asLong(0);
    latest.set(new Seen(request, size, count));
    long expected =
        before != null && goesOn ? Math.max(size.least(), kept(before, request)) : size.least();
    int room = context == LoadedModels.UNTOLD ? load.asked() : context;
    boolean cut = count < expected && (size.least() > room || (count > 0 && isCut(size, context)));
    return cut ? Optional.of(failures.cut(count, expected, load.asked())) : Optional.empty();
  }

  /** Whether a summary made the conversation so small that the smaller context holds it. */
  private static boolean isMadeToFit(ModelRequest request, int context) {
    boolean summarised =
        request.purpose() == ModelRequest.Purpose.SUMMARY
            || request.turn() > ModelRequest.answers(request.messages());
    return summarised && whole(request).most() <= (long) BYTES_FOR_A_TOKEN * context;
  }

  private void learn(JsonNode last) {
    CompletableFuture<OptionalInt> asking = asked;
    if (asking == null && last.path("load_duration").asLong(0) >= LOADING) {
      asking = server.allocating(load.model());
    }
    if (asking != null) {
      asked = null;
      loaded.note(load, asking.join().orElse(LoadedModels.UNTOLD));
    }
  }

  private boolean isCut(PromptSize size, int context) {
    boolean fitsForCertain = context != LoadedModels.UNTOLD && size.most() <= context;
    return !fitsForCertain && countsCachedTokens();
  }

  private boolean countsCachedTokens() {
    return switch (server.version()) {
      case Reply.Ok<String>(String version) -> {
        Matcher numbers = VERSION.matcher(version);
        yield numbers.matches()
            && (Integer.parseInt(numbers.group(1)) > 0
                || Integer.parseInt(numbers.group(2)) >= COUNTS_CACHED_FROM);
      }
      case Reply.Failed<String> _ -> false;
    };
  }

  /**
   * What the server must count at least, as it counted so much for the beginning: the earlier count
   * without all that a template may have left out since.
   */
  private static long kept(Seen before, ModelRequest request) {
    long droppable = PromptSize.droppable(request, before.request().messages().size());
    return before.count() - droppable;
  }

  private static boolean goesOn(ModelRequest before, ModelRequest now) {
    List<Message> earlier = before.messages();
    return now.messages().size() >= earlier.size()
        && now.system().equals(before.system())
        && now.tools().equals(before.tools())
        && now.messages().subList(0, earlier.size()).equals(earlier);
  }

  private static PromptSize whole(ModelRequest request) {
    return PromptSize.ofFrame(request).plus(PromptSize.of(request.messages()));
  }

  private static PromptSize grown(Seen before, ModelRequest request) {
    int known = before.request().messages().size();
    return before
        .size()
        .plus(PromptSize.of(request.messages().subList(known, request.messages().size())));
  }
}
