package ai.stigmer.config;

/**
 * A value that some layer offers for a setting.
 *
 * @param text stripped of surrounding white space, not yet validated
 * @param location variable name, flag, or file and line
 * @param provider the provider that the place itself names ({@code ANTHROPIC_API_KEY}); empty when
 *     it names none
 */
record Candidate(String text, Layer layer, String location, String provider) {

  Candidate withText(String other) {
    return new Candidate(other, layer, location, provider);
  }
}
