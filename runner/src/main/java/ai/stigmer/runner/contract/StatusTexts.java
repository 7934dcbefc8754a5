package ai.stigmer.runner.contract;

import ai.stigmer.agentic.agentexecution.v1.AgentExecutionStatus;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Changes the texts of a status, wherever in it they stand. */
public final class StatusTexts {
  private static final int[] LENGTHS = {16_384, 4_096, 1_024, 256};
  private static final String CUT = " [cut: the rest stands in the journal]";

  private StatusTexts() {}

  /** The status with each of its texts changed. */
  public static AgentExecutionStatus changed(
      AgentExecutionStatus status, UnaryOperator<String> change) {
    AgentExecutionStatus.Builder builder = status.toBuilder();
    change(builder, change);
    return builder.build();
  }

  private static void change(Message.Builder builder, UnaryOperator<String> change) {
    for (Map.Entry<FieldDescriptor, Object> field : builder.getAllFields().entrySet()) {
      FieldDescriptor of = field.getKey();
      if (of.isRepeated()) {
        List<?> values = (List<?>) field.getValue();
        for (int i = 0; i < values.size(); i++) {
          builder.setRepeatedField(of, i, changed(of, values.get(i), change));
        }
      } else {
        builder.setField(of, changed(of, field.getValue(), change));
      }
    }
  }

  private static Object changed(FieldDescriptor of, Object value, UnaryOperator<String> change) {
    if (of.getJavaType() == JavaType.STRING) {
      return change.apply((String) value);
    }
    if (of.getJavaType() == JavaType.MESSAGE) {
      Message.Builder builder = ((Message) value).toBuilder();
      change(builder, change);
      return builder.build();
    }
    return value;
  }

  /**
   * A status that is no larger than that: the same, or with its long texts cut, or without its
   * oldest messages and calls.
   *
   * @param most in bytes, at least a few thousand
   */
  public static AgentExecutionStatus within(AgentExecutionStatus status, int most) {
    AgentExecutionStatus fitting = status;
    for (int length : LENGTHS) {
      if (fitting.getSerializedSize() <= most) {
        return fitting;
      }
      fitting = changed(fitting, text -> text.length() <= length ? text : cut(text, length));
    }
    while (fitting.getSerializedSize() > most
        && fitting.getMessagesCount() + fitting.getToolCallsCount() > 0) {
      fitting = newerHalf(fitting);
    }
    return fitting;
  }

  private static String cut(String text, int length) {
    return text.substring(0, length) + CUT;
  }

  private static AgentExecutionStatus newerHalf(AgentExecutionStatus status) {
    int messages = status.getMessagesCount();
    int calls = status.getToolCallsCount();
    return status.toBuilder()
        .clearMessages()
        .addAllMessages(status.getMessagesList().subList((messages + 1) / 2, messages))
        .clearToolCalls()
        .addAllToolCalls(status.getToolCallsList().subList((calls + 1) / 2, calls))
        .build();
  }
}
