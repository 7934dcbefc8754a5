package ai.stigmer.temporal;

/**
 * What a heartbeat carries.
 *
 * @param turns answers of the model in this segment
 * @param toolCalls tool calls that were begun in this segment, without those of sub-agents
 */
public record SegmentProgress(int turns, int toolCalls) {}
