package ai.stigmer.runner.trace;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/*
 * The conventions for generative AI have moved and been renamed before they were finished, so that their names stand here
 * and nowhere else.
 */
/**
 * The names that OpenTelemetry's semantic conventions for generative AI give to what a run does, as
 * of v1.41.0, and ours ({@code stigmer.*}) for what they do not name.
 */
final class GenAi {
  static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
  static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
  static final AttributeKey<String> AGENT = AttributeKey.stringKey("gen_ai.agent.name");
  static final AttributeKey<String> CONVERSATION = AttributeKey.stringKey("gen_ai.conversation.id");
  static final AttributeKey<String> REQUEST_MODEL = AttributeKey.stringKey("gen_ai.request.model");
  static final AttributeKey<String> RESPONSE_MODEL =
      AttributeKey.stringKey("gen_ai.response.model");
  static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");
  static final AttributeKey<Double> FIRST_CHUNK =
      AttributeKey.doubleKey("gen_ai.response.time_to_first_chunk");
  static final AttributeKey<Long> INPUT_TOKENS = AttributeKey.longKey("gen_ai.usage.input_tokens");
  static final AttributeKey<Long> OUTPUT_TOKENS =
      AttributeKey.longKey("gen_ai.usage.output_tokens");
  static final AttributeKey<Long> CACHE_READ =
      AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");
  static final AttributeKey<Long> CACHE_WRITE =
      AttributeKey.longKey("gen_ai.usage.cache_write.input_tokens");
  static final AttributeKey<Long> REASONING =
      AttributeKey.longKey("gen_ai.usage.reasoning.output_tokens");
  static final AttributeKey<String> TOOL = AttributeKey.stringKey("gen_ai.tool.name");
  static final AttributeKey<String> TOOL_TYPE = AttributeKey.stringKey("gen_ai.tool.type");
  static final AttributeKey<String> TOOL_CALL = AttributeKey.stringKey("gen_ai.tool.call.id");
  static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  /** What was said; part of a span only when somebody switched that on. */
  static final AttributeKey<String> INPUT = AttributeKey.stringKey("gen_ai.input.messages");

  static final AttributeKey<String> OUTPUT = AttributeKey.stringKey("gen_ai.output.messages");
  static final AttributeKey<String> ARGUMENTS =
      AttributeKey.stringKey("gen_ai.tool.call.arguments");
  static final AttributeKey<String> RESULT = AttributeKey.stringKey("gen_ai.tool.call.result");

  static final AttributeKey<String> RUN = AttributeKey.stringKey("stigmer.run.id");
  static final AttributeKey<String> RUN_END = AttributeKey.stringKey("stigmer.run.end");
  static final AttributeKey<Boolean> RESUMED = AttributeKey.booleanKey("stigmer.run.resumed");
  static final AttributeKey<Long> STEP = AttributeKey.longKey("stigmer.step");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("stigmer.retry.attempt");
  static final AttributeKey<String> CODE = AttributeKey.stringKey("stigmer.problem.code");

  static final String INVOKE_AGENT = "invoke_agent";
  static final String CHAT = "chat";
  static final String EXECUTE_TOOL = "execute_tool";

  private GenAi() {}
}
