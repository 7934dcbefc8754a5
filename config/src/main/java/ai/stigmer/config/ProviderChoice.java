package ai.stigmer.config;

/**
 * The provider in use and what decided it.
 *
 * @param provider its id, or what the user wrote when that is no provider; empty when it was
 *     cleared
 * @param layer where the decision was made
 * @param by the candidate's location
 * @param model whether a model's name decided, not the provider setting
 */
record ProviderChoice(String provider, Layer layer, String by, boolean model) {}
