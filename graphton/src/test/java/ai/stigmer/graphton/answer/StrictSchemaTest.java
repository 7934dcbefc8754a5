package ai.stigmer.graphton.answer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which schemas every provider takes. */
class StrictSchemaTest {

  @Test
  void everyObjectIsClosedAndNothingElseChanges() {
    String schema =
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","title":"t",
         "properties":{
           "list":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"}},
             "required":["n"]}},
           "either":{"anyOf":[{"type":"null"},{"type":"string","enum":["a","b"]}],"description":"d"}},
         "required":["either","list"]}
        """;
    assertThat(StrictSchema.of(schema))
        .hasValue(
            """
            {"type":"object","title":"t","properties":{"list":{"type":"array","items":{"type":"object",\
            "properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}},\
            "either":{"anyOf":[{"type":"null"},{"type":"string","enum":["a","b"]}],"description":"d"}},\
            "required":["either","list"],"additionalProperties":false}""");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "true",
        "no JSON",
        "{'type':'array','items':{'type':'string'}}",
        "{'type':'object'}",
        "{'type':'object','properties':{}}",
        "{'type':'object','properties':{'a':{'type':'string'}}}",
        "{'type':'object','properties':{'a':{'type':'string'}},'required':['a'],'additionalProperties':true}",
        "{'type':'object','properties':{'a':{'type':'string','pattern':'x'}},'required':['a']}",
        "{'type':'object','properties':{'a':{'type':'integer','minimum':1}},'required':['a']}",
        "{'type':'object','properties':{'a':{'type':['string','null']}},'required':['a']}",
        "{'type':'object','properties':{'a':{'type':'array'}},'required':['a']}",
        "{'type':'object','properties':{'a':{'type':'array','items':{'type':'string'},'minItems':2}},'required':['a']}",
        "{'type':'object','properties':{'a':{'$ref':'#/$defs/a'}},'required':['a'],'$defs':{'a':{'type':'string'}}}",
        "{'type':'object','properties':{'a':{'type':'string'}},'required':['a'],'maxProperties':1}",
        "{'type':'object','properties':{'a':{'anyOf':[]}},'required':['a']}",
        "{'type':'object','properties':{'a':{'enum':[{'b':1}],'type':'string'}},'required':['a']}"
      })
  void whatSomeProviderDoesNotKnowIsNotSentToAny(String schema) {
    assertThat(StrictSchema.of(schema.replace('\'', '"'))).isEmpty();
  }

  @Test
  void whatIsNestedTooDeepOrTooLargeIsNotSent() {
    String deep = "{\"type\":\"string\"}";
    for (int i = 0; i < 5; i++) {
      deep = object("a", deep);
    }
    assertThat(StrictSchema.of(object("b", "{\"type\":\"string\"}"))).isPresent();
    assertThat(StrictSchema.of(deep)).isEmpty();
    String many = "\"a\"" + ",\"b\"".repeat(500);
    assertThat(StrictSchema.of(object("a", "{\"type\":\"string\",\"enum\":[" + many + "]}")))
        .isEmpty();
  }

  private static String object(String name, String schema) {
    return "{\"type\":\"object\",\"properties\":{\"%s\":%s},\"required\":[\"%s\"]}"
        .formatted(name, schema, name);
  }
}
