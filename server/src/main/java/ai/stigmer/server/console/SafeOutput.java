package ai.stigmer.server.console;

import ai.stigmer.runner.VisibleText;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import org.jspecify.annotations.Nullable;

/**
 * Where templates write: whatever is no part of the template is escaped for its place, and
 * characters that turn a line around or hide a word are written out. No template can go past it.
 */
final class SafeOutput extends OwaspHtmlTemplateOutput {
  private final StringOutput out;

  SafeOutput() {
    this(new StringOutput());
  }

  private SafeOutput(StringOutput out) {
    super(out);
    this.out = out;
  }

  @Override
  public void writeUserContent(@Nullable String value) {
    super.writeUserContent(value == null ? null : VisibleText.answer(value));
  }

  String html() {
    return out.toString();
  }
}
