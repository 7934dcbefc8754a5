package ai.stigmer.models.ollama;

import ai.stigmer.graphton.message.Block;
import ai.stigmer.graphton.message.Message;
import ai.stigmer.graphton.message.ModelTurn;
import ai.stigmer.graphton.message.ToolCall;
import ai.stigmer.graphton.message.ToolResult;
import ai.stigmer.graphton.model.ModelRequest;
import ai.stigmer.graphton.model.ToolSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * How many tokens a request can have, without knowing the model's tokenizer: two bounds between
 * which the truth lies.
 *
 * <p>{@code least} counts what no template leaves out: the system text, what the user said, the
 * answers' text and calls, the tools' results. Tools and thinking are left out of it, for some
 * templates show them only at times. {@code most} counts a token for every byte, twice for tools,
 * which templates may print with indentation, and room for what a template adds by itself.
 *
 * @param least in tokens; no tokenizer makes fewer of it
 * @param most in tokens; none makes more
 */
record PromptSize(long least, long most) {
  static final PromptSize NOTHING = new PromptSize(0, 0);

  private static final int TEMPLATE = 1024;
  private static final int MESSAGE = 32;

  /** Longer words are split by every tokenizer; the longest single tokens are names of classes. */
  private static final int LONGEST_WORD = 32;

  /** Scripts without blanks: the longest single tokens are phrases. */
  private static final int LONGEST_PHRASE = 12;

  /** Some tokenizers join two words over the sign between them, as in a name with underscores. */
  private static final int JOINED_WORDS = 2;

  private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-fA-F]{4}|.)");
  private static final String END_OF_THOUGHT = "</think>";

  /** The size of everything but the messages. */
  static PromptSize ofFrame(ModelRequest request) {
    long tools = 0;
    for (ToolSpec tool : request.tools()) {
      tools += bytes(tool.name()) + bytes(tool.description()) + bytes(tool.schema());
    }
    PromptSize system = of(request.system());
    return new PromptSize(system.least(), system.most() + 2 * tools + TEMPLATE);
  }

  /**
   * The most tokens that a template may show in one request and leave out of the next: the tools,
   * which some show only behind the user's last word, and thinking.
   *
   * @param known how many messages the earlier request had
   */
  static long droppable(ModelRequest request, int known) {
    long most = TEMPLATE;
    for (ToolSpec tool : request.tools()) {
      most += bytes(tool.name()) + bytes(tool.description()) + bytes(tool.schema());
    }
    for (Message message : request.messages().subList(0, known)) {
      if (message instanceof Message.Assistant(ModelTurn turn)) {
        most += thinking(turn);
      }
    }
    return most;
  }

  private static long thinking(ModelTurn turn) {
    long most = 0;
    for (Block block : turn.blocks()) {
      if (block instanceof Block.Thinking(String text)) {
        most += bytes(text);
      }
    }
    int inText = turn.text().lastIndexOf(END_OF_THOUGHT);
    return inText < 0 ? most : most + bytes(turn.text().substring(0, inText));
  }

  /** The size of some messages. */
  static PromptSize of(List<Message> messages) {
    PromptSize size = NOTHING;
    for (Message message : messages) {
      size = size.plus(of(message)).plus(new PromptSize(0, MESSAGE));
    }
    return size;
  }

  private static PromptSize of(Message message) {
    return switch (message) {
      case Message.User(String text) -> of(text);
      case Message.Assistant(ModelTurn turn) -> of(turn);
      case Message.ToolAnswer(ToolCall call, ToolResult result) ->
          of(result.text()).plus(new PromptSize(0, bytes(call.name()) + bytes(call.id())));
    };
  }

  private static PromptSize of(ModelTurn turn) {
    String text = turn.text();
    int thought = text.lastIndexOf(END_OF_THOUGHT);
    String kept = thought < 0 ? text : text.substring(thought + END_OF_THOUGHT.length());
    long least = words(kept);
    for (ToolCall call : turn.calls()) {
      least += words(ESCAPE.matcher(call.arguments()).replaceAll(" "));
    }
    return new PromptSize(least, 2 * bytes(turn.raw()));
  }

  private static PromptSize of(String text) {
    return new PromptSize(words(text), bytes(text));
  }

  PromptSize plus(PromptSize other) {
    return new PromptSize(least + other.least, most + other.most);
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** The fewest tokens of a text. Blanks and signs count nothing: they join what stands beside. */
  static long words(String text) {
    Count count = new Count();
    for (int i = 0; i < text.length(); i++) {
      count.add(text.charAt(i));
    }
    count.endChunk();
    return count.tokens;
  }

  /** A walk over a text; a chunk is what stands between two blanks. */
  private static final class Count {
    private long tokens;
    private int words;
    private int word;
    private int phrase;

    void add(char c) {
      if (c < 128) {
        addAscii(c);
      } else if (Character.isWhitespace(c) || Character.isSpaceChar(c)) {
        endChunk();
      } else if (isWithoutBlanks(c)) {
        endWord();
        phrase++;
      } else if (Character.isLetterOrDigit(c) || isMark(c)) {
        word++;
      } else if (c != '’') {
        endWord();
      }
    }

    private void addAscii(char c) {
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
        word++;
      } else if (c <= ' ') {
        endChunk();
      } else if (c != '\'') {
        endWord();
      }
    }

    private void endWord() {
      words += (word + LONGEST_WORD - 1) / LONGEST_WORD;
      word = 0;
    }

    void endChunk() {
      endWord();
      tokens += (words + JOINED_WORDS - 1) / JOINED_WORDS;
      tokens += phrase / LONGEST_PHRASE;
      words = 0;
      phrase = 0;
    }
  }

  private static boolean isMark(char c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private static boolean isWithoutBlanks(char c) {
    return switch (Character.UnicodeScript.of(c)) {
      case HAN, HIRAGANA, KATAKANA, THAI, LAO, KHMER, MYANMAR, TIBETAN -> true;
      default -> false;
    };
  }
}
