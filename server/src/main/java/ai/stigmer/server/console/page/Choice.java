package ai.stigmer.server.console.page;

/** Something to choose from. */
public record Choice(String id, String name) {}
